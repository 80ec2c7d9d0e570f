/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers and texts as bytes, and back. What is read back comes from a file: every length is checked,
 * and after the first fault all further values are 0 or "".
 */
#ifndef IMAGE_PACK_H
#define IMAGE_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/strbuf.h"

void pack_u32(struct strbuf *out, uint32_t v);
void pack_u64(struct strbuf *out, uint64_t v);
/* n bytes behind their number; NULL is kept apart from the empty text. */
void pack_bytes(struct strbuf *out, const void *p, uint32_t n);
void pack_text(struct strbuf *out, const char *s);

struct unpack {
	const uint8_t *at, *end;
	struct arena *arena; /* what is read is copied there */
	bool bad;
};

uint32_t unpack_u32(struct unpack *u);
uint64_t unpack_u64(struct unpack *u);
/* With a NUL behind them that *ret_n does not count; NULL as it was packed. ret_n may be NULL. */
const char *unpack_bytes(struct unpack *u, uint32_t *ret_n);
const char *unpack_text(struct unpack *u); /* never NULL */
/* The number of things that follow, each of at least min bytes: 0 and bad if the rest is too short for them. */
uint32_t unpack_count(struct unpack *u, uint32_t min);
/* A number below the limit; 0 and bad if it is not. */
uint32_t unpack_below(struct unpack *u, uint32_t limit);

#endif
