#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# btf: every kind of type, raw and in C, from files, programs and maps.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang
object types
raw=$("$bt" btf dump file "$tmp/types.o")

for line in "STRUCT 'all' size=" "	'low' type_id=[0-9]* bits_offset=32 bitfield_size=3" "	'GREEN' val=2" \
	"FWD 'later' fwd_kind=struct" "DECL_TAG 'counted' type_id=[0-9]* component_idx=[0-9]*" \
	"TYPE_TAG 'user' type_id=" "FLOAT 'double' size=8" "VAR 'limit' type_id=[0-9]*, linkage=global" \
	"FUNC 'add' type_id=[0-9]* linkage=static" "DATASEC '.bss' size=" \
	"ARRAY '(anon)' type_id=[0-9]* index_type_id=[0-9]* nr_elems=12"; do
	if printf '%s\n' "$raw" | grep -q -e "$line"; then ok "raw $line"; else bad "raw $line"; fi
done

# What a compiler makes of the header has the layout of the original.
c=$("$bt" btf dump file "$tmp/types.o" format c)
has "C" "$c" "#ifndef __VMLINUX_H__" "	unsigned int low: 3;" "	double ratio;" "	int grid[2][3];" \
	"	char rest[0];" "typedef int (*callback)(struct later *, const char *);"
printf '%s\n' "$c" >"$tmp/types.h"
size=$(printf '%s\n' "$raw" | sed -n "s/.* STRUCT 'all' size=\([0-9]*\) .*/\1/p")
printf '#include "types.h"\n_Static_assert(sizeof(struct all) == %s, "size");\n' "$size" >"$tmp/use.c"
clang -target bpf -c "$tmp/use.c" -o "$tmp/use.o" && ok "C compiles" || bad "C compiles"

id=$(printf '%s\n' "$raw" | sed -n "s/^\[\([0-9]*\)\] STRUCT 'all' .*/\1/p")
same "one type" "[$id] STRUCT 'all' size=$size vlen=16" \
	"$("$bt" btf dump file "$tmp/types.o" root_id "$id" | head -n 1)"
if [ "$peer" ]; then
	same "raw as the peer" "$("$peer" btf dump file "$tmp/types.o")" "$raw"
	same "JSON as the peer" "$("$peer" -p btf dump file "$tmp/types.o" | sed 's/18446744073709551613/4294967293/')" \
		"$("$bt" -p btf dump file "$tmp/types.o")"
	# Headers share their types; macros and functions for programs depend on the release.
	types() { sed -n '/^#pragma clang attribute push/,/^#pragma clang attribute pop/p' | grep -v -e '^#' -e '^$' -e '^/\*' -e '^}'; }
	same "C as the peer" "$("$peer" btf dump file "$tmp/types.o" format c | types)" \
		"$("$bt" btf dump file "$tmp/types.o" format c unsorted | types)"
fi

load_all "$tmp/types.o" "$pins"
prog=$pins/touch
prog_id=$("$bt" prog show pinned "$prog" | awk -F: 'NR == 1 { print $1 }')
btf_id=$("$bt" prog show pinned "$prog" | awk '$1 == "btf_id" { print $2 }')
has "of a program" "$("$bt" btf dump prog pinned "$prog")" "$(printf '%s\n' "$raw" | grep "STRUCT 'all'")"
same "of a program by the id of its BTF" "$("$bt" btf dump prog id "$prog_id")" "$("$bt" btf dump id "$btf_id")"
case $("$bt" btf show id "$btf_id") in
"$btf_id: name <anon>  size "*"B  prog_ids $prog_id  map_ids "*) ok "show" ;;
*) bad "show" ;;
esac
case $("$bt" -j btf show id "$btf_id") in
'{"id":'"$btf_id"',"size":'*',"prog_ids":['"$prog_id"'],"map_ids":['*'],'*'"kernel":false}') ok "show in JSON" ;;
*) bad "show in JSON" ;;
esac
case $("$bt" btf show) in
*"name [vmlinux]  size "*) ok "show all" ;;
*) case $(uname -r) in 5.[0-9].* | 5.10.*) skip "types have no names before 5.11" ;; *) bad "show all" ;; esac ;;
esac

fails "no file" "failed to load BTF from $tmp/none: No such file or directory" "$bt" btf dump file "$tmp/none"
fails "no BTF" "failed to load BTF from $0: it holds none" "$bt" btf dump file "$0"
fails "no id" "get btf by id (4294967295): No such file or directory" "$bt" btf dump id 4294967295
fails "no source" "unrecognized BTF source specifier: 'disk'" "$bt" btf dump disk 1
fails "no form" "unrecognized format specifier: 'rust', possible values: raw, c" \
	"$bt" btf dump file "$tmp/types.o" format rust
fails "no root" "invalid root ID: 99999" "$bt" btf dump file "$tmp/types.o" root_id 99999
same "C and JSON" '{"error":"JSON output for C-syntax dump is not supported"}' \
	"$("$bt" -j btf dump file "$tmp/types.o" format c)"

# Bytes of the types changed at random: a message or a dump, never a crash.
offset=$(grep -abo "$(printf '\237\353\001')" "$tmp/types.o" | head -n 1 | cut -d: -f1)
crashes=0 n=0
while [ "$offset" ] && [ $n -lt 120 ]; do
	cp "$tmp/types.o" "$tmp/broken.o"
	at=$(awk -v n=$n -v from="$offset" 'BEGIN { srand(n); print from + 24 + int(rand() * 900) }')
	printf "\\$(printf %o $((n * 37 % 256)))" | dd of="$tmp/broken.o" bs=1 seek="$at" conv=notrunc 2>/dev/null
	for format in raw c; do
		"$bt" btf dump file "$tmp/broken.o" format $format >/dev/null 2>&1
		case $? in 13[2-9]) crashes=$((crashes + 1)) ;; esac
	done
	n=$((n + 1))
done
same "broken types" "0 of 120" "$crashes of $n"
