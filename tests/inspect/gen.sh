#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# gen: objects linked together; skeletons of all kinds, compiled and run.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang

object part_a
object part_b
"$bt" gen object "$tmp/whole.o" "$tmp/part_a.o" "$tmp/part_b.o" && ok "object" || bad "object"
if [ "$peer" ]; then
	"$peer" gen object "$tmp/peer.o" "$tmp/part_a.o" "$tmp/part_b.o"
	cmp -s "$tmp/whole.o" "$tmp/peer.o" && ok "object as the peer's" || bad "object as the peer's"
fi
load_all "$tmp/whole.o" "$pins" type socket
has "both programs" "$(ls "$pins")" first second
fails "no object" "failed to open object file $0: it is not an ELF file" "$bt" gen object "$tmp/none.o" "$0"
"$bt" gen object /dev/stdout "$tmp/part_a.o" "$tmp/part_b.o" | cmp -s - "$tmp/whole.o" && ok "object into a pipe" ||
	bad "object into a pipe"
cp "$tmp/whole.o" "$tmp/kept.o"
"$bt" gen object "$tmp/kept.o" "$tmp/part_a.o" "$0" >/dev/null 2>&1
cmp -s "$tmp/whole.o" "$tmp/kept.o" && ok "a failure leaves what was there" || bad "a failure leaves what was there"
[ ! -e "$tmp/none.o" ] && ok "no file of a failure" || bad "no file of a failure"

object greet
object types
"$bt" gen skeleton "$tmp/greet.o" >"$tmp/greet.skel.h" && ok "skeleton" || bad "skeleton"
has "its members" "$(cat "$tmp/greet.skel.h")" "#ifndef __GREET_SKEL_H__" "struct greet {" \
	"		struct bpf_map *rodata;" "		struct bpf_program *greet;" "		struct bpf_link *greet;" \
	"		int listener;" "		char words[32];" "	} *bss;"
"$bt" gen skeleton "$tmp/types.o" name my-types >"$tmp/types.skel.h"
has "a name" "$(cat "$tmp/types.skel.h")" "#ifndef __MY_TYPES_SKEL_H__" "struct my_types {"
fails "two names" "object name already specified" "$bt" gen skeleton "$tmp/greet.o" name a name b
fails "a skeleton of no object" "failed to open object file $tmp/nothing.o: No such file or directory" \
	"$bt" gen skeleton "$tmp/nothing.o"
same "nothing on standard output then" "" "$("$bt" gen skeleton "$0" 2>/dev/null)"

# Of the kernel's types what an object asks for, which is enough to load it.
object tasks
if [ -r /sys/kernel/btf/vmlinux ]; then
	"$bt" gen min_core_btf /sys/kernel/btf/vmlinux "$tmp/min.btf" "$tmp/tasks.o" && ok "min_core_btf" || bad "min_core_btf"
	types=$("$bt" btf dump file "$tmp/min.btf")
	case $types in
	*"	'seq' type_id="*"STRUCT 'bpf_iter_meta' size="*) ok "a member that is asked for" ;;
	*) bad "a member that is asked for" ;;
	esac
	case $types in
	*"'session_id'"*) bad "no other member" ;;
	*) ok "no other member" ;;
	esac
	if [ "$peer" ]; then
		"$peer" gen min_core_btf /sys/kernel/btf/vmlinux "$tmp/peer.btf" "$tmp/tasks.o"
		same "min_core_btf as the peer's" "$("$peer" btf dump file "$tmp/peer.btf")" "$types"
	fi
	fails "an object without BTF" "failed to open object file $0: it is not an ELF file" \
		"$bt" gen min_core_btf /sys/kernel/btf/vmlinux "$tmp/none.btf" "$0"
	[ ! -e "$tmp/none.btf" ] && ok "no BTF of a failure" || bad "no BTF of a failure"
fi

# run WHAT COMPILER FLAG...
run() {
	what=$1; shift
	if "$@" -o "$tmp/user" -lbpf 2>"$tmp/said"; then
		same "$what" "good morning, 3 times" "$("$tmp/user" 2>&1)"
	else
		sed 's/^/# /' "$tmp/said"
		bad "$what" "does not compile"
	fi
}
# Three calls of getppid(2), then what the program left.
cat >"$tmp/user.c" <<-'END'
	#include <stdio.h>
	#include <unistd.h>

	#include "greet.skel.h"

	int main(void)
	{
		struct greet *skel = greet__open();
		int err;

		if (!skel)
			return 1;
		skel->rodata->listener = getpid();
		err = greet__load(skel);
		if (!err)
			err = greet__attach(skel);
		for (int i = 0; !err && i < 3; i++)
			getppid();
		if (!err)
			printf("%s, %d times\n", skel->bss->words, skel->bss->greetings);
		greet__destroy(skel);
		return err ? 2 : 0;
	}
