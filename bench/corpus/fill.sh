#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# fill.sh: measures the scripts of corpus.table anew and writes the table to standard output; the sum of it to
# standard error. SONDE and BPFTRACE name the programs; a bpftrace that does not take a script leaves "- - -".
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
sonde=${SONDE:-$root/build/sonde}
peer=${BPFTRACE:-bpftrace}
dir=$(mktemp -d) || exit
trap 'rm -rf "$dir"' EXIT
${CC:-cc} -O2 -Wall -o "$dir/elfcost" "$here/elfcost.c" || exit

ours() {
	"$sonde" --dry-run -d bpf -e "$1" 2>/dev/null </dev/null |
		sed -n 's/^; [a-z0-9_]*: \([0-9]*\) instructions, \([0-9]*\) calls, \([0-9]*\) bytes of stack.*/\1 \2 \3/p' |
		awk '{ i += $1; c += $2; if ($3 > s) s = $3 } END { if (NR) print i, c, s + 0; else print "- - -" }'
}

theirs() {
	rm -f "$dir/o.elf"
	timeout 60 "$peer" --unsafe --emit-elf "$dir/o.elf" -e "$1" >/dev/null 2>&1 </dev/null
	"$dir/elfcost" "$dir/o.elf" 2>/dev/null || echo - - -
}

sed -n 's/^#/&/p' "$here/corpus.table" | sed "s/^# LLVM: .*/# LLVM: $("$peer" --version 2>/dev/null)/"
grep -v '^#' "$here/corpus.table" | while read -r _ _ _ _ _ _ script; do
	printf '%s %s %s\n' "$(ours "$script")" "$(theirs "$script")" "$script"
done | tee "$dir/table"
awk '$1 != "-" && $4 != "-" {
	n++; i += log($1 / $4); c += log(($2 + 1) / ($5 + 1)); worse += $1 > $4 || $2 > $5; deep += $3 > $6
} END { printf "%d scripts with both: geometric mean of instructions %.2f, of calls (each + 1) %.2f; worse in one: %d, with more stack: %d\n",
	n, exp(i / n), exp(c / n), worse, deep }' "$dir/table" >&2
