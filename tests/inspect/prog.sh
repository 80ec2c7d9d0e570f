#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# prog: load, show, dump, run, pin; what it refuses, it leaves nothing of.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang

walk=tests/inspect/walk
compile $walk/counter.c "$tmp/old.o" && compile $walk/counter.c "$tmp/new.o" -g -DBTF ||
	{ bad "counter.c does not compile"; exit 1; }
compile $walk/app/streak.c "$tmp/streak.o" -g
object refused
mkdir "$pins"

"$bt" prog load "$tmp/old.o" "$pins/old" type xdp && ok "load with map structures" || bad "load with map structures"
"$bt" prog load "$tmp/new.o" "$pins/new" type xdp && ok "load" || bad "load"
# The tag is a hash, which older kernels make in another way.
has "show" "$("$bt" prog show pinned "$pins/old" | sed 's/^[0-9]*: //; s/b1ff7bb6b75d8927/TAG/; s/0b6328e28a406f89/TAG/')" "xdp  name counter  tag TAG"
has "show where it is pinned" "$("$bt" -f prog show pinned "$pins/new")" "	pinned $pins/new"
has "dump xlated" "$("$bt" prog dump xlated pinned "$pins/new")" "int counter(struct xdp_md * ctx):" \
	"; return XDP_PASS;" "   0: (b7) r1 = 0"
has "dump xlated opcodes" "$("$bt" prog dump xlated pinned "$pins/old" opcodes)" "       b7 01 00 00 00 00 00 00"
case $("$bt" prog dump xlated pinned "$pins/new" linum) in
*"; return XDP_PASS; [file:"*"counter.c line_num:25 line_col:2]"*) ok "dump xlated linum" ;;
*) bad "dump xlated linum" ;;
esac
case $("$bt" prog dump xlated pinned "$pins/new" visual) in
'digraph "DOT graph for eBPF program" {'*'fn_0_bb_0:s -> fn_0_bb_2:n'*'}') ok "dump xlated visual" ;;
*) bad "dump xlated visual" ;;
esac
"$bt" prog dump xlated pinned "$pins/new" file "$tmp/xlated" &&
	same "dump to a file" "$("$bt" prog show pinned "$pins/new" | sed -n 's/.*xlated \([0-9]*\)B.*/\1/p')" "$(wc -c <"$tmp/xlated")"
same "a name that several have" "2" "$("$bt" prog dump xlated name counter | grep -c 'xdp  name counter')"
case $(uname -m) in
x86_64) # Every byte is told of, and nothing is unknown.
	"$bt" prog dump jited pinned "$pins/new" opcodes >"$tmp/jited"
	same "dump jited" "$("$bt" prog show pinned "$pins/new" | sed -n 's/.* jited \([0-9]*\)B.*/\1/p') 0" \
		"$(sed -n 's/^	\(\([0-9a-f][0-9a-f] \)*\)$/\1/p' "$tmp/jited" | wc -w) $(grep -c '\.byte' "$tmp/jited")"
	has "dump jited's last words" "$(cut -f 2- "$tmp/jited")" "leave" ;;
esac

object metadata
"$bt" prog load "$tmp/metadata.o" "$pins/labelled" || bad "load metadata"
has "metadata" "$("$bt" prog show pinned "$pins/labelled")" "	metadata:" '		author = "somebody"' "		level = 3"
case $("$bt" -j prog show pinned "$pins/labelled") in
*'"metadata":{"author":"somebody","level":3}}'*) ok "metadata in JSON" ;;
*) bad "metadata in JSON" ;;
esac

printf 'sixteen bytes ..and more' >"$tmp/data"
same "run" "0000000	7369 7874 6565 6e20 6279 7465 7320 2e2e | sixteen  bytes ..
0000010	616e 6420 6d6f 7265                     | and more 
Return value: 2, duration (average): Nns" "$("$bt" prog run pinned "$pins/new" data_in "$tmp/data" data_out - repeat 3 |
	sed 's/: [0-9]*ns/: Nns/')"
same "the map after the runs" '[{"key":0,"value":3}]' "$("$bt" map dump id "$("$bt" -j prog show pinned "$pins/new" |
	sed 's/.*"map_ids":\[\([0-9]*\)\].*/\1/')" | tr -d ' \n')"
case $("$bt" -j prog run pinned "$pins/new" data_in "$tmp/data" data_out "$tmp/out") in
'{"retval":2,"duration":'[0-9]*'}') same "run in JSON" "$(cat "$tmp/data")" "$(cat "$tmp/out")" ;;
*) bad "run in JSON" ;;
esac
"$bt" prog pin pinned "$pins/new" "$pins/twin" && [ -e "$pins/twin" ] && ok "pin" || bad "pin"

"$bt" prog loadall "$tmp/streak.o" "$pins/all" type xdp map name streak_map pinned "$pins/nosuch" 2>/dev/null
same "a failed loadall leaves nothing" "no" "$([ -e "$pins/all" ] && echo yes || echo no)"
mkdir "$pins/full"; "$bt" prog pin pinned "$pins/new" "$pins/full/streak"
fails "a pin in the way" "can't pin BPF object: path '$pins/full/streak' already exists" \
	"$bt" prog loadall "$tmp/streak.o" "$pins/full" type xdp
