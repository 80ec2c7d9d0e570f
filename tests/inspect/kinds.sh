#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# kinds: links of every kind, made by raw bpf(2): text, JSON, detach. Those of operations: struct_ops.sh.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang gcc ip unshare
own_network "$0"
host_program kinds
need_cgroup
mkdir "$pins"
ip link add veth0 type veth peer name veth1 || bad "veth"
index=$(ip -o link show dev veth0 | cut -d: -f1)

# made SINCE WHAT KIND [WORD]: a link; from that release on the kernel tells all of it. False: it cannot be made.
made() {
	since=$1 thing=$2; shift 2
	kernel_from "$since" || { skip "$thing: the kernel tells all of it from $since on"; return 1; }
	"$tmp/kinds" "$pins/link" "$@" >"$tmp/places" 2>"$tmp/err"
	case $? in
	0) read -r first second semaphore <"$tmp/places" ;;
	2) skip "$thing: $(cat "$tmp/err")"; return 1 ;;
	*) bad "$thing" "$(cat "$tmp/err")"; return 1 ;;
	esac
}

# shows TEXT JSON: of the link, without its id; P is for the program's, T and B for a target's.
shows() {
	same "$thing" "$1" "$("$bt" link show pinned "$pins/link" | sed -e '1s/^[0-9]*: //; s/  prog [0-9]*/  prog P/' \
		-e 's/target_obj_id [1-9][0-9]*  target_btf_id [1-9][0-9]*/target_obj_id T  target_btf_id B/; s/[[:space:]]*$//')"
	same "$thing in JSON" "$2" "$("$bt" -j link show pinned "$pins/link" | sed -e 's/{"id":[0-9]*,/{/; s/"prog_id":[0-9]*/"prog_id":P/' \
		-e 's/"target_obj_id":[1-9][0-9]*,"target_btf_id":[1-9][0-9]*/"target_obj_id":T,"target_btf_id":B/')"
}

# stays: the kernel does not detach such a link.
stays() {
	fails "$thing stays" "failed link detach: Operation not supported" "$bt" link detach pinned "$pins/link"
	rm "$pins/link"
}

# goes TEXT: what is left of a detached link.
goes() {
	"$bt" link detach pinned "$pins/link" || bad "$thing: detach"
	same "$thing, detached" "	$1" "$("$bt" link show pinned "$pins/link" | sed -n '2s/[[:space:]]*$//p')"
	rm "$pins/link"
}

if made 6.18 "raw tracepoint with a cookie" raw_tracepoint; then
	shows "raw_tracepoint  prog P
	tp 'sched_switch'  cookie 77" '{"type":"raw_tracepoint","prog_id":P,"tp_name":"sched_switch","cookie":77}'
	stays
fi
if made 6.9 tracepoint tracepoint; then
	shows "perf_event  prog P
	tracepoint sched_switch  cookie 78" '{"type":"perf_event","prog_id":P,"tracepoint":"sched_switch","cookie":78}'
	stays
fi
for event in "software:cpu-clock 1:0" "software:task-clock 1:1" "software:page-faults 1:2" "hardware:cpu-cycles 0:0" \
	"hw-cache:LLC-load-misses 3:0x10002"; do
	if made 6.9 "${event% *}" counter "${event#* }"; then
		shows "perf_event  prog P
	event ${event% *}  cookie 78" "{\"type\":\"perf_event\",\"prog_id\":P,\"event_type\":\"${event%%:*}\",\"event_config\":\"$(
			event=${event% *}; echo "${event#*:}")\",\"cookie\":78}"
		stays
	fi
done

file='"file":"'$tmp/kinds'"'
if made 6.16 uprobe uprobe 0; then
	shows "perf_event  prog P
	uprobe $tmp/kinds+$(printf '%#x' "$first")  cookie 78" \
		'{"type":"perf_event","prog_id":P,"retprobe":false,'"$file"',"offset":'"$first"',"cookie":78,"ref_ctr_offset":0}'
	stays
fi
if made 6.16 uretprobe uprobe 1; then
	shows "perf_event  prog P
	uretprobe $tmp/kinds+$(printf '%#x' "$first")  cookie 78" \
		'{"type":"perf_event","prog_id":P,"retprobe":true,'"$file"',"offset":'"$first"',"cookie":78,"ref_ctr_offset":0}'
	stays
