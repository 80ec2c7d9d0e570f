/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Constant folding and algebraic rules. A rule gives the value that replaces v, or changes v in
 * place, or NULL. Never touched: nonnull and umin, for the verifier has to see them.
 */
#include "ir/fold.h"
#include "ir/pass.h"

struct fold {
	struct ir_fn *fn;
	bool changed; /* something was changed in place */
};

static struct ir_val *konst(struct fold *f, struct ir_val *at, int64_t imm)
{
	struct ir_val *c = ir_val_new(f->fn, IR_iconst, 0);

	c->imm = imm;
	c->span = at->span;
	return ir_insert_before(f->fn, at, c);
}

/* v becomes op(arg[0], imm). */
static struct ir_val *become(struct fold *f, struct ir_val *v, enum ir_op op, int64_t imm)
{
	v->arg[1] = konst(f, v, imm);
	v->op = op;
	f->changed = true;
	return NULL;
}

static int power_of_two(int64_t c)
{
	return c > 0 && !(c & (c - 1)) ? __builtin_ctzll((uint64_t)c) : -1;
}

static bool known_nonnegative(const struct ir_val *v)
{
	int64_t lo, hi;

	ir_bounds(v, &lo, &hi);
	return lo >= 0;
}

/* op(op(x, c1), c2) = op(x, c1 . c2) for an associative op with constants at the right. */
static struct ir_val *reassociate(struct fold *f, struct ir_val *v, int64_t c2)
{
	struct ir_val *in = v->arg[0];
	int64_t c1, sum;

	if (in->op != v->op || !ir_is_const(in->arg[1], &c1) || !ir_fold_number(v, c1, c2, &sum))
		return NULL;
	v->arg[0] = in->arg[0];
	return become(f, v, v->op, sum);
}

static struct ir_val *fold_add(struct fold *f, struct ir_val *v, int64_t c)
{
	return c == 0 ? v->arg[0] : reassociate(f, v, c);
}

static struct ir_val *fold_mul(struct fold *f, struct ir_val *v, int64_t c)
{
	int k = power_of_two(c);

	if (c == 0)
		return v->arg[1];
	if (c == 1)
		return v->arg[0];
	return k > 0 ? become(f, v, IR_shl, k) : reassociate(f, v, c);
}

static struct ir_val *fold_div(struct fold *f, struct ir_val *v, int64_t c)
{
	int k = power_of_two(c);

	if (c == 1)
		return v->arg[0];
	if (v->op == IR_udiv && k > 0)
		return become(f, v, IR_shr, k);
	if (v->op == IR_sdiv && c > 0 && known_nonnegative(v->arg[0]))
		return become(f, v, IR_udiv, c);
	return NULL;
}

static struct ir_val *fold_mod(struct fold *f, struct ir_val *v, int64_t c)
{
	if (c == 1)
		return konst(f, v, 0);
	if (v->op == IR_umod && power_of_two(c) > 0)
		return become(f, v, IR_and, c - 1);
	if (v->op == IR_smod && c > 0 && known_nonnegative(v->arg[0]))
		return become(f, v, IR_umod, c);
	return NULL;
}

/* All bits that x can have are in the mask. */
static bool mask_keeps(const struct ir_val *x, int64_t mask)
{
	int64_t lo, hi, all = 0;

	ir_bounds(x, &lo, &hi);
	if (lo < 0)
		return mask == -1;
	while (all < hi)
		all = (int64_t)((uint64_t)all << 1 | 1);
	return (all & ~mask) == 0;
}

static struct ir_val *fold_and(struct fold *f, struct ir_val *v, int64_t c)
{
	if (c == 0)
		return v->arg[1];
	return mask_keeps(v->arg[0], c) ? v->arg[0] : reassociate(f, v, c);
}

static struct ir_val *fold_or(struct fold *f, struct ir_val *v, int64_t c)
{
	if (c == 0)
		return v->arg[0];
	return v->op == IR_or && c == -1 ? v->arg[1] : reassociate(f, v, c);
}

/* (x >> a) >> b = x >> (a + b) */
static struct ir_val *fold_shift(struct fold *f, struct ir_val *v, int64_t c)
{
	int64_t c1;

	c &= 63;
	if (c == 0)
		return v->arg[0];
	if (v->arg[0]->op != v->op || !ir_is_const(v->arg[0]->arg[1], &c1) || v->op == IR_sar)
		return NULL;
	c += c1 & 63;
	if (c > 63)
		return konst(f, v, 0);
	v->arg[0] = v->arg[0]->arg[0];
	return become(f, v, v->op, c);
}

static bool is_compare(enum ir_op op)
{
	return op == IR_eq || op == IR_ne || op == IR_ult || op == IR_ule || op == IR_slt ||
	       op == IR_sle || op == IR_streq || op == IR_memeq;
}

