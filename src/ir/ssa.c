/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Repairing SSA when one value got a second definition: on-demand phis (Braun and others, "Simple
 * and efficient construction of static single assignment form").
 */
#include "ir/pass.h"

struct repair {
	struct ir_fn *fn;
	struct ir_val *x;    /* the value in its own block */
	struct ir_val **end; /* by block id: the value at the block's end, NULL: not known yet */
};

static struct ir_val *value_at_end(struct repair *r, struct ir_block *b);

static struct ir_val *empty_phi(struct repair *r, struct ir_block *b)
{
	struct ir_val *phi = ir_val_new(r->fn, IR_phi, (uint32_t)b->preds.n);

	phi->ptr = r->x->ptr;
	phi->span = r->x->span;
	phi->mark = 1; /* see mark_outside() in cfg.c */
	if (b->first)
		ir_insert_before(r->fn, b->first, phi);
	else
		ir_append(b, phi);
	return phi;
}

/* The value that enters a block without a definition of its own. */
static struct ir_val *value_at_start(struct repair *r, struct ir_block *b)
{
	struct ir_val *phi;

	if (b->preds.n == 1)
		return value_at_end(r, b->preds.v[0]);
	phi = empty_phi(r, b);
	r->end[b->id] = phi; /* stops the search in loops */
	vec_each(b->preds, i)
		phi->arg[i] = value_at_end(r, b->preds.v[i]);
	return phi;
}

static struct ir_val *value_at_end(struct repair *r, struct ir_block *b)
{
	if (!r->end[b->id])
		r->end[b->id] = value_at_start(r, b);
	return r->end[b->id];
}

static void repair_uses(struct repair *r, struct ir_val *v)
{
	for (uint32_t i = 0; i < v->nargs; i++) {
		if (v->arg[i] != r->x)
			continue;
		if (v->op == IR_phi)
			v->arg[i] = value_at_end(r, v->block->preds.v[i]);
		else if (v->block != r->x->block)
			v->arg[i] = value_at_end(r, v->block);
	}
}

void ir_ssa_repair(struct ir_fn *fn, struct ir_val *x, struct ir_block *at, struct ir_val *def)
{
	struct repair r = { fn, x, xcalloc(fn->next_block, sizeof(*r.end)) };

	r.end[x->block->id] = x;
	r.end[at->id] = def;
	each_block(fn, b)
		each_val(b, v)
			if (b != at)
				repair_uses(&r, v);
	free(r.end);
}
