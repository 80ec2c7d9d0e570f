#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Holds the code of the scripts in bench/corpus/corpus.table to their budgets: what they cost when it was measured.
cd "$(dirname "$0")/../.." || exit
sonde=${SONDE:-build/sonde}
cost() { # SCRIPT: "insns calls stack" of all its programs
	"$sonde" --dry-run -d bpf -e "$1" 2>/dev/null </dev/null |
		sed -n 's/^; [a-z0-9_]*: \([0-9]*\) instructions, \([0-9]*\) calls, \([0-9]*\) bytes of stack.*/\1 \2 \3/p' |
		awk '{ i += $1; c += $2; if ($3 > s) s = $3 } END { if (NR) print i, c, s + 0 }'
}

n=0 over=0 missing=0
while read -r insns calls stack _ _ _ script; do
	case $insns in '' | '#'* | -) continue ;; esac
	n=$((n + 1))
	# shellcheck disable=SC2046
	set -- $(cost "$script")
	if [ $# -ne 3 ]; then
		missing=$((missing + 1)) # another kernel or C library may lack its probe
	elif [ "$1" -gt "$insns" ] || [ "$2" -gt "$calls" ] || [ "$3" -gt "$stack" ]; then
		printf "# %s instead of %s: %s\n" "$1 $2 $3" "$insns $calls $stack" "$script"
		over=$((over + 1))
	fi
done <bench/corpus/corpus.table
if [ $n -lt 150 ] || [ $missing -gt 30 ]; then
	echo "not ok check/budgets: $missing of $n scripts of the corpus do not compile"
elif [ $over = 0 ]; then
	echo "ok check/budgets: $((n - missing)) scripts"
else
	echo "not ok check/budgets: $over of $n scripts cost more than bench/corpus/corpus.table allows"
fi
