/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frame: memory of a program that the bodies of its map loops reach through their
 * context argument. Holds the program's context, the wish to leave, and captured variables.
 */
#include "lower/internal.h"

static void plan_node(struct lower *lw, const struct node *n)
{
	if (!n)
		return;
	if (n->kind == S_FOR_MAP && !lw->frame_size)
		lw->frame_size = FRAME_VARS;
	plan_node(lw, n->a);
	plan_node(lw, n->b);
	plan_node(lw, n->c);
	plan_node(lw, n->decl);
	for (size_t i = 0; i < n->list.n; i++)
		plan_node(lw, n->list.v[i]);
}

static void place_vars(struct lower *lw, const struct node *n)
{
	if (!n)
		return;
	if (n->var && n->var->captured && !n->var->lower) {
		struct lvar *l = lvar_get(lw, n->var);

		l->frame_off = lw->frame_size;
		lw->frame_size += (type_is_scalar(n->var->type) ? 8 : n->var->type->size + 7) & ~7u;
	}
	place_vars(lw, n->a);
	place_vars(lw, n->b);
	place_vars(lw, n->c);
	place_vars(lw, n->decl);
	for (size_t i = 0; i < n->list.n; i++)
		place_vars(lw, n->list.v[i]);
}

void frame_plan(struct lower *lw, const struct probe_block *b)
{
	plan_node(lw, b->body);
	if (lw->frame_size)
		place_vars(lw, b->body);
}

/* In the entry of the program: variables start as zero. */
void frame_make(struct lower *lw)
{
	if (!lw->frame_size)
		return;
	lw->frame = ir_slot(&lw->b, lw->frame_size, 8);
	ir_zero(&lw->b, lw->frame, FRAME_LEAVE, lw->frame_size - FRAME_LEAVE);
	ir_store(&lw->b, lw->frame, FRAME_CTX, ir_ctx(&lw->b), 8);
}
