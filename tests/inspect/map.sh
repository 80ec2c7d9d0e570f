#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# map: every verb, on maps that are made here.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh

mkdir "$pins"
# create NAME WORD...: pinned under its name, called sn_NAME.
create() {
	create_name=$1; shift
	"$bt" map create "$pins/$create_name" name "sn_$create_name" "$@" || bad "create $create_name"
}
create hash type hash key 4 value 8 entries 100
create wide type array key 4 value 32 entries 2
create cpus type percpu_array key 4 value 4 entries 1
create keys type percpu_hash key 20 value 4 entries 4 flags 1
create queue type queue key 0 value 4 entries 3
create stack type stack key 0 value 4 entries 3
create outer type array_of_maps key 4 value 4 entries 2 inner_map pinned "$pins/hash"
create progs type prog_array key 4 value 4 entries 2
create prefixes type lpm_trie key 8 value 4 entries 5 flags 1

# Every type that this kernel has, with the sizes and flags that the kernel asks of it.
words_of() {
	case $1 in
	stack_trace) echo key 4 value 8 entries 4 ;;
	queue | stack | bloom_filter) echo key 0 value 8 entries 4 ;;
	ringbuf | user_ringbuf) echo key 0 value 0 entries 65536 ;;
	arena) echo key 0 value 0 entries 1 flags 0x400 ;;
	lpm_trie) echo key 8 value 8 entries 4 flags 1 ;;
	array_of_maps | hash_of_maps) echo key 4 value 4 entries 4 inner_map pinned "$pins/hash" ;;
	cgroup_storage | percpu_cgroup_storage) echo key 8 value 4 entries 0 ;;
	*k_storage | inode_storage | cgrp_storage) echo key 4 value 12 entries 0 flags 1 ;;
	insn_array) echo key 4 value 16 entries 4 ;;
	rhash) echo key 4 value 4 entries 4 flags 1 ;;
	*) echo key 4 value 4 entries 4 ;;
	esac
}
not_made=
types=$("$bt" feature probe | sed -n 's/^eBPF map_type \(.*\) is available$/\1/p' | grep -v '^struct_ops$')
for type in $types; do
	# shellcheck disable=SC2046
	said=$("$bt" map create "$pins/of-$type" type "$type" name sn_each $(words_of "$type") 2>&1 &&
		"$bt" map show pinned "$pins/of-$type" | sed -n "s/^[0-9]*: $type  name .*/made/p")
	[ "$said" = made ] || not_made="$not_made $type ($said)"
done
same "create each type" "" "$not_made"
rm -f "$pins"/of-*

same "create says nothing" "null" "$("$bt" -j map create "$pins/json" type array key 4 value 4 entries 1 name sn_json)"
has "show" "$("$bt" map show pinned "$pins/hash")" "	key 4B  value 8B  max_entries 100  memlock $(
	"$bt" -j map show name sn_hash | sed 's/.*bytes_memlock":\([0-9]*\).*/\1/')B"
has "show its type, name and flags" "$("$bt" map show name sn_keys | sed 's/^[0-9]*: //')" \
	"percpu_hash  name sn_keys  flags 0x1"
has "show where it is pinned" "$("$bt" -f map show name sn_wide)" "	pinned $pins/wide"

"$bt" map update pinned "$pins/hash" key 1 2 3 4 value 1 2 3 4 5 6 7 0x8 || bad "update"
"$bt" map update pinned "$pins/hash" key hex 1 ff 3 4 value hex ab 0 0 0 0 0 0 cd noexist || bad "update hex"
fails "update of what must be there" "update failed: No such file or directory" \
	"$bt" map update name sn_hash key 9 9 9 9 value 0 0 0 0 0 0 0 0 exist
fails "update of what must not" "update failed: File exists" \
	"$bt" map update name sn_hash key 1 2 3 4 value 0 0 0 0 0 0 0 0 noexist
same "dump" "Found 2 elements
key: 01 02 03 04  value: 01 02 03 04 05 06 07 08
key: 01 ff 03 04  value: ab 00 00 00 00 00 00 cd" "$("$bt" map dump pinned "$pins/hash" | LC_ALL=C sort)"
same "lookup" "key: 01 02 03 04  value: 01 02 03 04 05 06 07 08" \
	"$("$bt" map lookup name sn_hash key 1 2 3 4)"
same "lookup of nothing" "key:
07 07 07 07

Not found
254" "$("$bt" map lookup name sn_hash key 7 7 7 7; echo $?)"
same "lookup of nothing in JSON" "null 254" "$(echo "$("$bt" -j map lookup name sn_hash key 7 7 7 7; echo $?)" | tr '\n' ' ' | sed 's/ $//')"
"$bt" map delete name sn_hash key 0x1 0xff 3 4 || bad "delete"
same "getnext" "key: None
next key:
01 02 03 04" "$("$bt" map getnext name sn_hash)"
fails "getnext at the end" "can't get next key: No such file or directory" \
	"$bt" map getnext name sn_hash key 1 2 3 4
same "long values" "key:
00 00 00 00
value:
00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00
00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00" "$("$bt" map lookup name sn_wide key 0 0 0 0)"

"$bt" map update name sn_cpus key 0 0 0 0 value 9 0 0 0 || bad "update per CPU"
same "values of all CPUs" "$(getconf _NPROCESSORS_CONF)" \
	"$("$bt" map dump name sn_cpus | grep -c '^value (CPU [0-9]*): 09 00 00 00')"
