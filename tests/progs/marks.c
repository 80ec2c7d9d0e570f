/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * marks N: passes each USDT probe of the provider "marks" N times, with i = 0 .. N-1:
 *	plain()            args(i: int, "text": pointer, -i: long)
 *	guarded(i: int), which has a semaphore; passed only while somebody is attached.
 * marks loop: says "ready" and does so every 10 ms until it is killed.
 *
 * The notes are written by hand, as <sys/sdt.h> may not be there. Their layout: name "stapsdt",
 * type 3, three addresses (probe, link-time base, semaphore), three strings (provider, probe,
 * arguments as SIZE@OPERAND, negative SIZE for signed).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MARK(name, semaphore, args, ...)                                                           \
	__asm__ volatile("990: nop\n"                                                              \
			 ".pushsection .note.stapsdt,\"?\",\"note\"\n"                             \
			 ".balign 4\n"                                                             \
			 ".4byte 992f-991f, 994f-993f, 3\n"                                        \
			 "991: .asciz \"stapsdt\"\n"                                               \
			 "992: .balign 4\n"                                                        \
			 "993: .8byte 990b, _.stapsdt.base, " semaphore "\n"                       \
			 ".asciz \"marks\"\n"                                                      \
			 ".asciz \"" name "\"\n"                                                   \
			 ".asciz \"" args "\"\n"                                                   \
			 "994: .balign 4\n"                                                        \
			 ".popsection\n"                                                           \
			 ".ifndef _.stapsdt.base\n"                                                \
			 ".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n"   \
			 ".weak _.stapsdt.base\n"                                                  \
			 ".hidden _.stapsdt.base\n"                                                \
			 "_.stapsdt.base: .space 1\n"                                              \
			 ".size _.stapsdt.base, 1\n"                                               \
			 ".popsection\n"                                                           \
			 ".endif\n" ::__VA_ARGS__)

__attribute__((section(".probes"), used)) volatile unsigned short marks_guarded_semaphore;

static void __attribute__((noinline)) pass_all(int i)
{
	const char *text = "text";
	long minus = -(long)i;

	MARK("plain", "0", "");
	MARK("args", "0", "-4@%0 8@%1 -8@%2", "r"(i), "r"(text), "r"(minus));
	if (marks_guarded_semaphore)
		MARK("guarded", "marks_guarded_semaphore", "-4@%0", "r"(i));
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "loop")) {
		puts("ready");
		fflush(stdout);
		for (int i = 0;; i++) {
			pass_all(i);
			usleep(10000);
		}
	}
	for (int i = 0; i < (argc > 1 ? atoi(argv[1]) : 1); i++)
		pass_all(i);
	return 0;
}
