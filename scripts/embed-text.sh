#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# embed-text.sh OUT HEADER NAME FILE [NAME FILE]...: writes the files as C strings of these names.
set -eu
export LC_ALL=C
out=$1 header=$2
shift 2
{
	echo "/* Made by scripts/embed-text.sh. */"
	echo "#include \"$header\""
	while [ $# -gt 0 ]; do
		printf '\nconst char %s[] =\n' "$1"
		# A question mark is escaped for the sake of trigraphs.
		sed 's/["\\?]/\\&/g; s/	/\\t/g; s/.*/	"&\\n"/' "$2"
		echo '	;'
		shift 2
	done
} >"$out"