/* !(a op b), as an operation on the same or swapped arguments. */
static struct ir_val *negate(struct fold *f, struct ir_val *v, const struct ir_val *cmp)
{
	static const struct {
		enum ir_op op, by;
		bool swap;
	} not[] = {
		{ IR_eq, IR_ne, false },  { IR_ne, IR_eq, false },  { IR_ult, IR_ule, true },
		{ IR_ule, IR_ult, true }, { IR_slt, IR_sle, true }, { IR_sle, IR_slt, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(not); i++) {
		if (not[i].op != cmp->op)
			continue;
		v->op = not[i].by;
		v->arg[0] = cmp->arg[not[i].swap];
		v->arg[1] = cmp->arg[!not[i].swap];
		f->changed = true;
		break;
	}
	return NULL;
}

static struct ir_val *fold_equal(struct fold *f, struct ir_val *v, int64_t c)
{
	struct ir_val *x = v->arg[0];
	int64_t lo, hi, c1;

	if (is_compare(x->op) && (c == 0 || c == 1))
		return (v->op == IR_ne) == (c == 0) ? x : negate(f, v, x);
	ir_bounds(x, &lo, &hi);
	if (c < lo || c > hi)
		return konst(f, v, v->op == IR_ne);
	/* x + c1 == c: x == c - c1 */
	if (x->op == IR_add && x->ptr == PK_NONE && ir_is_const(x->arg[1], &c1)) {
		v->arg[0] = x->arg[0];
		return become(f, v, v->op, (int64_t)((uint64_t)c - (uint64_t)c1));
	}
	return NULL;
}

/* Order of a and b from their bounds: 1 surely true, 0 surely false, -1 unknown. */
static int decide(const struct ir_val *v)
{
	bool is_unsigned = v->op == IR_ult || v->op == IR_ule,
	     or_equal = v->op == IR_ule || v->op == IR_sle;
	int64_t alo, ahi, blo, bhi;

	ir_bounds(v->arg[0], &alo, &ahi);
	ir_bounds(v->arg[1], &blo, &bhi);
	if (is_unsigned && (alo < 0 || blo < 0))
		return -1;
	if (or_equal ? ahi <= blo : ahi < blo)
		return 1;
	if (or_equal ? alo > bhi : alo >= bhi)
		return 0;
	return -1;
}

static struct ir_val *fold_order(struct fold *f, struct ir_val *v)
{
	int known = decide(v);

	if (known >= 0)
		return konst(f, v, known);
	if (v->arg[0] == v->arg[1])
		return konst(f, v, v->op == IR_ule || v->op == IR_sle);
	return NULL;
}

static struct ir_val *fold_ext(struct fold *f, struct ir_val *v)
{
	struct ir_val *x = v->arg[0];
	int64_t lo, hi, min = v->is_signed ? -(1ll << (8 * v->width - 1)) : 0, max;

	if (v->width >= 8)
		return x;
	max = v->is_signed ? -(min + 1) : (1ll << (8 * v->width)) - 1;
	ir_bounds(x, &lo, &hi);
	if (lo >= min && hi <= max)
		return x;
	if (x->op == IR_ext && x->width >= v->width) {
		v->arg[0] = x->arg[0];
		f->changed = true;
	}
	return NULL;
}

static struct ir_val *fold_select(struct fold *f, struct ir_val *v)
{
	int64_t c;

	if (ir_is_const(v->arg[0], &c))
		return v->arg[c ? 1 : 2];
	if (v->arg[1] == v->arg[2])
		return v->arg[1];
	if (ir_is_iconst(v->arg[1], 1) && ir_is_iconst(v->arg[2], 0)) {
		if (is_compare(v->arg[0]->op))
			return v->arg[0];
		v->nargs = 2;
		return become(f, v, IR_ne, 0);
	}
	return NULL;
}

/* br (x != 0) is br x; br (x == 0) is br x with the successors changed. */
static struct ir_val *fold_br(struct fold *f, struct ir_val *v)
{
	struct ir_val *c = v->arg[0];
	struct ir_block *b = v->block, *yes = b->succ[0];

