#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Exit statuses: those of exit.table, and where there is another bpftool that it ends alike.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang ip unshare llvm-objcopy
own_network "$0"
need_cgroup

for name in pass types part_a part_b tasks refused; do object $name; done
echo text >"$tmp/text"; : >"$tmp/empty"; head -c 100 "$tmp/pass.o" >"$tmp/cut.o"; mkdir "$tmp/o"
llvm-objcopy -g "$tmp/pass.o" "$tmp/nobtf.o" && llvm-objcopy -R .BTF -R .BTF.ext "$tmp/nobtf.o"
ip link add veth0 type veth peer name veth1
load_all "$tmp/pass.o" "$pins"
xdp=$("$bt" prog show pinned "$pins/let_frames_pass" | awk -F: 'NR == 1 { print $1 }')
tc=$("$bt" prog show pinned "$pins/let_packets_pass" | awk -F: 'NR == 1 { print $1 }')

# map_new PIN TYPE [WORD...]
map_new() {
	map_pin=$1 map_type=$2; shift 2
	"$bt" map create "$pins/$map_pin" type "$map_type" value 4 entries 2 name "$map_pin" "$@" || bad "map create $map_pin"
}
map_new h hash key 4; map_new a array key 4; map_new pa prog_array key 4; map_new pe perf_event_array key 4
map_new frz array key 4; map_new q queue; map_new s stack; map_new inner array key 4
map_new aom array_of_maps key 4 inner_map pinned "$pins/inner"
"$bt" map create "$pins/rb" type ringbuf entries 4096 name rb || bad "map create rb"
"$bt" map freeze pinned "$pins/frz" || bad "map freeze"
h=$pins/h a=$pins/a

"${SONDE:-build/sonde}" -e 'rawtracepoint:sched_switch { @a = count(); } interval:s:600 { exit(); }' >/dev/null 2>"$tmp/sonde.err" &
sonde=$!
undo="kill $sonde 2>/dev/null; wait $sonde; umount $tmp/no-w 2>/dev/null; $undo"
i=0
while ! grep -q Attached "$tmp/sonde.err" && [ $i -lt 100 ]; do i=$((i + 1)); sleep 0.1; done
link=$("$bt" -j link show | sed 's/},{"id"/}\n{"id"/g' | sed -n "s/.*{\"id\":\([0-9]*\),.*\"pid\":$sonde,.*/\1/p" | head -n 1)

# status_of PROGRAM [OPTION]: of the words in hand; what a line before has left goes.
status_of() {
	[ ! -e "$pins/new" ] || rm -rf "$pins/new"
	[ ! -e "$pins/newdir" ] || rm -rf "$pins/newdir"
	eval "\"\$1\" ${2-} $words" >"$tmp/out" 2>"$tmp/err" </dev/null
	status=$?
}

# told: a failure is one message or a usage; in JSON it is one document, with the same status, and nothing else.
told() {
	case $words in -*) return ;; esac
	ours=$status
	case $(grep -c '^Error: ' "$tmp/err"):$(head -n 1 "$tmp/err"):$(cat "$tmp/out") in
	1:* | 0:Usage:* | 0::*"Not found" | 0:*:"Error: empty map") ;;
	*) bad "$words" "no message, or several: $(cat "$tmp/out" "$tmp/err")" ;;
	esac
	status_of "$bt" -j
	case $status:$(cat "$tmp/out"):$(cat "$tmp/err") in
	"$ours:{\"error\":\""*'"}:' | "$ours:null:" | "$ours:[{\"command\":"*'}]:') ;;
	*) bad "-j $words" "status $status, wanted $ours; or no document: $(cat "$tmp/out" "$tmp/err")" ;;
	esac
	status=$ours
}

n=0 asked=0
while read -r wanted words; do
	case $wanted in '' | '#') continue ;; esac
	n=$((n + 1))
	status_of "$bt"
	case "|${wanted%\*}|" in *"|$status|"*) ;; *) bad "$words" "status $status, wanted $wanted: $(head -n 1 "$tmp/err")"; continue ;; esac
	[ $status -eq 0 ] || told
	case $wanted in *\*) continue ;; esac
	[ "$peer" ] || continue
	asked=$((asked + 1))
	ours=$status
	status_of "$peer"
	[ $status -eq $ours ] || bad "$words" "the other bpftool ends with $status, not $ours: $(head -n 1 "$tmp/err")"
done <tests/inspect/exit.table
[ $n -gt 400 ] && ok "$n command lines end as they should" || bad "only $n command lines"
[ "$peer" ] && ok "$asked of them as the other bpftool" || skip "no other bpftool to compare exit statuses with"

# What cannot be written is told, but not to who stopped reading.
text=$($bt version 2>&1 >/dev/full)
same "a full disk is told" "Error: cannot write the output: No space left on device 255" "$text $?"
same "a closed output is told" "Error: cannot write the output: Bad file descriptor" "$($bt -j version 2>&1 >&-)"
