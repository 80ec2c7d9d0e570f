#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# doctor: its findings agree with what this system has, and name what would help.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
sonde=$(realpath "${SONDE:-build/sonde}")
text=$("$sonde" doctor)
has "areas" "$text" system probes types features
state() { printf '%s\n' "$text" | awk -v name="$1" '$2 == name { print $1; exit }'; }
same "BTF" "$([ -r /sys/kernel/btf/vmlinux ] && echo ok || echo NO)" "$(state btf)"
same "rights" ok "$(state rights)"
same "tracefs" "$(grep -q ' tracefs ' /proc/mounts && echo ok || echo NO)" "$(state tracefs)"
same "kprobe as --info" "$("$sonde" --info | sed -n 's/^  kprobe: //p' | sed 's/yes/ok/; s/no/NO/' | tail -n 1)" "$(state kprobe)"
printf '%s\n' "$text" | awk '$1 == "NO" || $1 == "LIMITED" { what = $0; getline; if ($1 != "->") print what }' |
	grep -v ' lsm ' >"$tmp/helpless"
same "each has a fix" "" "$(cat "$tmp/helpless")"
case $("$sonde" doctor --json) in
'{"system":[{"name":"kernel","state":"ok","what":"'"$(uname -r) $(uname -m)"'"},'*'"probes":['*'"features":['*'"missing":'*'}') ok "JSON" ;;
*) bad "JSON" ;;
esac
if command -v setpriv >/dev/null && [ -r /sys/kernel/btf/vmlinux ]; then
	cp "$sonde" "$tmp/sonde"
	chmod 755 "$tmp" "$tmp/sonde"
	text=$(setpriv --reuid 65534 --regid 65534 --clear-groups "$tmp/sonde" doctor)
	same "another user's rights" NO "$(state rights)"
	case $text in
	*"-> run it as root"*) ok "and what would help" ;;
	*) bad "and what would help" ;;
	esac
fi
fails "a word too many" "unexpected argument: 'now'" "$bt" doctor now
