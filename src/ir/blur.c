/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loops over iterators in terms of the verifier: it follows every way through the body until the state at a
 * place is contained in one that it has seen there (states_equal() in kernel/bpf/verifier.c, with ranges compared
 * while a loop is open). A number that is 1 by one way and 0 by the other doubles the ways from there on. So
 * where such numbers meet, a zero that the verifier does not know is added, and they are the same to it.
 */
#include "ir/pass.h"

static bool iterates(const struct ir_fn *fn)
{
	each_block(fn, b)
		each_val(b, v)
			if (v->op == IR_kcall && !strcmp(v->kfunc, "bpf_iter_num_next"))
				return true;
	return false;
}

static bool is_loop_head(const struct ir_block *b)
{
	vec_each(b->preds, i)
		if (b->preds.v[i]->rpo >= b->rpo)
			return true;
	return false;
}

/* Does the verifier know more of it by some way than that it is a number? */
static bool is_told_apart(const struct ir_val *phi)
{
	for (uint32_t i = 0; i < phi->nargs; i++) {
		int64_t lo, hi;

		ir_bounds(phi->arg[i], &lo, &hi);
		if (lo != INT64_MIN || hi != INT64_MAX)
			return true;
	}
	return false;
}

static struct ir_val *unknown_zero(struct ir_fn *fn)
{
	struct ir_builder b = { fn->module, fn, fn->blocks.v[0], fn->span };
	struct ir_val *first = fn->blocks.v[0]->first, *zero = ir_unknown_zero(&b), *at = zero->arg[0];

	ir_remove(zero);
	ir_remove(at);
	ir_insert_before(fn, first, at);
	return ir_insert_before(fn, first, zero);
}

/* Branches on comparisons stay what they are: there nothing is made a number. */
static bool replace_uses(struct ir_fn *fn, struct ir_val *old, struct ir_val *by)
{
	bool any = false;

	each_block(fn, b)
		each_val(b, v)
			for (uint32_t i = 0; i < v->nargs; i++) {
				if (v->arg[i] != old || v == by || (v->op == IR_br && old->op != IR_phi))
					continue;
				v->arg[i] = by;
				any = true;
			}
	return any;
}

/* The back end makes a number of it by a jump. */
static bool is_comparison(const struct ir_val *v)
{
	return v->op == IR_eq || v->op == IR_ne || v->op == IR_ult || v->op == IR_ule || v->op == IR_slt || v->op == IR_sle;
}

static void blur(struct ir_fn *fn, struct ir_val *v, struct ir_val *zero)
{
	struct ir_val *at = v->next, *sum = ir_val_new(fn, IR_add, 2);

	while (at->op == IR_phi)
		at = at->next;
	sum->arg[0] = v;
	sum->arg[1] = zero;
	sum->span = v->span;
	ir_insert_before(fn, at, sum);
	if (!replace_uses(fn, v, sum))
		ir_remove(sum);
}

static bool wants_blur(const struct ir_val *v)
{
	return is_comparison(v) || (v->op == IR_phi && v->ptr == PK_NONE && is_told_apart(v));
}

/*
 * requires: level L, SSA
 * keeps:    SSA, edges
 * breaks:   nothing; to be run after the passes that know numbers
 */
void ir_pass_blur(struct ir_fn *fn)
{
	struct ir_val *zero = NULL;

	if (!iterates(fn))
		return;
	ir_dominators(fn);
	each_block(fn, b) {
		if (!b->loop || is_loop_head(b))
			continue;
		each_val_safe(b, v, next) {
			if (!wants_blur(v))
				continue;
			zero = zero ? zero : unknown_zero(fn);
			blur(fn, v, zero);
		}
	}
}
