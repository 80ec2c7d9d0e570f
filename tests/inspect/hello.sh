#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# hello: a first program as libbpf's users write it: object, skeleton, a main() that attaches it, a line in the trace.
cd "$(dirname "$0")/../.." || exit
. tests/inspect/kit.sh
needs clang gcc
include=/usr/include/$(uname -m)-linux-gnu
echo '#include <bpf/libbpf.h>' | gcc -fsyntax-only -x c - 2>/dev/null || { skip "there are no headers of libbpf"; exit 0; }

object hello "-I$include"
"$bt" gen skeleton "$tmp/hello.o" >"$tmp/hello.skel.h" && ok "skeleton" || bad "skeleton"
# The child's number is known before it calls execve(2): it waits for a byte until the program is attached.
cat >"$tmp/main.c" <<-'END'
	#include <bpf/bpf.h>
	#include <stdio.h>
	#include <sys/wait.h>
	#include <unistd.h>

	#include "hello.skel.h"

	int main(void)
	{
		struct hello *skel = hello__open();
		int go[2], err = -1;
		struct bpf_prog_info info = { 0 };
		unsigned size = sizeof(info);
		char byte = 0;
		pid_t child;

		if (!skel || pipe(go))
			return 1;
		child = fork();
		if (!child) {
			close(go[1]);
			if (read(go[0], &byte, 1) == 1)
				execl("/bin/true", "true", (char *)NULL);
			_exit(1);
		}
		skel->rodata->caller = child;
		err = hello__load(skel);
		if (!err)
			err = hello__attach(skel);
		if (!err && write(go[1], &byte, 1) != 1)
			err = -1;
		close(go[1]);
		waitpid(child, NULL, 0);
		if (!err)
			err = bpf_obj_get_info_by_fd(bpf_program__fd(skel->progs.hello), &info, &size);
		hello__destroy(skel);
		printf("%d %u\n", child, info.id);
		return err ? 2 : 0;
	}
END
if ! gcc -Wall -Wextra -Werror -O2 -I"$tmp" "$tmp/main.c" -o "$tmp/main" -lbpf 2>"$tmp/said"; then
	bad "main() compiles" "$(cat "$tmp/said")"
	exit
fi
ok "main() compiles"
tracefs=$(awk '$3 == "tracefs" { print $2; exit }' /proc/mounts)
[ "$tracefs" ] || { skip "tracefs is not mounted"; exit 0; }
# An instance of one's own does not see bpf_printk(): it writes to the machine's trace.
said=$("$tmp/main" 2>"$tmp/said") && ok "it runs" || bad "it runs" "$(cat "$tmp/said")"
child=${said% *} id=${said#* }
case $(grep -c "bpf_trace_printk: hello, world, from $child\$" "$tracefs/trace") in
1) ok "its line in the trace" ;;
*) bad "its line in the trace" "$(grep 'hello, world' "$tracefs/trace" | tail -n 3)" ;;
esac
gone "nothing stays attached" "$bt" prog show id "$id"
