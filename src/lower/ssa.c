/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scratch variables become SSA values while the code is built, after Braun et al., "Simple and
 * Efficient Construction of Static Single Assignment Form" (2013): a read looks for the
 * value in the block, then in its predecessors; a block whose predecessors are not all known gets a
 * phi that is completed when it is sealed. Trivial phis are left to ir's cfg pass.
 *
 * Three kinds of variables live in memory instead: those whose address is taken, those that the body of a loop
 * shares with the probe, where it is another function, and aggregates carried around a loop (the bytes that a phi of
 * pointers named could be overwritten while still needed).
 */
#include "lower/internal.h"

/* The loop that shares it may be in an arm that is not compiled: then there is no frame. */
static bool is_shared(const struct lower *lw, const struct var *v)
{
	return v->captured && lw->frame_size;
}

struct lvar *lvar_get(struct lower *lw, struct var *v)
{
	struct lvar *l = v->lower;

	if (l)
		return l;
	l = arena_new(lw->arena, struct lvar);
	l->var = v;
	l->in_memory = is_shared(lw, v) || v->addressed || (v->loop_carried && !type_is_scalar(v->type));
	l->next = lw->vars;
	lw->vars = l;
	v->lower = l;
	return l;
}

static struct block_state *state(struct lower *lw, const struct ir_block *b)
{
	struct block_state none = { 0 };

	while (lw->blocks.n <= b->id)
		avec_push(lw->arena, &lw->blocks, none);
	return &lw->blocks.v[b->id];
}

struct ir_block *block_open(struct lower *lw)
{
	return ir_block_new(&lw->b);
}

static void set_def(struct lower *lw, struct lvar *l, const struct ir_block *b, struct ir_val *v)
{
	while (l->defs.n <= b->id)
		avec_push(lw->arena, &l->defs, (struct ir_val *)NULL);
	l->defs.v[b->id] = v;
}

static struct ir_val *read_in(struct lower *lw, struct lvar *l, struct ir_block *b);

static struct ir_val *new_phi(struct lower *lw, struct lvar *l, struct ir_block *b)
{
	struct ir_val *phi = ir_phi(&lw->b, b);

	if (!type_is_scalar(l->var->type))
		phi->ptr = PK_STACK;
	phi->size = l->var->type->size;
	set_def(lw, l, b, phi);
	return phi;
}

static void complete_phi(struct lower *lw, struct lvar *l, struct ir_val *phi, struct ir_block *b)
{
	vec_each(b->preds, i)
		ir_phi_add(&lw->b, phi, read_in(lw, l, b->preds.v[i]));
}

/* The zero value, made where the variable is first read without having been written. */
static struct ir_val *undefined_in(struct lower *lw, struct lvar *l, struct ir_block *b)
{
	struct ir_block *at = lw->b.block;
	struct ir_val *v;

	ir_at(&lw->b, lw->b.fn->blocks.v[0]);
	v = lower_zero(lw, l->var->type);
	/* The entry has its jump already: the constant goes before all else. */
	if (v->next == NULL && v->prev && lw->b.block != at) {
		struct ir_val *first = lw->b.block->first;

		ir_remove(v);
		v = ir_insert_before(lw->b.fn, first, v);
	}
	ir_at(&lw->b, at);
	set_def(lw, l, b, v);
	return v;
}

static struct ir_val *read_in(struct lower *lw, struct lvar *l, struct ir_block *b)
{
	struct ir_val *v;

	if (b->id < l->defs.n && l->defs.v[b->id])
		return l->defs.v[b->id];
	if (!state(lw, b)->sealed) {
		struct open_phi *o = arena_new(lw->arena, struct open_phi);

		o->phi = new_phi(lw, l, b);
		o->var = l;
		o->next = state(lw, b)->open;
		state(lw, b)->open = o;
		return o->phi;
	}
	if (!b->preds.n)
		return undefined_in(lw, l, b);
	if (b->preds.n == 1) {
		v = read_in(lw, l, b->preds.v[0]);
		set_def(lw, l, b, v);
		return v;
	}
	v = new_phi(lw, l, b);
	complete_phi(lw, l, v, b);
	return v;
}

void block_seal(struct lower *lw, struct ir_block *b)
{
	struct open_phi *o = state(lw, b)->open;

	state(lw, b)->sealed = true;
	for (; o; o = o->next)
		complete_phi(lw, o->var, o->phi, b);
	state(lw, b)->open = NULL;
}

void block_enter(struct lower *lw, struct ir_block *b)
{
	block_seal(lw, b);
	ir_at(&lw->b, b);
}

/* Address of a variable that lives in memory. */
static struct ir_val *var_address(struct lower *lw, struct lvar *l)
{
	struct ir_block *at = lw->b.block;

	if (l->far)
		return ir_scratch_ptr(&lw->b, l->far_map, l->frame_off);
	if (is_shared(lw, l->var))
		return ir_addi(&lw->b, lw->frame, l->frame_off);
	if (!l->slot) {
		struct ir_block *entry = lw->b.fn->blocks.v[0];

		l->slot = ir_slot(&lw->b, l->var->type->size, 8);
		if (entry != at) {
			ir_remove(l->slot);
			ir_insert_before(lw->b.fn, entry->first, l->slot);
		}
	}
	return l->slot;
}

static unsigned mem_width(const struct type *t)
{
	return type_is_scalar(t) ? 8 : t->size;
}

struct ir_val *lower_var_address(struct lower *lw, struct var *v)
{
	return var_address(lw, lvar_get(lw, v));
}

struct ir_val *var_read(struct lower *lw, struct var *v)
{
	struct lvar *l = lvar_get(lw, v);
	struct ir_val *addr, *copy;

	if (!l->in_memory)
		return read_in(lw, l, lw->b.block);
	addr = var_address(lw, l);
	if (type_is_scalar(v->type))
		return ir_load(&lw->b, addr, 0, 8, false);
	/* A copy: the variable may be assigned before the value is used. */
	copy = ir_slot(&lw->b, v->type->size, 8);
	ir_copy(&lw->b, copy, 0, addr, v->type->size);
	return copy;
}

/*
 * The verifier must know no number that is in the frame. Before 6.7 it takes a loop's body to be called just once: a
 * comparison with what the frame had at the first call would be the same for ever. Later ones would follow each
 * such number through its values.
 */
static struct ir_val *as_unknown(struct lower *lw, const struct lvar *l, struct ir_val *val)
{
	if (!is_shared(lw, l->var) || l->far || val->ptr != PK_NONE)
		return val;
	return ir_bin(&lw->b, IR_add, val, ir_unknown_zero(&lw->b));
}

void var_write(struct lower *lw, struct var *v, struct ir_val *val)
{
	struct lvar *l = lvar_get(lw, v);

	if (!l->in_memory)
		set_def(lw, l, lw->b.block, val);
	else if (type_is_scalar(v->type))
		ir_store(&lw->b, var_address(lw, l), 0, as_unknown(lw, l, val), mem_width(v->type));
	else
		ir_copy(&lw->b, var_address(lw, l), 0, val, v->type->size);
}
