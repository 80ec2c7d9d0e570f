#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every built-in, provider and diagnostic has a test of its name:
#	tests/run/fn/NAME*.bt, tests/run/probe/NAME*.bt, tests/errors/TAG*.bt
cd "$(dirname "$0")/../.." || exit
sonde=${SONDE:-build/sonde}

# covered WHAT FOLDER: names come one a line; a file NAME.bt or NAME-*.bt or NAME_*.bt is a test.
covered() {
	missing=
	while read -r name; do
		found=
		for f in "$2/$name.bt" "$2/$name"[-_.]*.bt; do [ ! -f "$f" ] || found=1; done
		[ "$found" ] || missing="$missing $name"
	done
	if [ "$missing" ]; then
		echo "not ok check/tests-of-$1: no test $2/NAME*.bt for:$missing"; return 1
	fi
	echo "ok check/tests-of-$1"
}

# listed WHAT FOLDER OPTION
listed() {
	names=$("$sonde" "$3" 2>/dev/null)
	if [ ! "$names" ]; then echo "not ok check/tests-of-$1: $sonde $3 lists nothing"; return 1; fi
	printf '%s\n' "$names" | covered "$1" "$2"
}

bad=0
listed functions tests/run/fn --list-functions || bad=1
listed providers tests/run/probe --list-providers || bad=1
sed -n 's/^DIAG([^"]*"\([^"]*\)").*/\1/p' src/base/diag_tags.def | covered diagnostics tests/errors || bad=1
exit $bad
