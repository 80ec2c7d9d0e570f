/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The arithmetic of tables: what a column shows of the maps' values for one key. Numbers are doubles; a division by
 * zero is zero.
 *
 *	+ - * / %, comparisons, && || !, ?:, parentheses
 *	12, 0.5, 1e6         numbers
 *	@map                 the value for this row's key (the only value of a map without keys)
 *	@map.avg .count .total   of avg() and stats(); .count of histograms
 *	@map.p99             a percentile of a histogram
 *	key, key.1           the row's key, a part of it
 *	total(X)             sum of X over all rows
 *	delta(@map)          what @map gained since the last output; it is not emptied then
 *	min(X, Y) max(X, Y)
 *	seconds              since the last output
 *	now                  nanoseconds since boot, for a column of the time
 *	meminfo(Cached)      bytes, of /proc/meminfo
 */
#ifndef TOOL_CALC_H
#define TOOL_CALC_H

#include "base/arena.h"
#include "base/err.h"
#include "out/out.h"

struct calc;

/* The maps that expressions name; the index of one, new ones are added. keep: it is not emptied by outputs. */
struct calc_maps {
	unsigned (*index)(void *arg, const char *name, size_t len, bool keep);
	void *arg;
};

/* One map's value for the row: type NULL: the map has none for this key. */
struct calc_value {
	const struct type *type;
	const void *bytes;
};

struct calc_row {
	const struct type *key_type; /* NULL: no keys */
	const void *key;
	const struct calc_value *values, *before; /* by index of the maps; before: of the last output */
	struct types *types;
	double seconds;
};

/* NULL and a message: the text is no expression. */
struct calc *calc_parse(struct arena *a, const char *text, size_t len, const struct calc_maps *maps, struct err *e);
double calc_number(const struct calc *c, const struct calc_row *row);
/* Is it a value of the map or a part of the key as it is? Then its type and bytes. */
bool calc_value(const struct calc *c, const struct calc_row *row, struct calc_value *ret);
/* Does it name this map? */
bool calc_names(const struct calc *c, unsigned map);
/* total() starts anew; adds the row to all of them. */
void calc_total_reset(struct calc *c);
void calc_total_add(struct calc *c, const struct calc_row *row);
/* Is there a total() in it? */
bool calc_has_total(const struct calc *c);

#endif
