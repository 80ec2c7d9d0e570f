#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A few random scripts: evaluated as trees and run by the interpreter, with the same results. (./dev fuzz: more.)
cd "$(dirname "$0")/../.." || exit
fuzz=$PWD/build/tests/fuzz
[ -x "$fuzz" ] || { echo "skip check/fuzz: there is no build/tests/fuzz"; exit 0; }
dir=$(mktemp -d) || exit
trap 'rm -rf "$dir"' EXIT
if text=$(cd "$dir" && timeout 120 "$fuzz" --count 200 2>&1); then
	echo "ok check/fuzz: ${text#fuzz: }"
else
	echo "not ok check/fuzz: a script differs"
	echo "$text" | sed 's/^/# /'
fi
