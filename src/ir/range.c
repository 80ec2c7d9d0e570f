/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ranges and nullness. First bounds of each value from its definition (kept in lo, hi), then facts
 * from branches, valid in what the branch dominates. Facts only decide later branches: no value is
 * replaced, so the kernel's verifier still sees the value that was checked in every use.
 */
#include "ir/fold.h"
#include "ir/pass.h"

struct fact {
	const struct ir_val *v;
	int64_t lo, hi;
	bool nonzero;
};

struct range {
	struct ir_fn *fn;
	struct arena arena;
	VEC(struct fact) facts; /* innermost last */
	struct ir_block **child, **sibling; /* dominator tree, by rpo */
};

/* Bounds of definitions */

static void sum_bounds(struct ir_val *v)
{
	int64_t alo, ahi, blo, bhi, lo = 0, hi = 0;

	ir_bounds(v->arg[0], &alo, &ahi);
	ir_bounds(v->arg[1], &blo, &bhi);
	if (v->op == IR_add
		    ? __builtin_add_overflow(alo, blo, &lo) || __builtin_add_overflow(ahi, bhi, &hi)
		    : __builtin_sub_overflow(alo, bhi, &lo) ||
			      __builtin_sub_overflow(ahi, blo, &hi))
		return;
	v->lo = lo;
	v->hi = hi;
}

/* Of a choice: the union; an argument that comes later (a loop) is not known. */
static void union_bounds(struct ir_val *v, uint32_t first)
{
	int64_t lo = INT64_MAX, hi = INT64_MIN, l, h;

	for (uint32_t i = first; i < v->nargs; i++) {
		if (!v->arg[i]->mark && v->arg[i]->op != IR_iconst)
			return;
		ir_bounds(v->arg[i], &l, &h);
		lo = l < lo ? l : lo;
		hi = h > hi ? h : hi;
	}
	v->lo = lo;
	v->hi = hi;
}

/* Shifting or dividing a number that is not negative makes it smaller; a mask bounds it. */
static void shrink_bounds(struct ir_val *v)
{
	int64_t lo, hi, l, h, c;

	ir_bounds(v, &lo, &hi);
	ir_bounds(v->arg[0], &l, &h);
	if (l < 0 || !ir_is_const(v->arg[1], &c) || c < 0)
		return;
	if (v->op == IR_shr && c < 64)
		h >>= c;
	else if (v->op == IR_udiv && c > 0)
		h /= c;
	v->lo = 0;
	v->hi = h < hi ? h : hi;
}

static void define_bounds(struct ir_val *v)
{
	v->lo = INT64_MIN;
	v->hi = INT64_MAX;
	switch (v->op) {
	case IR_add:
	case IR_sub:
		if (v->ptr == PK_NONE)
			sum_bounds(v);
		break;
	case IR_phi:
		if (v->nargs)
			union_bounds(v, 0);
		break;
	case IR_select:
		union_bounds(v, 1);
		break;
	case IR_and:
	case IR_shr:
	case IR_udiv:
	case IR_umod:
		shrink_bounds(v);
		break;
	default:
		break;
	}
	v->mark = 1;
}

/* Facts */

static void known(const struct range *r, const struct ir_val *v, struct fact *ret)
{
	*ret = (struct fact){ v, 0, 0, false };
	ir_bounds(v, &ret->lo, &ret->hi);
	for (size_t i = r->facts.n; i-- > 0;)
		if (r->facts.v[i].v == v) {
			*ret = r->facts.v[i];
			return;
		}
}

static void learn(struct range *r, const struct ir_val *v, int64_t lo, int64_t hi, bool nonzero)
{
	struct fact f;

	if (v->op == IR_iconst)
		return;
	known(r, v, &f);
	f.lo = lo > f.lo ? lo : f.lo;
	f.hi = hi < f.hi ? hi : f.hi;
	f.nonzero |= nonzero;
	avec_push(&r->arena, &r->facts, f);
}

/* x < y (or <=, by off: 1 or 0), signed, or unsigned where both are known not to be negative. */
static void learn_order(struct range *r, struct ir_val *x, struct ir_val *y, int off,
			bool is_unsigned)
{
	struct fact fx, fy;

	known(r, x, &fx);
	known(r, y, &fy);
	if (is_unsigned && fy.lo < 0)
		return;
	if (fy.hi >= INT64_MIN + off && (!is_unsigned || fx.lo >= 0))
		learn(r, x, INT64_MIN, fy.hi - off, false);
	if (is_unsigned && fx.lo < 0) {
		learn(r, x, 0, fy.hi - off, false); /* below a number that is not negative */
		return;
	}
	if (fx.lo <= INT64_MAX - off)
		learn(r, y, fx.lo + off, INT64_MAX, false);
}

static void learn_equal(struct range *r, struct ir_val *x, struct ir_val *y, bool equal)
{
	struct fact f;

	known(r, y, &f);
	if (equal)
		learn(r, x, f.lo, f.hi, f.lo > 0 || f.hi < 0);
	else if (f.lo == 0 && f.hi == 0)
		learn(r, x, INT64_MIN, INT64_MAX, true);
}

