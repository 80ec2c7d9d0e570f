/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expansion of level H into level L: shared by the expand*.c files. A function is rebuilt block by
 * block through a builder: what is of level L already is appended as it is, the rest calls an
 * expander, which may open new blocks.
 */
#ifndef IR_EXPAND_H
#define IR_EXPAND_H

#include "ir/pass.h"

#define IR_INLINE_COPY 128 /* longer copies, zeroings and comparisons are a helper call or a loop */

/* What was decided for a fill or a look-up before anything was expanded. */
struct ir_plan {
	struct ir_val *earlier; /* a look-up in a map that finds the same value */
	struct ir_val *found;   /* what a look-up gave */
	bool deferred;      /* written by its only user where that user wants it */
	bool padded;        /* zeroed first, so that equal strings are equal bytes */
	struct ir_val *len; /* what the helper returned */
};

struct ir_expand {
	struct ir_builder b;
	struct arena arena;
	struct ir_plan *plan; /* by value id */
	uint32_t nplans;
};

/* Argument of an operation that is being expanded; v->arg[i] itself says what it was at level H. */
static inline struct ir_val *ir_arg(const struct ir_val *v, uint32_t i)
{
	return ir_subst_of(v->arg[i]);
}

/* expand.c */
static inline struct ir_plan *ir_plan_of(struct ir_expand *x, const struct ir_val *fill)
{
	return &x->plan[fill->id];
}
static inline bool ir_is_deferred(struct ir_expand *x, const struct ir_val *v)
{
	return v->op == IR_fill && v->id < x->nplans && x->plan[v->id].deferred;
}
/* A fill whose helper writes zeros up to the end: comm, on most kernels. */
bool ir_pads_itself(struct ir_expand *x, const struct ir_val *v);
/* Bytes after the NUL are known to be zero: the comm helper pads, others if planned so. */
bool ir_is_padded(struct ir_expand *x, const struct ir_val *v);
/* If cond is not 0, 1 is added to the loss counter on a cold path; goes on in a new block. */
/*
 * A helper returned r, which is a failure if failed is not 0: counted, at its place in the script where module->watch
 * asks for that, else by counter (LOSS_NONE: not at all).
 */
void ir_watch(struct ir_expand *x, struct ir_val *failed, enum ir_helper helper, struct ir_val *r, uint32_t counter);
/* The same where the failure is certain already. */
void ir_watched(struct ir_expand *x, enum ir_helper helper, struct ir_val *r, uint32_t counter);
void ir_count_if(struct ir_expand *x, struct ir_val *cond, uint32_t counter);
void ir_count_loss(struct ir_expand *x, uint32_t counter);
struct ir_block *ir_cold_block(struct ir_expand *x);

/* expand_mem.c */
void ir_expand_zero(struct ir_expand *x, struct ir_val *dst, int64_t off, uint32_t size);
void ir_expand_copy(struct ir_expand *x, struct ir_val *dst, int64_t off, struct ir_val *src,
		    uint32_t size);
/* Calls the fill's helper with dst + off as destination; the helper's result. */
struct ir_val *ir_expand_fill_at(struct ir_expand *x, struct ir_val *fill, struct ir_val *dst,
				 int64_t off);
struct ir_val *ir_expand_fill(struct ir_expand *x, struct ir_val *fill);
struct ir_val *ir_expand_read(struct ir_expand *x, struct ir_val *v);
/*
 * One part of a key or record at base + part->off; orig: the argument as it was at level H; pad:
 * the rest of a string must be zero.
 */
void ir_expand_part(struct ir_expand *x, const struct ir_part *part, struct ir_val *orig,
		    struct ir_val *base, bool pad);
struct ir_val *ir_expand_key(struct ir_expand *x, struct ir_val *key);
bool ir_is_str_read(unsigned helper);
enum ir_helper ir_kernel_read_str(struct ir_expand *x);
/* Widest access up to 8 bytes for the next of n bytes at an offset of that alignment. */
unsigned ir_chunk(uint32_t n, uint32_t align, int64_t off);

/* digest.c */
struct ir_val *ir_expand_digest(struct ir_expand *x, struct ir_val *v);

/* expand_map.c; the value that replaces the operation, NULL if it has none */
struct ir_val *ir_expand_map(struct ir_expand *x, struct ir_val *v);

/* expand_emit.c */
void ir_expand_emit(struct ir_expand *x, struct ir_val *v);

/* expand_str.c */
struct ir_val *ir_expand_streq(struct ir_expand *x, struct ir_val *v);
struct ir_val *ir_expand_memeq(struct ir_expand *x, struct ir_val *v);
/* A literal is compared word by word; then the other side needs no padding. */
bool ir_streq_literal(const struct ir_val *v);

/* expand_arith.c */
struct ir_val *ir_expand_log2(struct ir_expand *x, struct ir_val *v);
struct ir_val *ir_expand_select(struct ir_expand *x, struct ir_val *v);
struct ir_val *ir_expand_divide(struct ir_expand *x, struct ir_val *v);

#endif
