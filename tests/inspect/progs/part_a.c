// SPDX-License-Identifier: GPL-2.0-or-later
// Half of an object: uses a function and a variable of part_b.c.
#define SEC(name) __attribute__((section(name), used))

extern int shared;
int twice(int n);

SEC("socket") int first(void *ctx)
{
	return twice(shared);
}

char LICENSE[] SEC("license") = "GPL";
