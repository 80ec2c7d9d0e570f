#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# prog dump jited of many programs, held against llvm-objdump. For another machine's code the parts alone:
# jited.sh objects FOLDER makes them, jited.sh dump FOLDER, there, prints the dumps, jited.sh judge ARCH DUMP judges.
# Objects of scripts of all kinds; each has a program or some. Without those that keep the verifier busy.
make_objects() {
	mkdir -p "$1"
	for script in $(ls tests/run/fn/*.bt tests/run/lang/*.bt | grep -v -e random-numbers -e /path | awk 'NR % 3'); do
		(cd build/tests && "$sonde" build "../../$script" -o "$1/$(basename "$script" .bt).bpf.o" >/dev/null 2>&1)
	done
}

dump_objects() {
	mkdir "$pins" || exit
	for o in "$1"/*.o; do
		to=$pins/$(basename "$o" .bpf.o)
		"$bt" prog loadall "$o" "$to" >/dev/null 2>&1 || continue
		for p in "$to"/*; do echo "prog dump jited pinned $p opcodes"; done >>"$tmp/batch"
	done
	"$bt" batch file "$tmp/batch"
}

# judge ARCH DUMP
judge() {
	llvm() { command -v "llvm-$1" || ls /usr/bin/llvm-"$1"-[0-9]* 2>/dev/null | tail -n 1; }
	objdump=$(llvm objdump) objcopy=$(llvm objcopy)
	[ "$objdump" ] && [ "$objcopy" ] || { skip "there is no llvm-objdump"; exit 0; }
	python3 tests/inspect/jited_judge.py "$1" "$objdump" "$objcopy" <"$2" >"$tmp/verdict"
	sed '$d' "$tmp/verdict"
	# shellcheck disable=SC2046
	set -- $(tail -n 1 "$tmp/verdict")
	echo "# ${1-} functions, ${2-} instructions, ${3-} targets"
	same "every instruction reads as llvm-objdump has it" 0 "${4-none}"
	[ "${1-0}" -ge 200 ] && ok "200 functions or more" || bad "200 functions or more" "${1-0}"
}

if [ "${1-}" = dump ]; then # in a machine that has nothing else
	tmp=$(mktemp -d) pins=/sys/fs/bpf/jited bt=$tmp/bpftool
	ln -s "$SONDE" "$bt"
	dump_objects "$2"
	exit
fi
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs python3
sonde=$(realpath "${SONDE:-build/sonde}")
case ${1-}:$(uname -m) in
objects:*) make_objects "$2" ;;
judge:*) judge "$2" "$3" ;;
*:x86_64 | *:aarch64)
	make_objects "$tmp/objects"
	dump_objects "$tmp/objects" >"$tmp/dump"
	judge "$(uname -m)" "$tmp/dump"
	;;
*) skip "no decoder for $(uname -m)" ;;
esac
