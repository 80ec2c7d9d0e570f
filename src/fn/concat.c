/* SPDX-License-Identifier: GPL-2.0-or-later */
/* str_concat(a, b): one string after another. */
#include "fn/internal.h"

static bool check_concat(struct check *ck, struct node *call)
{
	const struct type *x = call->list.v[0]->type, *y = call->list.v[1]->type;

	call->type = type_string(check_types(ck), x->size + y->size - 1);
	return true;
}

/* Appends a string at off; gives where it ended. The helper counts the NUL, a failure is negative. */
static struct ir_val *append(struct lower *lw, struct ir_val *to, struct ir_val *off, struct node *n)
{
	struct ir_builder *b = lower_b(lw);
	bool split = target_has(lower_target(lw), TF_PROBE_READ_KERNEL);
	struct ir_val *text = lower_expr(lw, n), *r, *some;

	r = ir_call(b, split ? IRH_probe_read_kernel_str : IRH_probe_read_str, 3, off ? ir_bin(b, IR_add, to, off) : to,
		    ir_iconst(b, n->type->size), text);
	some = ir_bin(b, IR_slt, ir_iconst(b, 0), r);
	return ir_umin(b, ir_bin(b, IR_sub, ir_bin(b, IR_mul, r, some), some), n->type->size - 1);
}

static struct ir_val *lower_concat(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *to = ir_slot(b, call->type->size, 8), *off;

	to->op = IR_scratch; /* written at a place that is not known beforehand */
	ir_zero(b, to, 0, call->type->size);
	off = append(lw, to, NULL, call->list.v[0]);
	append(lw, to, off, call->list.v[1]);
	return to;
}

const struct fn_ops fn_str_concat = {
	.name = "str_concat", .proto = "str_concat(string a, string b): string", .doc = "one string after another",
	.flags = FN_CALL, .min_args = 2, .max_args = 2, .arg = { FA_STRING, FA_STRING }, .check = check_concat,
	.lower = lower_concat,
};
