/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that is traced while it measures itself: it says "ready" and waits for a line of its input, so that it can be
 * traced first; then it says how many nanoseconds of its own processor time each of its N calls took.
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

static void run_traced(int argc, char **argv, void (*call)(int))
{
	int n = argc > 1 ? atoi(argv[1]) : 1000000;
	double start;

	puts("ready");
	fflush(stdout);
	getchar();
	start = used_ns();
	for (int i = 0; i < n; i++)
		call(i);
	printf("%.0f\n", (used_ns() - start) / n);
}
