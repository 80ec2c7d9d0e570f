#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every header compiles alone, so that the order of includes never matters.
cd "$(dirname "$0")/../.." || exit
bad=0
for h in $(find src tests -name '*.h' | LC_ALL=C sort); do
	echo "#include \"${h#src/}\"" |
		${CC:-cc} -std=gnu11 -D_GNU_SOURCE -Isrc -I. -Wall -Wextra -Werror -Wno-unused-parameter \
			-Wno-sign-compare -fsyntax-only -x c - || { echo "# $h"; bad=$((bad + 1)); }
done 2>&1
if [ "$bad" -gt 0 ]; then echo "not ok check/headers: $bad headers do not compile alone"; exit 1; fi
echo "ok check/headers"
