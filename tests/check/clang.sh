#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The other compiler finds nothing to warn of. BPF programs (inspect/progs, inspect/walk) are not for this target.
cd "$(dirname "$0")/../.." || exit
command -v clang >/dev/null 2>&1 || { echo "skip check/clang: clang is not installed"; exit 0; }
text=$(find src tests -name '*.c' ! -path 'tests/inspect/*' | LC_ALL=C sort | xargs -P 2 -n 8 clang -std=gnu11 -D_GNU_SOURCE \
	-DSONDE_VERSION='"0"' -Isrc -I. -Wall -Wextra -Werror -Wno-unused-parameter \
	-Wno-missing-field-initializers -Wno-sign-compare -Wno-bitwise-instead-of-logical -fsyntax-only 2>&1)
if [ "$text" ]; then
	echo "$text" | head -n 60 | sed 's/^/# /'; echo "not ok check/clang: warnings or errors"; exit 1
fi
echo "ok check/clang"
