/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes and bytes of strings: strlen, strcap, memcmp. */
#include "fn/internal.h"

static bool check_strlen(struct check *ck, struct node *call)
{
	const char *text;
	uint32_t len;

	call->type = type_u64();
	if (!check_const_str(ck, call->list.v[0], &text, &len))
		return true;
	call->is_const = true;
	call->ival = strnlen(text, len);
	return true;
}

/* What the helper that reads strings returns counts the NUL. */
static struct ir_val *lower_strlen(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct node *n = call->list.v[0];
	bool split = target_has(lower_target(lw), TF_PROBE_READ_KERNEL);
	struct ir_val *v, *some;

	if (call->is_const)
		return ir_iconst(b, call->ival);
	v = lower_expr(lw, n);
	if (n->type->kind == TY_PTR)
		v = ir_filllen(b, lower_read_str(lw, v, config_str_size(lower_config(lw)), lower_space(lw, n->type)));
	else
		v = ir_call(b, split ? IRH_probe_read_kernel_str : IRH_probe_read_str, 3, ir_slot(b, n->type->size, 8),
			    ir_iconst(b, n->type->size), v);
	some = ir_bin(b, IR_slt, ir_iconst(b, 0), v);
	return ir_bin(b, IR_sub, ir_bin(b, IR_mul, v, some), some);
}

const struct fn_ops fn_strlen = {
	.name = "strlen", .proto = "strlen(string s): uint64", .doc = "length of a string", .flags = FN_CALL,
	.min_args = 1, .max_args = 1, .arg = { FA_STRING | FA_PTR }, .check = check_strlen, .lower = lower_strlen,
};

static bool check_strcap(struct check *ck, struct node *call)
{
	call->type = type_u64();
	call->is_const = true;
	call->ival = call->list.v[0]->type->size;
	return true;
}

static struct ir_val *lower_strcap(struct lower *lw, struct node *call)
{
	return ir_iconst(lower_b(lw), call->ival);
}

const struct fn_ops fn_strcap = {
	.name = "strcap", .proto = "strcap(string s): uint64", .doc = "bytes that a string has room for, with its NUL",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_STRING | FA_ARRAY }, .check = check_strcap,
	.lower = lower_strcap,
};

#define MOST_COMPARED 512

static bool check_memcmp(struct check *ck, struct node *call)
{
	int64_t n;

	call->type = type_int(4, true);
	if (!check_const_int(ck, call->list.v[2], &n))
		return check_error(ck, call->list.v[2]->span, DT_bad_argument, "memcmp() expects a literal length");
	if (n < 0 || n > MOST_COMPARED)
		return check_error(ck, call->list.v[2]->span, DT_bad_argument, "memcmp() compares 0 to %d bytes (%lld provided)",
				   MOST_COMPARED, (long long)n);
	for (int i = 0; i < 2; i++) {
		const struct type *t = call->list.v[i]->type;

		if (t->kind != TY_PTR && n > t->size)
			return check_error(ck, call->list.v[i]->span, DT_bad_argument,
					   "memcmp() of %lld bytes: argument %d has %u", (long long)n, i + 1, t->size);
	}
	return true;
}

/* n bytes in whole words, the rest zero. */
static struct ir_val *words(struct lower *lw, struct node *e, uint32_t n)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *s = ir_slot(b, (n + 7) & ~7u, 8), *v;

	if (e->type->kind == TY_PTR)
		v = lower_read_agg(lw, lower_expr(lw, e), n, lower_space(lw, e->type));
	else
		v = lower_bytes(lw, e);
	ir_zero(b, s, 0, s->size);
	ir_copy(b, s, 0, v, n);
	return s;
}

static struct ir_val *big_endian(struct lower *lw, struct ir_val *s, uint32_t off)
{
	struct ir_val *v = ir_op(lower_b(lw), IR_bswap, 1, ir_load(lower_b(lw), s, off, 8, false));

	v->width = 8;
	return v;
}

/* From the last word to the first: a word that differs decides, whatever followed. */
static struct ir_val *lower_memcmp(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	uint32_t n = call->list.v[2]->ival;
	struct ir_val *r = ir_iconst(b, 0), *x, *y;

	if (!n)
		return r;
	x = words(lw, call->list.v[0], n);
	y = words(lw, call->list.v[1], n);
	for (uint32_t off = (n + 7) & ~7u; off > 0; off -= 8) {
		struct ir_val *p = big_endian(lw, x, off - 8), *q = big_endian(lw, y, off - 8);
		struct ir_val *sign = ir_bin(b, IR_sub, ir_bin(b, IR_ult, q, p), ir_bin(b, IR_ult, p, q));

		r = ir_bin(b, IR_add, sign, ir_bin(b, IR_mul, ir_bin(b, IR_eq, p, q), r));
	}
	return r;
}

const struct fn_ops fn_memcmp = {
	.name = "memcmp", .proto = "memcmp(a, b, int n): int32",
	.doc = "compares n bytes: 0 if they are equal, else -1 or 1 as the first that differs", .flags = FN_CALL,
	.min_args = 3, .max_args = 3,
	.arg = { FA_STRING | FA_ARRAY | FA_PTR | FA_OPAQUE, FA_STRING | FA_ARRAY | FA_PTR | FA_OPAQUE, FA_CONST_INT },
	.check = check_memcmp, .lower = lower_memcmp,
};
