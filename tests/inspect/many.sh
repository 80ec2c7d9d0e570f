#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# many: "prog show" of so many programs that they are asked for at once tells what each tells on its own.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang

object metadata
object many
compile tests/inspect/walk/counter.c "$tmp/bare.o" || exit
mkdir "$pins"
for i in $(seq 25); do
	echo "prog load $tmp/metadata.o $pins/labelled$i"
	echo "prog loadall $tmp/many.o $pins/many$i"
	echo "prog load $tmp/bare.o $pins/bare$i type xdp"
done >"$tmp/load"
"$bt" batch file "$tmp/load" >/dev/null || { bad "programs load"; exit 1; }

# Some have run, and were counted.
printf '%100s' >"$tmp/data"
stats=$(cat /proc/sys/kernel/bpf_stats_enabled)
undo="echo $stats >/proc/sys/kernel/bpf_stats_enabled"
echo 1 >/proc/sys/kernel/bpf_stats_enabled
for i in 3 5 8; do "$bt" prog run pinned "$pins/bare$i" data_in "$tmp/data" repeat $((i * 1000)) >/dev/null; done
eval "$undo"

ids=$(for p in "$pins"/*[0-9] "$pins"/many*/*; do [ -d "$p" ] || echo "prog show pinned $p"; done >"$tmp/ids"
	"$bt" batch file "$tmp/ids" | sed -n 's/^\([0-9]*\): xdp .*/\1/p' | sort -n)
same "all are there" "125" "$(echo "$ids" | wc -l)"
echo "$ids" | sed 's/^/prog show id /' >"$tmp/each"
"$bt" batch file "$tmp/each" | sed '/^processed /d' >"$tmp/alone"

# mine: of programs told of, those with the ids.
mine() { awk -v ids="$(echo "$ids" | tr '\n' ' ')" 'BEGIN { n = split(ids, v, " "); for (i = 1; i <= n; i++) mine[v[i] ":"] = 1 }
	/^[0-9]+:/ { show = $1 in mine } show'; }
same "all at once" "$(cat "$tmp/alone")" "$("$bt" prog show | mine)"
same "runs of each" "3000 5000 8000" "$(sed -n 's/.* run_cnt //p' "$tmp/alone" | sort -n | tr '\n' ' ' | sed 's/ $//')"
has "whole names" "$(sed -n 's/.*: xdp  name \([^ ]*\) .*/\1/p' "$tmp/alone" | sort -u)" \
	with_a_name_that_the_kernel_cuts of_six_maps of_two_funcs labelled counter
same "metadata" "25" "$(grep -c '^		author = "somebody"$' "$tmp/alone")"

# Where the kernel's types cannot be read, each is asked for on its own.
if unshare -m true 2>/dev/null; then
	same "one by one" "$(cat "$tmp/alone")" \
		"$(unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$0" prog show' "$bt" | mine)"
else
	skip "no mount namespaces to hide the kernel's types in"
fi
same "without the program that asks" "0" "$("$bt" prog show | grep -c 'name bpf_iter_bpf_pr')"
