/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pairs N: pairs of malloc() and free(). */
#include "traced.h"

__attribute__((noinline)) static void *get(int i)
{
	return malloc(64 + i % 16);
}

static void pair(int i)
{
	void *volatile p = get(i);

	free(p);
}

int main(int argc, char **argv)
{
	run_traced(argc, argv, pair);
	return 0;
}
