/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The text of a tool for the options given. Lines stay where they are: what a false condition
 * hides becomes an empty line, so messages name the right one.
 */
#include <errno.h>
#include <string.h>

#include "tool/tool.h"

#define NESTED 16

struct block {
	bool holds;    /* this branch, without those around it */
	bool else_seen;
};

struct expander {
	struct tool *t;
	const struct tool_host *host;
	struct block blocks[NESTED];
	unsigned depth;
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

static int else_block(struct expander *x, const struct tool_line *l)
{
	struct block *b = x->depth ? &x->blocks[x->depth - 1] : NULL;

	if (!b || b->else_seen)
		return tool_wrong(x->t, l, x->e, "'else' without 'if'");
	b->holds = !b->holds;
	b->else_seen = true;
	return 0;
}

static int end_block(struct expander *x, const struct tool_line *l)
{
	if (!x->depth)
		return tool_wrong(x->t, l, x->e, "'end' without 'if'");
	x->depth--;
	return 0;
}

/* Those that tool_declare() took. */
static bool was_declared(const char *word, size_t n)
{
	static const char *const words[] = { "tool", "about", "option", "argument", "common", "example" };

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

/* Takes the declarations out and what their conditions hide. */
static int expand_lines(struct expander *x)
{
	const char *text = x->t->text, *end = text + x->t->len;
	struct tool_line l = { .number = 1 };
	int rc = 0;

	for (; text < end && !rc; l.number++) {
		const char *nl = line_end(text, end);

		if (tool_line_is(text, (size_t)(nl - text), &l))
			rc = declaration(x, &l);
		else if (is_active(x))
			sb_add(x->out, text, (size_t)(nl - text));
		if (nl < end)
			sb_addc(x->out, '\n');
		text = nl < end ? nl + 1 : end;
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

	tool_common_columns(t);
	rc = expand_lines(&x);
	if (!rc)
		rc = tool_code(t, sb_str(&code), code.n, ret_text, e);
	if (!rc)
		tool_add_blocks(t, ret_text);
	sb_done(&code);
	return rc;
}
