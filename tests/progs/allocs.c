/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * allocs: memory that is allocated and freed by functions of known names. What is left: 300 bytes in 3 by alloc_small, 400 in 2
 * by alloc_zeroed, 1000 in 1 by alloc_moved, 10 in 1 by alloc_unmoved, 256 in 1 by alloc_aligned, 8192 in 1 by alloc_mapped,
 * 1048576 in 1 by alloc_large. allocs threads N: N threads, one after another, keep 24 bytes each, by alloc_in_thread.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#define FUNC __attribute__((noinline))

static void *volatile kept;

FUNC static void *alloc_small(void)
{
	kept = malloc(100);
	return kept;
}

FUNC static void *alloc_zeroed(void)
{
	kept = calloc(4, 50);
	return kept;
}

FUNC static void *alloc_moved(void *p)
{
	kept = realloc(p, 1000);
	return kept;
}

FUNC static void *alloc_unmoved(void)
{
	void *volatile p = malloc(10);
	volatile size_t too_much = PTRDIFF_MAX / 2;

	kept = realloc(p, too_much);
	return p;
}

FUNC static void *alloc_aligned(void)
{
	void *p = NULL;

	if (posix_memalign(&p, 64, 256))
		return NULL;
	kept = p;
	return p;
}

FUNC static void *alloc_mapped(void)
{
	kept = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return kept;
}

/* The C library maps memory for it: that is one allocation. */
FUNC static void *alloc_large(void)
{
	kept = malloc(1 << 20);
	return kept;
}

FUNC static void *alloc_in_thread(void *arg)
{
	kept = malloc(24);
	return arg;
}

static int run_threads(int n)
{
	pthread_t t;

	while (n--)
		if (pthread_create(&t, NULL, alloc_in_thread, NULL) || pthread_join(t, NULL))
			return 1;
	return 0;
}

int main(int argc, char **argv)
{
	void *p[5];

	if (argc > 2)
		return run_threads(atoi(argv[2]));
	for (int i = 0; i < 5; i++)
		p[i] = alloc_small();
	free(p[1]);
	free(p[4]);
	free(NULL);
	alloc_zeroed();
	alloc_zeroed();
	alloc_moved(malloc(10));
	alloc_unmoved();
	alloc_aligned();
	alloc_mapped();
	munmap(alloc_mapped(), 8192);
	alloc_large();
	free(alloc_large());
	return 0;
}
