/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Calls of functions that an imported object has (import "x.bpf.o"). Numbers are converted as C does; strings, arrays and
 * structures go as the address of their bytes: of a copy, if the function may write there.
 */
#include "fn/internal.h"

#define MAX_PARAMS 5 /* registers that BPF passes arguments in */

/* Values that have bytes in memory. */
static bool has_bytes(const struct type *t)
{
	return t->size && t->kind != TY_AGG && !type_is_scalar(t);
}

static bool fits(const struct node *arg, const struct type *param)
{
	const struct type *t = arg->type;

	if (param->kind == TY_PTR)
		return t->kind == TY_PTR || has_bytes(t) || (type_is_int(t) && arg->is_const && !arg->ival);
	return type_is_int(param) && type_is_int(t);
}

static bool check_args(struct check *ck, const struct node *call, const struct struct_def *params)
{
	for (size_t i = 0; i < params->fields.n; i++) {
		const struct node *arg = call->list.v[i];
		const struct field *f = &params->fields.v[i];

		if (!fits(arg, f->type))
			return check_error(ck, arg->span, DT_bad_argument, "%s() expects '%s' for argument %zu, %s (%s provided)",
					   call->name, type_text(check_arena(ck), f->type), i + 1, f->name,
					   type_text(check_arena(ck), arg->type));
	}
	return true;
}

static bool check_linked(struct check *ck, struct node *call)
{
	const struct linked_fn *f = call->fn_data;
	const struct struct_def *params = type_fields(check_types(ck), f->type);
	const struct type *result = f->type->to;
	size_t n = params->fields.n;

	if (n > MAX_PARAMS)
		return check_error(ck, call->span, DT_bad_argument, "%s() has %zu parameters; BPF passes at most %d",
				   call->name, n, MAX_PARAMS);
	if (call->list.n != n)
		return check_error(ck, call->span, DT_bad_argument, "%s() requires %zu argument%s (%zu provided)",
				   call->name, n, n == 1 ? "" : "s", call->list.n);
	if (has_bytes(result))
		return check_error(ck, call->span, DT_bad_argument, "%s() gives a '%s': BPF functions give numbers and pointers",
				   call->name, type_text(check_arena(ck), result));
	call->type = result;
	return check_args(ck, call, params);
}

static struct ir_val *lower_memory(struct lower *lw, struct node *arg, bool writes)
{
	struct ir_val *p = lower_bytes(lw, arg), *copy;

	if (!writes)
		return p;
	copy = ir_slot(lower_b(lw), arg->type->size, 8);
	ir_copy(lower_b(lw), copy, 0, p, arg->type->size);
	return copy;
}

static struct ir_val *lower_arg(struct lower *lw, struct node *arg, const struct type *param, bool writes)
{
	if (has_bytes(arg->type))
		return lower_memory(lw, arg, writes);
	return param->kind == TY_PTR ? lower_expr(lw, arg) : lower_expr_as(lw, arg, param);
}

static struct ir_val *lower_linked(struct lower *lw, struct node *call)
{
	const struct linked_fn *f = call->fn_data;
	const struct struct_def *params = type_fields(lower_types(lw), f->type);
	const struct type *t = call->type;
	struct ir_val *args[MAX_PARAMS], *v;

	for (size_t i = 0; i < params->fields.n; i++)
		args[i] = lower_arg(lw, call->list.v[i], params->fields.v[i].type, f->writes >> i & 1);
	v = ir_object_call(lower_b(lw), f->name, (unsigned)params->fields.n, args);
	if (t->kind == TY_NONE)
		return NULL;
	return t->size < 8 ? ir_ext(lower_b(lw), v, t->size, t->is_signed) : v;
}

const struct fn_ops fn_linked = {
	.name = "function of an object", .doc = "a function of an imported object", .flags = FN_CALL, .max_args = -1,
	.arg = { FA_ANY }, .check = check_linked, .lower = lower_linked,
};
