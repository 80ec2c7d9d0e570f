/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options in the script's text: their values, and what they say of others. */
#include <ctype.h>
#include <string.h>

#include "tool/internal.h"

/* Up to so many values of a list are compared one by one; more are the keys of a map. */
#define COMPARED 16

static bool is_text(const struct tool_option *o)
{
	return o->type == TT_TEXT || o->type == TT_REGEX || o->type == TT_COMMAND || o->type == TT_DISK || o->type == TT_FILE ||
	       (o->type == TT_FOLDER && o->of);
}

static void add_literal(struct strbuf *out, const char *text)
{
	sb_addc(out, '"');
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		if (*p < ' ' || *p == '"' || *p == '\\' || *p == 127)
			sb_addf(out, "\\x%02x", *p);
		else
			sb_addc(out, (char)*p);
	}
	sb_addc(out, '"');
}

void tool_add_value(struct strbuf *out, const struct tool_option *o, const struct tool_value *v)
{
	if (is_text(o)) {
		add_literal(out, v ? v->text : "");
	} else if (o->type == TT_SYMBOL && v && !v->number) {
		sb_adds(out, "kaddr(");
		add_literal(out, v->text);
		sb_addc(out, ')');
	} else {
		sb_addu(out, v ? v->number : 0);
	}
}

/* An expression in parentheses, unless it is a name. */
static void add_expr(struct strbuf *out, const char *expr, size_t len)
{
	bool plain = true;

	for (size_t i = 0; i < len; i++)
		plain &= isalnum((unsigned char)expr[i]) || strchr("_.$@", expr[i]);
	sb_addf(out, plain ? "%.*s" : "(%.*s)", (int)len, expr);
}

/* The map that has a long list's values as keys. */
static void add_map(struct strbuf *out, const struct tool_option *o)
{
	sb_adds(out, "@wanted_");
	for (const char *p = o->name; *p; p++)
		sb_addc(out, *p == '-' ? '_' : *p);
}

static void add_lookup(struct tool *t, const char *expr, size_t len, const struct tool_option *o, struct strbuf *out)
{
	bool known = false;

	vec_each(t->mapped, i)
		known |= t->mapped.v[i] == o;
	if (!known)
		avec_push(t->arena, &t->mapped, o);
	sb_adds(out, "has_key(");
	add_map(out, o);
	sb_adds(out, is_text(o) ? ", " : ", (int64)");
	add_expr(out, expr, len);
	sb_addc(out, ')');
}

/* By its folder, which tells the version too, or by its id; task: NULL for the running one. */
static void add_in_cgroup(struct strbuf *out, const struct tool_value *v, const char *task, size_t len)
{
	bool by_id = v->text[strspn(v->text, "0123456789abcdefx")] == '\0';

	sb_adds(out, "in_cgroup(");
	if (by_id)
		sb_addu(out, v->number);
	else
		add_literal(out, v->text);
	if (task)
		sb_addf(out, ", %.*s", (int)len, task);
	sb_addc(out, ')');
}

void tool_add_wanted(struct tool *t, const char *expr, size_t len, const struct tool_option *o, struct strbuf *out)
{
	if (!o->values.n) {
		sb_addc(out, '1');
		return;
	}
	if (o->type == TT_CGROUP) {
		add_in_cgroup(out, o->values.v, expr, len);
		return;
	}
	if (o->values.n > COMPARED) {
		add_lookup(t, expr, len, o, out);
		return;
	}
	sb_addc(out, '(');
	vec_each(o->values, i) {
		sb_adds(out, i ? " || " : "");
		add_expr(out, expr, len);
		sb_adds(out, " == ");
		tool_add_value(out, o, &o->values.v[i]);
	}
	sb_addc(out, ')');
}

const char *tool_command(const struct tool *t)
{
	vec_each(t->options, i) {
		const struct tool_option *o = &t->options.v[i];

		if (o->given && (o->type == TT_COMMAND || o->role == TR_COMMAND))
			return tool_text(o);
	}
	return NULL;
}

void tool_add_all_wanted(struct tool *t, struct strbuf *out)
{
	bool any = tool_command(t) != NULL;

	sb_adds(out, any ? "(pid == cpid" : "(");
	vec_each(t->options, i) {
		const struct tool_option *o = &t->options.v[i];

		if (o->role != TR_FILTER || !o->values.n)
			continue;
		sb_adds(out, any ? " && " : "");
		any = true;
		if (o->type == TT_CGROUP) {
			add_in_cgroup(out, o->values.v, NULL, 0);
		} else if (o->type == TT_MAP) {
			sb_adds(out, "in_pinned(");
			add_literal(out, o->values.v->text);
			sb_addf(out, ", %s)", o->filter);
		} else if (o->type == TT_CONTAINER) {
			sb_adds(out, "in_container(");
			add_literal(out, o->values.v->text);
			sb_addc(out, ')');
		} else if (is_text(o)) {
			sb_addf(out, "strcontains(%s, ", o->filter);
			tool_add_value(out, o, o->values.v);
			sb_addc(out, ')');
		} else {
			tool_add_wanted(t, o->filter, strlen(o->filter), o, out);
		}
	}
	sb_adds(out, any ? ")" : "1)");
}

static void add_map_block(const struct tool_option *o, struct strbuf *out)
{
	sb_adds(out, " begin {");
	vec_each(o->values, i) {
		sb_addc(out, ' ');
		add_map(out, o);
		sb_addc(out, '[');
		tool_add_value(out, o, &o->values.v[i]);
		sb_adds(out, "] = 1;");
	}
	sb_adds(out, " }");
}

void tool_add_blocks(struct tool *t, struct strbuf *out)
{
	vec_each(t->mapped, i)
		add_map_block(t->mapped.v[i], out);
}
