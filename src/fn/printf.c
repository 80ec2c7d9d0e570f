/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls with a format: printf, cat, system. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "fn/internal.h"

/* What a conversion is for. */
static const char *wanted(const char *spec)
{
	switch (spec[strlen(spec) - 1]) {
	case 's':
		return "a string, symbol, stack or the like";
	case 'r':
		return "a buffer";
	case 'p':
		return "a pointer or integer";
	default:
		return "an integer";
	}
}

bool fn_check_format(struct check *ck, struct node *call)
{
	struct node *first = call->list.v[0];
	const char *text, *why = NULL;
	size_t have = call->list.n - 1;
	struct format *f = call->fn_data;
	uint32_t len;

	call->type = type_none();
	if (!check_const_str(ck, first, &text, &len))
		return check_error(ck, first->span, DT_bad_format, "%s() expects a string literal as its format", call->name);
	if (!f)
		f = call->fn_data = format_parse(check_arena(ck), text, len, &why);
	if (!f)
		return check_error(ck, first->span, DT_bad_format, "%s: %s", call->name, why);
	if (have != format_nargs(f))
		return check_error(ck, call->span, DT_bad_format,
				   "%s: %s arguments for format string (%zu expected, %zu provided)", call->name,
				   have < format_nargs(f) ? "Not enough" : "Too many", format_nargs(f), have);
	for (size_t i = 0; i < have; i++) {
		struct node *n = call->list.v[i + 1];

		if (!format_accepts(f, i, n->type))
			return check_error(ck, n->span, DT_bad_format,
					   "%s: %s specifier expects %s ('%s' provided)", call->name,
					   format_spec(f, i), wanted(format_spec(f, i)),
					   type_text(check_arena(ck), n->type));
	}
	return true;
}

struct ir_val *fn_lower_format(struct lower *lw, struct node *call)
{
	size_t n = call->list.n - 1;
	const struct type *types[n + 1];
	struct ir_val *vals[n + 1];

	for (size_t i = 0; i < n; i++) {
		types[i] = call->list.v[i + 1]->type;
		vals[i] = lower_expr(lw, call->list.v[i + 1]);
	}
	lower_emit(lw, call, n, types, vals, call->fn_data);
	return NULL;
}

static void handle_printf(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	struct strbuf *text = rt_scratch(rt);

	format_run(rt_render(rt), a->data, args, text);
	rt_out(rt)->ops->text(rt_out(rt), OT_PRINTF, sb_str(text), text->n);
}

const struct fn_ops fn_printf = {
	.name = "printf", .proto = "printf(string fmt, ...)", .doc = "prints formatted text",
	.flags = FN_CALL | FN_ASYNC | FN_STMT, .min_args = 1, .max_args = -1, .arg = { FA_CONST_STR, FA_ANY },
	.check = fn_check_format, .lower = fn_lower_format, .handle = handle_printf,
	.data = FD_FORMAT,
};

static void handle_cat(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	_cleanup_sb_ struct strbuf path = { 0 }, text = { 0 };
	_cleanup_fd_ int fd = -1;
	size_t max = rt_config(rt)->max_cat_bytes;
	ssize_t n = 0;

	format_run(rt_render(rt), a->data, args, &path);
	fd = open(sb_str(&path), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		rt_error(rt, "failed to open file '%s' (%s)", sb_str(&path), errname(-errno));
		return;
	}
	sb_grow(&text, max);
	while (text.n < max && (n = read(fd, text.p + text.n, max - text.n)) > 0)
		text.n += n;
	if (n < 0)
		rt_error(rt, "failed to read file '%s' (%s)", sb_str(&path), errname(-errno));
	text.p[text.n] = 0;
	rt_out(rt)->ops->text(rt_out(rt), OT_CAT, text.p, text.n);
}

const struct fn_ops fn_cat = {
	.name = "cat", .proto = "cat(string fmt, ...)", .doc = "prints a file",
	.flags = FN_CALL | FN_ASYNC | FN_STMT, .min_args = 1, .max_args = -1, .arg = { FA_CONST_STR, FA_ANY },
	.check = fn_check_format, .lower = fn_lower_format, .handle = handle_cat,
	.data = FD_FORMAT,
};

static void handle_system(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	_cleanup_sb_ struct strbuf cmd = { 0 };
	struct strbuf *text;
	char chunk[4096];
	size_t n;
	FILE *p;

	format_run(rt_render(rt), a->data, args, &cmd);
	out_flush(rt_out(rt));
	p = popen(sb_str(&cmd), "re");
	if (!p) {
		rt_warn(rt, "system: cannot run '%s': %s", sb_str(&cmd), errname(-errno));
		return;
	}
	text = rt_scratch(rt);
	while ((n = fread(chunk, 1, sizeof(chunk), p)) > 0)
		sb_add(text, chunk, n);
	pclose(p);
	rt_out(rt)->ops->text(rt_out(rt), OT_SYSTEM, sb_str(text), text->n);
}

const struct fn_ops fn_system = {
	.name = "system", .proto = "system(string fmt, ...)", .doc = "runs a shell command (needs --unsafe)",
	.flags = FN_CALL | FN_ASYNC | FN_STMT | FN_UNSAFE, .min_args = 1, .max_args = -1,
	.arg = { FA_CONST_STR, FA_ANY }, .check = fn_check_format, .lower = fn_lower_format,
	.handle = handle_system,
	.data = FD_FORMAT,
};
