#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# compare: what show and dump commands print, as text and JSON, against another bpftool on the same objects. What may
# differ is listed in docs/bpftool.md.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
[ "$peer" ] || { skip "there is no other bpftool"; exit 0; }
needs clang gcc ip unshare
own_network "$0"
need_cgroup
mkdir "$pins"

# What is listed in docs/bpftool.md: words that release 7.1 does not print, pointers that are no JSON in text that
# should be, its sign extension of enumerators, the kernel's own errors, which have no name.
newer() {
	sed -E -e '/^ *"orphaned": false,$/d; s/"orphaned":false,//; s/  orphaned//' \
		-e 's/^( *"(pointer|next|call)": )"(.*)"(,?)$/\1\3\4/; s/Operation not supported/ENOTSUPP/g'
}
older() { sed -E -e 's/18446744073709551613/4294967293/g; s/Operation not supported|Unknown error 524/ENOTSUPP/g'; }

# alike [WORD...]: as text and as JSON, the same output, messages and status.
n=0
alike() {
	for form in '' $forms; do
		# shellcheck disable=SC2086
		"$bt" $form "$@" >"$tmp/got" 2>&1; echo "status $?" >>"$tmp/got"
		# shellcheck disable=SC2086
		"$peer" $form "$@" >"$tmp/wanted" 2>&1; echo "status $?" >>"$tmp/wanted"
		n=$((n + 1))
		cmp -s "$tmp/got" "$tmp/wanted" || same_but "$form $*"
	done
}
forms=-j

# same_but WHAT: $tmp/got and $tmp/wanted, but for what is known to differ.
same_but() {
	got=$(newer <"$tmp/got") wanted=$(older <"$tmp/wanted")
	[ "$got" = "$wanted" ] || same "$1" "$wanted" "$got"
}

# each COMMENT: how many were compared since the last time.
each() { ok "$1: $n compared"; n=0; }

# Programs.
object types; object values; object pass; object metadata; object part_a
load_all "$tmp/types.o" "$pins/types"
load_all "$tmp/pass.o" "$pins/pass"
load_all "$tmp/metadata.o" "$pins/metadata"
load_all "$tmp/values.o" "$pins/values" pinmaps "$pins/maps"
head -c 64 /dev/zero >"$tmp/data"
for prog in "$pins"/types/* "$pins"/pass/* "$pins"/metadata/* "$pins"/values/*; do
	alike -f prog show pinned "$prog"
	id=$("$bt" prog show pinned "$prog" | sed -n '1s/:.*//p')
	alike prog show id "$id"
	for words in opcodes linum; do alike prog dump xlated id "$id" $words; done
	"$bt" prog dump xlated id "$id" file "$tmp/ours" && "$peer" prog dump xlated id "$id" file "$tmp/theirs" &&
		cmp -s "$tmp/ours" "$tmp/theirs" || bad "prog dump xlated id $id file"
	alike btf dump prog pinned "$prog"
done
each "programs"

# Entries of all types, written byte by byte.
bytes() { awk -v n="$1" -v seed="$2" 'BEGIN { srand(seed); for (i = 0; i < n; i++) printf "%d ", rand() * 256 }'; }
maps=$pins/maps
for seed in 1 2 3; do
	value=$(bytes 160 $seed)
	# shellcheck disable=SC2046,SC2086
	{
		"$bt" map update pinned "$maps/by_key" key $(bytes 12 $seed) value $value
		"$bt" map update pinned "$maps/by_index" key $seed 0 0 0 value $value
		"$bt" map update pinned "$maps/each_cpu" key $seed 0 0 255 value $value
		"$bt" map update pinned "$maps/each_index" key $seed 0 0 0 value $seed 0 0 0
		"$bt" map update pinned "$maps/letters" key $((seed * 30)) value $((seed - 1))
		"$bt" map update pinned "$maps/wides" key 0 0 0 0 $((seed - 1)) 1 0 0 value $(bytes 16 $seed)
		"$bt" map update pinned "$maps/latest" key $(bytes 8 $seed) value $(bytes 3 $seed)
	} || bad "map update"