	if ((c->op != IR_ne && c->op != IR_eq) || !ir_is_iconst(c->arg[1], 0) ||
	    b->succ[0] == b->succ[1])
		return NULL;
	v->arg[0] = c->arg[0];
	if (c->op == IR_eq) {
		b->succ[0] = b->succ[1];
		b->succ[1] = yes;
	}
	f->changed = true;
	return NULL;
}

/* Rules for a constant at the right. */
static struct ir_val *fold_right(struct fold *f, struct ir_val *v, int64_t c)
{
	switch (v->op) {
	case IR_add:
		return fold_add(f, v, c);
	case IR_sub:
		return become(f, v, IR_add, (int64_t)(0 - (uint64_t)c));
	case IR_mul:
		return fold_mul(f, v, c);
	case IR_udiv:
	case IR_sdiv:
		return fold_div(f, v, c);
	case IR_umod:
	case IR_smod:
		return fold_mod(f, v, c);
	case IR_and:
		return fold_and(f, v, c);
	case IR_or:
	case IR_xor:
		return fold_or(f, v, c);
	case IR_shl:
	case IR_shr:
	case IR_sar:
		return fold_shift(f, v, c);
	case IR_eq:
	case IR_ne:
		return fold_equal(f, v, c);
	default:
		return NULL;
	}
}

/* x . x */
static struct ir_val *fold_same(struct fold *f, struct ir_val *v)
{
	switch (v->op) {
	case IR_sub:
	case IR_xor:
	case IR_ne:
		return konst(f, v, 0);
	case IR_and:
	case IR_or:
		return v->arg[0];
	case IR_eq:
	case IR_streq:
	case IR_memeq:
		return konst(f, v, 1);
	default:
		return NULL;
	}
}

static struct ir_val *fold_binary(struct fold *f, struct ir_val *v)
{
	struct ir_val *r = NULL;
	int64_t c;

	if (ir_ops[v->op].commutes && v->arg[0]->op == IR_iconst && v->arg[1]->op != IR_iconst) {
		struct ir_val *x = v->arg[0];

		v->arg[0] = v->arg[1];
		v->arg[1] = x;
		f->changed = true;
	}
	if (v->arg[0] == v->arg[1])
		r = fold_same(f, v);
	if (!r && ir_is_const(v->arg[1], &c))
		r = fold_right(f, v, c);
	if (!r && (v->op == IR_ult || v->op == IR_ule || v->op == IR_slt || v->op == IR_sle))
		r = fold_order(f, v);
	return r;
}

static struct ir_val *fold_numbers(struct fold *f, struct ir_val *v)
{
	int64_t a, b = 0, r;

	if (v->nargs < 1 || v->nargs > 2 || ir_ops[v->op].effect != IRE_PURE ||
	    !ir_is_const(v->arg[0], &a) || (v->nargs == 2 && !ir_is_const(v->arg[1], &b)))
		return NULL;
	return ir_fold_number(v, a, b, &r) ? konst(f, v, r) : NULL;
}

static struct ir_val *fold_val(struct fold *f, struct ir_val *v)
{
	struct ir_val *r = fold_numbers(f, v);

	if (r)
		return r;
	switch (v->op) {
	case IR_ext:
		return fold_ext(f, v);
	case IR_select:
		return fold_select(f, v);
	case IR_br:
		return fold_br(f, v);
	case IR_load:
	case IR_store:
	case IR_atomadd:
	case IR_copy:
	case IR_zero:
	case IR_key:
	case IR_emit:
		return ir_fold_access(f->fn, v, &f->changed);
	case IR_neg:
		return v->arg[0]->op == IR_neg ? v->arg[0]->arg[0] : NULL;
	case IR_streq:
		r = ir_fold_streq(f->fn, v);
		return r ? r : fold_binary(f, v);
	default:
		return v->nargs == 2 && ir_ops[v->op].effect == IRE_PURE ? fold_binary(f, v) : NULL;
	}
}

/* A pointer that was made a number on purpose (add 0) stays one. */
static bool same_kind(const struct ir_val *v, const struct ir_val *by)
{
	return v->ptr == by->ptr || by->op == IR_iconst;
}

static void fold_block(struct fold *f, struct ir_block *b)
{
	each_val_safe(b, v, next) {
		struct ir_val *r;

		for (uint32_t i = 0; i < v->nargs; i++)
			v->arg[i] = ir_subst_of(v->arg[i]);
		r = v->op == IR_phi ? NULL : fold_val(f, v);
		if (r && ir_subst_of(r) != v && same_kind(v, r)) {
			ir_subst(v, r);
			f->changed = true;
		}
	}
}

/*
 * requires: SSA
 * keeps:    SSA, edges (branches may swap their successors), nonnull and umin
 * breaks:   nothing; unused values stay until dce
 */
void ir_pass_fold(struct ir_fn *fn)
{
	struct fold f = { fn, true };
	bool escapes = ir_fold_escapes(fn);

	for (int i = 0; i < 16 && f.changed; i++) {
		f.changed = false;
		ir_subst_start(fn);
		each_block(fn, b)
			fold_block(&f, b);
		each_block(fn, b)
			ir_fold_forward(b, escapes, &f.changed);
		ir_subst_apply(fn);
	}
}
