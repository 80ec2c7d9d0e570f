/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What writers share. */
#ifndef OUT_OUT_INT_H
#define OUT_OUT_INT_H

#include "out/out.h"

/* Output is written in pieces of at least this size when nobody waits for it. */
#define OUT_BLOCK (64 << 10)

extern const struct out_ops out_text_ops;
extern const struct out_ops out_json_ops;

/* An event's text is complete in o->buf: writes it if the buffering rule says so. */
void out_event_end(struct out *o);
/* A message of the program itself, behind the output so far. */
void out_message(struct out *o, const char *text, size_t n);

/* In the middle of a large map; false: nobody reads any more. */
static inline bool out_more(struct out *o)
{
	if (o->buf.n >= OUT_BLOCK)
		out_flush(o);
	return !o->broken;
}

/* First entry to print: top keeps the last ones, unless an order was given. */
static inline size_t map_dump_first(const struct map_dump *m)
{
	return m->top && m->top < m->n && !m->order.given ? m->n - m->top : 0;
}

/* Behind the last one. */
static inline size_t map_dump_end(const struct map_dump *m)
{
	return m->top && m->top < m->n && m->order.given ? m->top : m->n;
}

/* A map's entries lie in memory as the kernel gave them, not in their order. */
static inline void map_dump_prefetch(const struct map_dump *m, size_t i)
{
	if (i + 16 < m->n) {
		__builtin_prefetch(m->entries[i + 16].key);
		__builtin_prefetch(m->entries[i + 16].value);
	}
}

/*
 * Adds the value of an integer map, divided by div as C divides; false if it is another kind of
 * map.
 */
bool map_dump_int(struct out *o, const struct map_dump *m, const void *bytes);

#endif
