/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings and bytes: str, buf, strncmp. */
#include "fn/internal.h"

static bool length_limit(struct check *ck, struct node *call, const char *what, uint64_t *ret)
{
	struct node *n = call->list.n > 1 ? call->list.v[1] : NULL;
	uint64_t max = check_config(ck)->max_strlen;
	int64_t v;

	*ret = call->fn == &fn_str ? config_str_size(check_config(ck)) : max;
	if (!n || !check_const_int(ck, n, &v))
		return true;
	if (v < 1)
		return check_error(ck, n->span, DT_bad_argument, "%s() length must be at least 1 (%lld provided)", what,
				   (long long)v);
	if ((uint64_t)v > max) {
		check_warn(ck, n->span, DT_bad_argument, "length param (%lld) is too long and will be shortened to %llu bytes (see max_strlen)",
			   (long long)v, (unsigned long long)max);
		v = max;
	}
	*ret = v;
	return true;
}

/* str($1), str("literal"), str($1 + 2), str($1, 5): text known now, cut to limit bytes with its NUL. */
static bool const_text(struct check *ck, struct node *call, uint64_t limit)
{
	struct node *n = call->list.v[0];
	const char *text;
	uint32_t len;

	if (!check_const_str(ck, n, &text, &len))
		return false;
	if (len >= limit) {
		len = limit - 1;
		text = arena_strndup(check_arena(ck), text, len);
	}
	call->kind = E_STR;
	call->str = text;
	call->len = len;
	call->is_const = true;
	call->type = type_string(check_types(ck), len + 1);
	return true;
}

static bool check_str(struct check *ck, struct node *call)
{
	struct node *n = call->list.v[0];
	uint64_t len;

	if (!length_limit(ck, call, "str", &len))
		return false;
	if (const_text(ck, call, call->list.n > 1 ? len : UINT64_MAX))
		return true;
	if (n->type->kind == TY_STRING && call->list.n == 1)
		len = n->type->size;
	call->type = type_string(check_types(ck), len);
	return true;
}

static enum addr_space space_of(struct lower *lw, const struct type *t)
{
	static const struct type untyped = { .kind = TY_PTR, .space = AS_NONE };

	return lower_space(lw, t->kind == TY_PTR ? t : &untyped);
}

/* A length known only at run time: at most the size of the type. */
static struct ir_val *read_str_len(struct lower *lw, struct node *call, struct ir_val *ptr, struct ir_val *len)
{
	struct ir_builder *b = lower_b(lw);
	uint32_t size = call->type->size;
	struct ir_val *s = ir_slot(b, size, 8), *r;
	bool split = target_has(lower_target(lw), TF_PROBE_READ_KERNEL);
	bool user = space_of(lw, call->list.v[0]->type) == AS_USER;
	struct lower_if failed;

	ir_zero(b, s, 0, size);
	r = ir_call(b, !split ? IRH_probe_read_str : user ? IRH_probe_read_user_str : IRH_probe_read_kernel_str, 3, s,
		    ir_umin(b, len, size), ptr);
	failed = lower_if_begin(lw, ir_bin(b, IR_slt, r, ir_iconst(b, 0)));
	failed.yes->cold = true;
	ir_loss(b, LOSS_READ);
	lower_if_end(lw, &failed);
	return s;
}

static struct ir_val *lower_str(struct lower *lw, struct node *call)
{
	struct node *n = call->list.v[0];
	struct ir_val *ptr;

	if (n->type->kind == TY_STRING)
		return lower_expr_as(lw, n, call->type);
	ptr = lower_expr(lw, n);
	if (call->list.n > 1 && !call->list.v[1]->is_const)
		return read_str_len(lw, call, ptr, lower_expr(lw, call->list.v[1]));
	return lower_read_str(lw, ptr, call->type->size, space_of(lw, n->type));
}

const struct fn_ops fn_str = {
	.name = "str", .proto = "str(pointer p[, int length]): string", .doc = "the string at a pointer",
	.flags = FN_CALL, .min_args = 1, .max_args = 2,
	.arg = { FA_PTR | FA_INT | FA_STRING, FA_INT }, .check = check_str, .lower = lower_str,
};

