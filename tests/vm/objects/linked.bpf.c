/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Called by linked.bt: a function without memory, and one with. */
static unsigned long sum;

int twice(int x)
{
	return 2 * x;
}

unsigned long remember(unsigned long n)
{
	return sum += n;
}
