// SPDX-License-Identifier: GPL-2.0-or-later
// The other half, see part_a.c.
#define SEC(name) __attribute__((section(name), used))

int shared = 21;

__attribute__((noinline)) int twice(int n)
{
	return n * 2;
}

SEC("socket") int second(void *ctx)
{
	return shared++;
}
