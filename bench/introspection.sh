#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# introspection.sh SONDE: bpftool's commands by sonde and by bpftool (BPFTOOL=PROGRAM), in turns; medians of wall clock and
# of processor time, peak memory. A bar is a share of bpftool's processor time, or milliseconds of our own.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ln -s "$1" "$work/bpftool"
ours=$work/bpftool
peer=${BPFTOOL-$(PATH=/usr/sbin:$PATH command -v bpftool || :)}
mkfifo "$work/go"

# shellcheck disable=SC2046
${CC:-cc} -O2 -static -o "$work/holder" "$here/inspect/holder.c" $(pkg-config --static --libs libbpf)
${CC:-cc} -O2 -o "$work/turns" "$here/inspect/turns.c"

# hold KIND N: objects, until let_go
hold() {
	"$work/holder" "$@" <"$work/go" >"$work/said" &
	exec 3>"$work/go"
	until grep -qx ready "$work/said"; do sleep 0.1; done
}
let_go() { exec 3>&-; wait; : >"$work/said"; }

# row RUNS SHARE MS WHAT COMMAND...: SHARE and MS are bars, "-": none
row() {
	runs=$1 share=$2 ms=$3 what=$4; shift 4
	{ "$work/turns" "$runs" "$ours $*" ${peer:+"$peer $*"}; } >"$work/row"
	awk -v what="$what" -v share="$share" -v ms="$ms" '
		{ wall[NR] = $1; cpu[NR] = $2; rss[NR] = $3 }
		END {
			printf "  %-38s %9.2f %9.2f %7d", what, wall[1], cpu[1], rss[1]
			if (NR > 1)
				printf " %10.2f %9.2f %7d %7.2f", wall[2], cpu[2], rss[2], cpu[1] / cpu[2]
			if (share != "-")
				printf "  <= %s: %s", share, NR < 2 ? "?" : cpu[1] <= share * cpu[2] ? "yes" : "NO"
			if (ms != "-")
				printf "  <= %s ms: %s", ms, wall[1] <= ms ? "yes" : cpu[1] <= ms ? "of processor time" : "NO"
			print ""
		}' "$work/row"
}

echo "bpftool's commands by sonde and by ${peer:-no bpftool}: ms by the clock, ms of processor time, KiB; medians"
printf '  %-38s %9s %9s %7s %10s %9s %7s %7s\n' "" clock cpu KiB clock cpu KiB ratio
row 101 - 3 "prog show" prog show
hold bare 500
row 31 0.5 - "prog show, 500 programs" prog show
row 31 0.5 - "the same, JSON" -j prog show
let_go
hold typed 500
row 31 0.5 - "prog show, 500 with types and maps" prog show
let_go
hold map 1000000
id=$(head -n 1 "$work/said")
row 3 0.5 - "map dump, 1 000 000 entries" map dump id "$id"
row 3 0.5 - "the same, JSON" -j map dump id "$id"
let_go
row 9 - 60 "feature probe" feature probe
peer=
row 21 - 50 "doctor" doctor
echo "  $(wc -c <"$1") bytes: $1"
