/* SPDX-License-Identifier: GPL-2.0-or-later */
/* spin MS: uses the processor for that many milliseconds of its own time, in spin_here(). */
#include <stdlib.h>
#include <time.h>

volatile unsigned long sink;

static long used_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

__attribute__((noinline)) void spin_here(void)
{
	for (int i = 0; i < 100000; i++)
		sink += (unsigned long)i;
}

int main(int argc, char **argv)
{
	long ms = argc > 1 ? atol(argv[1]) : 100;

	while (used_ms() < ms)
		spin_here();
	return 0;
}
