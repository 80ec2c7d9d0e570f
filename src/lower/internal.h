/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of lower/. */
#ifndef LOWER_INTERNAL_H
#define LOWER_INTERNAL_H

#include "fn/lower.h"
#include "lower/lower.h"
#include "sema/program.h"

/* A loop that statements are in, innermost first. */
struct loop {
	struct loop *up;
	struct ir_block *next, *done; /* continue, break; NULL in a callback's own body */
	bool is_inline;               /* no loop: the body of a function, done is its end */
	struct ir_val *iter;          /* open-coded iterator to be destroyed on the way out, or NULL */
};

/* The callback being generated; NULL in lower means the program itself. */
struct callback {
	struct callback *up;
	struct ir_val *key, *value; /* of the entry */
	struct ir_val *at;          /* what map operations take as its key: the key itself, or its digest */
	struct var *pair;
	const struct map *map;
};

/* How a scratch variable is kept while a probe is lowered. */
struct lvar {
	struct var *var;
	struct lvar *next;
	bool in_memory;
	bool far;                 /* captured and large: in per-CPU memory, not in the frame */
	struct ir_map *far_map;   /* of ir_scratch_alloc() */
	uint32_t frame_off;       /* captured: offset in the frame, or in per-CPU memory */
	struct ir_val *slot;      /* in memory, not captured */
	VEC(struct ir_val *) defs; /* by block id: value at the end of the block so far */
};

/* A phi that waits for the predecessors of its block. */
struct open_phi {
	struct open_phi *next;
	struct ir_val *phi;
	struct lvar *var;
};

/* What is known of a block while it is built. */
struct block_state {
	bool sealed;
	struct open_phi *open;
};

/* A range whose body is a function: where that finds the range's start. */
struct range_start {
	const struct node *loop;
	struct var *var;
};

struct lower {
	struct ir_builder b;
	struct arena *arena;
	struct types *types;
	struct tables *tables;
	struct diags *diags;
	struct probe *probe;
	struct lvar *vars;
	VEC(struct block_state) blocks; /* by block id, of the function being built */
	struct loop *loop;
	struct callback *callback;
	uint32_t frame_size;   /* memory shared with callbacks: 0 none */
	struct ir_val *frame;  /* its address in the function being built */
	unsigned ncallbacks;
	VEC(struct range_start) starts;
	struct ir_val *agg_args[FN_MAX_ARGS];
	bool whole_chars; /* char arrays are read whole, as bytes */
};

/* The first words of the frame. */
#define FRAME_CTX 0   /* the program's context */
#define FRAME_LEAVE 8 /* u64: enum leave */
#define FRAME_VARS 16

/* What the body of a loop that is a function wants to end. */
enum leave { LEAVE_NOTHING, LEAVE_PROBE, LEAVE_FUNCTION };

#define LOOP_MAX_ITER (1 << 23) /* BPF_MAX_LOOPS, include/linux/bpf.h */
#define LOOP_MAX_WALKED 512     /* rounds that the verifier walks on older kernels: it follows 8192 jumps in all */

/* loop_way.c */
enum loop_way {
	LOOP_SHORT,    /* a natural loop: the verifier walks its few rounds */
	LOOP_WALKED,   /* the same, up to a limit */
	LOOP_ITERATED, /* by an open-coded iterator */
	LOOP_CALLED,   /* its body is a function */
};
/* nested: in the body of a loop that is a function. */
enum loop_way loop_way(const struct lower *lw, const struct node *loop, bool nested);
/* Of any node. */
bool loop_is_function(const struct lower *lw, const struct node *n, bool nested);

/* ssa.c: scratch variables as values */
struct lvar *lvar_get(struct lower *lw, struct var *v);
struct ir_val *var_read(struct lower *lw, struct var *v);
void var_write(struct lower *lw, struct var *v, struct ir_val *val);
/* Of a variable that lives in memory. */
struct ir_val *lower_var_address(struct lower *lw, struct var *v);
/* A block whose predecessors are all known (seal at once) or not yet (seal later). */
struct ir_block *block_open(struct lower *lw);
void block_seal(struct lower *lw, struct ir_block *b);
/* New block, sealed when first entered by block_enter(). */
void block_enter(struct lower *lw, struct ir_block *b);

