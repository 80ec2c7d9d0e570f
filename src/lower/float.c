/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Floating point numbers (IEEE 754), of which BPF knows nothing: looked at as bits. */
#include "lower/internal.h"
#include "type/float.h"

/*
 * The whole part of a floating point number (IEEE 754), as C has it: sign, exponent, and the digits behind the first 1. What does
 * not fit is the lowest number, as on x86-64.
 */
struct ir_val *lower_float_whole(struct lower *lw, struct ir_val *p, uint32_t size)
{
	unsigned digits = size == 4 ? 23 : 52, bias = size == 4 ? 127 : 1023, exponent_mask = 2 * bias + 1;
	struct ir_builder *b = &lw->b;
	struct ir_val *bits = ir_load(b, p, 0, size, size == 4), *one = ir_iconst(b, 1), *sign = ir_bin(b, IR_sar, bits, ir_iconst(b, 63));
	struct ir_val *e = ir_bin(b, IR_and, ir_bin(b, IR_shr, bits, ir_iconst(b, digits)), ir_iconst(b, exponent_mask));
	struct ir_val *m = ir_bin(b, IR_or, ir_bin(b, IR_and, bits, ir_iconst(b, (1ll << digits) - 1)), ir_iconst(b, 1ll << digits));
	struct ir_val *lowest = ir_iconst(b, INT64_MIN), *left, *right, *v, *whole, *small;

	e = ir_bin(b, IR_sub, e, ir_iconst(b, bias));
	left = ir_bin(b, IR_shl, m, ir_bin(b, IR_and, ir_bin(b, IR_sub, e, ir_iconst(b, digits)), ir_iconst(b, 63)));
	right = ir_bin(b, IR_shr, m, ir_bin(b, IR_and, ir_bin(b, IR_sub, ir_iconst(b, digits), e), ir_iconst(b, 63)));
	small = ir_bin(b, IR_slt, e, ir_iconst(b, digits));
	v = ir_op(b, IR_select, 3, small, right, left);
	v = ir_bin(b, IR_sub, ir_bin(b, IR_xor, v, sign), sign);
	whole = ir_bin(b, IR_slt, ir_bin(b, IR_sub, ir_iconst(b, 0), one), e);
	v = ir_op(b, IR_select, 3, whole, v, ir_iconst(b, 0));
	return ir_op(b, IR_select, 3, ir_bin(b, IR_slt, ir_iconst(b, 62), e), lowest, v);
}

/* One side of a comparison: a number in whose order signed integers are, and whether it is one at all. */
struct side {
	struct ir_val *key, *is_number;
};

/* The bytes of a constant as the other side has them. */
static int64_t constant_bits(const struct node *n, uint32_t size)
{
	double d = n->is_unsigned ? (double)(uint64_t)n->ival : (double)n->ival;
	float f;
	int64_t bits;
	int32_t few;

	if (n->kind == E_FLOAT)
		memcpy(&d, &n->ival, sizeof(d));
	f = (float)d;
	memcpy(&bits, &d, sizeof(bits));
	memcpy(&few, &f, sizeof(few));
	return size == sizeof(d) ? bits : few;
}

/* Sign and magnitude become a number with a sign: -0 is 0. Magnitudes above that of infinity are no numbers. */
static struct side side_of(struct lower *lw, struct node *n, uint32_t size)
{
	struct ir_builder *b = &lw->b;
	bool is_float = type_is_float(n->type) && n->kind != E_FLOAT;
	struct ir_val *bits = is_float ? ir_load(b, lower_expr(lw, n), 0, size, true) : ir_iconst(b, constant_bits(n, size));
	struct ir_val *sign = ir_bin(b, IR_sar, bits, ir_iconst(b, 63));
	struct ir_val *size_mask = ir_iconst(b, size == 4 ? INT32_MAX : INT64_MAX);
	struct ir_val *magnitude = ir_bin(b, IR_and, bits, size_mask);
	int64_t infinity = size == 4 ? 0x7f800000 : 0x7ff0000000000000;

	return (struct side){
		.key = ir_bin(b, IR_sub, ir_bin(b, IR_xor, magnitude, sign), sign),
		.is_number = ir_bin(b, IR_ule, magnitude, ir_iconst(b, infinity)),
	};
}

static struct ir_val *compare(struct ir_builder *b, enum op op, struct ir_val *x, struct ir_val *y)
{
	switch (op) {
	case OP_LT:
		return ir_bin(b, IR_slt, x, y);
	case OP_LE:
		return ir_bin(b, IR_sle, x, y);
	case OP_GT:
		return ir_bin(b, IR_slt, y, x);
	case OP_GE:
		return ir_bin(b, IR_sle, y, x);
	default:
		return ir_bin(b, IR_eq, x, y);
	}
}

struct ir_val *lower_float_compare(struct lower *lw, struct node *n)
{
	struct ir_builder *b = &lw->b;
	const struct node *sized = type_is_float(n->a->type) && n->a->kind != E_FLOAT ? n->a : n->b;
	uint32_t size = type_is_float(sized->type) ? sized->type->size : sizeof(double);
	struct side x = side_of(lw, n->a, size), y = side_of(lw, n->b, size);
	struct ir_val *v = compare(b, n->op, x.key, y.key);

	v = ir_bin(b, IR_and, v, ir_bin(b, IR_and, x.is_number, y.is_number));
	return n->op == OP_NE ? ir_bin(b, IR_eq, v, ir_iconst(b, 0)) : v;
}
