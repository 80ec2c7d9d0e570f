/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * funcs N: calls each function below N times, with i = 0 .. N-1.
 * funcs text N LETTER TASKS: that many processes, all on the first CPU, call func_text() N times, each with a text of
 * its own: 700 times LETTER, the next one, ...
 * funcs loop: says "ready" and does so every 10 ms until it is killed.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FUNC __attribute__((noinline))

struct point {
	int x, y;
	const char *label;
};

volatile long sink;

FUNC long func_add(int a, int b)
{
	sink += a;
	return a + b;
}

FUNC int func_negative(int a)
{
	sink += a;
	return -a;
}

FUNC const char *func_text(const char *text)
{
	sink += text[0];
	return text;
}

FUNC int func_point(const struct point *p)
{
	sink += p->x;
	return p->x + p->y;
}

/* As many as go into registers on x86-64, and two more. */
FUNC long func_eight(long a, long b, long c, long d, long e, long f, long g, long h)
{
	sink += a;
	return a + b + c + d + e + f + g + h;
}

FUNC long twelve_args(long a, long b, long c, long d, long e, long f, long g, long h, long i, long j,
		      long k, long l)
{
	sink += a;
	return a + b + c + d + e + f + g + h + i + j + k + l;
}

FUNC long func_inner(long a)
{
	sink += a;
	return a * 2;
}

FUNC long func_middle(long a)
{
	return func_inner(a + 1) + 1;
}

FUNC long func_outer(long a)
{
	return func_middle(a + 1) + 1;
}

/* Calls itself n times; the addition behind the call keeps it from becoming a loop. */
FUNC long down(long n)
{
	sink += n;
	return n <= 0 ? 0 : down(n - 1) + 1;
}

static void call_all(int i)
{
	struct point p = { i, 10 * i, "a point" };

	func_add(i, 2 * i);
	func_negative(i);
	func_text("some text");
	func_point(&p);
	func_eight(i, 2, 3, 4, 5, 6, 7, 8);
	twelve_args(i, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
	func_outer(i);
	down(3);
}

static int texts(int n, char letter, int tasks)
{
	static char text[701];
	cpu_set_t first;
	int status, failed = 0;

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (sched_setaffinity(0, sizeof(first), &first))
		return 1;
	for (int k = 0; k < tasks; k++) {
		memset(text, letter + k, sizeof(text) - 1);
		if (fork())
			continue;
		for (int i = 0; i < n; i++)
			func_text(text);
		_exit(0);
	}
	while (wait(&status) > 0)
		failed |= status;
	return failed != 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "loop")) {
		puts("ready");
		fflush(stdout);
		for (int i = 0;; i++) {
			call_all(i);
			usleep(10000);
		}
	}
	if (argc > 4 && !strcmp(argv[1], "text"))
		return texts(atoi(argv[2]), argv[3][0], atoi(argv[4]));
	for (int i = 0; i < (argc > 1 ? atoi(argv[1]) : 1); i++)
		call_all(i);
	return 0;
}
