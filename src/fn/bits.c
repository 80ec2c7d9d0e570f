/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What numbers look like: bswap, is_err. */
#include "fn/internal.h"

static bool check_bswap(struct check *ck, struct node *call)
{
	const struct node *n = call->list.v[0];

	/* Arithmetic is 64 bits wide, also where its result is known to be small. */
	call->type = type_int(n->kind == E_BINOP ? 8 : n->type->size, false);
	return true;
}

static struct ir_val *lower_bswap(struct lower *lw, struct node *call)
{
	struct ir_val *v = ir_ext(lower_b(lw), lower_expr(lw, call->list.v[0]), call->type->size, false);

	if (call->type->size == 1)
		return v;
	v = ir_op(lower_b(lw), IR_bswap, 1, v);
	v->width = call->type->size;
	return v;
}

const struct fn_ops fn_bswap = {
	.name = "bswap", .proto = "bswap(int n): uint", .doc = "the bytes of a number in reverse order",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .check = check_bswap,
	.lower = lower_bswap,
};

static const struct type *bool_type(struct check *ck)
{
	return type_bool();
}

#define MAX_ERRNO 4095 /* include/linux/err.h */

static struct ir_val *lower_is_err(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);

	return ir_bin(b, IR_ule, ir_iconst(b, -MAX_ERRNO), lower_expr(lw, call->list.v[0]));
}

const struct fn_ops fn_is_err = {
	.name = "is_err", .proto = "is_err(pointer p): bool", .doc = "whether a pointer is an error number",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT | FA_PTR }, .type_of = bool_type,
	.lower = lower_is_err,
};
