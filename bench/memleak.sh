#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# memleak.sh SONDE: what memleak adds to a pair of malloc() and free(), with stacks, in processor time of the traced
# program; and that of another memleak (MEMLEAK=PROGRAM, which takes -p PID). In turns, medians of five.
set -eu
. "$(dirname "$0")/traced.sh"
sonde=$1
peer=${MEMLEAK-$(command -v memleak || command -v memleak-bpfcc || :)}
traced_build pairs

for _ in 1 2 3 4 5; do
	traced pairs 3000000 >>"$work/alone"
	traced pairs 200000 "$sonde" memleak >>"$work/sonde"
	[ ! "$peer" ] || traced pairs 200000 "$peer" >>"$work/peer"
done
echo "a pair of malloc and free, ns: alone $(median "$work/alone"), with sonde memleak $(median "$work/sonde") (bar: 3500)"
[ ! "$peer" ] || echo "with $peer $(median "$work/peer")"
