/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * typed N: calls each function below N times; compiled with debug information.
 * typed loop: says "ready" and does so every 10 ms until it is killed.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FUNC __attribute__((noinline))
#define INLINE static inline __attribute__((always_inline))

enum colour { RED, GREEN = 5, BLUE };
typedef unsigned short port_t;

struct label {
	int length;
	char text[12];
};

struct shape {
	enum colour colour;
	unsigned low : 3, high : 5;
	int corners[3];
	struct {
		short width, height;
	};
	struct label *label;
	struct shape *next;
};

struct pair {
	int a, b;
};

struct triple {
	long a, b, c;
};

volatile long sink;

FUNC void typed_plain(int n, port_t port, bool yes, enum colour colour, const char *text, char letter)
{
	sink += n + port + yes + colour + text[0] + letter;
}

FUNC void typed_shape(struct shape *shape, struct shape **list)
{
	sink += shape->colour + list[0]->colour;
}

/* Two registers, memory, a vector register, and what comes behind them. */
FUNC void typed_values(struct pair pair, struct triple triple, double ratio, __int128 wide, int last)
{
	sink += pair.a + triple.b + (long)ratio + (long)wide + last;
}

/* The result's address takes the first register. */
FUNC struct triple typed_result(int a, int b)
{
	struct triple t = { a, b, sink };

	return t;
}

FUNC void typed_many(int a, int b, int c, int d, int e, int f, short seventh, struct pair *eighth)
{
	sink += a + b + c + d + e + f + seventh + eighth->a;
}

INLINE long typed_inner(long n)
{
	for (int i = 0; i < 3; i++)
		sink += n;
	return sink; /* line of the test */
}

FUNC long typed_outer(long n)
{
	long r = typed_inner(n);

	return r + 1;
}

static void call_all(int i)
{
	struct label label = { 5, "hello" };
	struct shape second = { BLUE, 2, 9, { 4, 5, 6 }, { 7, 8 }, &label, NULL };
	struct shape first = { GREEN, 1, 17, { 1, 2, 3 }, { 30, -40 }, &label, &second };
	struct shape *list[] = { &second, &first };
	struct pair pair = { 11, 12 };
	struct triple triple = { 21, 22, 23 };

	typed_plain(-i - 1, 8080, true, GREEN, "some text", 'x');
	typed_shape(&first, list);
	typed_values(pair, triple, 0.5, 77, 99);
	typed_result(41, 42);
	typed_many(1, 2, 3, 4, 5, 6, -7, &pair);
	typed_outer(i);
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
	for (int i = 0; i < (argc > 1 ? atoi(argv[1]) : 1); i++)
		call_all(i);
	return 0;
}
