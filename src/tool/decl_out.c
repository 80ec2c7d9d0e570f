/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations of output, which depend on the options: columns, histograms, banner. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/fdutil.h"
#include "tool/tool.h"

/* Cuts " if CONDITION" off the line's end: 1 if it holds or there is none, 0, or -EINVAL. */
static int trailing_cond(struct tool *t, const struct tool_host *host, struct tool_line *l,
			 struct err *e)
{
	struct tool_line cond = *l;
	const char *at = NULL;

	for (const char *p = l->p; p + 4 <= l->end; p++)
		if (!memcmp(p, " if ", 4))
			at = p;
	if (!at)
		return 1;
	cond.p = at + 4;
	for (l->end = at; l->end > l->p && isblank((unsigned char)l->end[-1]);)
		l->end--;
	return tool_cond(t, host, &cond, e);
}

const char *tool_fill_in(struct tool *t, const char *text)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	for (const char *p = text; *p; p++) {
		const char *close = *p == '{' ? strchr(p, '}') : NULL;
		const struct tool_option *o =
			close ? tool_option(t, p + 1, (size_t)(close - p - 1)) : NULL;

		if (!o) {
			sb_addc(&out, *p);
			continue;
		}
		if (o->type == TT_FLAG || o->type == TT_NUMBER)
			sb_addu(&out, tool_number(o));
		else
			sb_adds(&out, tool_text(o));
		p = close;
	}
	return arena_strndup(t->arena, sb_str(&out), out.n);
}

static unsigned take_number(const char **p)
{
	unsigned v = 0;

	while (isdigit((unsigned char)**p) && v < 100000)
		v = v * 10 + (unsigned)(*(*p)++ - '0');
	return v;
}

bool tool_parse_spec(const char *p, struct tool_spec *ret)
{
	*ret = (struct tool_spec){ .precision = -1 };
	if (*p++ != '%')
		return false;
	for (; *p == '-' || *p == '0'; p++) {
		ret->left |= *p == '-';
		ret->zero |= *p == '0';
	}
	ret->width = take_number(&p);
	if (*p == '.') {
		p++;
		ret->precision = (int)take_number(&p);
	}
	if (!*p || !strchr("duxosaqTUfmykp", *p))
		return false;
	ret->conv = *p;
	ret->behind = p + 1;
	return true;
}

/* "TIME(s)" is time_s in JSON. */
static const char *json_name(struct arena *a, const char *title)
{
	char *name = arena_strdup(a, title), *to = name;

	for (const char *p = title; *p; p++) {
		if (isalnum((unsigned char)*p))
			*to++ = (char)tolower((unsigned char)*p);
		else if (to > name && to[-1] != '_')
			*to++ = '_';
	}
	while (to > name && to[-1] == '_')
		to--;
	*to = 0;
	return name;
}

static unsigned slot_of_title(struct tool *t, const char *title)
{
	if (t->columns.n && !strcmp(t->columns.v[t->columns.n - 1].title, title))
		return t->columns.v[t->columns.n - 1].slot;
	return t->nslots++;
}

/* column TITLE SPEC [if CONDITION] */
static int declare_column(struct tool *t, struct tool_line *l, bool active, struct err *e)
{
	struct tool_column c = { .active = active };
	const char *word;
	size_t n;

	if (!tool_word(l, &word, &n))
		return tool_wrong(t, l, e, "a column needs a title");
	c.title = arena_strndup(t->arena, word, n);
	c.name = json_name(t->arena, c.title);
	if (!*c.name)
		c.name = "message";
	if (!tool_parse_spec(tool_fill_in(t, tool_rest(t, l)), &c.spec))
		return tool_wrong(t, l, e, "a column's format is %[-][0][WIDTH][.PRECISION] and "
					   "one of duxosaqTUfmykp");
	c.slot = slot_of_title(t, c.title);
	avec_push(t->arena, &t->columns, c);
	return 0;
}

/* hist @MAP UNIT [by LABEL] */
static int declare_hist(struct tool *t, struct tool_line *l, struct err *e)
{
	struct tool_hist h = { 0 };
	const char *word;
	size_t n;

	if (!tool_word(l, &word, &n) || *word != '@')
		return tool_wrong(t, l, e, "a histogram is declared as @MAP UNIT [by LABEL]");
	h.map = arena_strndup(t->arena, word + 1, n - 1);
	tool_word(l, &word, &n);
	h.unit = t->unit && tool_word_is(word, n, "unit") ? t->unit : arena_strndup(t->arena, word, n);
	if (tool_word(l, &word, &n) && tool_word_is(word, n, "by"))
		h.label = tool_rest(t, l);
	avec_push(t->arena, &t->hists, h);
	return 0;
}

/* match TITLE OPTION */
static int declare_match(struct tool *t, struct tool_line *l, struct err *e)
{
	const struct tool_option *o;
	const char *title, *name;
	size_t n, k;

	tool_word(l, &title, &n);
	tool_word(l, &name, &k);
	o = tool_option(t, name, k);
	if (!o)
		return tool_wrong(t, l, e, "match needs a column and an option");
	vec_each(t->columns, i)
		if (o->given && tool_word_is(title, n, t->columns.v[i].title))
			t->columns.v[i].match = o;
	return 0;
}

int tool_declare_output(struct tool *t, const struct tool_host *host, const char *word, size_t len,
			struct tool_line *l, bool active, struct err *e)
{
	int cond = trailing_cond(t, host, l, e), rc;

	if (cond < 0)
		return cond;
	active &= cond;
	if (tool_stacks_declare(t, word, len, l, active, e, &rc))
		return rc;
	if (tool_word_is(word, len, "column"))
		return declare_column(t, l, active, e);
	if (tool_word_is(word, len, "hist"))
		return active ? declare_hist(t, l, e) : 0;
	if (tool_word_is(word, len, "match"))
		return declare_match(t, l, e);
	if (tool_word_is(word, len, "banner")) {
		if (active)
			t->banner = tool_fill_in(t, tool_rest(t, l));
		return 0;
	}
	if (tool_word_is(word, len, "stamp")) {
		t->stamp |= active;
		return 0;
	}
	return tool_wrong(t, l, e, "this is no declaration");
}
