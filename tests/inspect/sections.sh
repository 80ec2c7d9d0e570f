#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# sections: names of sections that the packaged libbpf does not know, and some that it does.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang
mkdir "$pins"

# section NAME TYPE SINCE: from that release on the kernel has such programs.
section() {
	kernel_from "$3" || { skip "$1: programs of Linux $3"; return; }
	object section -DSECTION="\"$1\""
	if "$bt" prog load "$tmp/section.o" "$pins/section" 2>"$tmp/err"; then
		same "$1" "$2  name f" "$("$bt" prog show pinned "$pins/section" | sed -n '1s/^[0-9]*: \(.*name f\).*/\1/p')"
		rm "$pins/section"
	else
		bad "$1" "$(cat "$tmp/err")"
	fi
}

section xdp xdp 4.8
section tcx/ingress sched_cls 6.6
section tcx/egress sched_cls 6.6
section netkit/primary sched_cls 6.7
section netkit/peer sched_cls 6.7
section netfilter netfilter 6.4
section uprobe.multi//bin/true:main kprobe 6.6
section uretprobe.multi kprobe 6.6
section uprobe.multi.s kprobe 6.6
section uprobe.session kprobe 6.13
section cgroup/connect_unix cgroup_sock_addr 6.7
section cgroup/sendmsg_unix cgroup_sock_addr 6.7
section cgroup/recvmsg_unix cgroup_sock_addr 6.7
section cgroup/getpeername_unix cgroup_sock_addr 6.7
section cgroup/getsockname_unix cgroup_sock_addr 6.7
section kprobe.session/do_nanosleep kprobe 6.10

# Links of many probes, which the packaged libbpf does not make.
# multi SECTION: an object for the functions of $tmp/kinds.
multi() { clang -O2 -g -target bpf -DSECTION="\"$1\"" -c tests/inspect/progs/section.c -o "$tmp/section.o" || bad "$1"; }
host_program kinds
if "$tmp/kinds" "$pins/section" uprobes 1 >"$tmp/places" 2>"$tmp/err"; then
	rm "$pins/section"
	read -r first second semaphore <"$tmp/places"
	multi "uretprobe.multi/$tmp/kinds:second_plac?"
	"$bt" prog load "$tmp/section.o" "$pins/section" autoattach || bad "autoattach of uretprobe.multi"
	case $("$bt" -j link show pinned "$pins/section") in
	*'"retprobe":true,"path":"'"$tmp/kinds"'","func_cnt":1,"pid":0,"funcs":[{"offset":'"$second"',"ref_ctr_offset":0,"cookie":0}]}') ok "a link of uretprobe.multi" ;;
	*) bad "a link of uretprobe.multi" "$("$bt" -j link show pinned "$pins/section")" ;;
	esac
	rm -f "$pins/section"
	if kernel_from 6.13; then
		multi "uprobe.session/$tmp/kinds:*s*_place"
		"$bt" prog load "$tmp/section.o" "$pins/section" autoattach || bad "autoattach of uprobe.session"
		case $("$bt" -j link show pinned "$pins/section") in
		*'"type":"uprobe_multi"'*'"retprobe":false,"path":"'"$tmp/kinds"'","func_cnt":2,'*) ok "a link of uprobe.session" ;;
		*) bad "a link of uprobe.session" "$("$bt" -j link show pinned "$pins/section")" ;;
		esac
		"$bt" link show pinned "$pins/section" | grep -q "uprobe.multi  path $tmp/kinds  func_cnt 2" &&
			ok "the session in text" || bad "the session in text" "$("$bt" link show pinned "$pins/section")"
		id=$("$bt" link show pinned "$pins/section" | sed -n '1s/:.*//p')
		rm -f "$pins/section"
		gone "the session is gone with its pin" "$bt" link show id "$id"
	else
		skip "a link of uprobe.session: Linux 6.13"
	fi
	multi "uprobe.multi/$tmp/kinds:no_such_*"
	fails "no such function" "no function of $tmp/kinds is like 'no_such_*'" "$bt" prog load "$tmp/section.o" "$pins/section" autoattach
	multi "uprobe.multi/$tmp/kinds"
	fails "no function" "'$tmp/kinds' should be PROGRAM:FUNCTION" "$bt" prog load "$tmp/section.o" "$pins/section" autoattach
	same "nothing is left then" no "$([ -e "$pins/section" ] && echo yes || echo no)"
else
	skip "uprobe.multi: $(cat "$tmp/err")"
fi

object section -DSECTION='"uprobe.multiple"'
fails "no such section" "no type of program has the name 'uprobe.multiple'; give one by 'type'" \
	"$bt" prog load "$tmp/section.o" "$pins/section"
"$bt" prog load "$tmp/section.o" "$pins/section" type tcx/egress && ok "a type by its newer name" || bad "a type by its newer name"
