#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A talk's worth of commands, one after another as somebody would type them: a packet counter without and with
# BTF on a veth pair, then an application of three programs with tail calls.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang ip unshare python3
own_network "$0"

PATH=$tmp:$PATH
cp -r tests/inspect/walk "$tmp/echo" && cd "$tmp/echo" || exit
mkdir "$pins"
ip link add walk0 type veth peer name walk1
ip link set walk0 up
ip link set walk1 up
# Maps of these names that are there already, of an earlier run or of somebody else, would be taken for ours.
counter=counter_map table=call_table streaks=streak_map
for m in $counter $table $streaks; do
	bpftool map show name $m >/dev/null 2>&1 || continue
	own=_$(($$ % 100))
	counter=counter_map$own table=call_table$own streaks=streak_map$own
	sed -i "s/counter_map/$counter/; s/call_table/$table/; s/streak_map/$streaks/" ./*.c app/*.c
	break
done
# step WHAT COMMAND...: must succeed; its output is in $out.
step() {
	step_name=$1; shift
	if out=$("$@" 2>&1); then ok "$step_name"; else bad "$step_name" "$out"; fi
}
# seen TEXT: the last step's output holds it.
seen() {
	case $out in *"$1"*) ;; *) bad "$step_name" "no '$1' in: $out" ;; esac
}
# frames N: that many arrive at walk0, whatever else does.
frames() {
	python3 - "$1" <<'END'
import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("walk1", 0))
for i in range(int(sys.argv[1])):
    s.send(b"\xff" * 6 + b"\2\0\0\0\0\1" + b"\x88\xb5" + bytes(50))
END
}

# Without BTF.
compile ./counter.c counter_nobtf.o
step "load without BTF" bpftool prog load counter_nobtf.o "$pins/counter_nobtf" type xdp
step "list with pins" bpftool prog show --bpffs; seen "pinned $pins/counter_nobtf"
step "dump xlated" bpftool prog dump xlated pinned "$pins/counter_nobtf"; seen "map[id:"
case $(uname -m) in x86_64) step "dump jited" bpftool prog dump jited pinned "$pins/counter_nobtf"; seen "leave" ;; esac
step "list maps" bpftool map show; seen "name $counter"
step "dump a map" bpftool map dump name $counter; seen "key: 00 00 00 00  value: 00 00 00 00"

step "attach" bpftool net attach xdp pinned "$pins/counter_nobtf" dev walk0
step "network programs" bpftool net show; seen "walk0("
step "network programs, indented" bpftool -p net show; seen '"devname": "walk0"'
id=$(bpftool -j net show | python3 -c 'import json, sys
print([x["id"] for x in json.load(sys.stdin)[0]["xdp"] if x["devname"] == "walk0"][0])')
step "as ip sees it" ip link show dev walk0; seen "prog/xdp id $id"
frames 5
step "the counter counts" bpftool map dump name $counter
same "packets were counted" yes "$(echo "$out" | awk '/value:/ { print ($7 >= 5) ? "yes" : "no" }')"
step "detach" bpftool net detach xdp dev walk0
step "tracing programs" bpftool perf show

# Again, with BTF.
compile ./counter.c counter_btf.o -g -D BTF
step "load with BTF" bpftool prog load counter_btf.o "$pins/counter_btf" type xdp --debug; seen "libbpf: "
step "both programs of a name" bpftool prog dump xlated name counter; seen "int counter(struct xdp_md * ctx):"
step "attach again" bpftool net attach xdp pinned "$pins/counter_btf" dev walk0
frames 3
# pick KEY: of the counter's map that has BTF
pick() {
	bpftool map -j | python3 -c 'import json, sys
print([m[sys.argv[1]] for m in json.load(sys.stdin) if m.get("name") == sys.argv[2] and m.get("btf_id")][0])' "$1" "$counter"
}
step "the map with its types" bpftool map dump id "$(pick id)"; seen '"key": 0,'
step "detach again" bpftool net detach xdp dev walk0
step "its types" bpftool btf dump id "$(pick btf_id)"; seen "VAR '$counter'"
# Before 5.11 the kernel's own have neither number nor name.
step "all types" bpftool btf show
if bpftool btf dump file /sys/kernel/btf/vmlinux | grep -q "^	'kernel_btf' "; then seen "name [vmlinux]"; else seen "  prog_ids "; fi
rm "$pins/counter_nobtf"

# The application.
cd app || exit
step "what the kernel can" bpftool feature probe; seen "eBPF map_type lru_hash is available"
for i in *.c; do compile "./$i" "${i%.c}.o" -g; done
step "one object of many" bpftool gen object app.o counter.o entrypoint.o streak.o
# The old map goes away a while after the last pin of it.
i=0
while [ "$(bpftool -j map show name $counter | grep -o '"name"' | wc -l)" -gt 1 ] && [ $i -lt 50 ]; do i=$((i + 1)); sleep 0.1; done
step "load all" bpftool prog loadall app.o "$pins/app" type xdp map name $counter name $counter pinmaps "$pins/app"
same "what is pinned" "app_rodata $table $counter streak $streaks xdp_counter xdp_entrypoint xdp_streak" \
	"$(ls "$pins/app" | tr '\n' ' ' | sed 's/ $//')"
python3 -c 'print("\0"*16+"> Hello eCHO! <3", end="")' >"$tmp/data"
bpftool prog tracelog >"$tmp/log" & tracer=$!
entry="bpftool prog run pinned $pins/app/xdp_entrypoint data_in $tmp/data data_out - repeat"
# shellcheck disable=SC2086
step "a test run" $entry 3; seen "> Hello  eCHO! <3"; seen "Return value: 2, duration (average): "
step "an empty table" bpftool map dump name $table; seen "Found 0 elements"
step "a program into the table" bpftool map update name $table key 0 0 0 0 value pinned "$pins/app/xdp_counter"
before=$(bpftool map dump name $counter | sed -n 's/.*"value": //p')
# shellcheck disable=SC2086
step "a run of the counter" $entry 3
same "it counted" $((before + 3)) "$(bpftool map dump name $counter | sed -n 's/.*"value": //p')"
step "another program" bpftool map update name $table key 0 0 0 0 value pinned "$pins/app/xdp_streak"
# shellcheck disable=SC2086
step "a run of the streak" $entry 5
same "it counted by size" '[{"key":32,"value":5}]' "$(bpftool map dump name $streaks | tr -d ' \n')"
i=0
while ! grep -q 'counter: .* so far' "$tmp/log" && [ $i -lt 50 ]; do i=$((i + 1)); sleep 0.1; done
kill -INT $tracer 2>/dev/null; kill -TERM $tracer 2>/dev/null; wait $tracer; code=$?
same "the log ends well" 0 $code
same "the log has both programs' lines" yes "$(grep -q 'entrypoint: 32 bytes' "$tmp/log" && grep -q 'counter: .* so far' "$tmp/log" && echo yes)"
step "statistics" bpftool prog show; seen "name xdp_entrypoint"
bpftool prog profile pinned "$pins/app/xdp_entrypoint" duration 1 cycles instructions l1d_loads >"$tmp/profile" 2>&1; code=$?
case $code:$(cat "$tmp/profile") in
0:*run_cnt* | 255:"Error: "*) ok "profile" ;;
*) bad "profile" "$code $(cat "$tmp/profile")" ;;
esac
step "control flow" bpftool prog dump xlated name streak visual; seen 'digraph "DOT graph for eBPF program" {'