/* frame.c */
void frame_plan(struct lower *lw, const struct probe_block *b);
void frame_make(struct lower *lw);
struct var *frame_start(struct lower *lw, const struct node *loop); /* of a range whose body is a function */

/* Ends the program with this result (NULL: 0); from the body of a loop that is a function always with 0. */
void lower_result(struct lower *lw, struct ir_val *result);

/* stmt.c, loop.c, loop_call.c */
void lower_block(struct lower *lw, struct node *n);
void lower_stmt(struct lower *lw, struct node *n);
void lower_while(struct lower *lw, struct node *n);
void lower_unroll(struct lower *lw, struct node *n);
void lower_for_range(struct lower *lw, struct node *n);
void lower_for_map(struct lower *lw, struct node *n);
void lower_called_while(struct lower *lw, struct node *n);
void lower_called_range(struct lower *lw, struct node *n, struct ir_val *from, struct ir_val *end);
void lower_jump(struct lower *lw, struct node *n);
/* Ends the function that is a loop's body, and then what this says. */
void lower_ask_leave(struct lower *lw, enum leave what);
void lower_inline(struct lower *lw, struct node *n);
void lower_inline_leave(struct lower *lw);

/* expr.c, op.c, access.c, convert.c, map.c */
/* Counts a fault at this place of the script; by counter if there are too many places. */
void lower_fault(struct lower *lw, enum ir_fault kind, uint32_t counter);
void lower_cond(struct lower *lw, struct node *n, struct ir_block *yes, struct ir_block *no);
struct ir_val *lower_op(struct lower *lw, struct node *n);
/* float.c: comparison of numbers of which one or both are floating point; the whole part of one, p: its bytes. */
struct ir_val *lower_float_compare(struct lower *lw, struct node *n);
struct ir_val *lower_float_whole(struct lower *lw, struct ir_val *p, uint32_t size);
struct ir_val *lower_access(struct lower *lw, struct node *n);
struct ir_val *lower_arith(struct lower *lw, struct node *at, enum op op, struct ir_val *a, struct ir_val *b,
			   const struct type *ta, const struct type *tb, const struct type *t);
/* Bytes of a value where a program may read them directly; v as lower_expr() gave it. */
struct ir_val *lower_local(struct lower *lw, struct ir_val *v, const struct type *t);
struct ir_val *lower_convert(struct lower *lw, struct node *e, struct ir_val *v, const struct type *from,
			     const struct type *to);
struct ir_val *lower_zero(struct lower *lw, const struct type *t);
struct ir_val *lower_map_read(struct lower *lw, struct node *n);
void lower_map_assign(struct lower *lw, struct node *n);
void lower_map_bump(struct lower *lw, struct node *n);
struct ir_val *lower_map_incdec(struct lower *lw, struct node *n);
/* The number of an aggregation, read across CPUs; key as lower_key() gave it. */
struct ir_val *lower_agg_number(struct lower *lw, struct span at, const struct map *m, struct ir_val *key);
/* Key and value, as a tuple of type t, of the entry that the callback was called for. */
struct ir_val *lower_whole_pair(struct lower *lw, const struct type *t);
/* A bit field that lower_core() knows of: its value. */
struct ir_val *lower_core_bits(struct lower *lw, struct ir_val *base, const struct type *st, const struct field *f,
			       enum addr_space space);
/* A tuple of values that have its members' types. */
struct ir_val *lower_members(struct lower *lw, const struct type *t, struct ir_val **vals);
struct ir_val *lower_args(struct lower *lw, struct node *n); /* args as a whole */
struct ir_val *lower_tuple(struct lower *lw, const struct type *t, struct node *const *elems);

#endif
