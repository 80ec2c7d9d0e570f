/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch N: N writes of 8 bytes and N reads at address 0x10000000; watch loop: a write each 10 ms. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PLACE ((void *)0x10000000)

int main(int argc, char **argv)
{
	volatile uint64_t *p = mmap(PLACE, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	long n = argc > 1 ? atol(argv[1]) : 1;
	uint64_t sum = 0;

	if (p == MAP_FAILED)
		return 1;
	if (argc > 1 && !strcmp(argv[1], "loop")) {
		puts("ready");
		fflush(stdout);
		for (;; usleep(10000))
			*p = 1;
	}
	for (long i = 0; i < n; i++)
		*p = (uint64_t)i;
	for (long i = 0; i < n; i++)
		sum += *p;
	return sum == 12345;
}
