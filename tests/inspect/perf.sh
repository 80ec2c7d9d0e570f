#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# perf: what a tracer of ours holds on a raw tracepoint.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
[ -e /sys/kernel/tracing/events ] || { skip "no tracefs"; exit 0; }

"$(realpath "${SONDE:-build/sonde}")" -e 'rawtracepoint:sched_process_fork /pid == 1/ { @ = count(); } begin { printf("ready\n"); }' \
	>"$tmp/said" 2>&1 &
tracer=$!
undo="kill $tracer 2>/dev/null; wait $tracer 2>/dev/null"
n=0
until grep -q ready "$tmp/said" 2>/dev/null || [ $n -ge 100 ]; do
	sleep 0.1
	n=$((n + 1))
done
text=$("$bt" perf show | grep "^pid $tracer ")
if printf '%s\n' "$text" | grep -Eq "^pid $tracer  fd [0-9]+: prog_id [0-9]+  raw_tracepoint  sched_process_fork$"; then
	ok "a tracepoint"
else
	printf '%s\n' "$text" | sed 's/^/# /'
	bad "a tracepoint"
fi
json=$("$bt" -j perf show)
case $json in
*'{"pid":'$tracer',"fd":'*',"prog_id":'*',"fd_type":"'*'tracepoint","tracepoint":"sched_process_fork"}'*) ok "JSON" ;;
*) bad "JSON" ;;
esac
if [ "$peer" ]; then
	same "as the peer" "$("$peer" perf show | grep "^pid $tracer ")" "$text"
fi
same "a word too many" "Warning: ignored: 'all'" "$("$bt" perf show all 2>&1 >/dev/null)"