same "what was there stays, nothing comes" "streak" "$(ls "$pins/full")"
"$bt" prog loadall "$tmp/streak.o" "$pins/all" type xdp pinmaps "$pins/all" &&
	same "loadall" "streak streak_map xdp_streak" "$(ls "$pins/all" | tr '\n' ' ' | sed 's/ $//')"
fails "reuse of a map that is not there" "unable to find map 'other'" \
	"$bt" prog load "$tmp/streak.o" "$pins/x" type xdp map name other pinned "$pins/all/streak_map"
fails "reuse of an index that is not there" "map idx '7' not used" \
	"$bt" prog load "$tmp/streak.o" "$pins/x" type xdp map idx 7 pinned "$pins/all/streak_map"

got=$("$bt" prog load "$tmp/refused.o" "$pins/x" type xdp 2>&1); code=$?
has "a refusal" "$code
$got" 255 "Error: failed to load program 'unchecked': R0 invalid mem access 'map_value_or_null'"
case $got in
*"*count = 1;"*"Hint: "*"NULL"*) ok "a refusal's source line and hint" ;;
*) bad "a refusal's source line and hint" "$got" ;;
esac

if "$bt" feature probe | grep -q 'program_type syscall is available'; then
	"$bt" -L prog load "$tmp/new.o" && ok "load by a loader program" || bad "load by a loader program"
else
	fails "what a loader program needs" "failed to load loader prog: this kernel has no programs of type syscall (5.14)" \
		"$bt" -L prog load "$tmp/new.o"
fi
fails "the loader's words" "unexpected argument: '$pins/x'" "$bt" -L prog load "$tmp/new.o" "$pins/x"

# Files that are no objects, or broken ones.
fails "no ELF" "failed to open object file $tmp/data: it is not an ELF file" "$bt" prog load "$tmp/data" "$pins/x"
fails "not for BPF" "failed to open object file $bt: it is not for BPF (compile with clang -target bpf)" \
	"$bt" prog load "$bt" "$pins/x"
fails "no file" "failed to open object file $tmp/nosuch: No such file or directory" "$bt" prog load "$tmp/nosuch" "$pins/x"
size=$(wc -c <"$tmp/new.o") crashed=
for n in 0 3 63 64 100 $((size / 2)) $((size - 64)) $((size - 1)); do
	head -c $n "$tmp/new.o" >"$tmp/cut.o"
	"$bt" prog load "$tmp/cut.o" "$pins/x" type xdp >/dev/null 2>&1
	[ $? = 255 ] || crashed="$crashed $n"
done
same "truncated objects" "" "$crashed"
i=0 crashed=
times=120
[ "${SONDE_TEST_NATIVE-1}" ] || times=12
while [ $i -lt $times ]; do
	for f in old new; do
		cp "$tmp/$f.o" "$tmp/hurt.o"
		printf "\\$(printf %o $((i * 37 % 256)))" | dd of="$tmp/hurt.o" bs=1 seek=$((i * 7919 % $(wc -c <"$tmp/$f.o"))) conv=notrunc 2>/dev/null
		"$bt" prog load "$tmp/hurt.o" "$pins/hurt$i$f" type xdp >/dev/null 2>&1
		case $? in 0 | 255) ;; *) crashed="$crashed $f$i" ;; esac
	done
	i=$((i + 1))
done
rm -f "$pins"/hurt*
same "objects with a byte changed" "" "$crashed"

fails "no such id" "get by id (4294967295): No such file or directory" "$bt" prog show id 4294967295
fails "no tag" "can't parse tag: 'xyz'" "$bt" prog show tag xyz
fails "what is no selector" "expected 'id', 'tag', 'name' or 'pinned', got: 'foo'?" "$bt" prog show foo
fails "a map's pin" "incorrect object type: map" "$bt" prog show pinned "$pins/all/streak_map"
fails "several for one" "several programs match this handle" "$bt" prog pin name counter "$pins/x"
fails "neither xlated nor jited" "expected 'xlated' or 'jited', got: foo" "$bt" prog dump foo
fails "a wrong type of program" "no type of program has the name 'nosuch'; give one by 'type'" \
	"$bt" prog load "$tmp/new.o" "$pins/x" type nosuch

timeout -s INT 2 "$bt" prog tracelog >/dev/null & tracer=$!
wait $tracer; code=$?
same "tracelog ends with a signal" "124" "$code"
"$bt" prog profile pinned "$pins/new" duration 1 cycles >"$tmp/profile" 2>&1; code=$?
case $code:$(cat "$tmp/profile") in
0:*cycles*|255:"Error: "*) ok "profile counts, or says what is missing" ;;
*) bad "profile" "$(cat "$tmp/profile")" ;;
esac

[ "$peer" ] || exit 0
# What another bpftool prints, but for what it does not know.
for form in '' -j -p; do
	for words in "show pinned $pins/old" "show pinned $pins/all/streak" "dump xlated pinned $pins/old opcodes" \
		"dump xlated pinned $pins/all/streak" "dump xlated pinned $pins/all/streak linum"; do
		# shellcheck disable=SC2086
		same "prog $form $words as the peer" "$("$peer" $form prog $words | sed '/"orphaned": false,/d; s/"orphaned":false,//')" \
			"$("$bt" $form prog $words | sed '/"orphaned": false,/d; s/"orphaned":false,//')"
	done
done
