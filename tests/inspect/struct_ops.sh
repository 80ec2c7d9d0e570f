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

# Operations that a link keeps (Linux 6.4), which libbpf 1.1 does not know.
object congest -DLINK
has "its skeleton" "$("$bt" gen skeleton "$tmp/congest.o")" "		struct bpf_map *sonde_link;" "	struct {" "	} struct_ops;"
mkdir "$pins"
if ! said=$("$bt" struct_ops register "$tmp/congest.o" "$pins/links" 2>&1); then
	case $said in
	*"Invalid argument"* | *"Operation not supported"*) skip "no links of operations here: $said" ;;
	*) bad "register with a link" "$said" ;;
	esac
	same "nothing is left then" "" "$(ls "$pins")"
	exit 0
fi
link=${said##* } map=$(printf '%s\n' "$said" | sed 's/.* map id \([0-9]*\) .*/\1/')
same "register with a link" "Registered tcp_congestion_ops sonde_link map id $map link id $link" "$said"
same "the link" "$link: struct_ops  map $map  " "$("$bt" link show pinned "$pins/links/sonde_link")"
same "the link in JSON" '{"id":'"$link"',"type":"struct_ops","prog_id":0,"map_id":'"$map}" "$("$bt" -j link show id "$link")"
available() { tr ' ' '\n' </proc/sys/net/ipv4/tcp_available_congestion_control | grep sonde_link; }
same "it is there, too" sonde_link "$(available)"
"$bt" link detach id "$link" || bad "detach"
same "it is detached" "" "$(available)"
same "the link has no map" "$link: struct_ops  map 0  " "$("$bt" link show id "$link")"
rm "$pins/links/sonde_link"
said=$("$bt" struct_ops register "$tmp/congest.o" 2>&1)
same "without a pin it goes with us" "" "$(available)"
