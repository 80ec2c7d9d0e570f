/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of the IR. A function that holds them all can be given to any pass; each rule is one
 * function or one line here, and check_test.c breaks each.
 */
#include "ir/pass.h"

struct check {
	const struct ir_fn *fn;
	struct ir_block **sorted; /* the function's blocks by address */
	const struct ir_block *block;
	const struct ir_val *val;
	const char *msg;
};

static bool bad(struct check *c, const char *what)
{
	struct arena *a = c->fn->module->arena;

	if (c->msg)
		return false;
	if (c->val)
		c->msg = arena_printf(a, "%s: b%u: %%%u %s: %s", c->fn->name, c->block->id,
				      c->val->id, ir_ops[c->val->op].name, what);
	else if (c->block)
		c->msg = arena_printf(a, "%s: b%u: %s", c->fn->name, c->block->id, what);
	else
		c->msg = arena_printf(a, "%s: %s", c->fn->name, what);
	return false;
}

static bool is_control(const struct ir_val *v)
{
	return ir_ops[v->op].effect == IRE_CTL;
}

static unsigned edges(const struct ir_block *from, const struct ir_block *to)
{
	return (from->succ[0] == to) + (from->succ[1] == to);
}

static unsigned pred_entries(const struct ir_block *block, const struct ir_block *pred)
{
	unsigned n = 0;

	vec_each(block->preds, i)
		n += block->preds.v[i] == pred;
	return n;
}

static int by_address(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)*(struct ir_block *const *)a;
	uintptr_t y = (uintptr_t)*(struct ir_block *const *)b;

	return x < y ? -1 : x > y;
}

static bool in_fn(const struct check *c, const struct ir_block *block)
{
	return bsearch(&block, c->sorted, c->fn->blocks.n, sizeof(*c->sorted), by_address);
}

static bool check_edges(struct check *c)
{
	const struct ir_block *b = c->block;

	for (int i = 0; i < 2; i++)
		if (b->succ[i] && (!in_fn(c, b->succ[i]) ||
				   pred_entries(b->succ[i], b) != edges(b, b->succ[i])))
			return bad(c, "a successor does not know it");
	vec_each(b->preds, i)
		if (!in_fn(c, b->preds.v[i]) || !edges(b->preds.v[i], b))
			return bad(c, "a predecessor does not go to it");
	return true;
}

static unsigned wanted_succs(const struct ir_val *control)
{
	return control->op == IR_br ? 2 : control->op == IR_jmp ? 1 : 0;
}

static bool check_shape(struct check *c)
{
	const struct ir_block *b = c->block;
	bool phis = true;

	if (!b->last || !is_control(b->last))
		return bad(c, "does not end in jmp, br or ret");
	if ((b->succ[0] != NULL) + (b->succ[1] != NULL) != wanted_succs(b->last) ||
	    (b->succ[1] && !b->succ[0]))
		return bad(c, "wrong number of successors");
	if (b == c->fn->blocks.v[0] && b->preds.n)
		return bad(c, "the entry has predecessors");
	each_val(b, v) {
		c->val = v;
		if (is_control(v) && v->next)
			return bad(c, "control before the end of the block");
		if (v->op == IR_phi && !phis)
			return bad(c, "phi after other values");
		if (v->block != b)
			return bad(c, "belongs to another block");
		phis &= v->op == IR_phi;
	}
	c->val = NULL;
	return check_edges(c);
}

static bool check_count(struct check *c)
{
	const struct ir_val *v = c->val;

	if (v->op == IR_phi)
		return v->nargs == c->block->preds.n ||
		       bad(c, "not one argument for each predecessor");
	if ((v->op == IR_key || v->op == IR_emit) && (!v->layout || v->layout->nparts != v->nargs))
		return bad(c, "arguments do not match the layout");
	if (ir_ops[v->op].nargs >= 0 && v->nargs != (uint32_t)ir_ops[v->op].nargs)
		return bad(c, "wrong number of arguments");
	for (uint32_t i = 0; i < v->nargs; i++)
		if (!v->arg[i])
			return bad(c, "an argument is missing");
	return true;
}

/* Definitions of arguments come first on every path. */
static bool check_dominance(struct check *c)
{
	const struct ir_val *v = c->val;

	for (uint32_t i = 0; i < v->nargs; i++) {
		const struct ir_val *a = v->arg[i];
		const struct ir_block *at = v->op == IR_phi ? c->block->preds.v[i] : c->block;

		if (!a->block || !in_fn(c, a->block))
			return bad(c, "an argument is in no block");
		if (ir_ops[a->op].result == 'N')
			return bad(c, "an argument has no value");
		if (at->rpo == UINT32_MAX || a->block->rpo == UINT32_MAX)
			continue;
		if (a->block != at ? !ir_dominates(a->block, at)
				   : v->op != IR_phi && a->mark >= v->mark)
			return bad(c, "an argument does not dominate it");
	}
	return true;
}

static bool width_in(unsigned w, bool one, bool two)
{
	return (w == 1 && one) || (w == 2 && two) || w == 4 || w == 8;
}

