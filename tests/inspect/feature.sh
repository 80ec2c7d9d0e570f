#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# feature: the forms of its output, and that they agree with each other and with a peer.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh

text=$("$bt" feature probe)
has "sections" "$text" "Scanning system configuration..." "bpf() syscall is available" \
	"eBPF map_type hash is available" "eBPF helpers supported for program type xdp:" \
	"Bounded loop support is available"
helpers() { awk -v type="$1:" '/^eBPF helpers/ { on = $NF == type } on && /\t- / { print $2 }'; }
xdp=$(printf '%s\n' "$text" | helpers xdp)
has "helpers of XDP" "$xdp" bpf_map_lookup_elem bpf_redirect bpf_xdp_adjust_head
kprobe=$(printf '%s\n' "$text" | helpers kprobe)
has "helpers of kprobes" "$kprobe" bpf_get_current_comm bpf_probe_read_kernel
case $kprobe in
*bpf_xdp_adjust_head* | *bpf_skb_store_bytes*) bad "a kprobe does not handle packets" ;;
*) ok "a kprobe does not handle packets" ;;
esac
same "a warning of the kernel is not asked for" "" "$(printf '%s\n' "$xdp" | grep trace_printk)"
has "unless in full" "$("$bt" feature probe full | helpers xdp)" bpf_trace_printk

has "macros" "$("$bt" feature probe macros prefix MY_)" "#define MY_HAVE_BPF_SYSCALL" \
	"#define MY_HAVE_HASH_MAP_TYPE" "#define MY_BPF__PROG_TYPE_xdp__HELPER_bpf_redirect 1" \
	"#define MY_BPF__PROG_TYPE_kprobe__HELPER_bpf_redirect 0"
if command -v "${CC:-cc}" >/dev/null; then
	"$bt" feature probe macros >"$tmp/features.h"
	printf '#include "features.h"\n#if !HAVE_PROG_TYPE_HELPER(xdp, bpf_redirect)\n#error\n#endif\nint x;\n' >"$tmp/x.c"
	"${CC:-cc}" -c -o "$tmp/x.o" "$tmp/x.c" && ok "macros compile" || bad "macros compile"
fi
json=$("$bt" -j feature probe)
for part in '"syscall_config":{"have_bpf_syscall":true}' '"have_hash_map_type":true' \
	'"xdp_available_helpers":["bpf_map_lookup_elem",' '"have_bounded_loops":true'; do
	case $json in
	*"$part"*) ok "JSON $part" ;;
	*) bad "JSON $part" ;;
	esac
done
# One that knows the same helpers and types says the same, but for options that kernels no longer have.
if [ "$peer" ] && [ "$("$peer" feature list_builtins helpers)" = "$("$bt" feature list_builtins helpers)" ]; then
	for words in "feature probe" "-p feature probe" "feature probe full" "feature probe macros prefix X_" "feature probe dev lo" \
		"feature list_builtins prog_types" "feature list_builtins map_types" "feature list_builtins attach_types" \
		"feature list_builtins link_types" "-j feature list_builtins helpers"; do
		# shellcheck disable=SC2086
		same "$words as the peer" "$("$peer" $words)" "$("$bt" $words | grep -v CONFIG_BPFILTER)"
	done
fi
# A peer may know fewer types, and take helpers of other types of programs for available.
if [ "$peer" ]; then
	# Where the kernel's options cannot be read, some say that none is set.
	"$peer" feature probe 2>/dev/null | grep -v -e '- bpf_' -e '^$' -e '^CONFIG_.* is not set' >"$tmp/peer"
	printf '%s\n' "$text" >"$tmp/text"
	same "every line of a peer" "" "$(grep -vxFf "$tmp/text" "$tmp/peer" | grep -v 'Could not determine')"
fi

has "types by name" "$("$bt" feature list_builtins prog_types)" unspec kprobe xdp netfilter
has "maps by name" "$("$bt" feature list_builtins map_types)" hash arena
same "helpers by name" '["bpf_unspec","bpf_map_lookup_elem",' \
	"$("$bt" -j feature list_builtins helpers | cut -c1-36)"
fails "no such group" \
	"expected 'prog_types', 'map_types', 'attach_types', 'link_types' or 'helpers', got: colours" \
	"$bt" feature list_builtins colours
fails "two components" "component to probe already specified" "$bt" feature probe kernel dev lo
fails "a prefix of nothing" "'prefix' argument can only be use after 'macros'" "$bt" feature probe prefix X
fails "no such device" "unrecognized netdevice 'nosuch0': No such device" "$bt" feature probe dev nosuch0
