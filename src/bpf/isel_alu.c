/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arithmetic: immediate forms, 32-bit forms for results cut to 32 bits, extensions, bounds. */
#include "bpf/isel.h"

static uint8_t alu_code(enum ir_op op)
{
	switch (op) {
	case IR_add: return BPF_ADD;
	case IR_sub: return BPF_SUB;
	case IR_mul: return BPF_MUL;
	case IR_udiv: case IR_sdiv: return BPF_DIV;
	case IR_umod: case IR_smod: return BPF_MOD;
	case IR_and: return BPF_AND;
	case IR_or: return BPF_OR;
	case IR_xor: return BPF_XOR;
	case IR_shl: return BPF_LSH;
	case IR_shr: return BPF_RSH;
	case IR_sar: return BPF_ARSH;
	default: return BPF_NEG;
	}
}

/* The operation that the instruction has and its second operand, if that is a constant it can hold. */
struct alu {
	uint8_t class, op;
	bool has_imm;
	int64_t imm;
};

static void alu_imm(enum ir_op op, int64_t c, struct alu *a)
{
	bool narrow = a->class == BPF_ALU; /* only the low 32 bits of c matter */

	a->imm = narrow ? (int32_t)c : c;
	switch (op) {
	case IR_sub:
		a->imm = narrow ? (int32_t)-(uint32_t)c : (int64_t)-(uint64_t)c;
		a->op = BPF_ADD;
		a->has_imm = fits_s32(a->imm);
		if (!a->has_imm)
			a->op = BPF_SUB;
		break;
	case IR_and:
		/* A 32-bit operation clears the upper half, as the constant would. */
		if (!narrow && fits_u32(c) && !fits_s32(c)) {
			a->class = BPF_ALU;
			a->imm = (int32_t)c;
		}
		a->has_imm = fits_s32(a->imm);
		break;
	case IR_shl:
	case IR_shr:
	case IR_sar:
		a->imm = c & 63;
		a->has_imm = true;
		break;
	case IR_udiv:
	case IR_umod:
	case IR_sdiv:
	case IR_smod:
		a->has_imm = c && fits_s32(c); /* the verifier refuses an immediate of 0 */
		break;
	default:
		a->has_imm = fits_s32(a->imm);
	}
}

/* y was made after x, shortly before v: x may have lived over a call and sit in r6..r9, y hardly. */
static bool is_newer(const struct ir_val *y, const struct ir_val *x, const struct ir_val *v)
{
	unsigned steps = 16;

	for (v = v->prev; v && v != x && steps--; v = v->prev)
		if (v == y)
			return true;
	return false;
}

/* Which argument is copied to the result: of two that may be swapped, the one that ends here. */
static bool swap_args(struct isel *s, const struct ir_val *v)
{
	struct ir_val *x = v->arg[0], *y = v->arg[1];
	bool x_ends = s->uses[isel_root(x)->id] == 1, y_ends = s->uses[isel_root(y)->id] == 1;
	int64_t c;

	if (!ir_ops[v->op].commutes || isel_const(y, &c) || y->op == IR_core)
		return false;
	if (isel_const(x, &c) || x->op == IR_core || x_ends != y_ends)
		return isel_const(x, &c) || x->op == IR_core || y_ends;
	return is_newer(isel_root(y), isel_root(x), v);
}

/* dst = op of v's arguments, in 64 or 32 bits. */
static void alu(struct isel *s, struct ir_val *v, uint32_t dst, uint8_t class)
{
	struct alu a = { .class = class, .op = alu_code(v->op) };
	bool swap = v->nargs == 2 && swap_args(s, v);
	struct ir_val *y = v->nargs == 2 ? v->arg[!swap] : NULL;
	uint32_t src = MR_NONE;
	struct mi *i;
	int64_t c;

	if (y && isel_const(y, &c))
		alu_imm(v->op, c, &a);
	if (y && y->op == IR_core && v->op != IR_sub && class == BPF_ALU64) {
		a.imm = y->imm;
		a.has_imm = true;
	}
	if (y && !a.has_imm)
		src = isel_reg(s, y);
	isel_copy(s, dst, v->arg[swap]);
	i = isel_insn(s, a.class | a.op | (src == MR_NONE ? BPF_K : BPF_X), dst, src, a.has_imm ? a.imm : 0);
	if (src == MR_NONE && y)
		i->core = y->core;
	if (v->op == IR_sdiv || v->op == IR_smod)
		i->off = 1;
}

void isel_alu(struct isel *s, struct ir_val *v)
{
	int64_t c;

	if (isel_is_lazy(s, v))
		return;
	if (v->op == IR_and && isel_const(v->arg[1], &c) && c == UINT32_MAX)
		isel_insn(s, BPF_MOV32_X, isel_reg(s, v), isel_reg(s, v->arg[0]), 0);
	else
		alu(s, v, isel_reg(s, v), BPF_ALU64);
}

/* The low half of the result depends on the low halves of the arguments alone. */
static bool is_low_half(const struct ir_val *v)
{
	switch (v->op) {
	case IR_add:
	case IR_sub:
	case IR_mul:
	case IR_and:
	case IR_or:
	case IR_xor:
	case IR_neg:
		return true;
	case IR_shl:
		return v->arg[1]->op == IR_iconst && v->arg[1]->imm >= 0 && v->arg[1]->imm < 32;
	default:
		return false;
	}
}

static void zext(struct isel *s, struct ir_val *v, uint32_t dst)
{
	struct ir_val *x = v->arg[0];

	if (v->width == 4 && is_low_half(x) && s->uses[x->id] == 1 && x->block == v->block) {
		alu(s, x, dst, BPF_ALU);
	} else if (v->width == 4) {
		isel_insn(s, BPF_MOV32_X, dst, isel_low(s, x, 4), 0);
	} else {
		isel_insn(s, BPF_MOV64_X, dst, isel_low(s, x, v->width), 0);
		isel_insn(s, BPF_ALU64 | BPF_AND | BPF_K, dst, MR_NONE, v->width == 1 ? 0xff : 0xffff);
	}
}

void isel_ext(struct isel *s, struct ir_val *v)
{
	uint32_t dst = isel_reg(s, v);
	int64_t bits = 64 - 8 * v->width;

	if (v->width >= 8) {
		isel_copy(s, dst, v->arg[0]);
	} else if (!v->is_signed) {
		zext(s, v, dst);
	} else {
		isel_insn(s, BPF_MOV64_X, dst, isel_low(s, v->arg[0], v->width), 0);
		isel_insn(s, BPF_ALU64 | BPF_LSH | BPF_K, dst, MR_NONE, bits);
		isel_insn(s, BPF_ALU64 | BPF_ARSH | BPF_K, dst, MR_NONE, bits);
	}
}

void isel_umin(struct isel *s, struct ir_val *v)
{
	uint32_t dst = isel_reg(s, v), limit = MR_NONE;
	struct mi *i;

	if (v->imm >= 0 && fits_s32(v->imm)) {
		s->mf->regs.v[dst].bounded = true;
		s->mf->regs.v[dst].umin = v->imm;
	} else {
		limit = mreg_new(s->mf);
		isel_emit(s, MI_CONST, limit)->imm = v->imm;
	}
	isel_copy(s, dst, v->arg[0]);
	i = isel_emit(s, MI_UMIN, dst);
	i->src = limit;
	i->imm = v->imm;
}