static bool check_width(struct check *c)
{
	const struct ir_val *v = c->val;
	bool ok = true;

	switch (v->op) {
	case IR_load:
	case IR_store:
	case IR_ext:
	case IR_kread:
	case IR_uread:
	case IR_mapget:
		ok = width_in(v->width, true, true);
		break;
	case IR_bswap:
		ok = width_in(v->width, false, true);
		break;
	case IR_atomadd:
		ok = width_in(v->width, false, false);
		break;
	default:
		break;
	}
	return ok || bad(c, "bad width");
}

static bool check_pointer(struct check *c)
{
	const struct ir_val *v = c->val;
	enum ir_ptr k;

	if (v->op != IR_load && v->op != IR_store && v->op != IR_atomadd && v->op != IR_xchg && v->op != IR_copy &&
	    v->op != IR_zero)
		return true;
	k = v->arg[0]->ptr;
	if (k == PK_NONE || k == PK_MAP || k == PK_FN)
		return bad(c, "not a pointer to memory");
	if (k == PK_MAPVAL0 || k == PK_RING0)
		return bad(c, "pointer may be null: nonnull is missing");
	return true;
}

static bool check_nonnull(struct check *c)
{
	const struct ir_val *v = c->val;

	if (v->op != IR_nonnull)
		return true;
	if (v->arg[0]->ptr != PK_MAPVAL0 && v->arg[0]->ptr != PK_RING0 && v->arg[0]->ptr != PK_BTF)
		return bad(c, "its argument cannot be null");
	return ir_told_nonnull(c->block, v->arg[0]) || c->block->rpo == UINT32_MAX || bad(c, "no branch on its argument dominates it");
}

static bool needs_map(enum ir_op op)
{
	return op == IR_mapaddr || op == IR_mapget || op == IR_mapptr || op == IR_mapset ||
	       op == IR_mapadd || op == IR_mapins || op == IR_mapdel;
}

static bool check_refs(struct check *c)
{
	const struct ir_val *v = c->val;

	if (needs_map(v->op) && !v->map)
		return bad(c, "no map");
	if (v->op == IR_fnaddr && !v->fn)
		return bad(c, "no function");
	if (v->op == IR_kcall && !v->kfunc)
		return bad(c, "no kernel function");
	if (v->op == IR_fill && !v->helper)
		return bad(c, "no helper");
	if (v->op == IR_filllen && v->arg[0]->op != IR_fill)
		return bad(c, "its argument is not a fill");
	if (v->op == IR_call && v->nargs > 5)
		return bad(c, "more than 5 arguments");
	if ((v->op == IR_slot || v->op == IR_scratch || v->op == IR_fill) && !v->size)
		return bad(c, "no size");
	if (c->fn->lowered && ir_ops[v->op].level == 'H')
		return bad(c, "level H after expand");
	return true;
}

static bool check_layout(struct check *c)
{
	const struct ir_layout *l = c->val->layout;
	uint32_t end = c->val->op == IR_emit ? 4 : 0;

	if (!l)
		return true;
	for (uint32_t i = 0; i < l->nparts; i++) {
		const struct ir_part *p = &l->part[i];
		uint32_t size = p->kind == IP_VSTR ? 4 : p->size;

		if (p->kind == IP_VSTR && c->val->op == IR_key)
			return bad(c, "a string of variable size in a key");
		if (p->kind == IP_SCALAR && !width_in(p->size, true, true))
			return bad(c, "bad size of a scalar part");
		if (p->off < end || p->off + size > l->size)
			return bad(c, "parts overlap or pass the end");
		end = p->off + size;
	}
	return true;
}

static bool check_val(struct check *c)
{
	return check_count(c) && check_dominance(c) && check_refs(c) && check_width(c) &&
	       check_pointer(c) && check_nonnull(c) && check_layout(c);
}

/* Order inside blocks into mark, so that dominance within a block is a comparison. */
static bool number_vals(struct check *c)
{
	bool *seen = xcalloc(c->fn->next_val + 1, 1), ok = true;
	uint32_t n = 0;

	each_block(c->fn, b)
		each_val(b, v) {
			v->mark = n++;
			ok &= v->id < c->fn->next_val && !seen[v->id];
			if (v->id < c->fn->next_val)
				seen[v->id] = true;
		}
	free(seen);
	return ok || bad(c, "a value's number is not its own");
}

static bool check_blocks(struct check *c)
{
	each_block(c->fn, b) {
		c->block = b;
		if (!check_shape(c))
			return false;
	}
	c->block = NULL;
	return true;
}

static bool check_vals(struct check *c)
{
	each_block(c->fn, b)
		each_val(b, v) {
			c->block = b;
			c->val = v;
			if (!check_val(c))
				return false;
		}
	return true;
}

static bool check_fn(struct check *c)
{
	if (!c->fn->blocks.n)
		return bad(c, "no blocks");
	if (!check_blocks(c) || !number_vals(c))
		return false;
	ir_analyse((struct ir_fn *)c->fn);
	return check_vals(c);
}

const char *ir_check(const struct ir_fn *fn)
{
	struct check c = { .fn = fn };
	size_t size = fn->blocks.n * sizeof(*c.sorted);

	c.sorted = xmalloc(size + 1);
	if (size)
		memcpy(c.sorted, fn->blocks.v, size);
	qsort(c.sorted, fn->blocks.n, sizeof(*c.sorted), by_address);
	check_fn(&c);
	free(c.sorted);
	return c.msg;
}
