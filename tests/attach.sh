#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# attach.sh [FOLDER...]: does every script there (*.bt, also deeper) load and attach? First on this kernel, as root;
# what this one refuses, for it lacks the events, in virtual machines with others ($KERNELS). With EVERY=1 each of these
# kernels has to take every script. Without a folder: our own
# tools and the scripts of bench/corpus. Prints "ok" and "not ok" lines as every stage of the tests does, with the kernel.
set -u
cd "$(dirname "$0")/.." || exit
sonde=$PWD/build/sonde
kernels=${KERNELS-sid bookworm bullseye}
dir=$(mktemp -d) || exit
trap 'rm -rf "$dir"' EXIT
mkdir "$dir/scripts"

# corpus: each line of the table a script of its own.
corpus() {
	mkdir "$dir/scripts/ours/corpus"
	grep -v '^#' bench/corpus/corpus.table | {
		n=0
		while read -r _ _ _ _ _ _ script; do
			n=$((n + 1))
			printf '%s\n' "$script" >"$(printf '%s/scripts/ours/corpus/%03d.bt' "$dir" $n)"
		done
	}
}

# collect FOLDER NAME: its scripts under the name that is reported.
collect() {
	(cd "$1" && find . -name '*.bt') | while read -r f; do
		to=$dir/scripts/$2/$f
		mkdir -p "${to%/*}" && cp "$1/$f" "$to"
	done
}

# The same loop here and in guests: runs each until its probes are attached (the line that it then prints), and ends it
# as a user does. Our own tools are run by name; a script that may ask for a parameter gets one.
cat >"$dir/try" <<'END'
sonde=$1
export __BPFTRACE_NOTIFY_PROBES_ATTACHED=1

# A tool's name, with arguments where it needs some.
tool() {
	case $1 in
	argdist) echo "$1 -C t:sched:sched_switch():u32:args->prev_pid" ;;
	funccount | stackcount | trace) echo "$1 t:sched:sched_switch" ;;
	funclatency | funcslower) [ -e /lib/x86_64-linux-gnu/libc.so.6 ] && echo "$1 c:getpid" || echo "$1 vfs_read" ;;
	*) echo "$1" ;;
	esac
}

attached() {
	for _ in $(seq 600); do
		! grep -q __BPFTRACE_NOTIFY_PROBES_ATTACHED out || return 0
		kill -0 $! 2>/dev/null || return 0
		sleep 0.1
	done
	return 1
}

while read -r f; do
	case $f in
	ours/tools/*) set -- $(tool "$(basename "$f" .bt)") ;;
	*) set -- --unsafe -q "$f" 1 ;;
	esac
	# Scripts for old kernels name what several of these called a function: one of the names is enough.
	case $f in
	old/* | */old/*) export SONDE_MISSING_PROBES=warn ;;
	*) unset SONDE_MISSING_PROBES ;;
	esac
	: >out
	"$sonde" "$@" >out 2>err </dev/null &
	attached || echo "ERROR: nothing was attached in 60 seconds" >err
	kill -INT $! 2>/dev/null
	wait $!
	code=$?
	if [ $code = 0 ] && ! grep -q ERROR err; then
		echo "ok $f"
	else
		echo "no $f: $(grep -m1 ERROR err || echo "status $code, $(head -n 1 err)")"
	fi
done
END

# left LIST RESULTS KERNEL: reports what attached on a kernel, and leaves the others in LIST.
left() {
	sed -n "s|^ok \(.*\)|ok attach/\1 ($3)|p" "$2"
	sed -n 's|^no \([^:]*\): .*|\1|p' "$2" >"$1"
	sed -n "s|^no \([^:]*\): \(.*\)|\1 $3: \2|p" "$2" >>"$dir/why"
}

if [ $# = 0 ]; then
	collect tools ours/tools
	corpus
else
	for folder; do collect "$folder" "$(basename "$folder")"; done
fi
(cd "$dir/scripts" && find . -name '*.bt' | sed 's|^\./||' | sort) >"$dir/list"
[ -s "$dir/list" ] || { echo "not ok attach: no scripts"; exit 1; }
cp "$dir/list" "$dir/all"
: >"$dir/missing"
(cd "$dir/scripts" && sh "$dir/try" "$sonde" <"$dir/list") >"$dir/results"
left "$dir/list" "$dir/results" here
for kernel in $kernels; do
	[ ! "${EVERY-}" ] || cp "$dir/all" "$dir/list"
	[ -s "$dir/list" ] || break
	tests/vm/vm-run --kernel "$kernel" --timeout 600 --rootfs --file build/sonde.stripped:/root/sonde --file "$dir/try" \
		--file "$dir/scripts" --file "$dir/list" -- \
		sh -c 'modprobe -a xfs nfs md_mod 2>/dev/null; cd scripts && sh ../try ../sonde <../list' >"$dir/results" 2>"$dir/err" ||
		{ echo "not ok attach: vm-run $kernel ended with status $?"; tail -n 5 "$dir/err" | sed 's/^/# /'; continue; }
	left "$dir/list" "$dir/results" "$kernel"
	[ ! "${EVERY-}" ] || cat "$dir/list" >>"$dir/missing"
done
[ "${EVERY-}" ] || cp "$dir/list" "$dir/missing"
sort -u "$dir/missing" >"$dir/left"
while read -r f; do
	echo "not ok attach/$f"
	grep -F "$f " "$dir/why" | sed 's/^[^ ]* /# /'
done <"$dir/left"
[ ! -s "$dir/left" ]
