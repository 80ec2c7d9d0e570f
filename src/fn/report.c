/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages with the place in the script: errorf, warnf, assert; debugf to the kernel's trace. */
#include "fn/internal.h"

static void handle_errorf(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	struct strbuf *text = rt_scratch(rt);

	format_run(rt_render(rt), a->data, args, text);
	rt_report(rt, a, SEV_ERROR, sb_str(text));
}

const struct fn_ops fn_errorf = {
	.name = "errorf", .proto = "errorf(string fmt, ...)", .doc = "an error message with its place in the script",
	.flags = FN_CALL | FN_ASYNC | FN_STMT, .min_args = 1, .max_args = -1, .arg = { FA_CONST_STR, FA_ANY },
	.check = fn_check_format, .lower = fn_lower_format, .handle = handle_errorf,
	.data = FD_FORMAT,
};

static bool check_warnf(struct check *ck, struct node *call)
{
	call->ival = check_quiet(ck);
	return fn_check_format(ck, call);
}

static struct ir_val *lower_warnf(struct lower *lw, struct node *call)
{
	return call->ival ? NULL : fn_lower_format(lw, call);
}

static void handle_warnf(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	struct strbuf *text = rt_scratch(rt);

	format_run(rt_render(rt), a->data, args, text);
	rt_report(rt, a, SEV_WARNING, sb_str(text));
}

const struct fn_ops fn_warnf = {
	.name = "warnf", .proto = "warnf(string fmt, ...)", .doc = "a warning with its place in the script",
	.flags = FN_CALL | FN_ASYNC | FN_STMT, .min_args = 1, .max_args = -1, .arg = { FA_CONST_STR, FA_ANY },
	.check = check_warnf, .lower = lower_warnf, .handle = handle_warnf,
	.data = FD_FORMAT,
};

static bool check_assert(struct check *ck, struct node *call)
{
	struct node *msg = call->list.v[1];
	const char *text;
	uint32_t len;

	call->type = type_none();
	if (!check_const_str(ck, msg, &text, &len))
		return check_error(ck, msg->span, DT_bad_argument, "assert() expects a string literal as its message");
	call->fn_data = (void *)text;
	return true;
}

static struct ir_val *lower_assert(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *holds = lower_expr(lw, call->list.v[0]);
	struct lower_if failed = lower_if_begin(lw, ir_bin(b, IR_eq, holds, ir_iconst(b, 0)));

	failed.yes->cold = true;
	lower_emit(lw, call, 0, NULL, NULL, call->fn_data);
	lower_exit(lw);
	lower_if_end(lw, &failed);
	return NULL;
}

static void handle_assert(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	struct strbuf *text = rt_scratch(rt);

	sb_addf(text, "assert failed: %s", (const char *)a->data);
	rt_report(rt, a, SEV_ERROR, sb_str(text));
	rt_exit(rt, 1);
}

const struct fn_ops fn_assert = {
	.name = "assert", .proto = "assert(condition, string message)",
	.doc = "ends the script with an error unless the condition holds", .flags = FN_CALL | FN_ASYNC | FN_STMT,
	.min_args = 2, .max_args = 2, .arg = { FA_INT | FA_PTR, FA_CONST_STR }, .check = check_assert,
	.lower = lower_assert, .handle = handle_assert,
	.data = FD_TEXT,
};

#define TRACE_ARGS 3 /* of bpf_trace_printk() */

/* What bpf_trace_printk() knows: d, i, u, x, p, s without flags. */
static bool traceable(const char *spec)
{
	size_t n = strlen(spec);

	return strspn(spec + 1, "l") + 2 == n && strchr("diuxps", spec[n - 1]);
}

static bool check_debugf(struct check *ck, struct node *call)
{
	if (!fn_check_format(ck, call))
		return false;
	if (call->list.n - 1 > TRACE_ARGS)
		return check_error(ck, call->span, DT_bad_format, "debugf() takes up to %d values", TRACE_ARGS);
	for (size_t i = 0; i + 1 < call->list.n; i++) {
		const struct node *n = call->list.v[i + 1];

		if (!traceable(format_spec(call->fn_data, i)) || (!type_is_scalar(n->type) && n->type->kind != TY_STRING))
			return check_error(ck, n->span, DT_bad_format,
					   "debugf: the kernel formats %%d, %%u, %%x, %%p and %%s without flags");
	}
	return true;
}

/* The text goes to the kernel with the values; a string as its address. */
static struct ir_val *lower_debugf(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	const struct node *fmt = call->list.v[0];
	struct ir_val *v[TRACE_ARGS], *text;

	for (size_t i = 0; i < TRACE_ARGS; i++)
		v[i] = i + 1 < call->list.n ? lower_expr(lw, call->list.v[i + 1]) : ir_iconst(b, 0);
	text = lower_literal(lw, fmt->str ? fmt->str : "", fmt->len + 1);
	ir_call(b, IRH_trace_printk, 5, text, ir_iconst(b, fmt->len + 1), v[0], v[1], v[2]);
	return NULL;
}

const struct fn_ops fn_debugf = {
	.name = "debugf", .proto = "debugf(string fmt, ...)", .doc = "writes to the kernel's trace (trace_pipe); slow",
	.flags = FN_CALL | FN_STMT, .min_args = 1, .max_args = -1, .arg = { FA_CONST_STR, FA_ANY },
	.check = check_debugf, .lower = lower_debugf,
};
