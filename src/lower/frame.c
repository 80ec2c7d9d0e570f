/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frame: memory of a program that the bodies of its map loops reach through their
 * context argument. Holds the program's context, the wish to leave, and captured variables; those that
 * would not fit on the stack are in per-CPU memory, which both find by themselves.
 */
#include "lower/internal.h"

#define FRAME_LARGE 32 /* bytes of a variable */
#define FRAME_MAX 128  /* bytes; numbers beyond it go where large variables are. Pointers would be numbers there */

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

/* Large variables need no zeroes: nothing reads a variable before the assignment that makes it. */
static void place_var(struct lower *lw, struct var *v)
{
	uint32_t size = type_is_scalar(v->type) ? 8 : (v->type->size + 7) & ~7u;
	struct lvar *l = lvar_get(lw, v);

	l->far = size > FRAME_LARGE || (type_is_int(v->type) && lw->frame_size + size > FRAME_MAX);
	if (l->far) {
		l->frame_off = ir_scratch_alloc(lw->b.module, size, &l->far_map);
	} else {
		l->frame_off = lw->frame_size;
		lw->frame_size += size;
	}
}

static void place_vars(struct lower *lw, const struct node *n)
{
	if (!n)
		return;
	if (n->var && n->var->captured && !n->var->lower)
		place_var(lw, n->var);
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

/* In the entry of the program: numbers and what is in the frame start as zero. */
void frame_make(struct lower *lw)
{
	if (!lw->frame_size)
		return;
	lw->frame = ir_slot(&lw->b, lw->frame_size, 8);
	ir_zero(&lw->b, lw->frame, FRAME_LEAVE, lw->frame_size - FRAME_LEAVE);
	ir_store(&lw->b, lw->frame, FRAME_CTX, ir_ctx(&lw->b), 8);
	for (const struct lvar *l = lw->vars; l; l = l->next)
		if (l->far && type_is_int(l->var->type))
			ir_store(&lw->b, ir_scratch_ptr(&lw->b, l->far_map, l->frame_off), 0, ir_iconst(&lw->b, 0), 8);
}
