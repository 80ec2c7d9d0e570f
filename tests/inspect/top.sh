#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# top: a program of ours that runs, with its place and its owner.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
sonde=$(realpath "${SONDE:-build/sonde}")
[ -e /sys/kernel/tracing/events ] || { skip "no tracefs"; exit 0; }
"$sonde" -e 'rawtracepoint:sys_enter { @ = count(); } begin { printf("ready\n"); }' >"$tmp/said" 2>&1 &
tracer=$!
undo="kill $tracer 2>/dev/null; wait $tracer 2>/dev/null"
n=0
until grep -q ready "$tmp/said" 2>/dev/null || [ $n -ge 100 ]; do
	sleep 0.1
	n=$((n + 1))
done
before=$(cat /proc/sys/kernel/bpf_stats_enabled)
text=$("$sonde" top 1 1) || skip "top does not run here: $text"
row=$(printf '%s\n' "$text" | grep " sys_enter .*sonde($tracer)")
if printf '%s\n' "$row" | grep -Eq '^ *[0-9.]+ +[1-9][0-9]* +[1-9][0-9]* +[0-9]+ raw_tracepoint +'; then
	ok "a row"
else
	printf '%s\n' "$text" | sed 's/^/# /'
	bad "a row"
fi
case $("$sonde" top 1 2 --json) in
'[{"seconds":'*'"attached":"sys_enter","cpu_percent":'*',"runs_per_second":'*',"average_ns":'*'{"pid":'$tracer',"comm":"sonde"}'*'},{"seconds":'*) ok "JSON" ;;
*) bad "JSON" ;;
esac
# Columns stand below their heads, whatever the names.
same "columns" "" "$(printf '%s\n' "$text" | awk '/ NAME / { at = index($0, "ATTACHED"); next }
	at && $5 == "raw_tracepoint" && substr($0, at - 1, 1) != " "')"

# Stopped by a signal it no longer lets the kernel count.
"$sonde" top 1 >/dev/null & top=$!
sleep 0.3
kill -INT $top; wait $top; code=$?
counted() { "$bt" prog show id "$1" | sed -n 's/.* run_cnt \([0-9]*\).*/\1/p'; }
id=$(printf '%s\n' "$row" | awk '{ print $4 }')
first=$(counted "$id")
sleep 0.2
if [ "$before" = 0 ]; then
	same "after SIGINT nothing is counted" "0 $first" "$code $(counted "$id")"
else
	skip "kernel.bpf_stats_enabled is on here"
fi
same "the switch is as it was" "$before" "$(cat /proc/sys/kernel/bpf_stats_enabled)"
fails "an interval" "can't parse 'soon' as interval" "$bt" top soon
