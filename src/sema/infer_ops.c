/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types of operators. */
#include "sema/internal.h"
#include "type/float.h"

static bool mismatch(struct check *ck, struct node *n)
{
	const struct type *a = n->a->type, *b = n->b->type;

	if (a->kind == TY_AGG || b->kind == TY_AGG)
		return infer_no_number(ck, a->kind == TY_AGG ? n->a : n->b);
	check_error(ck, n->span, DT_type_mismatch, "The %s operator can not be used on expressions of types '%s' and '%s'",
		    op_text(n->op), type_text(ck->arena, a), type_text(ck->arena, b));
	if (type_is_float(a) || type_is_float(b))
		check_hint(ck, "BPF does not compute with floating point: (int64) makes a whole number of it; a fraction of whole "
			       "numbers is ratio(A, B), shown with as many decimals as %%.2f says");
	return false;
}

static bool is_compare(enum op op)
{
	return op >= OP_EQ && op <= OP_GE;
}

/* A constant that fits an unsigned type takes the other side's sign. */
static bool adapts(const struct node *n)
{
	return n->is_const && n->ival >= 0;
}

static bool arith_signed(const struct node *n)
{
	if (n->op == OP_SUB)
		return true;
	if (n->op == OP_SHL || n->op == OP_SHR)
		return n->a->type->is_signed && !(adapts(n->a) && !adapts(n->b));
	return (n->a->type->is_signed && !adapts(n->a)) || (n->b->type->is_signed && !adapts(n->b)) ||
	       (n->a->type->is_signed && n->b->type->is_signed);
}

bool sema_compare_signed(const struct node *n)
{
	const struct type *a = n->a->type, *b = n->b->type;

	if (a->kind == TY_PTR || b->kind == TY_PTR)
		return false;
	if (adapts(n->a))
		return b->is_signed;
	return adapts(n->b) ? a->is_signed : a->is_signed || b->is_signed;
}

static bool infer_pointer(struct check *ck, struct node *n)
{
	const struct type *a = n->a->type, *b = n->b->type;

	if (is_compare(n->op))
		n->type = type_bool();
	else if (n->op == OP_SUB && a->kind == TY_PTR && b->kind == TY_PTR)
		n->type = type_i64();
	else if ((n->op == OP_ADD || n->op == OP_SUB) && a->kind == TY_PTR && type_is_int(b))
		n->type = a;
	else if (n->op == OP_ADD && b->kind == TY_PTR && type_is_int(a))
		n->type = b;
	else if (type_is_int(a) || type_is_int(b))
		n->type = type_u64(); /* masks of addresses */
	else
		return mismatch(ck, n);
	return true;
}

static bool comparable(struct types *ts, const struct type *a, const struct type *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == TY_STRING)
		return true;
	if (a->kind == TY_TUPLE)
		return type_join(ts, a, b);
	if (a->kind == TY_ARRAY || a->kind == TY_BUFFER || a->kind == TY_OPAQUE)
		return type_eq(a, b);
	return false;
}

/* Numbers with a point: of one size, or with a constant, which takes the other's size. */
static bool is_float_compare(const struct node *n)
{
	const struct type *a = n->a->type, *b = n->b->type;
	bool const_a = n->a->kind == E_FLOAT || (type_is_int(a) && n->a->is_const);
	bool const_b = n->b->kind == E_FLOAT || (type_is_int(b) && n->b->is_const);

	if (!is_compare(n->op) || (!type_is_float(a) && !type_is_float(b)))
		return false;
	return const_a || const_b || type_eq(a, b);
}

static bool infer_aggregate_compare(struct check *ck, struct node *n)
{
	const struct type *a = n->a->type, *b = n->b->type;

	if (is_float_compare(n)) {
		n->type = type_bool();
		return true;
	}

	if ((n->op != OP_EQ && n->op != OP_NE) || !comparable(ck->types, a, b))
		return mismatch(ck, n);
	n->type = type_bool();
	n->is_const = n->a->is_const && n->b->is_const && n->a->kind == E_STR && n->b->kind == E_STR;
	if (n->is_const)
		n->ival = !strcmp(n->a->str, n->b->str) == (n->op == OP_EQ);
	return true;
}

/* "exists(args.x) && args.x" is false where there is no such field, whatever follows. */
static bool is_settled(struct check *ck, struct node *n)
{
	if ((n->op != OP_LAND && n->op != OP_LOR) || !exists_only(n->a) || !infer_expr(ck, n->a) ||
	    !n->a->ival != (n->op == OP_LAND))
		return false;
	n->type = type_bool();
	n->is_const = true;
	n->ival = n->op == OP_LOR;
	return true;
}

/* str($1 + 2): the text of a parameter without its first characters. */
static bool is_param_rest(struct check *ck, struct node *n)
{
	int64_t skip;

	if (n->op != OP_ADD || n->a->kind != E_STR || !n->a->name || strcmp(n->a->name, "$") ||
	    !check_const_int(ck, n->b, &skip) || skip < 0)
		return false;
	if (skip > n->a->len)
		skip = n->a->len;
	n->kind = E_STR;
	n->name = "$";
	n->str = n->a->str + skip;
	n->len = n->a->len - (uint32_t)skip;
	n->is_const = true;
	n->type = type_string(ck->types, n->len + 1);
	return true;
}

