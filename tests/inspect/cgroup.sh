#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# cgroup: a program attached to a group of its own, shown there and below.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang

root=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
[ "$root" ] || { skip "no cgroup2 is mounted"; exit 0; }
group=$root/sonde-test-$$
mkdir "$group" || { skip "no group can be made in $root"; exit 0; }
undo="rmdir '$group'"
object pass
load_all "$tmp/pass.o" "$pins"
prog=$pins/let_egress_pass
id=$("$bt" prog show pinned "$prog" | awk -F: 'NR == 1 { print $1 }')

same "nothing there" "" "$("$bt" cgroup show "$group")"
"$bt" cgroup attach "$group" cgroup_inet_egress pinned "$prog" multi && ok "attach" || bad "attach"
same "show" "ID       AttachType      AttachFlags     Name           
$(printf '%-8s %-15s %-15s %-15s' "$id" cgroup_inet_egress multi let_egress_pass)                " "$("$bt" cgroup show "$group")"
same "effective" "$(printf '%-8s %-15s %-15s' "$id" cgroup_inet_egress let_egress_pass)                " \
	"$("$bt" cgroup show "$group" effective | grep "^$id ")"
case $("$bt" -j cgroup show "$group") in
'[{"id":'"$id"',"attach_type":"cgroup_inet_egress","attach_flags":"multi","name":"let_egress_pass"'*) ok "JSON" ;;
*) bad "JSON" ;;
esac
has "tree" "$("$bt" cgroup tree "$root")" "$group" \
	"    $(printf '%-8s %-15s %-15s %-15s' "$id" cgroup_inet_egress multi let_egress_pass)                "
# Some ask for more than older kernels answer.
if [ "$peer" ] && "$peer" cgroup show "$group" | grep -q "^$id "; then
	for form in '' -j; do
		same "show $form as the peer" "$("$peer" $form cgroup show "$group")" "$("$bt" $form cgroup show "$group")"
		same "tree $form as the peer" "$("$peer" $form cgroup tree "$group")" "$("$bt" $form cgroup tree "$group")"
	done
fi
fails "no such group" "can't open cgroup $root/no-such-group: No such file or directory" \
	"$bt" cgroup show "$root/no-such-group"
fails "no such attachment" "invalid attach type" "$bt" cgroup attach "$group" sideways pinned "$prog"
fails "no program" "too few parameters for cgroup attach" "$bt" cgroup attach "$group" egress
"$bt" cgroup detach "$group" egress id "$id" && ok "detach by the older name" || bad "detach by the older name"
same "nothing left" "" "$("$bt" cgroup show "$group")"
fails "nothing to detach" "failed to detach program: No such file or directory" \
	"$bt" cgroup detach "$group" cgroup_inet_egress id "$id"
