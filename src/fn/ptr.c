/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kptr(p), uptr(p): says whose memory a pointer or a number points to. */
#include "fn/internal.h"

static bool check_space(struct check *ck, struct node *call, enum addr_space space)
{
	const struct type *t = call->list.v[0]->type;

	if (t->kind == TY_PTR)
		call->type = type_in_space(check_types(ck), t, space);
	else
		call->type = type_ptr(check_types(ck), type_int(1, false), space);
	return true;
}

static bool check_kptr(struct check *ck, struct node *call)
{
	return check_space(ck, call, AS_KERNEL);
}

static bool check_uptr(struct check *ck, struct node *call)
{
	return check_space(ck, call, AS_USER);
}

static struct ir_val *lower_ptr(struct lower *lw, struct node *call)
{
	return lower_expr(lw, call->list.v[0]);
}

const struct fn_ops fn_kptr = {
	.name = "kptr",
	.proto = "kptr(pointer p): pointer",
	.doc = "the pointer, to memory of the kernel",
	.flags = FN_CALL,
	.min_args = 1,
	.max_args = 1,
	.arg = { FA_PTR | FA_INT },
	.check = check_kptr,
	.lower = lower_ptr,
};
const struct fn_ops fn_uptr = {
	.name = "uptr",
	.proto = "uptr(pointer p): pointer",
	.doc = "the pointer, to memory of the process",
	.flags = FN_CALL,
	.min_args = 1,
	.max_args = 1,
	.arg = { FA_PTR | FA_INT },
	.check = check_uptr,
	.lower = lower_ptr,
};
