/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands for something else in a tool's code:
 *
 *	opt.NAME     the option's value: a number, a string, 1 or 0 for a flag
 *	given.NAME   1 if the option was given, else 0
 *	row(a, ...)  sends a row: a value for each column; those of columns that are not shown are
 *	             not even evaluated. Further values belong to the last column.
 *
 * row() becomes a printf() whose format only says what kinds of values the columns take; its place
 * is noted, so that tool_bind() can give it to the writer of rows.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/fdutil.h"
#include "cli/tool.h"

#define MAX_ARGS 64

struct scan {
	struct tool *t;
	const char *start, *p, *end;
	struct strbuf *out;
	struct err *e;
};

static int scan_wrong(struct scan *s, const char *what)
{
	struct tool_line l = { .number = 1 };

	for (const char *p = s->start; p < s->p && p < s->end; p++)
		l.number += *p == '\n';
	return tool_wrong(s->t, &l, s->e, what);
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Behind the string, comment or single character at p. */
static const char *token_end(const char *p, const char *end)
{
	const char *q;

	if (*p == '"') {
		for (q = p + 1; q < end && *q != '"'; q++)
			if (*q == '\\' && q + 1 < end)
				q++;
		return q < end ? q + 1 : end;
	}
	if (end - p > 1 && p[0] == '/' && p[1] == '/') {
		q = memchr(p, '\n', (size_t)(end - p));
		return q ? q : end;
	}
	if (end - p > 1 && p[0] == '/' && p[1] == '*') {
		q = memmem(p + 2, (size_t)(end - p - 2), "*/", 2);
		return q ? q + 2 : end;
	}
	for (q = p; q < end && is_name(*q); q++)
		;
	return q > p ? q : p + 1;
}

static void add_value(struct strbuf *out, const struct tool_option *o)
{
	if (o->type != TT_TEXT) {
		sb_addf(out, "%llu", (unsigned long long)o->number);
		return;
	}
	sb_addc(out, '"');
	for (const unsigned char *p = (const unsigned char *)o->text; *p; p++) {
		if (*p < ' ' || *p == '"' || *p == '\\' || *p == 127)
			sb_addf(out, "\\x%02x", *p);
		else
			sb_addc(out, (char)*p);
	}
	sb_addc(out, '"');
}

/* "opt.name" or "given.name" at s->p, whose dot is at dot. */
static int replace_option(struct scan *s, const char *dot, bool given)
{
	const char *name = dot + 1, *end = name;
	const struct tool_option *o;

	while (end < s->end && is_name(*end))
		end++;
	o = tool_option(s->t, name, (size_t)(end - name));
	if (!o)
		return scan_wrong(s, "this is no option of the tool");
	if (given)
		sb_addc(s->out, o->given ? '1' : '0');
	else
		add_value(s->out, o);
	s->p = end;
	return 0;
}

struct arg {
	const char *start, *end;
};

/* The arguments behind the opening parenthesis at s->p; s->p is behind the closing one then. */
static int split_args(struct scan *s, struct arg *args, size_t *ret_n)
{
	const char *p = s->p + 1, *start = p;
	unsigned depth = 0;
	size_t n = 0;

	while (p < s->end) {
		const char *next = token_end(p, s->end);

		if (!depth && (*p == ',' || *p == ')')) {
			if (n == MAX_ARGS)
				return scan_wrong(s, "row() has too many values");
			args[n++] = (struct arg){ start, p };
			start = next;
			if (*p == ')') {
				s->p = next;
				*ret_n = n;
				return 0;
			}
		}
		depth += strchr("([{", *p) != NULL;
		depth -= strchr(")]}", *p) != NULL;
		p = next;
	}
	return scan_wrong(s, "row() has no end");
}

/* The column that is shown for a slot, NULL: none. */
static const struct tool_column *shown_column(const struct tool *t, size_t slot)
{
	vec_each(t->columns, i)
		if (t->columns.v[i].slot == slot && t->columns.v[i].active)
			return &t->columns.v[i];
	return NULL;
}

static size_t slot_of(const struct tool *t, size_t arg)
{
	return arg < t->nslots ? arg : t->nslots - 1;
}

static const char *format_of(const struct tool_column *c)
{
	return strchr("saq", c->spec.conv) ? "%s" : "%d";
}

static int add_arg(struct scan *s, const struct arg *a)
{
	sb_adds(s->out, isspace((unsigned char)*a->start) ? "," : ", ");
	return tool_code(s->t, a->start, (size_t)(a->end - a->start), s->out, s->e);
}

static int replace_row(struct scan *s)
{
	struct arg args[MAX_ARGS];
	size_t n = 0;
	int rc = split_args(s, args, &n);

	if (rc)
		return rc;
	if (n < s->t->nslots || !s->t->nslots)
		return scan_wrong(s, "row() needs a value for each column");
	avec_push(s->t->arena, &s->t->rows, (uint32_t)s->out->n);
	sb_adds(s->out, "printf(\"");
	for (size_t i = 0; i < n; i++) {
		const struct tool_column *c = shown_column(s->t, slot_of(s->t, i));

		if (c)
			sb_adds(s->out, format_of(c));
	}
	sb_addc(s->out, '"');
	for (size_t i = 0; i < n && !rc; i++) {
		if (shown_column(s->t, slot_of(s->t, i)))
			rc = add_arg(s, &args[i]);
		else /* the lines stay as they are */
			for (const char *p = args[i].start; p < args[i].end; p++)
				if (*p == '\n')
					sb_addc(s->out, '\n');
	}
	sb_addc(s->out, ')');
	return rc;
}

static bool word_is(const char *p, const char *end, const char *word)
{
	return (size_t)(end - p) == strlen(word) && !memcmp(p, word, (size_t)(end - p));
}

static const char *skip_blanks(const struct scan *s, const char *p)
{
	while (p < s->end && isspace((unsigned char)*p))
		p++;
	return p;
}

static int scan_word(struct scan *s, const char *next)
{
	bool alone = s->p == s->start || !strchr("$@.", s->p[-1]);
	const char *p = s->p;

	if (alone && next < s->end && *next == '.' &&
	    (word_is(p, next, "opt") || word_is(p, next, "given")))
		return replace_option(s, next, *p == 'g');
	if (alone && word_is(p, next, "row") && skip_blanks(s, next) < s->end &&
	    *skip_blanks(s, next) == '(') {
		s->p = skip_blanks(s, next);
		return replace_row(s);
	}
	sb_add(s->out, p, (size_t)(next - p));
	s->p = next;
	return 0;
}

int tool_code(struct tool *t, const char *text, size_t len, struct strbuf *out, struct err *e)
{
	struct scan s = { .t = t, .start = text, .p = text, .end = text + len, .out = out, .e = e };
	int rc = 0;

	while (s.p < s.end && !rc)
		rc = scan_word(&s, token_end(s.p, s.end));
	return rc;
}
