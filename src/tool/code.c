/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands for something else in a tool's code:
 *
 *	opt.NAME     the option's value: a number, a string, 1 or 0 for a flag
 *	opt.unit     of the common units: how many nanoseconds one of them is
 *	opt.self     the process that runs the tool
 *	bare.NAME    a text without quotes, to be part of a name or a pattern
 *	given.NAME   1 if the option was given, else 0
 *	wanted       1 if all common filters that were given hold, else 0
 *	wanted(x, opt.NAME)
 *	             1 if x is the option's value or among them, or it has none
 *	row(a, ...)  sends a row: a value for each column; those of columns that are not shown are
 *	             not even evaluated. Further values belong to the last column.
 *
 * row() becomes a printf() whose format only says what kinds of values the columns take; its place
 * is noted, so that tool_bind() can give it to the writer of rows.
 */
#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "tool/internal.h"

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

static const char *name_end(const struct scan *s, const char *p)
{
	while (p < s->end && is_name(*p))
		p++;
	return p;
}

static unsigned unit_of(const char *name)
{
	return *name == 'm' ? 1000000 : *name == 'u' ? 1000 : 1;
}

/* Text that is nothing but part of a name, or of a pattern of names, needs no quotes. */
static void add_bare(struct scan *s, const struct tool_option *o)
{
	const char *text = tool_text(o);

	if (text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-*?")])
		tool_add_value(s->out, o, o->values.v);
	else
		sb_adds(s->out, text);
}

/* "opt.name", "bare.name" or "given.name" at s->p, whose dot is at dot. */
static int replace_option(struct scan *s, const char *dot)
{
	bool given = *s->p == 'g', bare = *s->p == 'b';
	const char *name = dot + 1, *end = name_end(s, name);
	const struct tool_option *o = tool_option(s->t, name, (size_t)(end - name));

	if (!o && s->t->unit && tool_word_is(name, (size_t)(end - name), "unit"))
		sb_addu(s->out, unit_of(s->t->unit));
	else if (!o && tool_word_is(name, (size_t)(end - name), "self"))
		sb_addi(s->out, getpid());
	else if (!o && tool_word_is(name, (size_t)(end - name), "page"))
		sb_addi(s->out, sysconf(_SC_PAGESIZE));
	else if (!o)
		return scan_wrong(s, "this is no option of the tool");
	else if (given)
		sb_addc(s->out, o->given ? '1' : '0');
	else if (tool_is_probe(o->type)) {
		s->p = end;
		return tool_add_points(s->t, o, s->out, s->e);
	} else if (o->list)
		return scan_wrong(s, "this option is a list: wanted(value, opt.NAME) asks whether it has a value");
	else if (bare)
		add_bare(s, o);
	else
		tool_add_value(s->out, o, o->values.n ? o->values.v : NULL);
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
	vec_each(t->row.columns, i)
		if (t->row.columns.v[i].slot == slot && t->row.columns.v[i].active)
			return &t->row.columns.v[i];
	return NULL;
}

static size_t slot_of(const struct tool *t, size_t arg)
{
	return arg < t->nslots ? arg : t->nslots - 1;
}

static const char *format_of(const struct tool_column *c)
{
	return strchr("saqk", c->spec.conv) ? "%s" : "%d";
}

static int add_arg(struct scan *s, const struct arg *a)
{
	sb_adds(s->out, isspace((unsigned char)*a->start) ? "," : ", ");
	return tool_code(s->t, a->start, (size_t)(a->end - a->start), s->out, s->e);
}

/* A value that the column brings itself. */
static const char *own_value(const struct tool *t, size_t slot)
{
	const struct tool_column *c = shown_column(t, slot);

	return c ? c->own : NULL;
}

/* How many slots there are before those of the arguments. */
static size_t own_slots(const struct tool *t)
{
	size_t n = 0;

	while (n < t->row.columns.n && t->row.columns.v[n].own)
		n++;
	return n;
}

/* Does the column of this slot take a format, and not a value? */
static bool is_message(const struct tool *t, size_t slot)
{
	const struct tool_column *c = shown_column(t, slot);

	return c && c->spec.conv == 'p';
}

/* What is between the quotes of a message's format. */
static int add_message(struct scan *s, const struct arg *a)
{
	const char *p = a->start, *end = a->end;

	front_trim(&p, &end);
	if (end - p < 2 || *p != '"' || front_skip_quotes(p, end) != end)
		return scan_wrong(s, "a column of kind p takes a format and its values");
	sb_add(s->out, p + 1, (size_t)(end - p) - 2);
	return 0;
}

static int add_formats(struct scan *s, const struct arg *args, size_t own, size_t n)
{
	int rc = 0;

	sb_adds(s->out, "printf(\"");
	for (size_t i = 0; i < own + n && !rc; i++) {
		const struct tool_column *c = shown_column(s->t, slot_of(s->t, i));

		if (c && c->spec.conv == 'p') {
			rc = add_message(s, &args[i - own]);
			break;
		}
		if (c)
			sb_adds(s->out, format_of(c));
	}
	sb_addc(s->out, '"');
	for (size_t i = 0; i < own; i++)
		if (own_value(s->t, i))
			sb_addf(s->out, ", %s", own_value(s->t, i));
	return rc;
}

static int replace_row(struct scan *s)
{
	struct arg args[MAX_ARGS];
	size_t n = 0, own = own_slots(s->t), message;
	int rc = split_args(s, args, &n);

	if (rc)
		return rc;
	if (own + n < s->t->nslots || s->t->nslots == own)
		return scan_wrong(s, "row() needs a value for each column");
	avec_push(s->t->arena, &s->t->rows, (uint32_t)s->out->n);
	rc = add_formats(s, args, own, n);
	message = is_message(s->t, s->t->nslots - 1) ? s->t->nslots - 1 - own : n;
	for (size_t i = 0; i < n && !rc; i++) {
		if (i != message && shown_column(s->t, slot_of(s->t, own + i)))
			rc = add_arg(s, &args[i]);
		else /* the lines stay as they are */
			for (const char *p = args[i].start; p < args[i].end; p++)
				if (*p == '\n')
					sb_addc(s->out, '\n');
	}
	sb_addc(s->out, ')');
	return rc;
}

/* The option that "opt.NAME" names, NULL: it is something else. */
static const struct tool_option *named_option(struct scan *s, const struct arg *a)
{
	const char *p = a->start, *end = a->end;

	while (p < end && isspace((unsigned char)*p))
		p++;
	while (end > p && isspace((unsigned char)end[-1]))
		end--;
	return end - p > 4 && !memcmp(p, "opt.", 4) ? tool_option(s->t, p + 4, (size_t)(end - p - 4)) : NULL;
}

/* wanted(VALUE, opt.NAME); s->p is at the parenthesis. */
static int replace_wanted(struct scan *s)
{
	_cleanup_sb_ struct strbuf expr = { 0 };
	const struct tool_option *o;
	struct arg args[MAX_ARGS];
	size_t n = 0;
	int rc = split_args(s, args, &n);

	if (rc)
		return rc;
	o = n == 2 ? named_option(s, &args[1]) : NULL;
	if (!o)
		return scan_wrong(s, "wanted() takes a value and an option: wanted(args.port, opt.port)");
	rc = tool_code(s->t, args[0].start, (size_t)(args[0].end - args[0].start), &expr, s->e);
	if (!rc)
		tool_add_wanted(s->t, sb_str(&expr), expr.n, o, s->out);
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

/* "row" or "wanted" whose parenthesis is at paren. */
static int replace_call(struct scan *s, const char *paren)
{
	bool row = *s->p == 'r';

	s->p = paren;
	return row ? replace_row(s) : replace_wanted(s);
}

static int scan_word(struct scan *s, const char *next)
{
	bool alone = s->p == s->start || !strchr("$@.", s->p[-1]);
	const char *p = s->p, *after = skip_blanks(s, next);
	bool wanted = alone && word_is(p, next, "wanted"), call = after < s->end && *after == '(';

	if (alone && next < s->end && *next == '.' &&
	    (word_is(p, next, "opt") || word_is(p, next, "bare") || word_is(p, next, "given")))
		return replace_option(s, next);
	if (call && (wanted || (alone && word_is(p, next, "row"))))
		return replace_call(s, after);
	if (wanted)
		tool_add_all_wanted(s->t, s->out);
	else
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
