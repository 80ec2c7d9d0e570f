/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The frame: memory of a program that the bodies of loops which are functions reach through their
 * context argument. Holds the program's context, the wish to leave, and captured numbers and pointers; other
 * variables, and what would not fit on the stack, are in per-CPU memory, which both find by themselves.
 */
#include "lower/internal.h"

#define FRAME_MAX 128 /* bytes; numbers beyond it go to per-CPU memory, where pointers would be numbers */

struct var *frame_start(struct lower *lw, const struct node *loop)
{
	vec_each(lw->starts, i)
		if (lw->starts.v[i].loop == loop)
			return lw->starts.v[i].var;
	return NULL;
}

/* The start of a range is known in its body. */
static void plan_start(struct lower *lw, const struct node *n)
{
	struct var *v;

	if (frame_start(lw, n))
		return;
	v = arena_new(lw->arena, struct var);
	v->name = "(start)";
	v->type = type_i64();
	v->captured = true;
	avec_push(lw->arena, &lw->starts, ((struct range_start){ n, v }));
}

/* A variable is shared if a function names it that is not the one where it was first named. */
static void plan_var(struct var *v, const struct node *in)
{
	if (!v->planned)
		v->function = in;
	v->planned = true;
	v->captured |= v->function != in;
}

/* in: the innermost loop around n whose body is a function, NULL: the probe. */
static void plan_node(struct lower *lw, const struct node *n, const struct node *in)
{
	const struct node *inside = in;

	if (!n)
		return;
	if (n->var)
		plan_var(n->var, in);
	if (loop_is_function(lw, n, in)) {
		lw->frame_size = FRAME_VARS;
		inside = n;
		if (n->kind == S_FOR_RANGE)
			plan_start(lw, n);
	}
	plan_node(lw, n->a, n->kind == S_WHILE ? inside : in);
	plan_node(lw, n->b, n->kind == S_FOR_RANGE ? in : inside);
	plan_node(lw, n->decl, inside);
	plan_node(lw, n->c, inside);
	for (size_t i = 0; i < n->list.n; i++)
		plan_node(lw, n->list.v[i], in);
}

/* Other than numbers need no zeroes: nothing reads them before the assignment that makes them. */
static void place_var(struct lower *lw, struct var *v)
{
	uint32_t size = type_is_scalar(v->type) ? 8 : (v->type->size + 7) & ~7u;
	struct lvar *l = lvar_get(lw, v);

	l->far = !type_is_scalar(v->type) || (type_is_int(v->type) && lw->frame_size + size > FRAME_MAX);
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
	plan_node(lw, b->pred, NULL);
	plan_node(lw, b->body, NULL);
	if (!lw->frame_size)
		return;
	vec_each(lw->starts, i)
		place_var(lw, lw->starts.v[i].var);
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
		if (l->var->captured && type_is_int(l->var->type))
			var_write(lw, l->var, ir_iconst(&lw->b, 0));
}
