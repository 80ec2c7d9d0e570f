/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Constant folding of the tree: what must be known at compile time (limits, indexes, literals' types). */
#include "sema/internal.h"

static bool fold_shift(enum op op, int64_t a, int64_t b, bool is_signed, int64_t *ret)
{
	if (b < 0 || b > 63)
		return false;
	if (op == OP_SHL)
		*ret = (int64_t)((uint64_t)a << b);
	else
		*ret = is_signed ? a >> b : (int64_t)((uint64_t)a >> b);
	return true;
}

static bool fold_div(enum op op, int64_t a, int64_t b, bool is_signed, int64_t *ret)
{
	if (!b || (is_signed && b == -1))
		return false;
	if (is_signed)
		*ret = op == OP_DIV ? a / b : a % b;
	else
		*ret = op == OP_DIV ? (uint64_t)a / (uint64_t)b : (uint64_t)a % (uint64_t)b;
	return true;
}

static bool fold_compare(enum op op, int64_t a, int64_t b, bool is_signed)
{
	bool lt = is_signed ? a < b : (uint64_t)a < (uint64_t)b;

	switch (op) {
	case OP_EQ:
		return a == b;
	case OP_NE:
		return a != b;
	case OP_LT:
		return lt;
	case OP_GE:
		return !lt;
	case OP_LE:
		return lt || a == b;
	default:
		return !lt && a != b;
	}
}

static bool fold_binop(struct node *n, int64_t *ret)
{
	int64_t a = n->a->ival, b = n->b->ival;
	bool is_signed = n->type->is_signed;

	switch (n->op) {
	case OP_ADD:
		return !__builtin_add_overflow(a, b, ret);
	case OP_SUB:
		return !__builtin_sub_overflow(a, b, ret);
	case OP_MUL:
		return !__builtin_mul_overflow(a, b, ret);
	case OP_DIV:
	case OP_MOD:
		return fold_div(n->op, a, b, is_signed, ret);
	case OP_BITAND:
		return *ret = a & b, true;
	case OP_BITOR:
		return *ret = a | b, true;
	case OP_BITXOR:
		return *ret = a ^ b, true;
	case OP_SHL:
	case OP_SHR:
		return fold_shift(n->op, a, b, is_signed, ret);
	case OP_LAND:
		return *ret = a && b, true;
	case OP_LOR:
		return *ret = a || b, true;
	default:
		return *ret = fold_compare(n->op, a, b, sema_compare_signed(n)), true;
	}
}

static bool fold_unop(const struct node *n, int64_t *ret)
{
	switch (n->op) {
	case OP_NEG:
		*ret = (int64_t)-(uint64_t)n->a->ival;
		return true;
	case OP_NOT:
		*ret = !n->a->ival;
		return true;
	case OP_BITNOT:
		*ret = ~n->a->ival;
		return true;
	case OP_PLUS:
		*ret = n->a->ival;
		return true;
	default:
		return false;
	}
}

static bool is_const_int(const struct node *n)
{
	return n && n->is_const && n->type && type_is_int(n->type);
}

static bool is_const_str(const struct node *n)
{
	return n && n->is_const && n->str && n->type && n->type->kind == TY_STRING;
}

/* Texts are equal up to their first NUL. */
static bool fold_texts(const struct node *n, int64_t *ret)
{
	if ((n->op != OP_EQ && n->op != OP_NE) || !is_const_str(n->a) || !is_const_str(n->b))
		return false;
	*ret = !strcmp(n->a->str, n->b->str) == (n->op == OP_EQ);
	return true;
}

void fold_node(struct node *n)
{
	int64_t v;

	if (n->kind == E_BINOP && fold_texts(n, &v)) {
		n->ival = v;
		n->is_const = true;
		return;
	}

	if (n->kind == E_UNOP && is_const_int(n->a) && fold_unop(n, &v)) {
		n->ival = v;
		n->is_const = true;
		if (n->op == OP_NEG && n->a->kind == E_INT)
			n->type = type_literal(v, false);
	} else if (n->kind == E_BINOP && is_const_int(n->a) && is_const_int(n->b) &&
		   fold_binop(n, &v)) {
		n->ival = v;
		n->is_const = true;
		if (n->type->kind == TY_INT)
			n->type = type_literal(v, !n->type->is_signed);
	}
}