done
for map in "$maps"/*; do
	forms='-j -p'
	alike -f map show pinned "$map"
	alike map dump pinned "$map"
	forms=-j
	for words in '' key all; do alike btf dump map pinned "$map" $words; done
	alike map getnext pinned "$map"
done
alike map lookup pinned "$maps/by_index" key 1 0 0 0
alike map lookup pinned "$maps/by_index" key 200 0 0 0
alike map lookup pinned "$maps/each_cpu" key 2 0 0 255
alike map lookup pinned "$maps/letters" key 90
alike map lookup pinned "$maps/letters" key 91
alike map getnext pinned "$maps/by_index" key 1 0 0 0
each "maps with types"

# Maps of every type that can be made by hand, empty and with entries.
# map_of TYPE [WORD...]
map_of() {
	map_type=$1; shift
	"$bt" map create "$pins/$map_type" type "$map_type" "$@" name "m_$map_type" 2>"$tmp/err" ||
		{ skip "no map of type $map_type: $(cat "$tmp/err")"; return; }
	untyped="$untyped $map_type"
}
untyped=
for map in hash percpu_hash lru_hash lru_percpu_hash array percpu_array; do map_of $map key 4 value 4 entries 4; done
for map in cgroup_array devmap devmap_hash sockmap sockhash cpumap xskmap prog_array perf_event_array; do
	map_of $map key 4 value 4 entries 3
done
map_of queue value 4 entries 3; map_of stack value 12 entries 3; map_of bloom_filter value 4 entries 4
map_of ringbuf entries 4096; map_of user_ringbuf entries 4096; map_of lpm_trie key 8 value 20 entries 4 flags 1
map_of stack_trace key 4 value 80 entries 4; map_of reuseport_sockarray key 4 value 8 entries 2
map_of array_of_maps key 4 value 4 entries 2 inner_map pinned "$pins/hash"
map_of hash_of_maps key 4 value 4 entries 2 inner_map pinned "$pins/hash"
# What has no keys cannot be dumped: that it fails is told here alone. Ids of inner maps are newer.
dump_of() { case $1 in queue | stack | bloom_filter | *ringbuf) ;; *) alike map dump pinned "$pins/$1" ;; esac; }
for map in $untyped; do
	dump_of $map
	alike map lookup pinned "$pins/$map" key 1 0 0 0
	alike map getnext pinned "$pins/$map"
done
for map in hash percpu_hash lru_hash lru_percpu_hash array percpu_array; do
	"$bt" map update pinned "$pins/$map" key 1 0 0 0 value 9 8 7 6 || bad "update $map"
done
"$bt" map update pinned "$pins/array_of_maps" key 1 0 0 0 value pinned "$pins/hash" || bad "update array_of_maps"
"$bt" map update pinned "$pins/hash_of_maps" key 1 0 0 0 value pinned "$pins/hash" || bad "update hash_of_maps"
"$bt" map update pinned "$pins/prog_array" key 1 0 0 0 value pinned "$pins/pass/let_frames_pass" || bad "update prog_array"
"$bt" map update pinned "$pins/cpumap" key 1 0 0 0 value 0 2 0 0 || bad "update cpumap"
"$bt" map update pinned "$pins/devmap" key 1 0 0 0 value 1 0 0 0 || bad "update devmap"
"$bt" map update pinned "$pins/lpm_trie" key 24 0 0 0 10 1 2 0 value $(bytes 20 5) || bad "update lpm_trie"
"$bt" map push pinned "$pins/queue" value 1 2 3 4 && "$bt" map push pinned "$pins/stack" value $(bytes 12 6) || bad "push"
for map in $untyped; do
	alike map show pinned "$pins/$map"
	case $map in *_of_maps) continue ;; esac
	dump_of $map
	alike map lookup pinned "$pins/$map" key 1 0 0 0
	alike map peek pinned "$pins/$map"
	alike map getnext pinned "$pins/$map"
done
"$bt" map freeze pinned "$pins/array"
alike map show pinned "$pins/array"
each "maps without types"

# Files of types.
for object in types values pass part_a; do
	alike btf dump file "$tmp/$object.o"
	alike btf dump file "$tmp/$object.o" format nosuch
done
# The ids of several programs or maps stand in any order there: one of each.
object events; load_all "$tmp/events.o" "$pins/events"
id=$("$bt" -j prog show pinned "$pins/events/send" | sed 's/.*"btf_id":\([0-9]*\).*/\1/')
alike btf show id "$id"
alike btf dump id "$id"
alike btf show id 1
[ "$("$bt" btf dump id 1 | sum)" = "$("$peer" btf dump id 1 | sum)" ] || bad "btf dump id 1"
each "types"

# Links of the kinds that release 7.1 knows, and a program that runs.
host_program kinds
for kind in cgroup:$cgroup netns; do
	"$tmp/kinds" "$pins/link" "${kind%%:*}" "${kind#*:}" >"$tmp/places" 2>"$tmp/err" || { skip "link: $(cat "$tmp/err")"; continue; }
	alike link show pinned "$pins/link"
	alike -f link show pinned "$pins/link"
	rm "$pins/link"
done
object tasks
"$bt" iter pin "$tmp/tasks.o" "$pins/link" && alike link show pinned "$pins/link"
rm -f "$pins/link"
each "links"

# What is attached to devices and groups.
ip link add veth0 type veth peer name veth1 && ip link set veth0 up && ip link set veth1 up || bad "veth"
"$bt" net attach xdp pinned "$pins/pass/let_frames_pass" dev veth0 || bad "net attach"
"$bt" net attach xdpgeneric pinned "$pins/pass/let_frames_pass" dev veth1 || bad "net attach"
newer_net() { sed -e 's/,"netfilter":\[\]//; /^netfilter:$/,$d' -e '/"flow_dissector": \[$/{N;N;N;N;s/"flow_dissector": .*"netfilter": \[ *\n* *\]/X/}' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'; }
for words in "net show" "net show dev veth0" "net show dev veth1"; do
	for form in '' -j; do
		# shellcheck disable=SC2086
		wanted=$("$peer" $form $words) got=$("$bt" $form $words | newer_net)
		n=$((n + 1))
		[ "$wanted" = "$got" ] || same "$form $words" "$wanted" "$got"
	done
done
group=$cgroup/sonde-test-$$
mkdir "$group" && undo="rmdir $group; $undo"
"$bt" cgroup attach "$group" egress pinned "$pins/pass/let_egress_pass" multi || bad "cgroup attach"
alike cgroup show "$group"
alike cgroup tree "$group"
"$bt" cgroup detach "$group" egress pinned "$pins/pass/let_egress_pass"
each "devices and groups"
