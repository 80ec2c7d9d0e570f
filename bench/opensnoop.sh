#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# opensnoop.sh SONDE: what opensnoop adds to an open() and close(), in processor time of the traced program, how many of
# 200 000 are shown, and its peak memory; and another opensnoop (OPENSNOOP=PROGRAM, which takes -p PID). In turns, medians of five.
set -eu
. "$(dirname "$0")/traced.sh"
sonde=$1
peer=${OPENSNOOP-$(command -v opensnoop || command -v opensnoop-bpfcc || :)}
opens=200000
traced_build opens

# shown WHO: rows and what was told of losses, of the last run
shown() { echo "$1 showed $(grep -c /etc/hostname "$work/out" || :) of $opens; $(grep -ci -e lost -e drop "$work/err" || :) lines tell of losses" >>"$work/shown"; }

for _ in 1 2 3 4 5; do
	traced opens $opens >>"$work/alone"
	traced opens $opens "$sonde" opensnoop >>"$work/sonde"
	shown sonde
	[ ! "$peer" ] || { traced opens $opens "$peer" >>"$work/peer"; shown "$peer"; }
done
echo "an open and close, ns: alone $(median "$work/alone"), with sonde opensnoop $(median "$work/sonde")"
[ ! "$peer" ] || echo "with $peer $(median "$work/peer")"
sort "$work/shown" | uniq -c
