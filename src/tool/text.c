/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a tool for the options given. Lines stay where they are: what a false condition
 * hides becomes an empty line, so messages name the right one.
 */
#include <errno.h>
#include <string.h>

#include "tool/internal.h"

#define NESTED 16

struct block {
	bool holds;    /* this branch, without those around it */
	bool else_seen;
	const struct tool_option *each; /* lines are repeated for its values; NULL: an `if` */
	size_t value;                   /* the one that they are repeated for now */
	const char *start;              /* behind the `each` */
	unsigned line;
};

struct expander {
	struct tool *t;
	const struct tool_host *host;
	struct block blocks[NESTED];
	unsigned depth;
	const char *next; /* the line that comes */
	struct strbuf *out;
	struct err *e;
};

static bool is_active(const struct expander *x)
{
	for (unsigned i = 0; i < x->depth; i++)
		if (!x->blocks[i].holds)
			return false;
	return true;
}

static int begin_block(struct expander *x, struct tool_line *l)
{
	int v = tool_cond(x->t, x->host, l, x->e);

	if (v < 0)
		return v;
	if (x->depth == NESTED)
		return tool_wrong(x->t, l, x->e, "too many conditions inside each other");
	x->blocks[x->depth++] = (struct block){ .holds = v };
	return 0;
}

/* each OPTION */
static int begin_each(struct expander *x, struct tool_line *l)
{
	const struct tool_option *o;
	const char *word;
	size_t n;

	o = tool_word(l, &word, &n) ? tool_option(x->t, word, n) : NULL;
	if (!o || !tool_is_probe(o->type) || x->depth == NESTED)
		return tool_wrong(x->t, l, x->e, "'each' needs an option that is a probe");
	x->blocks[x->depth++] =
		(struct block){ .holds = o->values.n > 0, .each = o, .start = x->next, .line = l->number };
	return 0;
}

static struct block *each_around(struct expander *x)
{
	for (unsigned i = x->depth; i-- > 0;)
		if (x->blocks[i].each)
			return &x->blocks[i];
	return NULL;
}

static int else_block(struct expander *x, const struct tool_line *l)
{
	struct block *b = x->depth ? &x->blocks[x->depth - 1] : NULL;

	if (!b || b->else_seen || b->each)
		return tool_wrong(x->t, l, x->e, "'else' without 'if'");
	b->holds = !b->holds;
	b->else_seen = true;
	return 0;
}

/* Goes back to the start of an `each` if there are values left. */
static int end_block(struct expander *x, struct tool_line *l)
{
	struct block *b = x->depth ? &x->blocks[x->depth - 1] : NULL;

	if (!b)
		return tool_wrong(x->t, l, x->e, "'end' without 'if'");
	if (b->each && ++b->value < b->each->values.n) {
		x->next = b->start;
		l->number = b->line;
		return 0;
	}
	x->depth--;
	return 0;
}

/* Those that tool_declare() took. */
static bool was_declared(const char *word, size_t n)
{
	static const char *const words[] = { "tool", "area", "of", "about", "option", "also", "argument", "common", "example", "exclusive" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (tool_word_is(word, n, words[i]))
			return true;
	return false;
}

static int declaration(struct expander *x, struct tool_line *l)
{
	const char *word;
	size_t n;

	if (!tool_word(l, &word, &n) || was_declared(word, n))
		return 0;
	if (tool_word_is(word, n, "if"))
		return begin_block(x, l);
	if (tool_word_is(word, n, "each"))
		return begin_each(x, l);
	if (tool_word_is(word, n, "else"))
		return else_block(x, l);
	if (tool_word_is(word, n, "end"))
		return end_block(x, l);
	return tool_declare_output(x->t, x->host, word, n, l, is_active(x), x->e);
}

static const char *line_end(const char *text, const char *end)
{
	const char *nl = memchr(text, '\n', (size_t)(end - text));

	return nl ? nl : end;
}

/* A line as it is, or with the parts of a value in it. */
static int take_line(struct expander *x, struct tool_line *l, bool declared)
{
	const struct block *each = is_active(x) ? each_around(x) : NULL;
	struct strbuf text = { 0 };
	struct tool_line filled = *l;
	int rc = 0;

	if (each) {
		rc = tool_each_line(x->t, each->each, each->value, l, !declared, &text, x->e);
		filled.p = sb_str(&text);
		filled.end = filled.p + text.n;
	}
	if (!rc && declared)
		rc = declaration(x, &filled);
	else if (!rc && is_active(x))
		sb_add(x->out, filled.p, (size_t)(filled.end - filled.p));
	l->number = filled.number;
	sb_done(&text);
	return rc;
}

/* Takes the declarations out and what their conditions hide. */
static int expand_lines(struct expander *x)
{
	const char *text = x->t->text, *end = text + x->t->len;
	struct tool_line l = { .number = 1 };
	int rc = 0;

	for (; text < end && !rc; l.number++) {
		const char *nl = line_end(text, end);
		bool declared = tool_line_is(text, (size_t)(nl - text), &l);

		if (!declared) {
			l.p = text;
			l.end = nl;
		}
		x->next = nl < end ? nl + 1 : end;
		rc = take_line(x, &l, declared);
		if (nl < end)
			sb_addc(x->out, '\n');
		text = x->next;
	}
	if (!rc && x->depth)
		rc = err_set(x->e, -EINVAL, "tool %s: a condition has no 'end'", x->t->name);
	return rc;
}

int tool_expand(struct tool *t, const struct tool_host *host, struct strbuf *ret_text,
		struct err *e)
{
	struct strbuf code = { 0 };
	struct expander x = { .t = t, .host = host, .out = &code, .e = e };
	int rc;

	rc = tool_check_probes(t, e);
	if (rc)
		return rc;
	tool_front(t, host ? host->tracefs : NULL);
	tool_common_columns(t);
	rc = expand_lines(&x);
	tool_common_stamp(t);
	if (!rc)
		rc = tool_code(t, sb_str(&code), code.n, ret_text, e);
	if (!rc)
		tool_add_blocks(t, ret_text);
	sb_done(&code);
	return rc;
}
