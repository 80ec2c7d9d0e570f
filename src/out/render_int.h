/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inner parts of rendering, shared by the files of out/. */
#ifndef OUT_RENDER_INT_H
#define OUT_RENDER_INT_H

#include "out/render.h"

/* One walk over a value. */
struct walk {
	struct render *r;
	struct strbuf *out;
	bool json;
	bool compact; /* text without spaces between elements: names of JSON objects */
	unsigned depth;
};

void render_walk(const struct walk *w, const struct type *t, const void *bytes);
/* Value of a bit field of a structure of size bytes; false if it lies outside. */
bool render_bitfield(const struct type *t, const struct field *f, const uint8_t *base,
		     uint32_t size, int64_t *ret);
/* Bytes of a TY_BUFFER of which present bytes are at hand. */
const uint8_t *render_buffer(const struct type *t, const void *bytes, uint32_t present,
			     uint32_t *ret_n);

#endif
