/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A JSON document written piece by piece into a buffer, on one line or indented. The indented
 * layout is that of iproute2's and bpftool's writers, which scripts and people know: each
 * container, also an array, adds four columns; only members of objects stand on lines of their own.
 */
#ifndef OUT_JSONW_H
#define OUT_JSONW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"

struct jsonw {
	struct strbuf *out; /* borrowed */
	bool pretty;
	unsigned depth;
	bool comma; /* an element stands before the next one */
};

void jsonw_object(struct jsonw *w);
void jsonw_array(struct jsonw *w);
void jsonw_end_object(struct jsonw *w);
void jsonw_end_array(struct jsonw *w);
/* The name of the member whose value comes next. */
void jsonw_name(struct jsonw *w, const char *name);

/* Values: elements of an array, or behind jsonw_name(). */
void jsonw_string(struct jsonw *w, const char *text);
void jsonw_stringn(struct jsonw *w, const char *text, size_t n);
void jsonw_stringf(struct jsonw *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void jsonw_u64(struct jsonw *w, uint64_t v);
void jsonw_i64(struct jsonw *w, int64_t v);
void jsonw_bool(struct jsonw *w, bool v);
void jsonw_null(struct jsonw *w);
/* A number (or any value) as its text stands. */
void jsonw_raw(struct jsonw *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Bytes as ["0x01","0xff"]. */
void jsonw_hex(struct jsonw *w, const void *bytes, size_t n);

/* A member with its value. */
void jsonw_string_at(struct jsonw *w, const char *name, const char *text);
void jsonw_u64_at(struct jsonw *w, const char *name, uint64_t v);
void jsonw_i64_at(struct jsonw *w, const char *name, int64_t v);
void jsonw_bool_at(struct jsonw *w, const char *name, bool v);
void jsonw_array_at(struct jsonw *w, const char *name);
void jsonw_object_at(struct jsonw *w, const char *name);

#endif