static bool infer_binop(struct check *ck, struct node *n)
{
	if (is_settled(ck, n))
		return true;
	if (!(infer_expr(ck, n->a) & infer_expr(ck, n->b)))
		return false;
	if (is_param_rest(ck, n))
		return true;
	if (n->op == OP_LAND || n->op == OP_LOR) {
		if (!type_is_scalar(n->a->type) || !type_is_scalar(n->b->type))
			return mismatch(ck, n);
		n->type = type_bool();
	} else if (!type_is_scalar(n->a->type) || !type_is_scalar(n->b->type)) {
		return infer_aggregate_compare(ck, n);
	} else if (n->a->type->kind == TY_PTR || n->b->type->kind == TY_PTR) {
		return infer_pointer(ck, n);
	} else if (is_compare(n->op)) {
		n->type = type_bool();
	} else {
		n->type = type_int(8, arith_signed(n));
	}
	fold_node(n);
	return true;
}

/* *(uint32)($p): the cast says how much is read there, the address stays whole. */
static void cast_as_pointer(struct check *ck, struct node *cast)
{
	const struct type *from = cast->a->type;

	cast->type = type_ptr(ck->types, cast->type, from->kind == TY_PTR ? from->space : AS_NONE);
	cast->ival = cast->a->ival;
}

static bool infer_deref(struct check *ck, struct node *n)
{
	const struct type *t;

	if (n->a->kind == E_CAST && type_is_int(n->a->type) && type_is_scalar(n->a->a->type))
		cast_as_pointer(ck, n->a);
	t = n->a->type;
	if (type_is_int(t) && t->size == 8) /* an address, as from kaddr() */
		n->a->type = t = type_ptr(ck->types, type_u64(), AS_NONE);
	if (t->kind != TY_PTR || t->to->kind == TY_NONE || t->to->kind == TY_FUNC)
		return check_error(ck, n->span, DT_type_mismatch, "Cannot dereference a value of type '%s'",
				   type_text(ck->arena, t));
	n->type = pointee(ck, t);
	return true;
}

/* Numbers have eight bytes wherever they are kept; what a map with keys points to is nobody's business. */
static bool infer_address(struct check *ck, struct node *n)
{
	const struct type *t = n->a->type;

	if (n->a->kind == E_MAP && (n->a->map->keyed || t->kind == TY_AGG))
		t = type_none();
	else if (type_is_int(t))
		t = type_int(8, t->is_signed);
	n->type = type_ptr(ck->types, t, AS_KERNEL);
	return true;
}

static bool infer_unop(struct check *ck, struct node *n)
{
	const struct type *t;

	if (!(n->op == OP_ADDR && n->a->kind == E_MAP ? infer_map_whole(ck, n->a) : infer_expr(ck, n->a)))
		return false;
	t = n->a->type;
	if (n->op == OP_NEG && n->a->kind == E_FLOAT) {
		n->a->ival ^= INT64_MIN; /* the sign */
		*n = *n->a;
		return true;
	}
	if (n->op == OP_ADDR)
		return infer_address(ck, n);
	if (n->op == OP_DEREF)
		return infer_deref(ck, n);
	if (n->op == OP_NOT ? !type_is_scalar(t) : !type_is_int(t))
		return check_error(ck, n->span, DT_type_mismatch,
				   "The %s operator can not be used on expressions of type '%s'", op_text(n->op),
				   type_text(ck->arena, t));
	if (n->op == OP_NOT)
		n->type = type_bool();
	else
		n->type = type_int(8, n->op == OP_NEG || t->is_signed);
	fold_node(n);
	return true;
}

static bool grow_var(struct check *ck, struct var *v, const struct type *t)
{
	const struct type *j = v->type ? type_join(ck->types, v->type, t) : t;

	if (!j)
		return false;
	if (!v->declared_type && (!v->type || !type_eq(j, v->type))) {
		v->type = j;
		ck->changed = true;
	}
	return true;
}

static bool infer_incdec(struct check *ck, struct node *n)
{
	const struct type *t;

	if (n->a->kind == E_MAP) {
		if (!infer_map_assign(ck, n))
			return false;
		n->type = n->a->type;
		return true;
	}
	if (!infer_expr(ck, n->a))
		return false;
	t = n->a->type;
	if (!type_is_int(t) && t->kind != TY_PTR)
		return check_error(ck, n->span, DT_type_mismatch,
				   "The %s operator can not be used on expressions of type '%s'", op_text(n->op),
				   type_text(ck->arena, t));
	if (type_is_int(t))
		grow_var(ck, n->a->var, type_int(8, t->is_signed || n->op == OP_DEC));
	n->type = n->a->var->type;
	return true;
}

bool infer_ops(struct check *ck, struct node *n)
{
	switch (n->kind) {
	case E_BINOP:
		return infer_binop(ck, n);
	case E_UNOP:
		return infer_unop(ck, n);
	default:
		return infer_incdec(ck, n);
	}
}
