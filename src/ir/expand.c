/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The driver of expansion, and what is decided before it starts. See expand.h. */
#include "ir/expand.h"

bool ir_pads_itself(struct ir_expand *x, const struct ir_val *v)
{
	return v->op == IR_fill && v->helper == IRH_get_current_comm &&
	       target_has(x->b.module->target, TF_COMM_PADDED);
}

bool ir_is_padded(struct ir_expand *x, const struct ir_val *v)
{
	if (v->op != IR_fill)
		return false;
	return ir_pads_itself(x, v) || (v->id < x->nplans && x->plan[v->id].padded);
}

struct ir_block *ir_cold_block(struct ir_expand *x)
{
	struct ir_block *b = ir_block_new(&x->b);

	b->cold = true;
	return b;
}

void ir_count_loss(struct ir_expand *x, uint32_t counter)
{
	struct ir_val *ptr;

	if (counter < LOSS_FIRST_MAP)
		counter = ir_loss_counter(x->b.module, counter, x->b.span);
	ptr = ir_global_ptr(&x->b, counter * 8);
	ir_atomadd(&x->b, ptr, 0, ir_iconst(&x->b, 1), 8);
}

void ir_count_if(struct ir_expand *x, struct ir_val *cond, uint32_t counter)
{
	struct ir_block *bad, *on;

	if (counter == LOSS_NONE)
		return;
	bad = ir_cold_block(x);
	on = ir_block_new(&x->b);
	on->cold = x->b.block->cold;
	ir_br(&x->b, cond, bad, on);
	ir_at(&x->b, bad);
	ir_count_loss(x, counter);
	ir_jmp(&x->b, on);
	ir_at(&x->b, on);
}

void ir_watched(struct ir_expand *x, enum ir_helper helper, struct ir_val *r, uint32_t counter)
{
	struct ir_module *m = x->b.module;
	uint32_t site = m->watch ? ir_site_counter(m, IF_HELPER, helper, x->b.span) : LOSS_NONE;

	if (site == LOSS_NONE)
		site = counter;
	else
		ir_store(&x->b, ir_global_ptr(&x->b, (site + 1) * 8), 0, r, 8);
	if (site != LOSS_NONE)
		ir_count_loss(x, site);
}

void ir_watch(struct ir_expand *x, struct ir_val *failed, enum ir_helper helper, struct ir_val *r, uint32_t counter)
{
	struct ir_block *bad, *on;

	if (counter == LOSS_NONE && !x->b.module->watch)
		return;
	bad = ir_cold_block(x);
	on = ir_block_new(&x->b);
	on->cold = x->b.block->cold;
	ir_br(&x->b, failed, bad, on);
	ir_at(&x->b, bad);
	ir_watched(x, helper, r, counter);
	ir_jmp(&x->b, on);
	ir_at(&x->b, on);
}

/* Plans */

/* The part's bytes are all that the key is: the argument itself becomes the key. */
static bool is_whole_key(const struct ir_val *user)
{
	const struct ir_layout *l = user->layout;

	return user->op == IR_key && l->nparts == 1 && l->part[0].kind != IP_SCALAR &&
	       !l->part[0].off && l->part[0].size == l->size;
}

static void plan_use(struct ir_expand *x, struct ir_val *user, uint32_t i)
{
	struct ir_val *fill = user->arg[i];
	struct ir_plan *p = ir_plan_of(x, fill);
	bool in_layout = user->op == IR_key || user->op == IR_emit;
	bool vstr = in_layout && user->layout->part[i].kind == IP_VSTR;

	if (user->op == IR_key && user->layout->part[i].kind == IP_STR)
		p->padded = true;
	if (user->op == IR_streq && !ir_streq_literal(user))
		p->padded = true;
	p->deferred = fill->mark == 1 && in_layout && !is_whole_key(user) && ir_effect(fill) != IRE_RMEM &&
		      (!vstr || ir_is_str_read(fill->helper)) &&
		      fill->size <= user->layout->part[i].size &&
		      fill->block->loop >= user->block->loop;
}

static void plan_lookup(void *arg, struct ir_val *v, struct ir_val *earlier)
{
	ir_plan_of(arg, v)->earlier = earlier;
}

/*
 * A padded string in a record costs its zeroing there: not wanted, the record's reader stops at the
 * NUL.
 */
