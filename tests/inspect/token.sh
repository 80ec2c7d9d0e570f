#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# token: a BPF file system that hands some rights on.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
mkdir "$tmp/bpffs"
# A mount of a name space of its own: nobody else sees it.
mount_and() {
	unshare --mount sh -c 'mount -t bpf -o delegate_cmds=prog_load:map_create,delegate_maps=array bpf "$1" || exit 9
		shift; exec "$@"' sh "$tmp/bpffs" "$@" 2>/dev/null
}
text=$(mount_and "$bt" token show)
[ "$text" ] || { skip "this kernel has no tokens"; exit 0; }
case $text in
*"token_info  $tmp/bpffs
	allowed_cmds:
	  "*map_create*"
	allowed_maps:
	  array "*) ok "text" ;;
*) printf '%s\n' "$text" | sed 's/^/# /'; bad "text" ;;
esac
case $(mount_and "$bt" -j token show) in
*'{"token_info":"'$tmp/bpffs'","allowed_cmds":["'*'"],"allowed_maps":["array"],"allowed_progs":[],"allowed_attachs":[]}'*) ok "JSON" ;;
*) bad "JSON" ;;
esac
same "none" "" "$("$bt" token show | grep "$tmp")"
