/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What opaque values and aggregations can do. Each is one const object in
 * fn/, next to the built-in that makes such values; the rest of the program
 * reaches them only through their types.
 */
#ifndef TYPE_VALUE_OPS_H
#define TYPE_VALUE_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "type/type.h"

struct render; /* out/render.h: symbols, users, clocks, stack maps */

struct value_ops {
	const char *name; /* as type_print() shows it: "ksym_t" */
	/* Adds the text of one value. Text that comes from outside must go through render_escape(). */
	void (*text)(struct render *r, struct strbuf *out, const struct type *t, const void *bytes);
	/* Adds a JSON value; NULL: the text as a JSON string. */
	void (*json)(struct render *r, struct strbuf *out, const struct type *t, const void *bytes);
	/* Order for map keys; NULL: by bytes. */
	int (*compare)(const struct type *t, const void *a, const void *b);
	/* Adds the value with so many decimal places, for %.2f; NULL: it has none. */
	void (*decimal)(struct strbuf *out, const struct type *t, const void *bytes, int places);
	/* The number behind it for %d and %x; NULL: not a number. */
	int64_t (*number)(const struct type *t, const void *bytes);
};

struct agg_ops {
	const char *name; /* "count_t" */
	bool by_sign; /* param[0] is the sign of what is added; signed and unsigned join to signed */
	/* Bytes of one value in a map; all zero must mean "nothing yet". */
	uint32_t (*size)(const struct type *t);
	/* Adds the value of one CPU to acc (both size bytes, aligned to 8; acc starts zeroed). */
	void (*reduce)(const struct type *t, void *acc, const void *one);
	/* What maps are sorted by (bpftrace: values for numbers, total count for histograms). */
	int64_t (*order)(const struct type *t, const void *acc);
	bool order_unsigned;
	/* Values of one map are shown side by side: greatest is the greatest order() of all. NULL: nothing to do. */
	void (*align)(const struct type *t, void *acc, int64_t greatest);
	/*
	 * Text of a reduced value, divided by div (>= 1). Histograms set multiline: their text starts on a line of its own
	 * after "@x[k]:" and ends with a newline.
	 */
	void (*text)(struct render *r, struct strbuf *out, const struct type *t, const void *acc, int64_t div);
	void (*json)(struct render *r, struct strbuf *out, const struct type *t, const void *acc, int64_t div);
	bool multiline;
	const char *json_type; /* "map", "hist", "stats" */
	/* As one number for %d and casts; NULL: it has none. */
	int64_t (*number)(const struct type *t, const void *acc);
	/*
	 * Histograms: counts of 0 to 1, 2 to 3, 4 to 7, ... into ret, which has room for n; how many there are. NULL: no
	 * histogram by powers of two.
	 */
	size_t (*log2)(const struct type *t, const void *acc, uint64_t *ret, size_t n);
	/* Histograms of equal steps: the i-th bucket from min on, its lowest value and its count; false behind the last. */
	bool (*step)(const struct type *t, const void *acc, size_t i, int64_t *ret_low, uint64_t *ret_count);
	/* One number of several: "count", "total", "avg"; "p99" and the like of histograms. False: it has none such. */
	bool (*part)(const struct type *t, const void *acc, const char *name, double *ret);
};

#endif
