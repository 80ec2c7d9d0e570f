#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# struct_ops: a congestion control registered, shown, dumped and taken back.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang
object congest
if ! said=$("$bt" struct_ops register "$tmp/congest.o" 2>&1); then
	case $said in
	*"not supported"* | *"No such file"* | *"Operation not permitted"*) skip "no such operations here: $said" ;;
	*) printf '%s\n' "$said" | sed 's/^/# /'; bad "register" ;;
	esac
	exit 0
fi
id=${said##* }
undo="\"$bt\" struct_ops unregister id $id 2>/dev/null"
same "register" "Registered tcp_congestion_ops sonde_test id $id" "$said"
has "it is there" "$(tr ' ' '\n' </proc/sys/net/ipv4/tcp_available_congestion_control)" sonde_test
same "show" "$(printf '%s: %-15s %-32s' "$id" sonde_test tcp_congestion_ops)" "$("$bt" struct_ops show name sonde_test)"
same "JSON" '[{"id":'"$id"',"name":"sonde_test","kernel_struct_ops":"tcp_congestion_ops"}]' \
	"$("$bt" -j struct_ops show id "$id")"
dump=$("$bt" struct_ops dump id "$id")
case $dump in
*'"bpf_map_info": {'*'"bpf_struct_ops_tcp_congestion_ops": {'*'threshold/prog_id:'*'"name": "sonde_test"'*) ok "dump" ;;
*) printf '%s\n' "$dump" | head -n 30 | sed 's/^/# /'; bad "dump" ;;
esac
if [ "$peer" ]; then
	same "show as the peer" "$("$peer" struct_ops show)" "$("$bt" struct_ops show)"
	same "JSON as the peer" "$("$peer" -j struct_ops show)" "$("$bt" -j struct_ops show)"
fi
fails "no such name" "no struct_ops found for nothing_of_it" "$bt" struct_ops show name nothing_of_it
same "unregister" "Unregistered tcp_congestion_ops sonde_test id $id" \
	"$("$bt" struct_ops unregister name sonde_test 2>&1)"
same "it is gone" "" "$(tr ' ' '\n' </proc/sys/net/ipv4/tcp_available_congestion_control | grep sonde_test)"