END
flags="-Wall -Wextra -Werror -O2 -I$tmp $tmp/user.c"
for cc in gcc clang; do
	# shellcheck disable=SC2086
	command -v $cc >/dev/null && run "skeleton by $cc" $cc $flags
done
if command -v g++ >/dev/null; then
	run "skeleton by g++" g++ -Wall -I"$tmp" -x c++ "$tmp/user.c"
	sed 's/greet__open()/greet::open()/; s/greet__\(load\|attach\|destroy\)/greet::\1/' "$tmp/user.c" >"$tmp/user.cc"
	run "its C++ face" g++ -Wall -I"$tmp" "$tmp/user.cc"
fi

# Operations of the kernel's structures can be set between opening and loading.
object congest
"$bt" gen skeleton "$tmp/congest.o" >"$tmp/congest.skel.h" && ok "skeleton with operations" || bad "skeleton with operations"
has "its operations" "$(cat "$tmp/congest.skel.h")" "		struct congest__sonde_test__tcp_congestion_ops {" \
	"			struct bpf_program *cong_avoid;" "		} *sonde_test;" "	} struct_ops;"
printf '#include "congest.skel.h"\nint main(void) { return 0; }\n' >"$tmp/ops.c"
"${CC:-cc}" -Wall -Wextra -Werror -I"$tmp" "$tmp/ops.c" -o "$tmp/ops" -lbpf 2>"$tmp/said" && ok "they compile" || bad "they compile" "$(cat "$tmp/said")"

# Light ones need headers only, and attach what bpf(2) alone can.
"$bt" -L gen skeleton "$tmp/types.o" name types >"$tmp/light.skel.h" && ok "light skeleton" || bad "light skeleton"
cat >"$tmp/light.c" <<-END
	#include <stdio.h>
	#include "light.skel.h"
	int main(void)
	{
		struct types *skel = types__open_and_load();
		if (!skel || types__attach(skel) < 0)
			return 1;
		for (int i = 0; i < 3; i++)
			getppid();
		printf("%s\n", skel->bss->counts[1] > 7 ? "counted" : "not counted");
		types__destroy(skel);
		return 0;
	}
END
if "${CC:-cc}" -O2 -I"$tmp" "$tmp/light.c" -o "$tmp/light" 2>"$tmp/said"; then
	if "$bt" feature probe | grep -q 'program_type syscall is available'; then
		same "light skeleton runs" "counted" "$("$tmp/light")"
	else
		skip "light skeletons load by a program of type syscall, which this kernel lacks"
	fi
else
	sed 's/^/# /' "$tmp/said"
	bad "light skeleton" "does not compile"
fi

# A library's part of an object, opened by its name in the whole.
"$bt" gen subskeleton "$tmp/part_b.o" name part >"$tmp/part.subskel.h" && ok "subskeleton" || bad "subskeleton"
has "its pointers" "$(cat "$tmp/part.subskel.h")" "		int *shared;" "	} data;"
"$bt" gen skeleton "$tmp/whole.o" name whole >"$tmp/whole.skel.h"
cat >"$tmp/sub.c" <<-END
	#include <stdio.h>
	#include "whole.skel.h"
	#include "part.subskel.h"
	int main(void)
	{
		struct whole *skel = whole__open();
		struct part *sub = skel ? part__open(skel->obj) : NULL;
		if (!sub)
			return 1;
		*sub->data.shared = 5;
		printf("%d\n", skel->data->shared);
		part__destroy(sub);
		whole__destroy(skel);
		return 0;
	}
END
if "${CC:-cc}" -Wall -Wextra -Werror -I"$tmp" "$tmp/sub.c" -o "$tmp/sub" -lbpf 2>"$tmp/said"; then
	same "subskeleton runs" 5 "$("$tmp/sub" 2>&1)"
else
	sed 's/^/# /' "$tmp/said"
	bad "subskeleton" "does not compile"
fi