fi
if made 6.16 "uprobe with a semaphore" uprobe s; then
	shows "perf_event  prog P
	uprobe $tmp/kinds+$(printf '%#x' "$second")  cookie 78  ref_ctr_offset $(printf '%#x' "$semaphore")" \
		'{"type":"perf_event","prog_id":P,"retprobe":false,'"$file"',"offset":'"$second"',"cookie":78,"ref_ctr_offset":'"$semaphore}"
	stays
fi

# address_of SYMBOL
address_of() { awk -v s="$1" '$3 == s { print $1; exit }' /proc/kallsyms; }
for form in "0 kprobe false" "1 kretprobe true"; do
	set -- $form
	if made 6.9 "$2" kprobe "$1"; then
		at=$(address_of do_nanosleep)
		shows "perf_event  prog P
	$2 $at do_nanosleep  cookie 78" '{"type":"perf_event","prog_id":P,"retprobe":'"$3"',"addr":'"$(printf %u "0x$at")"',"func":"do_nanosleep","offset":0,"missed":0,"cookie":78}'
		stays
	fi
done

for form in "0 uprobe false 6.8" "1 uretprobe true 6.8" "s uprobe false 6.13"; do
	set -- $form
	if made "$4" "$2.multi ($1)" uprobes "$1"; then
		shows "uprobe_multi  prog P
	$2.multi  path $tmp/kinds  func_cnt 2  pid $$
	offset             ref_ctr_offset     cookies
$(printf '\t0x%-16x 0x%-16x 0x%x\n\t0x%-16x 0x%-16x 0x%x' "$first" 0 81 "$second" "$semaphore" 82)" \
			'{"type":"uprobe_multi","prog_id":P,"retprobe":'"$3"',"path":"'"$tmp/kinds"'","func_cnt":2,"pid":'"$$"',"funcs":[{"offset":'"$first"',"ref_ctr_offset":0,"cookie":81},{"offset":'"$second"',"ref_ctr_offset":'"$semaphore"',"cookie":82}]}'
		stays
	fi
done

for form in "0 kprobe false 6.9" "1 kretprobe true 6.9" "s kprobe false 6.10"; do
	set -- $form
	if made "$4" "$2.multi ($1)" kprobes "$1"; then
		sleeps=$(address_of hrtimer_nanosleep) does=$(address_of do_nanosleep)
		low="$sleeps 5c               hrtimer_nanosleep" high="$does 5b               do_nanosleep"
		low_json='{"addr":'$(printf %u "0x$sleeps")',"func":"hrtimer_nanosleep","module":null,"cookie":92}'
		high_json='{"addr":'$(printf %u "0x$does")',"func":"do_nanosleep","module":null,"cookie":91}'
		shows "kprobe_multi  prog P
	$2.multi  func_cnt 2
	addr             cookie           func [module]
$(printf '\t%s  \n' "$low" "$high" | sort | sed 's/ *$//')" \
			'{"type":"kprobe_multi","prog_id":P,"retprobe":'"$3"',"func_cnt":2,"missed":0,"funcs":['"$(
				printf '%s\n' "$low_json" "$high_json" | sort | paste -sd ,)"']}'
		stays
	fi
done

if made 5.9 xdp xdp veth0; then
	shows "xdp  prog P
	ifindex veth0($index)" '{"type":"xdp","prog_id":P,"devname":"veth0","ifindex":'"$index}"
	goes "ifindex (detached)"
fi
if made 6.6 tcx tcx veth0; then
	shows "tcx  prog P
	ifindex veth0($index)  attach_type tcx_egress" \
		'{"type":"tcx","prog_id":P,"devname":"veth0","ifindex":'"$index"',"attach_type":"tcx_egress"}'
	id=$("$bt" link show pinned "$pins/link" | sed -n '1s/:.*//p') prog=$("$bt" link show pinned "$pins/link" | sed -n '1s/.*prog \([0-9]*\).*/\1/p')
	has "tcx in net show" "$("$bt" net show)" "veth0($index) tcx/egress kind prog_id $prog link_id $id "
	goes "ifindex (detached)  attach_type tcx_egress"
