#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# memleak.sh SONDE: what memleak adds to a pair of malloc() and free(), with stacks, in processor time of the traced
# program; and that of another memleak (MEMLEAK=PROGRAM, which takes -p PID). In turns, medians of five.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sonde=$1
peer=${MEMLEAK-$(command -v memleak || command -v memleak-bpfcc || :)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
${CC:-cc} -O1 -fno-omit-frame-pointer -o "$work/pairs" "$here/traced/pairs.c"
mkfifo "$work/go" "$work/said"

# pair PAIRS [TRACER...]: ns a pair; the tracer is given the process and a second to attach
pair() {
	pairs=$1; shift
	"$work/pairs" "$pairs" <"$work/go" >"$work/said" &
	traced=$!
	exec 3>"$work/go" 4<"$work/said"
	read -r _ <&4
	tracer=
	if [ $# -gt 0 ]; then
		"$@" -p $traced 60 >"$work/out" 2>&1 &
		tracer=$!
		sleep 1
	fi
	echo >&3
	read -r ns <&4
	exec 3>&- 4<&-
	wait $traced
	# It may have ended with the traced process.
	[ ! "$tracer" ] || { kill -TERM $tracer; wait $tracer; } 2>/dev/null || :
	echo "$ns"
}

median() { sort -n "$1" | sed -n 3p; }

for _ in 1 2 3 4 5; do
	pair 3000000 >>"$work/alone"
	pair 200000 "$sonde" memleak >>"$work/sonde"
	[ ! "$peer" ] || pair 200000 "$peer" >>"$work/peer"
done
echo "a pair of malloc and free, ns: alone $(median "$work/alone"), with sonde memleak $(median "$work/sonde") (bar: 3500)"
[ ! "$peer" ] || echo "with $peer $(median "$work/peer")"