static bool check_buf(struct check *ck, struct node *call)
{
	struct node *n = call->list.v[0];
	uint64_t len;

	if ((n->type->kind == TY_ARRAY || n->type->kind == TY_STRING) && call->list.n == 1)
		len = n->type->size;
	else if (call->list.n == 1)
		return check_error(ck, call->span, DT_bad_argument, "buf() expects a length argument for pointers");
	else if (!length_limit(ck, call, "buf", &len))
		return false;
	call->type = type_buffer(check_types(ck), len);
	return true;
}

/* Bytes that were asked for, not more than the buffer holds. */
static struct ir_val *buf_length(struct lower *lw, struct node *call, uint32_t room)
{
	struct ir_builder *b = lower_b(lw);

	if (call->list.n < 2)
		return ir_iconst(b, call->list.v[0]->type->size);
	if (call->list.v[1]->is_const)
		return ir_iconst(b, call->list.v[1]->ival < room ? call->list.v[1]->ival : room);
	return ir_umin(b, lower_expr(lw, call->list.v[1]), room);
}

/* From bytes that are here already. */
static struct ir_val *buf_of_string(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct node *n = call->list.v[0];
	uint32_t size = call->type->size, room = size - 4, have = n->type->size;
	struct ir_val *s = ir_slot(b, size, 8);

	ir_zero(b, s, 0, size);
	ir_store(b, s, 0, buf_length(lw, call, room < have ? room : have), 4);
	ir_copy(b, s, 4, lower_bytes(lw, n), room < have ? room : have);
	return s;
}

static struct ir_val *buf_of_memory(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct node *n = call->list.v[0];
	uint32_t size = call->type->size, room = size - 4;
	bool split = target_has(lower_target(lw), TF_PROBE_READ_KERNEL);
	enum addr_space space = n->type->kind == TY_ARRAY && n->type->space != AS_NONE ? n->type->space
										      : space_of(lw, n->type);
	struct ir_val *ptr = lower_expr(lw, n), *s = ir_slot(b, size, 8), *len, *r;
	struct lower_if failed;

	len = buf_length(lw, call, room);
	ir_zero(b, s, 0, size);
	ir_store(b, s, 0, len, 4);
	r = ir_call(b, !split ? IRH_probe_read : space == AS_USER ? IRH_probe_read_user : IRH_probe_read_kernel, 3,
		    ir_addi(b, s, 4), len, ptr);
	failed = lower_if_begin(lw, r);
	failed.yes->cold = true;
	ir_loss(b, LOSS_READ);
	lower_if_end(lw, &failed);
	return s;
}

static struct ir_val *lower_buf(struct lower *lw, struct node *call)
{
	if (call->list.v[0]->type->kind == TY_STRING)
		return buf_of_string(lw, call);
	return buf_of_memory(lw, call);
}

const struct fn_ops fn_buf = {
	.name = "buf", .proto = "buf(pointer p, int length) or buf(array): buffer", .doc = "the bytes at a pointer",
	.flags = FN_CALL, .min_args = 1, .max_args = 2, .arg = { FA_PTR | FA_INT | FA_ARRAY | FA_STRING, FA_INT },
	.check = check_buf, .lower = lower_buf,
};

static bool check_strncmp(struct check *ck, struct node *call)
{
	int64_t n;

	call->type = type_u64();
	if (check_const_int(ck, call->list.v[2], &n) && n >= 0)
		return true;
	return check_error(ck, call->list.v[2]->span, DT_bad_argument, "Builtin strncmp requires a non-negative literal as its third argument");
}

static struct ir_val *lower_strncmp(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct node *x = call->list.v[0], *y = call->list.v[1];
	uint64_t n = call->list.v[2]->ival;
	struct ir_val *v;

	n = n < x->type->size ? n : x->type->size;
	n = n < y->type->size ? n : y->type->size;
	if (!n)
		return ir_iconst(b, 0);
	v = ir_op(b, IR_streq, 2, lower_expr(lw, x), lower_expr(lw, y));
	v->imm = v->size = n;
	return ir_bin(b, IR_eq, v, ir_iconst(b, 0));
}

const struct fn_ops fn_strncmp = {
	.name = "strncmp", .proto = "strncmp(string a, string b, int n): uint64",
	.doc = "0 if the first n bytes of two strings are equal", .flags = FN_CALL, .min_args = 3, .max_args = 3,
	.arg = { FA_STRING, FA_STRING, FA_CONST_INT }, .check = check_strncmp, .lower = lower_strncmp,
};
