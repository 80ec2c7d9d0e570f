#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# split: BTF that builds on another one, of a file with -B, and of the kernel's modules.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs gcc
vmlinux=/sys/kernel/btf/vmlinux
[ -e $vmlinux ] || { skip "this kernel has no BTF"; exit 0; }
host_program split -lbpf -lelf -lz
"$tmp/split" $vmlinux "$tmp/split.btf" || bad "a split BTF"

last=$("$bt" btf dump file $vmlinux | sed -n 's/^\[\([0-9]*\)\].*/\1/p' | tail -n 1)
# The kernel has several types of a name: the first is meant.
id_of() { "$bt" btf dump file $vmlinux | sed -n "s/^\[\([0-9]*\)\] $1 .*/\1/p" | head -n 1; }
task=$(id_of "STRUCT 'task_struct'") number=$(id_of "INT 'int'")
same "raw" "[$((last + 1))] PTR '(anon)' type_id=$task
[$((last + 2))] STRUCT 'sonde_split' size=16 vlen=2
	'task' type_id=$((last + 1)) bits_offset=0
	'pid' type_id=$number bits_offset=64" "$("$bt" -B $vmlinux btf dump file "$tmp/split.btf")"
same "JSON" '{"types":[{"id":'$((last + 1))',"kind":"PTR","name":"(anon)","type_id":'"$task"'},{"id":'$((last + 2))',"kind":"STRUCT","name":"sonde_split","size":16,"vlen":2,"members":[{"name":"task","type_id":'$((last + 1))',"bits_offset":0},{"name":"pid","type_id":'"$number"',"bits_offset":64}]}]}' \
	"$("$bt" -j -B $vmlinux btf dump file "$tmp/split.btf")"
has "C" "$("$bt" -B $vmlinux btf dump file "$tmp/split.btf" format c)" "struct sonde_split {" "	struct task_struct *task;" "	int pid;"
if [ "$peer" ]; then
	for form in '' -j; do
		same "$form raw as the peer" "$("$peer" $form -B $vmlinux btf dump file "$tmp/split.btf")" "$("$bt" $form -B $vmlinux btf dump file "$tmp/split.btf")"
	done
fi
fails "without its base" "failed to load BTF from $tmp/split.btf: it is broken, or builds on another one (-B)" "$bt" btf dump file "$tmp/split.btf"
head -c 40 "$tmp/split.btf" >"$tmp/cut.btf"
fails "a part of it" "failed to load BTF from $tmp/cut.btf: it is broken, or builds on another one (-B)" "$bt" -B $vmlinux btf dump file "$tmp/cut.btf"

module=$(find /sys/kernel/btf -type f ! -name vmlinux -size -64k 2>/dev/null | sort | head -n 1)
[ "$module" ] || { skip "no module with BTF is loaded"; exit 0; }
name=${module##*/}
id=$("$bt" btf show | sed -n "s/^\([0-9]*\): name \[$name\].*/\1/p")
same "a module in btf show" '{"id":'"$id"',"size":'"$(stat -c %s "$module")"',"prog_ids":[],"map_ids":[],"kernel":true,"name":"'"$name"'"' \
	"$("$bt" -j btf show id "$id" | sed 's/,"pids".*//; s/}$//')"
by_id=$("$bt" btf dump id "$id" 2>/dev/null)
[ "$by_id" ] && ok "a module by id" || bad "a module by id"
same "by its file" "$by_id" "$("$bt" btf dump file "$module")"
same "by its file and a base" "$by_id" "$("$bt" -B $vmlinux btf dump file "$module")"
same "by id and a base" "$by_id" "$("$bt" -B $vmlinux btf dump id "$id")"
if [ "$peer" ]; then
	same "a module as the peer" "$("$peer" -B $vmlinux btf dump id "$id")" "$by_id"
	# Negative enumerators of an unsigned type: docs/bpftool.md.
	big='s/"val":(1844674407[0-9]{10}|2[1-9][0-9]{8}|[34][0-9]{9})([,}])/"val":BIG\2/g'
	same "a module as the peer in JSON" "$("$peer" -j -B $vmlinux btf dump id "$id" | sed -E "$big")" "$("$bt" -j btf dump id "$id" | sed -E "$big")"
fi
"$bt" btf dump id "$id" format c >"$tmp/module.h" && grep -q '^#ifndef __VMLINUX_H__' "$tmp/module.h" && ok "a module in C" || bad "a module in C"
