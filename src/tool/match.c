/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows by the text of a column: a part of it, or a regular expression. */
#include <errno.h>
#include <regex.h>
#include <string.h>

#include "tool/internal.h"

/* What rows must have in a column. */
struct tool_match {
	const char *text;
	bool is_regex;
	regex_t regex;
};

static int compile(regex_t *re, const char *text, struct err *e)
{
	int rc = regcomp(re, text, REG_EXTENDED | REG_NOSUB);
	char why[80];

	if (!rc)
		return 0;
	regerror(rc, re, why, sizeof(why));
	return err_set(e, -EINVAL, "'%s' is no regular expression: %s", text, why);
}

int tool_check_regex(const char *text, struct err *e)
{
	regex_t re;
	int rc = compile(&re, text, e);

	if (!rc)
		regfree(&re);
	return rc;
}

static void set_match(struct tool_table *table, const char *title, size_t n, const struct tool_match *m)
{
	vec_each(table->columns, i)
		if (tool_word_is(title, n, table->columns.v[i].title))
			table->columns.v[i].match = m;
}

int tool_declare_match(struct tool *t, struct tool_line *l, struct err *e)
{
	const struct tool_option *o;
	struct tool_match *m;
	const char *title, *name;
	size_t n, k;

	tool_word(l, &title, &n);
	tool_word(l, &name, &k);
	o = tool_option(t, name, k);
	if (!o)
		return tool_wrong(t, l, e, "match needs a column and an option");
	if (!o->given)
		return 0;
	m = arena_new(t->arena, struct tool_match);
	*m = (struct tool_match){ .text = tool_text(o), .is_regex = o->type == TT_REGEX };
	if (m->is_regex && compile(&m->regex, m->text, e))
		return -EINVAL;
	avec_push(t->arena, &t->matches, m);
	set_match(&t->row, title, n, m);
	vec_each(t->tables, i)
		set_match(t->tables.v[i], title, n, m);
	return 0;
}

bool tool_matches(const struct tool_match *m, const char *text)
{
	return m->is_regex ? !regexec(&m->regex, text, 0, NULL, 0) : strstr(text, m->text) != NULL;
}

void tool_matches_done(struct tool *t)
{
	vec_each(t->matches, i)
		if (t->matches.v[i]->is_regex)
			regfree(&t->matches.v[i]->regex);
	t->matches.n = 0;
}
