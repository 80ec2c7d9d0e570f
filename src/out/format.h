/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * printf formats: parsed and checked once at compile time, run per event
 * without allocation. Formats: flags width precision; d i u x X o p c s with hh h l ll j z t;
 * %r %rx %rh (buffers), %%; %s takes strings, opaque values, enums, bools, compound values.
 * As in C, a number without a length modifier is cut to 32 bits. A % that begins no conversion
 * is text ("100%"), as in bpftrace.
 */
#ifndef OUT_FORMAT_H
#define OUT_FORMAT_H

#include "base/arena.h"
#include "out/render.h"

struct format;

enum format_class { FC_INT, FC_STRING, FC_BUFFER, FC_CHAR, FC_POINTER, FC_DECIMAL, FC_GFP };

/* NULL and a message (arena) on a bad format. text may hold NULs. */
struct format *format_parse(struct arena *a, const char *text, size_t len, const char **ret_error);
/* The text that it was parsed from; it may hold NULs. */
const char *format_text(const struct format *f, size_t *ret_len);
size_t format_nargs(const struct format *f);
enum format_class format_class(const struct format *f, size_t i);
/* "%-6d" as written, for messages. */
const char *format_spec(const struct format *f, size_t i);
/* Does a value of type t fit conversion i? */
bool format_accepts(const struct format *f, size_t i, const struct type *t);

struct value_ref {
	const struct type *type;
	const void *bytes;
	uint32_t len; /* strings of records: bytes present (with NUL), type->size + 1: cut; else type->size */
};
void format_run(struct render *r, const struct format *f, const struct value_ref *args,
		struct strbuf *out);

#endif
