/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is settled before the script runs: fail, static_assert, assert_str, default_str_length. */
#include "base/fdutil.h"
#include "fn/internal.h"

#define FAIL_ARGS 32

/* The bytes of a value that is known: an integer's in *store. */
static struct value_ref known_value(const struct node *n, int64_t *store)
{
	struct value_ref v = { .type = n->type, .bytes = store, .len = n->type->size };

	*store = n->ival;
	if (n->type->kind == TY_STRING) {
		v.bytes = n->str ? n->str : "";
		v.len = n->str ? n->len + 1 : 1;
	}
	return v;
}

static bool check_known(struct check *ck, struct node *call)
{
	if (call->list.n - 1 > FAIL_ARGS)
		return check_error(ck, call->span, DT_bad_format, "fail() takes up to %d values", FAIL_ARGS);
	for (size_t i = 1; i < call->list.n; i++)
		if (!call->list.v[i]->is_const)
			return check_error(ck, call->list.v[i]->span, DT_bad_argument,
					   "fail() takes only values that are known before the script runs");
	return true;
}

/* Where the condition of an if is known, only what may be reached fails. */
static bool check_fail(struct check *ck, struct node *call)
{
	struct render plain = { .types = check_types(ck) };
	struct value_ref args[FAIL_ARGS];
	_cleanup_sb_ struct strbuf text = { 0 };
	int64_t store[FAIL_ARGS];

	if (!fn_check_format(ck, call) || !check_known(ck, call))
		return false;
	if (check_is_dead(ck))
		return true;
	for (size_t i = 1; i < call->list.n; i++)
		args[i - 1] = known_value(call->list.v[i], &store[i - 1]);
	format_run(&plain, call->fn_data, args, &text);
	return check_error(ck, call->span, DT_failed, "%s", sb_str(&text));
}

static struct ir_val *lower_nothing(struct lower *lw, struct node *call)
{
	return NULL;
}

const struct fn_ops fn_fail = {
	.name = "fail", .proto = "fail(string fmt, ...)", .doc = "refuses the script with a message, unless an if that is known to be false is around it",
	.flags = FN_CALL | FN_STMT, .min_args = 1, .max_args = -1, .arg = { FA_CONST_STR, FA_ANY },
	.check = check_fail, .lower = lower_nothing,
};

static bool check_static_assert(struct check *ck, struct node *call)
{
	struct node *cond = call->list.v[0], *msg = call->list.v[1];
	const char *text;
	uint32_t len;
	int64_t holds;

	call->type = type_none();
	if (!check_const_str(ck, msg, &text, &len))
		return check_error(ck, msg->span, DT_bad_argument, "static_assert() expects a string literal as its message");
	if (!check_const_int(ck, cond, &holds))
		return check_error(ck, cond->span, DT_bad_argument,
				   "static_assert() expects a condition that is known before the script runs: assert() takes others");
	if (holds || check_is_dead(ck))
		return true;
	return check_error(ck, call->span, DT_failed, "static_assert failed: %s", text);
}

const struct fn_ops fn_static_assert = {
	.name = "static_assert", .proto = "static_assert(condition, string message)",
	.doc = "refuses the script unless the condition, known beforehand, holds", .flags = FN_CALL | FN_STMT,
	.min_args = 2, .max_args = 2, .arg = { FA_INT, FA_CONST_STR }, .check = check_static_assert, .lower = lower_nothing,
};

static bool check_assert_str(struct check *ck, struct node *call)
{
	const struct node *n = call->list.v[0];

	call->type = type_none();
	if (n->type->kind == TY_STRING || check_is_dead(ck))
		return true;
	return check_error(ck, n->span, DT_bad_argument, "assert_str: '%s' is not a string", type_text(check_arena(ck), n->type));
}

const struct fn_ops fn_assert_str = {
	.name = "assert_str", .proto = "assert_str(value)", .doc = "refuses the script unless the value is a string",
	.flags = FN_CALL | FN_STMT, .min_args = 1, .max_args = 1, .arg = { FA_ANY },
	.check = check_assert_str, .lower = lower_nothing,
};

static bool check_str_length(struct check *ck, struct node *n)
{
	n->type = type_u64();
	n->is_const = true;
	n->ival = (int64_t)check_config(ck)->max_strlen;
	return true;
}

static struct ir_val *lower_known(struct lower *lw, struct node *n)
{
	return ir_iconst(lower_b(lw), n->ival);
}

const struct fn_ops fn_default_str_length = {
	.name = "default_str_length", .proto = "default_str_length(): uint64",
	.doc = "characters that str() reads if no length is given (max_strlen)", .flags = FN_VAR | FN_CALL,
	.check = check_str_length, .lower = lower_known,
};
