/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rendering of typed bytes as text and JSON. A struct render holds what that
 * needs from outside: symbols, stack traces, clocks, the escaping rule.
 */
#ifndef OUT_RENDER_H
#define OUT_RENDER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strbuf.h"
#include "type/type.h"
#include "type/value_ops.h"

struct ksyms;  /* sym/ksyms.h */
struct usyms;  /* sym/usyms.h */
struct hosts;  /* out/hosts.h */

/* Added to the id of a stack that is in the second map; negative ones stay what they are. */
#define MORE_STACKS (1u << 30)

struct render {
	struct types *types;  /* to load struct fields lazily */
	bool raw;             /* --raw: no escaping */
	struct ksyms *ksyms;  /* lazy: opening costs nothing until asked */
	struct usyms *usyms;
	struct hosts *hosts;  /* NULL until asked */
	int64_t boot_to_real; /* ns to add to a boot clock stamp for wall-clock time */
	/*
	 * Frames of a stack that was stored with those of at most depth frames: ret_frames has room for as
	 * many; their count or -errno (not stored, lost).
	 */
	int (*stack)(void *arg, unsigned depth, int64_t id, uint64_t *ret_frames);
	/* The same of stacks that programs walked themselves. */
	int (*walked_stack)(void *arg, unsigned depth, int64_t id, uint64_t *ret_frames);
	void *stack_arg;
	const char *const *strings; /* literals (time formats) that opaque values have indices of */
	size_t nstrings;
	/* Added to strings that were cut; NULL: "..". */
	const char *trailer;
	uint32_t str_size; /* of strings that are read without a length; one that fills it was cut. 0: not known */
	uint64_t cut;      /* strings shown that were */
};

/* Text of untrusted bytes: escaped for a terminal unless r->raw. */
void render_escape(struct render *r, struct strbuf *out, const char *text, size_t n);

/*
 * Any type but TY_AGG as bpftrace's print() shows it: tuples "(1, x)", arrays "[1,2]", structs
 * "{ .a = 1, .b = 2 }", pointers 0x.., bools, enums by name, strings up to their NUL. bytes need
 * no alignment.
 */
void render_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes);
/* Numbers are written in full, also those that a double cannot hold (kernel pointers). */
void render_json(struct render *r, struct strbuf *out, const struct type *t, const void *bytes);
/* A TY_STRING of which only the first len bytes are at hand (records carry no more). */
void render_string(struct render *r, struct strbuf *out, const struct type *t, const void *bytes,
		   uint32_t len);
/* Text as a JSON string with its quotes. */
void render_json_string(struct strbuf *out, const char *text, size_t n);
/*
 * A map's key as it stands between the brackets (tuples without parentheses), and as a JSON name
 * ("1,a").
 */
void render_key(struct render *r, struct strbuf *out, const struct type *t, const void *bytes);
void render_json_key(struct render *r, struct strbuf *out, const struct type *t, const void *bytes);
/* <0, 0, >0: order of map keys (ints numeric, strings bytewise, tuples field by field). */
int render_compare(const struct type *t, const void *a, const void *b);
/* An integer-like value widened to 64 bits; false if t has no number. */
bool render_number(const struct type *t, const void *bytes, int64_t *ret);

/* bpftrace's histogram rows; shared by hist() and lhist(). */
struct hist_row {
	const char *label; /* "[2, 4)" */
	uint64_t count;
};
void render_hist_rows(struct strbuf *out, const struct hist_row *rows, size_t n);

/*
 * BCC's histogram layout, used by tools: header line
 * "     usecs               : count     distribution", rows "%10lld -> %-10lld : %-8d |%-40s|";
 * wider numbers and 20 stars if there is a bucket from 2^32 on. buckets[0] counts 0 and 1,
 * buckets[i] 2^i to 2^(i+1)-1; nothing is added if all are empty.
 */
void render_hist_bcc(struct strbuf *out, const char *unit, const uint64_t *buckets, size_t n);
/* The same for equal steps: "        %-10lld : %-8d |%-40s|" from the first step to the last one used. */
struct hist_step {
	int64_t low;
	uint64_t count;
};
void render_steps_bcc(struct strbuf *out, const char *unit, const struct hist_step *steps, size_t n);

#endif
