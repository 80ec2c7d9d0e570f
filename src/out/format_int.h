/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A parsed format, shared by format.c and format_run.c. */
#ifndef OUT_FORMAT_INT_H
#define OUT_FORMAT_INT_H

#include "base/vec.h"
#include "out/format.h"

struct conversion {
	const char *before; /* literal text up to it */
	size_t before_len;
	const char *spec;
	enum format_class class;
	char conv;     /* d u o x X c s p; r, X, H for %r %rx %rh */
	uint8_t bytes; /* of the number: 1, 2, 8; 0: no modifier, 4 */
	int width;
	int precision; /* -1: none */
	bool left, plus, space, alternate, zero;
};

struct format {
	VEC(struct conversion) list;
	const char *after; /* literal text behind the last one */
	size_t after_len;
	const char *text;  /* all of it as written */
	size_t len;
};

/* Flags of an allocation (%gr): "GFP_KERNEL|__GFP_ZERO", "none". types (may be NULL) knows the kernel's bits. */
void format_gfp(struct strbuf *out, struct types *ts, uint64_t flags);

#endif
