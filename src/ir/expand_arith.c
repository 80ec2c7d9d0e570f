/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expansion of arithmetic that BPF, or this target's BPF, does not have. */
#include "ir/expand.h"

struct ir_val *ir_expand_select(struct ir_expand *x, struct ir_val *v)
{
	struct ir_builder *b = &x->b;
	struct ir_block *yes = ir_block_new(b), *join = ir_block_new(b);
	struct ir_val *phi;

	yes->cold = join->cold = b->block->cold;
	ir_br(b, ir_arg(v, 0), yes, join);
	ir_at(b, yes);
	ir_jmp(b, join);
	phi = ir_phi(b, join);
	ir_phi_add(b, phi, ir_arg(v, 2));
	ir_phi_add(b, phi, ir_arg(v, 1));
	ir_at(b, join);
	return phi;
}

/* One rung: if *val >= 2^shift, it is shifted down and shift is added to *sum. */
static void rung(struct ir_expand *x, unsigned shift, struct ir_val **val, struct ir_val **sum)
{
	struct ir_builder *b = &x->b;
	struct ir_block *big = ir_block_new(b), *join = ir_block_new(b);
	struct ir_val *shifted = NULL, *more, *vphi, *sphi;

	big->cold = join->cold = b->block->cold;
	if (shift == 32) {
		/* 2^32 is no immediate: the shifted value itself is the test */
		shifted = ir_bin(b, IR_shr, *val, ir_iconst(b, 32));
		ir_br(b, shifted, big, join);
	} else {
		ir_br(b, ir_bin(b, IR_ult, *val, ir_iconst(b, 1ll << shift)), join, big);
	}
	ir_at(b, big);
	if (!shifted)
		shifted = ir_bin(b, IR_shr, *val, ir_iconst(b, shift));
	more = ir_bin(b, IR_add, *sum, ir_iconst(b, shift));
	ir_jmp(b, join);
	vphi = ir_phi(b, join);
	sphi = ir_phi(b, join);
	/* the branch's own edge came first */
	ir_phi_add(b, vphi, *val);
	ir_phi_add(b, vphi, shifted);
	ir_phi_add(b, sphi, *sum);
	ir_phi_add(b, sphi, more);
	ir_at(b, join);
	*val = vphi;
	*sum = sphi;
}

/* A ladder of compares and shifts by 32, 16, ... 1: 20 instructions, no table, no loop. */
struct ir_val *ir_expand_log2(struct ir_expand *x, struct ir_val *v)
{
	struct ir_val *val = ir_arg(v, 0), *sum = ir_iconst(&x->b, 0);
	int64_t lo, hi;

	ir_bounds(val, &lo, &hi);
	for (unsigned shift = 32; shift; shift /= 2)
		if (lo < 0 || hi >> shift)
			rung(x, shift, &val, &sum);
	return sum;
}

/* (v ^ sign) - sign: |v| for sign = v >> 63, and back. */
static struct ir_val *flip(struct ir_builder *b, struct ir_val *v, struct ir_val *sign)
{
	return ir_bin(b, IR_sub, ir_bin(b, IR_xor, v, sign), sign);
}

/* Signed by unsigned; by 0 gives 0 and the dividend, as the hardware's would. */
struct ir_val *ir_expand_divide(struct ir_expand *x, struct ir_val *v)
{
	struct ir_builder *b = &x->b;
	bool is_div = v->op == IR_sdiv;
	struct ir_val *dividend = ir_arg(v, 0), *divisor = ir_arg(v, 1);
	struct ir_val *sa = ir_bin(b, IR_sar, dividend, ir_iconst(b, 63));
	struct ir_val *sb = ir_bin(b, IR_sar, divisor, ir_iconst(b, 63));
	struct ir_val *ua = flip(b, dividend, sa), *ub = flip(b, divisor, sb);
	struct ir_val *r = ir_bin(b, is_div ? IR_udiv : IR_umod, ua, ub);

	return flip(b, r, is_div ? ir_bin(b, IR_xor, sa, sb) : sa);
}
