/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pairs N: nanoseconds of its own processor time for a pair of malloc() and free(), over N pairs. It says "ready" and
 * waits for a line of its input, so that it can be traced first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double used_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}

__attribute__((noinline)) static void *get(int i)
{
	return malloc(64 + i % 16);
}

int main(int argc, char **argv)
{
	int n = argc > 1 ? atoi(argv[1]) : 1000000;
	double start;

	puts("ready");
	fflush(stdout);
	getchar();
	start = used_ns();
	for (int i = 0; i < n; i++) {
		void *volatile p = get(i);

		free(p);
	}
	printf("%.0f\n", (used_ns() - start) / n);
	return 0;
}
