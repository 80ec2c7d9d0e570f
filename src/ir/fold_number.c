/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arithmetic on numbers: BPF's, so that a folded expression gives what the program would. */
#include "ir/fold.h"

static int64_t extend(uint64_t v, unsigned width, bool is_signed)
{
	unsigned drop = 64 - 8 * width;

	if (width == 0 || width >= 8)
		return (int64_t)v;
	return is_signed ? (int64_t)(v << drop) >> drop : (int64_t)(v << drop >> drop);
}

static int64_t divide(int64_t a, int64_t b)
{
	if (!b)
		return 0;
	return b == -1 ? (int64_t)(0 - (uint64_t)a) : a / b;
}

static int64_t modulo(int64_t a, int64_t b)
{
	if (!b)
		return a;
	return b == -1 ? 0 : a % b;
}

static uint64_t swap(uint64_t v, unsigned width)
{
	v = __builtin_bswap64(v);
	return width && width < 8 ? v >> (64 - 8 * width) : v;
}

static int64_t log2_of(uint64_t v)
{
	return v ? 63 - __builtin_clzll(v) : 0;
}

bool ir_fold_number(const struct ir_val *v, int64_t a, int64_t b, int64_t *ret)
{
	uint64_t ua = (uint64_t)a, ub = (uint64_t)b;

	switch (v->op) {
	case IR_add:  *ret = (int64_t)(ua + ub); break;
	case IR_sub:  *ret = (int64_t)(ua - ub); break;
	case IR_mul:  *ret = (int64_t)(ua * ub); break;
	case IR_udiv: *ret = ub ? (int64_t)(ua / ub) : 0; break;
	case IR_umod: *ret = ub ? (int64_t)(ua % ub) : a; break;
	case IR_sdiv: *ret = divide(a, b); break;
	case IR_smod: *ret = modulo(a, b); break;
	case IR_and:  *ret = a & b; break;
	case IR_or:   *ret = a | b; break;
	case IR_xor:  *ret = a ^ b; break;
	case IR_shl:  *ret = (int64_t)(ua << (ub & 63)); break;
	case IR_shr:  *ret = (int64_t)(ua >> (ub & 63)); break;
	case IR_sar:  *ret = a >> (ub & 63); break;
	case IR_neg:  *ret = (int64_t)(0 - ua); break;
	case IR_ext:  *ret = extend(ua, v->width, v->is_signed); break;
	case IR_bswap: *ret = (int64_t)swap(ua, v->width); break;
	case IR_umin: *ret = ua < (uint64_t)v->imm ? a : v->imm; break;
	case IR_log2: *ret = log2_of(ua); break;
	case IR_eq:   *ret = a == b; break;
	case IR_ne:   *ret = a != b; break;
	case IR_ult:  *ret = ua < ub; break;
	case IR_ule:  *ret = ua <= ub; break;
	case IR_slt:  *ret = a < b; break;
	case IR_sle:  *ret = a <= b; break;
	default:
		return false;
	}
	return true;
}
