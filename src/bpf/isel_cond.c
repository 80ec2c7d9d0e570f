/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conditions: which jump tests a value. Compares, masks and negations are looked through; 32-bit
 * jumps take the place of extensions.
 */
#include "bpf/isel.h"

/* A compare is folded into the jump if that does not lengthen lives for nothing. */
static bool foldable(struct isel *s, const struct ir_val *v, const struct ir_block *at)
{
	return v->block == at || s->uses[v->id] == s->br_uses[v->id] || s->uses[v->id] == 1;
}

static bool is_compare(const struct ir_val *v)
{
	return v->op == IR_eq || v->op == IR_ne || v->op == IR_ult || v->op == IR_ule || v->op == IR_slt ||
	       v->op == IR_sle;
}

static uint8_t jump_code(enum ir_op op)
{
	switch (op) {
	case IR_eq: return BPF_JEQ;
	case IR_ult: return BPF_JLT;
	case IR_ule: return BPF_JLE;
	case IR_slt: return BPF_JSLT;
	case IR_sle: return BPF_JSLE;
	default: return BPF_JNE;
	}
}

/* a op b is b mirrored(op) a. */
static uint8_t mirrored(uint8_t op)
{
	switch (op) {
	case BPF_JLT: return BPF_JGT;
	case BPF_JLE: return BPF_JGE;
	case BPF_JSLT: return BPF_JSGT;
	case BPF_JSLE: return BPF_JSGE;
	default: return op;
	}
}

static bool is_signed_jump(uint8_t op)
{
	return op == BPF_JSLT || op == BPF_JSLE || op == BPF_JSGT || op == BPF_JSGE;
}

static bool is_u32(const struct ir_val *v)
{
	if ((v->op == IR_load || v->op == IR_ext) && v->width <= 4 && !v->is_signed)
		return true;
	return v->lo >= 0 && v->hi <= UINT32_MAX;
}

/* The constant c->imm means the same to a 32-bit jump of a. */
static bool narrow_const(const struct isel_cond *c, uint8_t op)
{
	if (c->b || fits_s32(c->imm) || !fits_u32(c->imm))
		return false;
	return op == BPF_JSET || (!is_signed_jump(op) && is_u32(c->a));
}

/* How the upper half of v follows from its low 4 bytes: 's' by sign, 'u' as zero, 0: not known. */
static char half(const struct ir_val *v)
{
	if (v->width != 4 || (v->op != IR_ext && (v->op != IR_load || !v->is_signed)))
		return 0;
	return v->is_signed ? 's' : 'u';
}

/* Comparing x with y (a constant or of the same kind) is comparing their low halves. */
static bool low_suffices(uint8_t op, const struct ir_val *x, const struct ir_val *y)
{
	char h = half(x);

	if (!h || (is_signed_jump(op) && h != 's') || (!is_signed_jump(op) && op != BPF_JEQ && op != BPF_JNE && h != 'u'))
		return false;
	if (y->op == IR_iconst)
		return h == 's' ? fits_s32(y->imm) : fits_u32(y->imm);
	return half(y) == h;
}

bool isel_compares_low(const struct ir_val *v, uint32_t k)
{
	return is_compare(v) && low_suffices(jump_code(v->op), v->arg[k], v->arg[!k]);
}

/* Nobody wants the extended value itself. */
static bool only_low(struct isel *s, const struct ir_val *v)
{
	return v->op == IR_iconst || s->low_uses[v->id] == s->uses[v->id];
}

/* Takes the 32-bit form where it says the same and saves an extension or a large constant. */
static void narrow(struct isel *s, struct isel_cond *c, uint8_t op, struct ir_val *y)
{
	if (y && low_suffices(op, c->a, y) && only_low(s, c->a) && only_low(s, y))
		c->low = true;
	else if (!narrow_const(c, op))
		return;
	c->code = BPF_JMP32;
	c->imm = (int32_t)c->imm;
}

uint32_t isel_cond_left(struct isel *s, const struct isel_cond *c)
{
	return c->low ? isel_low(s, c->a, 4) : isel_reg(s, c->a);
}

uint32_t isel_cond_right(struct isel *s, const struct isel_cond *c)
{
	if (!c->b)
		return MR_NONE;
	return c->low ? isel_low(s, c->b, 4) : isel_reg(s, c->b);
}

/* x op y; y NULL: x op 0. */
static void set_operands(struct isel *s, struct isel_cond *c, uint8_t op, struct ir_val *x, struct ir_val *y)
{
	struct ir_val *t = x;
	int64_t k;

	if (y && isel_const(x, &k) && !isel_const(y, &k)) {
		x = y;
		y = t;
		op = mirrored(op);
	}
	c->code = BPF_JMP;
	c->a = x;
	c->b = y && isel_const(y, &c->imm) ? NULL : y;
	narrow(s, c, op, y);
	if (!fits_s32(c->imm)) {
		c->b = y;
		c->imm = 0;
	}
	c->code |= op | (c->b ? BPF_X : BPF_K);
}

/* v as the test of a mask: x & y. */
static bool is_mask(struct isel *s, const struct ir_val *v, const struct ir_block *at)
{
	return v->op == IR_and && foldable(s, v, at);
}

static bool is_single_bit(int64_t c)
{
	return c && !(c & (c - 1));
}

static void compare(struct isel *s, struct ir_val *v, const struct ir_block *at, struct isel_cond *ret)
{
	struct ir_val *x = v->arg[0], *y = v->arg[1];
	int64_t k, m;

	if ((v->op == IR_eq || v->op == IR_ne) && isel_const(y, &k) && is_mask(s, x, at)) {
		bool bit = isel_const(x->arg[1], &m) && m == k && is_single_bit(m);

		if (!k || bit) {
			ret->negated ^= (v->op == IR_eq) == !k;
			set_operands(s, ret, BPF_JSET, x->arg[0], x->arg[1]);
			return;
		}
	}
	set_operands(s, ret, jump_code(v->op), x, y);
}

/* The opposite condition takes the place of negated, where there is one. */
static void settle(struct isel_cond *c)
{
	uint8_t opposite = insn_opposite(c->code);

	if (!c->negated || !opposite)
		return;
	c->code = opposite;
	c->negated = false;
}

void isel_cond(struct isel *s, struct ir_val *v, const struct ir_block *at, struct isel_cond *ret)
{
	int64_t k;

	*ret = (struct isel_cond){ 0 };
	/* !x as x == 0, of x that is 0 or 1 already */
	while ((v->op == IR_eq || v->op == IR_ne) && isel_const(v->arg[1], &k) && !k &&
	       foldable(s, v, at) && is_compare(v->arg[0])) {
		ret->negated ^= v->op == IR_eq;
		v = v->arg[0];
	}
	if (is_compare(v) && foldable(s, v, at))
		compare(s, v, at, ret);
	else if (is_mask(s, v, at))
		set_operands(s, ret, BPF_JSET, v->arg[0], v->arg[1]);
	else
		set_operands(s, ret, BPF_JNE, v, NULL);
	settle(ret);
}

void isel_compare(struct isel *s, struct ir_val *v)
{
	struct isel_cond c;
	struct mi *i;
	uint32_t a, b;

	if (!s->uses[v->id] || s->uses[v->id] == s->br_uses[v->id])
		return;
	isel_cond(s, v, v->block, &c);
	a = isel_cond_left(s, &c);
	b = isel_cond_right(s, &c);
	i = isel_emit(s, MI_SET, isel_reg(s, v));
	i->code = c.code;
	i->src = a;
	i->src2 = b;
	i->imm = c.imm;
	i->negated = c.negated;
}
