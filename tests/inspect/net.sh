#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# net: attach, show and detach on a veth pair in a network namespace of its own.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang ip unshare
own_network "$0"

object pass
ip link add veth0 type veth peer name veth1
ip link set veth0 up
ip link set veth1 up
i0=$(cat /proc/self/net/dev_snmp6/veth0 2>/dev/null | awk '/^ifIndex/ { print $2 }')
i1=$(cat /proc/self/net/dev_snmp6/veth1 2>/dev/null | awk '/^ifIndex/ { print $2 }')
load_all "$tmp/pass.o" "$pins"
xdp=$("$bt" prog show pinned "$pins/let_frames_pass" | awk -F: 'NR == 1 { print $1 }')
tc=$("$bt" prog show pinned "$pins/let_packets_pass" | awk -F: 'NR == 1 { print $1 }')

same "nothing attached" "xdp:

tc:

flow_dissector:

netfilter:" "$("$bt" net show)"

"$bt" net attach xdp pinned "$pins/let_frames_pass" dev veth0 || bad "attach xdp"
"$bt" net attach xdpgeneric id "$xdp" dev veth1 || bad "attach xdpgeneric"
has "xdp in two modes" "$("$bt" net show)" "veth0($i0) driver id $xdp" "veth1($i1) generic id $xdp"
same "one device" "veth1($i1) generic id $xdp" "$("$bt" net show dev veth1 | grep id)"
fails "a second program" "interface xdp attach failed: Device or resource busy" \
	"$bt" net attach xdp id "$xdp" dev veth0
same "a second program in JSON" '{"error":"interface xdp attach failed: Device or resource busy"}' \
	"$("$bt" -j net attach xdp id "$xdp" dev veth0)"
"$bt" net attach xdp id "$xdp" dev veth0 overwrite && ok "overwrite" || bad "overwrite"

if "$bt" net attach tcx_ingress id "$tc" dev veth0 2>"$tmp/tcx"; then
	"$bt" net attach tcx_egress id "$tc" dev veth0 prepend || bad "attach tcx_egress"
	has "tcx" "$("$bt" net show)" "veth0($i0) tcx/ingress let_packets_pass prog_id $tc " \
		"veth0($i0) tcx/egress let_packets_pass prog_id $tc "
	case $("$bt" -j net show dev veth0) in
	*'"kind":"tcx/ingress","name":"let_packets_pass","prog_id":'$tc',"prog_flags":[],"link_id":0,"link_flags":[]}'*)
		ok "tcx in JSON" ;;
	*) bad "tcx in JSON" ;;
	esac
	"$bt" net detach tcx_ingress dev veth0 && "$bt" net detach tcx_egress dev veth0 || bad "detach tcx"
elif grep -q 'Invalid argument' "$tmp/tcx"; then
	skip "no tcx in this kernel"
else
	bad "tcx" "$(cat "$tmp/tcx")"
fi

if command -v tc >/dev/null && tc qdisc add dev veth0 clsact 2>/dev/null; then
	tc filter add dev veth0 ingress bpf da pinned "$pins/let_packets_pass"
	has "clsact" "$("$bt" net show)" "veth0($i0) clsact/ingress let_packets_pass:[*fsobj] id $tc"
fi

# The same objects as another bpftool sees them, but for what it does not know.
if [ "$peer" ]; then
	for form in '' -j; do
		same "net show $form as the peer" "$("$peer" $form net show)" "$("$bt" $form net show |
			sed 's/,"netfilter":\[\]//; /^netfilter:$/,$d' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}')"
	done
fi

"$bt" net detach xdp dev veth0 && "$bt" net detach xdpgeneric dev veth1 || bad "detach xdp"
same "all detached" "" "$("$bt" net show | grep generic)"
fails "no such device" "invalid devname nosuch0" "$bt" net show dev nosuch0
fails "no such type" "invalid net attach/detach type: sideways" "$bt" net attach sideways id "$xdp" dev veth0
fails "prepend is for tcx" "'prepend' is only supported for tcx_ingress/tcx_egress" \
	"$bt" net attach xdp id "$xdp" dev veth0 prepend
case $("$bt" net detach tcx_egress dev veth0 2>&1) in
"Error: interface tcx_egress detach failed: "*) ok "nothing to detach" ;;
*) bad "nothing to detach" ;;
esac