static void make_plans(struct ir_expand *x)
{
	x->nplans = x->b.fn->next_val;
	x->plan = arena_array(&x->arena, struct ir_plan, x->nplans);
	if (!x->b.module->watch)
		ir_repeated_lookups(x->b.fn, plan_lookup, x);
	ir_count_uses(x->b.fn);
	each_block(x->b.fn, b)
		each_val(b, v)
			for (uint32_t i = 0; i < v->nargs; i++)
				if (v->arg[i]->op == IR_fill)
					plan_use(x, v, i);
}

/* One value */

static struct ir_val *expand_loss(struct ir_expand *x, struct ir_val *v)
{
	ir_count_loss(x, (uint32_t)v->imm);
	return NULL;
}

static struct ir_val *expand_val(struct ir_expand *x, struct ir_val *v)
{
	switch (v->op) {
	case IR_log2:
		return ir_expand_log2(x, v);
	case IR_select:
		return ir_expand_select(x, v);
	case IR_sdiv:
	case IR_smod:
		return ir_expand_divide(x, v);
	case IR_copy:
		ir_expand_copy(x, ir_arg(v, 0), v->imm, ir_arg(v, 1), v->size);
		return NULL;
	case IR_zero:
		ir_expand_zero(x, ir_arg(v, 0), v->imm, v->size);
		return NULL;
	case IR_kread:
	case IR_uread:
		return ir_expand_read(x, v);
	case IR_fill:
		return ir_is_deferred(x, v) ? v : ir_expand_fill(x, v);
	case IR_filllen:
		return NULL;
	case IR_key:
		return ir_expand_key(x, v);
	case IR_digest:
		return ir_expand_digest(x, v);
	case IR_streq:
		return ir_expand_streq(x, v);
	case IR_memeq:
		return ir_expand_memeq(x, v);
	case IR_emit:
		ir_expand_emit(x, v);
		return NULL;
	case IR_loss:
		return expand_loss(x, v);
	default:
		return ir_expand_map(x, v);
	}
}

static bool is_high(struct ir_expand *x, const struct ir_val *v)
{
	if (v->op == IR_sdiv || v->op == IR_smod)
		return !target_has(x->b.module->target, TF_SDIV);
	return ir_ops[v->op].level == 'H';
}

/* A fill becomes its slot, so its length is found by the fill's own number. */
static struct ir_val *length_of(struct ir_expand *x, const struct ir_val *v)
{
	return ir_plan_of(x, v->arg[0])->len;
}

static void expand_one(struct ir_expand *x, struct ir_val *v)
{
	struct ir_val *by;

	x->b.span = v->span;
	if (v->op == IR_filllen) {
		ir_subst(v, length_of(x, v));
		return;
	}
	if (!is_high(x, v)) {
		ir_append(x->b.block, v);
		return;
	}
	by = expand_val(x, v);
	if (by && by != v)
		ir_subst(v, by);
}

static void replace_pred(struct ir_block *s, struct ir_block *old, struct ir_block *by)
{
	vec_each(s->preds, i)
		if (s->preds.v[i] == old) {
			s->preds.v[i] = by;
			return;
		}
}

/*
 * The block's values are appended again one by one; its successors belong to the block that we end
 * in.
 */
static void expand_block(struct ir_expand *x, struct ir_block *b)
{
	struct ir_block *succ[2] = { b->succ[0], b->succ[1] };
	struct ir_val *v = b->first, *next;

	b->first = b->last = NULL;
	b->succ[0] = b->succ[1] = NULL;
	ir_at(&x->b, b);
	for (; v; v = next) {
		next = v->next;
		expand_one(x, v);
	}
	for (int i = 0; i < 2; i++) {
		x->b.block->succ[i] = succ[i];
		if (succ[i] && x->b.block != b)
			replace_pred(succ[i], b, x->b.block);
	}
}

/*
 * requires: SSA, level H and L
 * keeps:    SSA; the checked pointer stays the used pointer
 * breaks:   analyses; level H is gone, fn->lowered is set
 */
void ir_pass_expand(struct ir_fn *fn)
{
	struct ir_expand x = { .b = { fn->module, fn, NULL, { 0, 0 } } };
	struct ir_block **old;
	size_t n;

	ir_dominators(fn);
	make_plans(&x);
	ir_subst_start(fn);
	n = fn->blocks.n;
	old = arena_dup(&x.arena, fn->blocks.v, n * sizeof(*old));
	for (size_t i = 0; i < n; i++)
		expand_block(&x, old[i]);
	ir_subst_apply(fn);
	fn->lowered = true;
	ir_dominators(fn);
	arena_done(&x.arena);
}