/* What the condition's outcome says of its arguments. */
static void learn_compare(struct range *r, const struct ir_val *c, bool holds)
{
	struct ir_val *x = c->nargs > 0 ? c->arg[0] : NULL, *y = c->nargs > 1 ? c->arg[1] : NULL;

	switch (c->op) {
	case IR_eq:
	case IR_ne:
		learn_equal(r, x, y, holds == (c->op == IR_eq));
		break;
	case IR_ult:
	case IR_slt:
		learn_order(r, holds ? x : y, holds ? y : x, holds ? 1 : 0, c->op == IR_ult);
		break;
	case IR_ule:
	case IR_sle:
		learn_order(r, holds ? x : y, holds ? y : x, holds ? 0 : 1, c->op == IR_ule);
		break;
	default:
		break;
	}
}

static void learn_edge(struct range *r, const struct ir_block *b)
{
	const struct ir_block *p = b->preds.n == 1 ? b->preds.v[0] : NULL;
	const struct ir_val *c;

	if (!p || p->last->op != IR_br || p->succ[0] == p->succ[1])
		return;
	c = p->last->arg[0];
	if (p->succ[0] == b)
		learn(r, c, INT64_MIN, INT64_MAX, true);
	else
		learn(r, c, 0, 0, false);
	learn_compare(r, c, p->succ[0] == b);
}

/* Deciding branches */

/* 1, 0, or -1 if not known. */
static int truth(const struct range *r, const struct ir_val *v)
{
	struct fact f;

	known(r, v, &f);
	if (f.nonzero || f.lo > 0 || f.hi < 0)
		return 1;
	return f.lo == 0 && f.hi == 0 ? 0 : -1;
}

static int decide_order(const struct range *r, const struct ir_val *c)
{
	bool or_equal = c->op == IR_ule || c->op == IR_sle;
	struct fact x, y;

	known(r, c->arg[0], &x);
	known(r, c->arg[1], &y);
	if ((c->op == IR_ult || c->op == IR_ule) && (x.lo < 0 || y.lo < 0))
		return -1;
	if (or_equal ? x.hi <= y.lo : x.hi < y.lo)
		return 1;
	if (or_equal ? x.lo > y.hi : x.lo >= y.hi)
		return 0;
	return -1;
}

static int decide_equal(const struct range *r, const struct ir_val *c)
{
	bool eq = c->op == IR_eq;
	struct fact x, y;

	known(r, c->arg[0], &x);
	known(r, c->arg[1], &y);
	if (x.lo == x.hi && y.lo == y.hi && x.lo == y.lo)
		return eq;
	if (x.hi < y.lo || y.hi < x.lo || (x.nonzero && y.lo == 0 && y.hi == 0))
		return !eq;
	return -1;
}

static int decide(const struct range *r, const struct ir_val *c)
{
	int t = truth(r, c);

	if (t >= 0)
		return t;
	if (c->op == IR_eq || c->op == IR_ne)
		return decide_equal(r, c);
	if (c->op == IR_ult || c->op == IR_ule || c->op == IR_slt || c->op == IR_sle)
		return decide_order(r, c);
	return -1;
}

/* The branch is what tells the verifier that a pointer is not null; that we know it by other ways does not help it. */
static bool is_wanted_check(const struct ir_block *b, const struct ir_val *cond)
{
	const struct ir_val *p = cond;

	if ((cond->op == IR_ne || cond->op == IR_eq) && ir_is_iconst(cond->arg[1], 0))
		p = cond->arg[0];
	return (p->ptr == PK_MAPVAL0 || p->ptr == PK_RING0) && !ir_told_nonnull(b, p);
}

static void decide_branch(struct range *r, struct ir_block *b)
{
	struct ir_val *br = b->last, *k;
	int t;

	if (br->op != IR_br || br->arg[0]->op == IR_iconst)
		return;
	t = decide(r, br->arg[0]);
	if (t < 0 || is_wanted_check(b, br->arg[0]))
		return;
	k = ir_val_new(r->fn, IR_iconst, 0);
	k->imm = t;
	k->span = br->span;
	br->arg[0] = ir_insert_before(r->fn, br, k);
}

static void walk(struct range *r, struct ir_block *b)
{
	size_t depth = r->facts.n;

	learn_edge(r, b);
	decide_branch(r, b);
	for (struct ir_block *c = r->child[b->rpo]; c; c = r->sibling[c->rpo])
		walk(r, c);
	r->facts.n = depth;
}

static void dominator_tree(struct range *r)
{
	size_t n = r->fn->blocks.n;

	r->child = arena_array(&r->arena, struct ir_block *, n);
	r->sibling = arena_array(&r->arena, struct ir_block *, n);
	for (size_t i = n; i-- > 1;) {
		struct ir_block *b = r->fn->blocks.v[i];

		r->sibling[i] = r->child[b->idom->rpo];
		r->child[b->idom->rpo] = b;
	}
}

/*
 * requires: SSA
 * keeps:    SSA, edges, every value; sets lo and hi
 * breaks:   nothing; conditions that are known are constants now, cfg removes their branches
 */
void ir_pass_range(struct ir_fn *fn)
{
	struct range r = { .fn = fn };

	ir_dominators(fn);
	each_block(fn, b)
		each_val(b, v)
			v->mark = 0;
	each_block(fn, b)
		each_val(b, v)
			define_bounds(v);
	dominator_tree(&r);
	walk(&r, fn->blocks.v[0]);
	arena_done(&r.arena);
}
