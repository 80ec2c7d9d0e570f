/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options whose values are probes (src/front): attach points in place of opt.NAME, and parts of one value in the lines
 * between `each NAME` and `end`:
 *
 *	each.points   where, as attach points             each.filter   a condition, 1 if there is none
 *	each.name     the function or event               each.text     all that was written
 *	each.number   of the value, from 0                each.message  arguments for printf()
 *	each.values   values to be counted, and names of them: each.labels; each.title of them all
 *	each.key      the same as a key, [VALUE, ...]
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fdutil.h"
#include "probe/probe.h"
#include "tool/internal.h"

#define MAX_ARGUMENTS 6 /* in registers on x86-64 */

static const struct tool_option *by_name(const struct tool *t, const char *name)
{
	return tool_option((struct tool *)t, name, strlen(name));
}

static bool is_given(const struct tool *t, const char *name)
{
	const struct tool_option *o = by_name(t, name);

	return o && o->given;
}

bool tool_takes_probes(const struct tool *t)
{
	vec_each(t->options, i)
		if (tool_is_probe(t->options.v[i].type))
			return true;
	return false;
}

/* Tools whose probes are all options need one of them. */
static int nothing_to_trace(const struct tool *t, struct err *e)
{
	_cleanup_sb_ struct strbuf names = { 0 };

	vec_each(t->options, i) {
		const struct tool_option *o = &t->options.v[i];

		if (!tool_is_probe(o->type))
			continue;
		if (o->values.n)
			return 0;
		sb_addf(&names, "%s--%s", names.n ? " or " : "", o->name);
	}
	err_set(e, -EINVAL, "there is nothing to trace: give %s", sb_str(&names));
	err_hint(e, "--help has examples.");
	return -EINVAL;
}

int tool_check_probes(const struct tool *t, struct err *e)
{
	vec_each(t->options, i) {
		const struct tool_option *o = &t->options.v[i];

		if (!tool_is_probe(o->type) || !o->positional || o->values.n)
			continue;
		err_set(e, -EINVAL, "%s is missing: what is to be traced", o->arg);
		err_hint(e, "--help has examples.");
		return -EINVAL;
	}
	return tool_takes_probes(t) ? nothing_to_trace(t, e) : 0;
}

pid_t tool_only_pid(const struct tool *t)
{
	const struct tool_option *o = by_name(t, "pid"), *process = tool_role(t, TR_PROCESS);

	if (process)
		return (pid_t)tool_number(process);
	return o && o->type == TT_PID && o->values.n == 1 && tool_takes_probes(t) ? (pid_t)tool_number(o) : 0;
}

void tool_front(struct tool *t, const char *tracefs)
{
	const struct tool_option *size = by_name(t, "string-size");

	t->front = (struct front){
		.arena = t->arena, .pid = tool_only_pid(t), .tracefs = tracefs, .regex = is_given(t, "regexp"),
		.binary = is_given(t, "bin_cmp"), .str_size = size && size->values.n ? (unsigned)tool_number(size) : 80,
	};
}

/* What one value says; parts that its type does not have are empty. */
struct parts {
	const struct front_probe *probe;
	enum front_want want;
	const char *filter, *message, *title;
	const struct front_sample *sample; /* NULL: none */
	struct front_event event;
	struct front_sample own;
	struct front_probe alone;
};

static int parse_alone(struct tool *t, const char *text, struct parts *p, struct err *e)
{
	const char *rest;
	int rc = front_parse(&t->front, text, &p->alone, &rest, e);

	p->probe = &p->alone;
	if (!rc && *rest)
		return front_wrong(e, p->probe, "'%s' is too much", rest);
	return rc;
}

static int parse_value(struct tool *t, const struct tool_option *o, const char *text, struct parts *p, struct err *e)
{
	int rc;

	*p = (struct parts){ .want = o->type == TT_SPAN ? FW_SPAN : FW_POINT, .filter = "1", .message = "\"\"", .title = text };
	if (o->type == TT_EVENT) {
		rc = front_event(&t->front, text, &p->event, e);
		p->probe = &p->event.probe;
		p->filter = p->event.filter;
		p->message = p->event.message;
		return rc;
	}
	if (o->type == TT_SAMPLE) {
		rc = front_sample(&t->front, text, &p->own, e);
		p->probe = &p->own.probe;
		p->filter = p->own.filter;
		p->title = p->own.title;
		p->sample = &p->own;
		return rc;
	}
	return parse_alone(t, text, p, e);
}

int tool_add_points(struct tool *t, const struct tool_option *o, struct strbuf *out, struct err *e)
{
	struct parts p;
	int rc = 0;

	if (!o->values.n)
		return err_set(e, -EINVAL, "%s: %s is missing", t->name, o->arg);
	for (size_t i = 0; i < o->values.n && !rc; i++) {
		rc = parse_value(t, o, o->values.v[i].text, &p, e);
		if (!rc && i)
			sb_adds(out, ", ");
		if (!rc)
			rc = front_points(&t->front, p.probe, p.want, out, e);
	}
	return rc;
}

