#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# --fmt: every tool and script of the benchmarks is the same program when it is laid out, and laid out again the same text.
cd "$(dirname "$0")/../.." || exit
sonde=$PWD/build/sonde
[ -x "$sonde" ] || { echo "skip check/format: there is no build/sonde"; exit 0; }
dir=$(mktemp -d) || exit
trap 'rm -rf "$dir"' EXIT
tree() { "$sonde" --dry-run -d ast - <"$1" 2>/dev/null; }
for script in tools/*.bt bench/scripts/*.bt; do
	"$sonde" --fmt "$script" >"$dir/once" && "$sonde" --fmt "$dir/once" >"$dir/twice" || echo "$script: --fmt fails"
	cmp -s "$dir/once" "$dir/twice" || echo "$script: the second time it is laid out otherwise"
	tree "$script" >"$dir/was"
	tree "$dir/once" | cmp -s - "$dir/was" || echo "$script: it is another program"
done >"$dir/wrong"
if [ -s "$dir/wrong" ]; then
	sed 's/^/# /' "$dir/wrong"
	echo "not ok check/format: a script is not what it was"
else
	echo "ok check/format"
fi
