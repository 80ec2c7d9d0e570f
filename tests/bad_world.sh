#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# bad_world.sh SONDE: a world that lacks what a run needs, or changes while it runs: rights, tracefs,
# BTF, room in a map, a child that lives. Each must end by itself with one clear message, and leave
# nothing attached. As root; each in a mount namespace of its own where it hides something.
set -u
sonde=$1
here=$(cd "$(dirname "$0")" && pwd)
dir=$(mktemp -d) || exit
trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"
cd "$dir" || exit
. "$here/bad_judge.sh"
[ "$(id -u)" = 0 ] || { echo "skip bad/world: not root"; exit 0; }

# in_world NAME WANTED TEXT PREPARE ARG...: runs after the shell commands PREPARE, in their mount namespace
in_world() {
	name=$1 wanted=$2 text=$3 prepare=$4; shift 4
	timeout 30 unshare -m sh -c "$prepare"'; exec "$@"' sh "$sonde" "$@" >out 2>err </dev/null
	code=$?
	judge "$name" "$wanted" "$text"
}

# Programs of ours that the kernel still holds: by the names of their functions.
left() {
	for link in /proc/[0-9]*/fd/*; do
		case $(readlink "$link" 2>/dev/null) in anon_inode:bpf-prog) echo "${link%/fd/*}" ;; esac
	done | sort -u | while read -r proc; do
		case $(cat "$proc/comm" 2>/dev/null) in sonde*) echo "$proc" ;; esac
	done
}

event='tracepoint:syscalls:sys_enter_getpid { @ = count(); }'
nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
timeout 30 $nobody "$sonde" -e "$event" >out 2>err </dev/null
code=$?
judge no-rights error CAP_BPF

in_world no-tracefs error 'mount -t tracefs' \
	'mount -t tmpfs none /sys/kernel/tracing; ! mountpoint -q /sys/kernel/debug || mount -t tmpfs none /sys/kernel/debug' -e "$event"
hide_btf='mount -t tmpfs none /sys/kernel/btf'
in_world no-btf-needed error BTF "$hide_btf" -e 'begin { @ = curtask->pid; }'
in_world no-btf ok '' "$hide_btf" -e 'begin { @[comm] = count(); printf("%s %d\n", comm, pid); exit(); }'

try map-full ok 'max_map_keys' -e 'config = { max_map_keys = 2 } begin { unroll(5) { @n++; @[@n] = 1; } exit(); }'
long=$(awk 'BEGIN { for (i = 0; i < 5000; i++) printf "x" }')
try string-too-long ok '' -e 'begin { printf("%s\n", str($1)); exit(); }' "$long"
try argument-too-long ok '' -c "/bin/echo $long" -e \
	'tracepoint:syscalls:sys_enter_execve { printf("%s\n", str(*(args.argv + 1))); @[str(*(args.argv + 1))] = count(); }'
try no-child error 'nosuchprogram' -c /nosuchprogram -e "$event"
try child-killed ok '' -c "sh -c 'kill -9 \$\$'" -e "$event"
try no-process error 999999999 -p 999999999 -e "$event"
try reads-nowhere ok 'failed' -e 'begin { print(str((uint8 *)8)); print(*(uint64 *)16); exit(); }'
mkfifo pipe
( exec 3<pipe; exec 3<&- ) &
timeout 30 "$sonde" -e 'interval:us:100 { printf("%s\n", comm); }' >pipe 2>err </dev/null
code=$?
wait
judge reader-gone ok ''
timeout 30 "$sonde" -e 'begin { printf("hello\n"); exit(); }' >/dev/full 2>err </dev/null
code=$?
judge full-disk error 'No space left'
timeout 30 "$sonde" -e 'begin { printf("hello\n"); exit(); }' >&- 2>err </dev/null
code=$?
judge closed-output error 'Bad file descriptor'
timeout 30 "$sonde" -e 'begin { printf("hello\n"); exit(); }' -o seen <&- >&- 2>&-
code=$?
cp seen out
: >err
judge all-closed ok ''
grep -q hello seen || echo "not ok bad/all-closed: the file has no output"
sleep 0.5
rest=$(left)
if [ "$rest" ]; then echo "not ok bad/left-attached: $rest"; else echo "ok bad/left-attached"; fi
