/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the passes of ir/ only: walking, substituting, asking about values. */
#ifndef IR_PASS_H
#define IR_PASS_H

#include "ir/build.h"
#include "ir/ir.h"

#define each_block(fn, b)                                                                          \
	for (size_t b##_i = 0; b##_i < (fn)->blocks.n; b##_i++)                                    \
		for (struct ir_block *b = (fn)->blocks.v[b##_i]; b; b = NULL)
#define each_val(b, v) for (struct ir_val *v = (b)->first; v; v = v->next)
/* The walked value may be removed. */
#define each_val_safe(b, v, n) \
	for (struct ir_val *v = (b)->first, *n = v ? v->next : NULL; v; \
	     v = n, n = v ? v->next : NULL)

/* The passes: see passes.c for the order and each file for the contract. */
void ir_pass_blur(struct ir_fn *fn);
void ir_pass_untrust(struct ir_fn *fn);
void ir_pass_number(struct ir_fn *fn);
void ir_pass_promote(struct ir_fn *fn);
void ir_pass_cfg(struct ir_fn *fn);
void ir_pass_fold(struct ir_fn *fn);
void ir_pass_gvn(struct ir_fn *fn);
void ir_pass_range(struct ir_fn *fn);
void ir_pass_sink(struct ir_fn *fn);
void ir_pass_dse(struct ir_fn *fn);
void ir_pass_dce(struct ir_fn *fn);
void ir_pass_expand(struct ir_fn *fn);
void ir_pass_slots(struct ir_fn *fn);
void ir_pass_pcpu(struct ir_fn *fn);

/* build.c */
/* A value in no block, its arguments still NULL. Result kind as ops.def says. */
struct ir_val *ir_val_new(struct ir_fn *fn, enum ir_op op, uint32_t nargs);
void ir_append(struct ir_block *block, struct ir_val *v);
/* Sets v->ptr from the op and the arguments. */
void ir_set_kind(struct ir_val *v);
void ir_add_pred(struct ir_fn *fn, struct ir_block *block, struct ir_block *pred);

/* value.c: questions about one value */
bool ir_is_const(const struct ir_val *v, int64_t *ret);
static inline bool ir_is_iconst(const struct ir_val *v, int64_t imm)
{
	return v->op == IR_iconst && v->imm == imm;
}
/*
 * Base of a pointer: additions looked through; *ret_off is the sum, *ret_exact whether all were
 * constant.
 */
struct ir_val *ir_base(struct ir_val *ptr, int64_t *ret_off, bool *ret_exact);
/* Points to bytes that do not change during a run: fill, key, read-only data, choices of these. */
bool ir_is_immutable(const struct ir_val *v);
/* Memory of the stack, or of it and of maps by turns. */
bool ir_may_be_stack(const struct ir_val *ptr);
/* Largest power of two (up to 8) known to divide the address. */
uint32_t ir_alignment(const struct ir_val *ptr);
/* Bytes readable at the pointer; 0: not known. */
uint32_t ir_known_size(const struct ir_val *ptr);
/* Signed bounds from the op alone and what its arguments are. */
void ir_bounds(const struct ir_val *v, int64_t *ret_lo, int64_t *ret_hi);
/* Which of a fill helper's arguments come before (dst, size). */
unsigned ir_fill_lead(enum ir_helper h);
bool ir_removable(const struct ir_val *v);

/* subst.c: replacing and counting uses */
/*
 * A pass notes replacements with ir_subst() and applies all of them once with ir_subst_apply(),
 * which also takes the replaced values out of their blocks. Uses value->data.
 */
void ir_subst_start(struct ir_fn *fn);
void ir_subst(struct ir_val *old, struct ir_val *by);
struct ir_val *ir_subst_of(struct ir_val *v);
void ir_subst_apply(struct ir_fn *fn);
/* Number of uses of each value into value->mark. */
void ir_count_uses(struct ir_fn *fn);

/* gvn.c */
/* Tells of each mapget, mapptr and mapset whose value a mapget or mapptr before it that dominates it has found. Uses value->data. */
void ir_repeated_lookups(struct ir_fn *fn, void (*found)(void *arg, struct ir_val *v, struct ir_val *earlier), void *arg);

/* graph.c: edges; phis follow */
unsigned ir_pred_index(const struct ir_block *block, const struct ir_block *pred);
/* Removes one edge and the phi arguments that belong to it. */
void ir_remove_pred(struct ir_block *block, unsigned index);
/* All edges from old to its successors become edges from by (phis keep their arguments). */
void ir_move_succs(struct ir_block *old, struct ir_block *by);
/*
 * Cuts block before v; what follows (v included) moves to the new block, which is returned
 * unlinked.
 */
struct ir_block *ir_split_before(struct ir_fn *fn, struct ir_val *v);
struct ir_block *ir_new_block(struct ir_fn *fn);

/* A new block on the edge succ[k] of block. */
struct ir_block *ir_split_edge(struct ir_fn *fn, struct ir_block *block, unsigned k);

/* claim.c */
/*
 * Takes a copy of what fn->claim describes, or leaves the program; base is the value that holds all of them. Gives what
 * base + offset in the first copy is for the copy that was taken, and the word to be given back.
 */
struct ir_val *ir_claim_take(struct ir_builder *b, struct ir_val *base, struct ir_val **ret_word);
/* It is given back on all ways out of what `taken` dominates. */
void ir_claim_end(struct ir_fn *fn, struct ir_block *taken, struct ir_val *word);

/* dom.c */
/* As ir_dominators() but changes no block and no order; unreachable blocks get rpo UINT32_MAX. */
void ir_analyse(struct ir_fn *fn);
/* Nearest block that dominates both; either may be NULL. */
struct ir_block *ir_common_dominator(struct ir_block *a, struct ir_block *b);

/* A branch on x itself, or on its comparison with 0, leads to the block: what the verifier goes by. */
bool ir_told_nonnull(const struct ir_block *b, const struct ir_val *x);

/* ssa.c */
/*
 * Repairs SSA for value x after its block stopped to dominate all uses: at the end of block `at`
 * the value is def; phis (mark 1) are made where the two meet.
 */
void ir_ssa_repair(struct ir_fn *fn, struct ir_val *x, struct ir_block *at, struct ir_val *def);

#endif
