/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See layout.h. */
#include "lang/layout.h"

#include <stdbool.h>
#include <string.h>

struct layout {
	unsigned braces, parens; /* open */
	bool in_comment;         /* of several lines */
	bool goes_on;            /* the last line did not end a statement */
	unsigned empty;          /* empty lines since the last one with text */
	struct strbuf *out;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Behind the text in quotes that begins at p. */
static const char *skip_string(const char *p, const char *end)
{
	for (p++; p < end && *p != '"'; p++)
		if (*p == '\\' && p + 1 < end)
			p++;
	return p < end ? p + 1 : end;
}

static const char *skip_comment(struct layout *l, const char *p, const char *end)
{
	while (p + 1 < end && !(p[0] == '*' && p[1] == '/'))
		p++;
	l->in_comment = p + 1 >= end;
	return l->in_comment ? end : p + 2;
}

static void count(struct layout *l, char c)
{
	if (c == '{')
		l->braces++;
	else if (c == '}' && l->braces)
		l->braces--;
	else if (c == '(' || c == '[')
		l->parens++;
	else if ((c == ')' || c == ']') && l->parens)
		l->parens--;
}

/* What the line opens and closes; the last character of it that counts, 0: there is none. */
static char walk_line(struct layout *l, const char *p, const char *end)
{
	char last = 0;

	while (p < end) {
		if (l->in_comment) {
			p = skip_comment(l, p, end);
		} else if (*p == '"') {
			last = *p;
			p = skip_string(p, end);
		} else if (p + 1 < end && p[0] == '/' && p[1] == '/') {
			break;
		} else if (p + 1 < end && p[0] == '/' && p[1] == '*') {
			l->in_comment = true;
			p += 2;
		} else {
			count(l, *p);
			if (!is_blank(*p))
				last = *p;
			p++;
		}
	}
	return last;
}

/* Blocks that a line closes at its beginning are not around it. */
static unsigned closers(const char *p, const char *end)
{
	unsigned n = 0;

	for (; p < end && (*p == '}' || is_blank(*p)); p++)
		n += *p == '}';
	return n;
}

/* Inside of a block each line ends something, or the next one goes on with it. */
static bool ends_statement(const struct layout *l, char last)
{
	return !last || !l->braces || (!l->parens && strchr(";{}:", last));
}

static void put_line(struct layout *l, const char *p, const char *end)
{
	unsigned n = l->braces, up = closers(p, end);

	if (*p == '#')
		n = up = 0;
	else if ((l->goes_on && !up) || l->parens)
		n++;
	for (; n > up; n--)
		sb_addc(l->out, '\t');
	sb_add(l->out, p, (size_t)(end - p));
	sb_addc(l->out, '\n');
}

static void format_line(struct layout *l, const char *p, const char *end)
{
	bool in_comment = l->in_comment;
	const char *text = p;
	char last;

	while (end > text && is_blank(end[-1]))
		end--;
	while (text < end && is_blank(*text))
		text++;
	if (text == end) {
		l->empty++;
		return;
	}
	if (l->empty && l->out->n)
		sb_addc(l->out, '\n');
	l->empty = 0;
	if (in_comment) { /* a comment is laid out as its author wants it */
		sb_add(l->out, p, (size_t)(end - p));
		sb_addc(l->out, '\n');
	} else {
		put_line(l, text, end);
	}
	last = *text == '#' && !in_comment ? 0 : walk_line(l, text, end);
	if (last)
		l->goes_on = !ends_statement(l, last);
}

void layout_format(const char *text, size_t n, struct strbuf *out)
{
	struct layout l = { .out = out };
	const char *end = text + n;

	while (text < end) {
		const char *line = memchr(text, '\n', (size_t)(end - text));

		format_line(&l, text, line ? line : end);
		text = line ? line + 1 : end;
	}
}