fi
if ip link add pair type netkit 2>"$tmp/err"; then
	pair=$(ip -o link show dev pair | cut -d: -f1)
	if made 6.7 netkit netkit pair; then
		shows "netkit  prog P
	ifindex pair($pair)  attach_type netkit_primary" \
			'{"type":"netkit","prog_id":P,"devname":"pair","ifindex":'"$pair"',"attach_type":"netkit_primary"}'
		id=$("$bt" link show pinned "$pins/link" | sed -n '1s/:.*//p') prog=$("$bt" link show pinned "$pins/link" | sed -n '1s/.*prog \([0-9]*\).*/\1/p')
		has "netkit in net show" "$("$bt" net show)" "pair($pair) netkit/primary kind prog_id $prog link_id $id "
		case $("$bt" -j net show) in
		*'{"devname":"pair","ifindex":'$pair',"kind":"netkit/primary","name":"kind","prog_id":'$prog',"prog_flags":[],"link_id":'$id',"link_flags":[]}'*) ok "netkit in net show, JSON" ;;
		*) bad "netkit in net show, JSON" "$("$bt" -j net show)" ;;
		esac
		goes "ifindex (detached)  attach_type netkit_primary"
	fi
else
	skip "netkit: $(cat "$tmp/err")"
fi
for form in "2:1 ip input" "10:4 ip6 postrouting"; do
	set -- $form
	if made 6.4 "netfilter $2" netfilter "$1"; then
		shows "netfilter  prog P
	$2 $3 prio -5" '{"type":"netfilter","prog_id":P,"pf":'"${1%:*}"',"hook":'"${1#*:}"',"prio":-5,"flags":0}'
		has "netfilter $2 in net show" "$("$bt" net show | sed 's/prog_id [0-9]*/prog_id P/; s/[[:space:]]*$//')" "	$2 $3 prio -5 prog_id P"
		goes "$2 $3 prio -5"
	fi
done

"$bt" map create "$pins/sockets" type sockmap key 4 value 8 entries 2 name sockets || bad "map create"
map=$("$bt" map show pinned "$pins/sockets" | sed -n '1s/:.*//p')
if made 6.10 sockmap sockmap "$pins/sockets"; then
	shows "sockmap  prog P
	map_id $map  attach_type sk_skb_verdict" '{"type":"sockmap","prog_id":P,"map_id":'"$map"',"attach_type":"sk_skb_verdict"}'
	goes "map_id 0  attach_type sk_skb_verdict"
fi
if made 5.7 cgroup cgroup "$cgroup"; then
	id=$(stat -c %i "$cgroup")
	shows "cgroup  prog P
	cgroup_id $id  attach_type cgroup_inet_egress" '{"type":"cgroup","prog_id":P,"cgroup_id":'"$id"',"attach_type":"cgroup_inet_egress"}'
	goes "cgroup_id 0  attach_type cgroup_inet_egress"
fi
if made 5.9 netns netns; then
	id=$(stat -L -c %i /proc/self/ns/net)
	shows "netns  prog P
	netns_ino $id  attach_type sk_lookup" '{"type":"netns","prog_id":P,"netns_ino":'"$id"',"attach_type":"sk_lookup"}'
	goes "netns_ino 0  attach_type sk_lookup"
fi

object tasks
if "$bt" prog load "$tmp/tasks.o" "$pins/tasks" 2>/dev/null && made 6.1 "iterator of one task" task "$pins/tasks"; then
	shows "iter  prog P  target_name task  tid 1" '{"type":"iter","prog_id":P,"target_name":"task","tid":1}'
	stays
fi
object cgroups
if "$bt" prog load "$tmp/cgroups.o" "$pins/cgroups" 2>/dev/null && made 6.1 "iterator of control groups" cgroup_iter "$pins/cgroups:$cgroup"; then
	id=$(stat -c %i "$cgroup")
	shows "iter  prog P  target_name cgroup  cgroup_id $id  order descendants_pre" \
		'{"type":"iter","prog_id":P,"target_name":"cgroup","cgroup_id":'"$id"',"order":"descendants_pre"}'
	stays
fi
object nanosleep
if "$bt" prog load "$tmp/nanosleep.o" "$pins/nanosleep" 2>"$tmp/err"; then
	if made 6.15 "fentry with a cookie" function "$pins/nanosleep"; then
		shows "tracing  prog P
	prog_type tracing  attach_type trace_fentry
	target_obj_id T  target_btf_id B
	cookie 79" '{"type":"tracing","prog_id":P,"prog_type":"tracing","attach_type":"trace_fentry","target_obj_id":T,"target_btf_id":B,"cookie":79}'
		stays
	fi
else
	case $(cat "$tmp/err") in
	"Error: failed to load object file: prog 'on_nanosleep': "*) skip "$(cat "$tmp/err")" ;;
	*) bad "fentry" "$(cat "$tmp/err")" ;;
	esac
fi