int tool_probe_filter(struct tool *t, const char **ret, struct err *e)
{
	_cleanup_sb_ struct strbuf out = { 0 };
	struct parts p;
	int rc = 0;

	*ret = NULL;
	tool_front(t, NULL);
	if (!t->front.regex)
		return 0;
	vec_each(t->options, i) {
		const struct tool_option *o = &t->options.v[i];

		for (size_t k = 0; tool_is_probe(o->type) && k < o->values.n && !rc; k++) {
			rc = parse_value(t, o, o->values.v[k].text, &p, e);
			sb_adds(&out, out.n ? "|" : "");
			if (!rc)
				front_filter(p.probe, &out);
		}
	}
	if (!rc && out.n)
		*ret = arena_strdup(t->arena, sb_str(&out));
	return rc;
}

static void add_text(struct strbuf *out, const char *text, bool code)
{
	struct tool_value v = { .text = text };

	if (code)
		tool_add_value(out, &(struct tool_option){ .type = TT_TEXT }, &v);
	else
		sb_adds(out, text);
}

/* What is probed; which of many it is says `place`. */
static void add_name(struct tool *t, const struct front_probe *p, const char *name, bool code, struct strbuf *out)
{
	if (code && (t->front.regex || probe_has_wildcard(p->name)))
		sb_adds(out, "place");
	else
		add_text(out, name, code);
}

/* The values of a sample with commas between them, or what they are called. */
static void add_list(struct strbuf *out, const struct front_sample *s, bool labels, bool code)
{
	for (size_t i = 0; s && i < s->values.n; i++) {
		sb_adds(out, i ? ", " : "");
		if (labels)
			add_text(out, s->labels.v[i], code);
		else
			sb_adds(out, s->values.v[i]);
	}
}

/* The values as a map's key. */
static void add_key(struct strbuf *out, const struct front_sample *s)
{
	if (!s || !s->values.n)
		return;
	sb_addc(out, '[');
	add_list(out, s, false, true);
	sb_addc(out, ']');
}

/* A message of the first arguments, as many as an option says: "0x%lx 0x%lx", arg0, arg1. */
static int add_arguments(struct tool *t, const struct front_probe *p, struct strbuf *out, struct err *e)
{
	const struct tool_option *o = by_name(t, "arguments");
	uint64_t n = o ? tool_number(o) : 0;
	char name[16];
	int rc = 0;

	if (n > MAX_ARGUMENTS)
		return err_set(e, -EINVAL, "%s: functions have %d arguments at most that can be read", t->name, MAX_ARGUMENTS);
	if (p->syscall && n > p->fields.n)
		n = p->fields.n;
	sb_addc(out, '"');
	for (uint64_t i = 0; i < n; i++)
		sb_adds(out, i ? " 0x%lx" : "0x%lx");
	sb_addc(out, '"');
	for (uint64_t i = 0; i < n && !rc; i++) {
		sb_adds(out, ", ");
		snprintf(name, sizeof(name), "arg%u", (unsigned)i + (p->kind != FK_OWN)); /* ours are counted from 0 */
		rc = front_expr(&t->front, p, name, strlen(name), out, e);
	}
	return rc;
}

/* 1: there is no such part. */
static int add_part(struct tool *t, const struct parts *p, size_t number, const char *name, size_t len, bool code,
		    struct strbuf *out, struct err *e)
{
	if (tool_word_is(name, len, "points"))
		return front_points(&t->front, p->probe, p->want, out, e);
	if (tool_word_is(name, len, "values") && p->sample && !p->sample->values.n)
		return front_wrong(e, p->probe, "it needs a value: NAME(PARAMETERS):TYPE:VALUE");
	if (tool_word_is(name, len, "arguments"))
		return add_arguments(t, p->probe, out, e);
	if (tool_word_is(name, len, "filter"))
		sb_adds(out, p->filter);
	else if (tool_word_is(name, len, "message"))
		sb_adds(out, p->message);
	else if (tool_word_is(name, len, "name"))
		add_name(t, p->probe, front_name(&t->front, p->probe), code, out);
	else if (tool_word_is(name, len, "text"))
		add_name(t, p->probe, p->probe->text, code, out);
	else if (tool_word_is(name, len, "title"))
		add_text(out, p->title, code);
	else if (tool_word_is(name, len, "number"))
		sb_addu(out, number);
	else if (tool_word_is(name, len, "key"))
		add_key(out, p->sample);
	else if (tool_word_is(name, len, "values") || tool_word_is(name, len, "labels"))
		add_list(out, p->sample, *name == 'l', code);
	else
		return 1;
	return 0;
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

int tool_each_line(struct tool *t, const struct tool_option *o, size_t value, const struct tool_line *l, bool code,
		   struct strbuf *out, struct err *e)
{
	static const char word[] = "each.";
	const char *p = l->p, *at;
	struct parts parts;
	int rc = parse_value(t, o, o->values.v[value].text, &parts, e);

	while (!rc && (at = memmem(p, (size_t)(l->end - p), word, sizeof(word) - 1))) {
		const char *name = at + sizeof(word) - 1, *end = name;

		while (end < l->end && is_name(*end))
			end++;
		sb_add(out, p, (size_t)(at - p));
		rc = add_part(t, &parts, value, name, (size_t)(end - name), code, out, e);
		if (rc > 0)
			rc = tool_wrong(t, l, e, "a probe has no such part");
		p = end;
	}
	sb_add(out, p, (size_t)(l->end - p));
	return rc;
}
