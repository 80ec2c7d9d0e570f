#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every source file names its licence in its first two lines. Test scripts (tests/run, tests/errors)
# are left out: their line numbers matter.
cd "$(dirname "$0")/../.." || exit
missing=$(for f in dev .ci/run $(find src tools scripts bench tests -type f \
	\( -name '*.[ch]' -o -name '*.def' -o -name '*.sh' -o -name '*.bt' \) 2>/dev/null | LC_ALL=C sort); do
	case $f in tests/run/* | tests/errors/*) continue ;; esac
	[ ! -f "$f" ] || head -n 2 "$f" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' || echo "# $f"
done)
if [ "$missing" ]; then
	echo "$missing"; echo "not ok check/licence: files without an SPDX line"; exit 1
fi
echo "ok check/licence"
