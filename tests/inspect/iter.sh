#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# iter: an iterator pinned as a file, read, and what it cannot be made of.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang
object tasks
object pass
mkdir "$pins"
"$bt" iter pin "$tmp/tasks.o" "$pins/tasks" && ok "pin" || bad "pin"
same "read" "that was all" "$(cat "$pins/tasks")"
case $("$bt" link show pinned "$pins/tasks" 2>/dev/null) in
*": iter  prog "*"target_name task"*) ok "it is a link" ;;
*) "$bt" link show >/dev/null 2>&1 && bad "it is a link" ;;
esac
case $("$bt" iter pin "$tmp/tasks.o" "$pins/tasks" 2>&1) in
"Error: can't pin BPF object: path '$pins/tasks' already exists"*) ok "a pin in the way" ;;
*) bad "a pin in the way" ;;
esac
case $("$bt" iter pin "$tmp/pass.o" "$pins/pass" 2>&1) in
*"Error: attach_iter failed for program let_frames_pass: "*) ok "no iterator" ;;
*) bad "no iterator" ;;
esac
[ ! -e "$pins/pass" ] && ok "nothing pinned then" || bad "nothing pinned then"
