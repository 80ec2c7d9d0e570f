#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# compile.sh SONDE: how long scripts of 250 to 2000 lines take from text to instructions, and how that grows. Nothing is
# attached. Milliseconds: the least of five runs, the steps that -v tells added up.
set -eu
sonde=$1
script=$(mktemp)
trap 'rm -f "$script"' EXIT

# One probe of N lines: counts by two keys; branches; a mixture.
keys() { seq "$1" | awk 'BEGIN { print "begin {" } { printf "@a[pid, %d] = count();\n", $1 } END { print "}" }'; }
branches() {
	seq "$1" | awk 'BEGIN { print "begin {" } { printf "if (pid > %d) { @b[%d] = count(); }\n", $1, $1 % 7 } END { print "}" }'
}
mixture() {
	seq 0 $(($1 - 1)) | awk '
		BEGIN { print "begin {" }
		$1 % 4 == 0 { last = $1; printf "$x%d = nsecs + %d;\n", last, last }
		$1 % 4 == 1 { printf "@h[tid] = $x%d;\n", last }
		$1 % 4 == 2 { printf "if (pid == %d && uid > 3) { @c[comm] = $x%d; }\n", $1, last }
		$1 % 4 == 3 { printf "@d = @d + %d;\n", $1 }
		END { print "}" }'
}
# N probes of one line.
probes() { seq "$1" | awk '{ printf "interval:s:%d { @p[pid, %d] = count(); }\n", $1, $1 }'; }

# The least time of five compilations of the script.
least() {
	for _ in 1 2 3 4 5; do
		BPFTRACE_MAX_PROBES=4096 BPFTRACE_MAX_BPF_PROGS=4096 "$sonde" --dry-run -v "$script" 2>&1 |
			awk '$3 == "ERROR:" || $1 == "ERROR:" { bad = 1 } $NF == "ms" { ms += $(NF - 1) } END { print bad || !ms ? "failed" : ms }'
	done | sort -g | head -n 1
}

row() { # KIND
	line=$(printf '  %-10s' "$1") before=
	for n in 250 500 1000 2000; do
		"$1" $n >"$script"
		ms=$(least)
		case $ms in failed) echo "compile: $1 of $n lines does not compile" >&2; exit 1 ;; esac
		line="$line$(awk -v ms="$ms" -v before="${before:-0}" '
			BEGIN { printf "%9.1f", ms; if (before > 0) printf " (x%.1f)", ms / before; else printf "       " }')"
		before=$ms
	done
	echo "$line"
}

echo "compile: milliseconds for scripts of so many lines, and times the one of half of them"
printf '  %-10s%9d       %9d       %9d       %9d\n' "" 250 500 1000 2000
for kind in keys branches mixture probes; do row $kind; done
