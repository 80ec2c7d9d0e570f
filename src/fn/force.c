/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What changes the traced program's course: write_user, override. */
#include "fn/internal.h"

static bool check_write_user(struct check *ck, struct node *call)
{
	const struct node *src = call->list.v[1], *len = call->list.v[2];
	int64_t n;

	call->type = type_bool();
	if (!check_const_int(ck, len, &n) || n < 1)
		return check_error(ck, len->span, DT_bad_argument, "write_user() expects a literal length of at least 1");
	if (n > src->type->size)
		return check_error(ck, len->span, DT_bad_argument, "write_user() of %lld bytes: the source has %u", (long long)n,
				   src->type->size);
	return true;
}

static struct ir_val *lower_write_user(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *dst = lower_expr(lw, call->list.v[0]), *src = lower_bytes(lw, call->list.v[1]), *r;

	r = ir_call(b, IRH_probe_write_user, 3, dst, src, ir_iconst(b, call->list.v[2]->ival));
	return ir_bin(b, IR_eq, r, ir_iconst(b, 0));
}

const struct fn_ops fn_write_user = {
	.name = "write_user", .proto = "write_user(pointer dst, src, int n): bool",
	.doc = "writes n bytes to memory of the running process (needs --unsafe)", .flags = FN_CALL | FN_UNSAFE,
	.min_args = 3, .max_args = 3, .arg = { FA_PTR | FA_INT, FA_STRING | FA_ARRAY, FA_CONST_INT },
	.check = check_write_user, .lower = lower_write_user,
};

static bool check_override(struct check *ck, struct node *call)
{
	call->type = type_none();
	if (!strcmp(check_probe(ck)->provider->name, "kprobe"))
		return true;
	return check_error(ck, call->span, DT_no_args, "override() can only be used with 'kprobe' probes");
}

static struct ir_val *lower_override(struct lower *lw, struct node *call)
{
	ir_call(lower_b(lw), IRH_override_return, 2, lower_ctx(lw), lower_expr(lw, call->list.v[0]));
	return NULL;
}

const struct fn_ops fn_override = {
	.name = "override", .proto = "override(int rc)",
	.doc = "the probed function returns rc at once (needs --unsafe and a kernel with error injection)",
	.flags = FN_CALL | FN_UNSAFE | FN_STMT, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .check = check_override,
	.lower = lower_override,
};