for n in 1 2; do "$bt" map push name sn_queue value $n 0 0 0 && "$bt" map enqueue name sn_stack value $n 0 0 0; done
same "queue" "value: 01 00 00 00
value: 01 00 00 00
value: 02 00 00 00
Error: empty map" "$("$bt" map peek name sn_queue; "$bt" map pop name sn_queue; "$bt" map dequeue name sn_queue
	"$bt" map pop name sn_queue)"
same "stack" "value: 02 00 00 00" "$("$bt" map pop name sn_stack)"
"$bt" map update name sn_outer key 1 0 0 0 value name sn_hash || bad "update map in map"
same "map in map" "key: 01 00 00 00  inner_map_id: $("$bt" map show name sn_hash | sed 's/:.*//;q') " \
	"$("$bt" map dump name sn_outer | head -n 1)"
same "empty program array" "Found 0 elements" "$("$bt" map dump name sn_progs)"
"$bt" map update name sn_prefixes key 24 0 0 0 10 1 2 0 value 1 0 0 0 || bad "update trie"
same "trie" "key: 18 00 00 00 0a 01 02 00  value: 01 00 00 00
Found 1 element" "$("$bt" map dump name sn_prefixes)"
"$bt" map pin name sn_hash "$pins/again" && [ -e "$pins/again" ] && ok "pin" || bad "pin"
fails "pin where something is" "can't pin BPF object: path '$pins/again' already exists" \
	"$bt" map pin name sn_hash "$pins/again"
"$bt" map freeze name sn_wide || bad "freeze"
has "frozen" "$("$bt" map show name sn_wide)" "	frozen"
fails "update of a frozen one" "update failed: Operation not permitted" \
	"$bt" map update name sn_wide key 0 0 0 0 value $(seq 0 31)

fails "no such id" "get map by id (4294967295): No such file or directory" "$bt" map show id 4294967295
fails "no such name" "no map with such a name" "$bt" map dump name sn_nosuch
fails "short key" "key expected 4 bytes got 3" "$bt" map lookup name sn_hash key 1 2 3
fails "byte out of range" "error parsing byte: 256 is over 255" "$bt" map lookup name sn_hash key 1 2 3 256
fails "no byte" "error parsing byte: x" "$bt" map lookup name sn_hash key 1 2 3 x
fails "no key" "did not find key" "$bt" map lookup name sn_hash
fails "two keys" "duplicate key" "$bt" map lookup name sn_hash key 1 2 3 4 key 1 2 3 4
fails "no value" "did not find value" "$bt" map update name sn_hash key 1 2 3 4
fails "id that is none" "can't parse 'x1' as id" "$bt" map show id x1
fails "wrong type" "unrecognized map type: heap" "$bt" map create "$pins/x" type heap key 4 value 4 entries 1 name x
fails "no name" "map name not specified" "$bt" map create "$pins/x" type array key 4 value 4 entries 1
fails "not on a BPF file system" "no BPF file system found, not mounting it due to --nomount option" \
	"$bt" -n map create "$tmp/x" type array key 4 value 4 entries 1 name x
same "an error in JSON" '{"error":"no map with such a name"}' "$("$bt" -j map dump name sn_nosuch)"

# Memory shared with programs: no keys, no values.
if kernel_from 6.9; then
	"$bt" map create "$pins/arena" type arena entries 4 flags 0x400 name sn_arena || bad "create arena"
	same "arena" "arena  name sn_arena  flags 0x400
	key 0B  value 0B  max_entries 4" "$("$bt" map show pinned "$pins/arena" | sed -e '1s/^[0-9]*: //; s/  memlock.*//')"
	same "arena in JSON" '"type":"arena","name":"sn_arena","flags":1024,"bytes_key":0,"bytes_value":0,"max_entries":4' \
		"$("$bt" -j map show pinned "$pins/arena" | sed 's/^{"id":[0-9]*,//; s/,"bytes_memlock".*//')"
	fails "an arena has no entries" "can't get next key: Operation not supported" "$bt" map dump pinned "$pins/arena"
else
	skip "arenas are of Linux 6.9"
fi

# Entries by the thousand, against reading them one by one.
create many type hash key 4 value 4 entries 3000
i=0
while [ $i -lt 3000 ]; do
	echo "map update pinned $pins/many key $((i % 256)) $((i / 256)) 0 0 value $((i % 256)) $((i / 256)) 1 0"
	i=$((i + 1))
done >"$tmp/batch"
same "batch" "processed 3000 commands" "$("$bt" batch file "$tmp/batch")"
same "all of a large map" "3000 3000" "$("$bt" map dump name sn_many | awk '
	/^key/ && $2 == $7 && $3 == $8 && !seen[$2 $3]++ { n++ } /^Found/ { print n, $2 }')"
same "the same in JSON" "3000" "$("$bt" -j map dump name sn_many | grep -o '"key"' | wc -l)"

[ "$peer" ] || exit 0
# What another bpftool prints; what it does not know: holders.
for form in '' -j -p; do
	for words in "show pinned $pins/hash" "show pinned $pins/keys" "dump pinned $pins/hash" "dump pinned $pins/wide" \
		"dump pinned $pins/cpus" "dump pinned $pins/keys" "dump pinned $pins/prefixes" "dump pinned $pins/progs" \
		"dump pinned $pins/many" "lookup pinned $pins/hash key 1 2 3 4" "getnext pinned $pins/hash"; do
		# shellcheck disable=SC2086
		same "map $form $words as the peer" "$("$peer" $form map $words | sum)" "$("$bt" $form map $words | sum)"
	done
done
