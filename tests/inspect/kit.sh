# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of bpftool's commands share; each of them begins with ". tests/inspect/kit.sh".
# They print "ok inspect/NOUN: WHAT", "not ok ..." and "skip ..." lines. $bt is sonde called as
# bpftool, $peer another bpftool to compare with ($PEER, else the installed one; empty: none), $tmp and $pins are folders of this
# run, the latter on the BPF file system; both are gone at the end.
set -u
test_name=${0##*/}; test_name=inspect/${test_name%.sh}
tmp=$(mktemp -d)
pins=/sys/fs/bpf/sonde-test-$$
ln -s "$(realpath "${SONDE:-build/sonde}")" "$tmp/bpftool"
bt=$tmp/bpftool
peer=${PEER-$(PATH=/usr/sbin:/sbin:/usr/bin command -v bpftool || :)}
undo=

# At the end: what a test added to $undo, newest first, then the folders.
finish() {
	code=$?
	eval "$undo"
	[ ! -d "$pins" ] || find "$pins" -depth \( -type f -delete -o -type d -exec rmdir {} \; \)
	rm -rf "$tmp"
	exit $code
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

ok() { echo "ok $test_name: $1"; }
bad() { echo "not ok $test_name: $1${2:+: $2}"; }
skip() { echo "skip $test_name: $1"; }

# Is the running kernel of this release, or newer?
kernel_from() { [ "$(printf '%s\n%s\n' "$1" "$(uname -r)" | sort -V | head -n 1)" = "$1" ]; }

# needs PROGRAM...: ends the test where one is missing.
needs() {
	for program; do
		command -v "$program" >/dev/null 2>&1 || { skip "there is no $program"; exit 0; }
	done
}

# same WHAT WANTED GOT
same() {
	if [ "$2" = "$3" ]; then
		ok "$1"
		return
	fi
	printf '%s\n' "$2" >"$tmp/wanted"
	printf '%s\n' "$3" >"$tmp/got"
	diff -u --label wanted --label got "$tmp/wanted" "$tmp/got" | head -n 40 | sed 's/^/# /'
	bad "$1"
}

# has WHAT GOT LINE...: each is a line of the output.
has() {
	what=$1 got=$2; shift 2
	for line; do
		if ! printf '%s\n' "$got" | grep -qxF -e "$line"; then
			printf '%s\n' "$got" | head -n 40 | sed 's/^/# /'
			bad "$what" "no line '$line'"
			return
		fi
	done
	ok "$what"
}

# fails WHAT MESSAGE COMMAND...: a status (which one: exit.table), the message on standard error, JSON's on standard output.
fails() {
	what=$1 message=$2; shift 2
	got=$("$@" 2>&1 >/dev/null) && got="status 0: $got"
	same "$what" "Error: $message" "$(printf '%s\n' "$got" | grep -v '^Hint: ')"
}

# gone WHAT COMMAND...: the command fails, in a second at the latest: the kernel takes back what nobody holds after a while.
gone() {
	what=$1; shift
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		got=$("$@" 2>/dev/null) || { ok "$what"; return; }
		sleep 0.1
	done
	bad "$what" "$got"
}

# compile SOURCE OBJECT [OPTION...]: for BPF. Objects are kept in $objects, for the next run and for virtual
# machines, whose processors are slow.
objects=$PWD/build/inspect-objects
compile() {
	compile_from=$1 compile_to=$2; shift 2
	compile_kept=$objects/$({ cat "$compile_from"; cat "${compile_from%/*}"/*.h; echo "$@"; } 2>/dev/null | cksum | tr ' ' -).o
	if [ ! -s "$compile_kept" ]; then
		mkdir -p "$objects"
		clang -O2 -target bpf "$@" -c "$compile_from" -o "$compile_kept.$$" || return
		mv "$compile_kept.$$" "$compile_kept"
	fi
	cp "$compile_kept" "$compile_to"
}

# object NAME [OPTION...]: tests/inspect/progs/NAME.c as $tmp/NAME.o.
object() {
	object_name=$1; shift
	compile "tests/inspect/progs/$object_name.c" "$tmp/$object_name.o" -g "$@" && return
	bad "$object_name.c does not compile"
	exit 1
}

# host_program NAME [LIBRARY...]: tests/inspect/NAME.c for this machine as $tmp/NAME, kept as objects are.
host_program() {
	host_name=$1 host_kept=$objects/$1-$(cksum <"tests/inspect/$1.c" | tr ' ' -); shift
	if [ ! -x "$host_kept" ]; then
		mkdir -p "$objects"
		gcc -O1 -static -no-pie "tests/inspect/$host_name.c" "$@" -o "$host_kept.$$" && mv "$host_kept.$$" "$host_kept"
	fi
	cp "$host_kept" "$tmp/$host_name" && return
	bad "$host_name.c does not compile"
	exit 1
}

# $cgroup is where cgroup2 is mounted, for this test if it is not.
need_cgroup() {
	cgroup=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
	[ ! "$cgroup" ] || return 0
	cgroup=$tmp/cgroup
	mkdir "$cgroup" && mount -t cgroup2 none "$cgroup" || { skip "there is no cgroup2"; exit 0; }
	undo="umount $cgroup; $undo"
}

# load_all OBJECT FOLDER [WORD...]: every program, pinned; ends the test if they do not load.
load_all() {
	if ! load_text=$("$bt" prog loadall "$@" 2>&1) && ! load_text=$("$peer" prog loadall "$@" 2>&1); then
		bad "prog loadall" "$load_text"
		exit 1
	fi
}

# Does the rest of a test in a network namespace of its own: own_network "$0" "$@"
own_network() {
	[ ! "${SONDE_TEST_NETNS-}" ] || return 0
	rm -rf "$tmp"
	trap - EXIT
	SONDE_TEST_NETNS=1 exec unshare --net sh "$@"
}
