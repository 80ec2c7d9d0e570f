#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# link: those of a script that runs, and one that prog load pins.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang

mkdir "$pins"; : >"$tmp/sonde.err"
"${SONDE:-build/sonde}" -e 'rawtracepoint:sched_switch { @a = count(); } tracepoint:sched:sched_wakeup { @b = count(); }
	interval:s:60 { exit(); }' >/dev/null 2>"$tmp/sonde.err" &
sonde=$!
undo="kill $sonde 2>/dev/null; wait $sonde; $undo"
i=0
while ! grep -q Attached "$tmp/sonde.err" && [ $i -lt 100 ]; do i=$((i + 1)); sleep 0.1; done

# link_of PATTERN: the id of the link of our process whose JSON holds the text.
link_of() { "$bt" -j link show | sed 's/},{"id"/}\n{"id"/g' | grep "\"pid\":$sonde," | sed -n "s/.*{\"id\":\([0-9]*\),.*$1.*/\1/p" | head -n 1; }
raw=$(link_of '"tp_name":"sched_switch"')
event=$(link_of '"type":"perf_event"')
if [ ! "$raw" ]; then bad "a raw tracepoint's link" "$("$bt" link show)"; exit 1; fi
has "raw tracepoint" "$("$bt" link show id "$raw")" "	tp 'sched_switch'  " "	pids sonde($sonde)"
"$bt" link pin id "$raw" "$pins/raw" && [ -e "$pins/raw" ] && ok "pin" || bad "pin"
has "show where it is pinned" "$("$bt" -f link show pinned "$pins/raw")" "	pinned $pins/raw"
same "one link is an object" "{\"id\":$raw,\"type\":\"raw_tracepoint\"" "$("$bt" -j link show id "$raw" | cut -d , -f 1-2)"
if [ "$event" ]; then
	case $("$bt" link show id "$event") in
	"$event: perf_event  prog "[0-9]*"  "*) ok "perf event" ;;
	*) bad "perf event" "$("$bt" link show id "$event")" ;;
	esac
fi
fails "detach of what cannot be" "failed link detach: Operation not supported" "$bt" link detach id "$raw"
fails "detach without a link" "link specifier is invalid or missing" "$bt" link detach
fails "no such link" "get link by id (4294967295): No such file or directory" "$bt" link show id 4294967295
fails "what is no selector" "expected 'id' or 'pinned', got: 'name'?" "$bt" link show name x

# A program that attaches itself: the pin is a link's, and lives on.
cat >"$tmp/auto.c" <<'END'
#define SEC(name) __attribute__((section(name), used))
SEC("raw_tracepoint/sched_wakeup") int on_wakeup(void *ctx) { return 0; }
char LICENSE[] SEC("license") = "GPL";
END
compile "$tmp/auto.c" "$tmp/auto.o" -g
"$bt" prog load "$tmp/auto.o" "$pins/auto" autoattach || bad "load autoattach"
has "autoattach" "$("$bt" link show pinned "$pins/auto")" "	tp 'sched_wakeup'  "
rm -f "$pins/auto"
