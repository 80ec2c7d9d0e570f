/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What type a value has, known before the script runs: is_integer(), is_ptr(), is_str(), ... */
#include "fn/internal.h"

/* The argument is not evaluated: a constant stands for the call. */
static bool answer(struct node *call, bool yes)
{
	call->type = type_bool();
	call->is_const = true;
	call->ival = yes;
	return true;
}

static bool check_is_array(struct check *ck, struct node *n)
{
	return answer(n, n->list.v[0]->type->kind == TY_ARRAY);
}

static bool check_is_integer(struct check *ck, struct node *n)
{
	return answer(n, n->list.v[0]->type->kind == TY_INT);
}

static bool check_is_unsigned(struct check *ck, struct node *n)
{
	const struct type *t = n->list.v[0]->type;

	return answer(n, t->kind == TY_INT && !t->is_signed);
}

static bool check_is_ptr(struct check *ck, struct node *n)
{
	return answer(n, n->list.v[0]->type->kind == TY_PTR);
}

static bool check_is_str(struct check *ck, struct node *n)
{
	return answer(n, n->list.v[0]->type->kind == TY_STRING);
}

static bool check_is_scalar(struct check *ck, struct node *n)
{
	return answer(n, type_is_scalar(n->list.v[0]->type));
}

static bool check_is_literal(struct check *ck, struct node *n)
{
	return answer(n, n->list.v[0]->is_const);
}

#define PREDICATE(id, what)                                                                        \
	const struct fn_ops fn_is_##id = {                                                         \
		.name = "is_" #id, .proto = "is_" #id "(value): bool", .doc = what,                \
		.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_ANY },                 \
		.check = check_is_##id,                                                            \
	}
PREDICATE(array, "whether a value is an array");
PREDICATE(integer, "whether a value is an integer");
PREDICATE(ptr, "whether a value is a pointer");
PREDICATE(str, "whether a value is a string");
PREDICATE(scalar, "whether a value is a number or a pointer");
PREDICATE(literal, "whether a value is known beforehand");

const struct fn_ops fn_is_unsigned_integer = {
	.name = "is_unsigned_integer", .proto = "is_unsigned_integer(value): bool",
	.doc = "whether a value is an integer without sign", .flags = FN_CALL, .min_args = 1,
	.max_args = 1, .arg = { FA_ANY }, .check = check_is_unsigned,
};
