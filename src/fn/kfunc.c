/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kfunc_exist(name): does this kernel have a function? */
#include "fn/internal.h"
#include "type/btf.h"

static bool check_exist(struct check *ck, struct node *call)
{
	struct btf_file *btf = check_env(ck)->btf;
	const char *name;
	uint32_t len;

	if (!check_const_str(ck, call->list.v[0], &name, &len))
		return check_error(ck, call->list.v[0]->span, DT_bad_argument, "kfunc_exist() expects a string literal");
	call->type = type_bool();
	call->is_const = true;
	call->ival = btf && btf_file_find(btf, BK_FUNC, name);
	return true;
}

static struct ir_val *lower_exist(struct lower *lw, struct node *call)
{
	return ir_iconst(lower_b(lw), call->ival);
}

const struct fn_ops fn_kfunc_exist = {
	.name = "kfunc_exist", .proto = "kfunc_exist(string name): bool", .doc = "whether the kernel's BTF has a function",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_CONST_STR }, .check = check_exist,
	.lower = lower_exist,
};
