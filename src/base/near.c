/* SPDX-License-Identifier: GPL-2.0-or-later */
/* "Did you mean": the nearest of many names. */
#include "base/diag.h"

#include <string.h>

#define NEAR_MAX 64 /* longer names get no suggestion */

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

/* Edit distance where swapping two neighbours is one edit (optimal string alignment). */
static unsigned edit_distance(const char *a, size_t na, const char *b, size_t nb)
{
	unsigned char rows[3][NEAR_MAX + 1];
	unsigned char *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= nb; j++)
		above[j] = (unsigned char)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned char *spare = before;

		row[0] = (unsigned char)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned d = min3(above[j] + 1u, row[j - 1] + 1u,
					  above[j - 1] + (a[i - 1] != b[j - 1]));

			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1u < d)
				d = before[j - 2] + 1u;
			row[j] = (unsigned char)d;
		}
		before = above;
		above = row;
		row = spare;
	}
	return above[nb];
}

/* Are only letters missing: is the name what is left of the candidate without them? */
static bool lacks_letters(const char *name, const char *candidate)
{
	for (; *candidate && *name; candidate++)
		name += *name == *candidate;
	return !*name;
}

void near_start(struct near *n, const char *name)
{
	n->name = name;
	n->best = NULL;
	n->dist = (unsigned)(strlen(name) + 1) / 3 + 1; /* a third of the name may differ */
}

void near_try(struct near *n, const char *candidate)
{
	size_t na = strlen(n->name), nb = strlen(candidate);
	size_t apart = na > nb ? na - nb : nb - na;
	unsigned d;

	if (na > NEAR_MAX || nb > NEAR_MAX || apart > n->dist)
		return;
	d = edit_distance(n->name, na, candidate, nb);
	if (d < n->dist || (n->best && d == n->dist && lacks_letters(n->name, candidate) && !lacks_letters(n->name, n->best))) {
		n->dist = d;
		n->best = candidate;
	}
}
