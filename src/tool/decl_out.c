/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations of output, which depend on the options: columns, histograms, banner. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/fdutil.h"
#include "tool/internal.h"

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

		if (!o && close && t->unit && tool_word_is(p + 1, (size_t)(close - p - 1), "unit")) {
			sb_adds(&out, t->unit);
			p = close;
			continue;
		}
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
	if (!strcmp(p, "-")) {
		ret->conv = '-';
		ret->behind = "";
		return true;
	}
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
	if (!*p || !strchr("duxosaqTUfmynKMGekp", *p))
		return false;
	ret->conv = *p;
	ret->behind = p + 1;
	return true;
}

/* "TIME(s)" is time_s in JSON. */
const char *tool_json_name(struct arena *a, const char *title)
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
	const struct tool_table *row = &t->row;

	if (row->columns.n && !strcmp(row->columns.v[row->columns.n - 1].title, title))
		return row->columns.v[row->columns.n - 1].slot;
	return t->nslots++;
}

/* Cuts " = EXPRESSION" off the line into *ret. False: there is none. */
static bool trailing_value(struct tool_line *l, struct tool_line *ret)
{
	const char *at = memmem(l->p, (size_t)(l->end - l->p), " = ", 3);

	if (!at)
		return false;
	*ret = *l;
	ret->p = at + 3;
	for (l->end = at; l->end > l->p && isblank((unsigned char)l->end[-1]);)
		l->end--;
	return true;
}

/* A column of row(), or (with a value) of the last table. */
static int place_column(struct tool *t, struct tool_column *c, struct tool_line *value, struct err *e)
{
	struct tool_table *table = &t->row;

	if (value && !c->active)
		return 0; /* its table may not be there, nor its maps */
	if (value && !t->tables.n)
		return tool_wrong(t, value, e, "a column with a value belongs to a table");
	if (value && !c->active)
		return 0; /* nor need the maps be there that it names */
	if (value) {
		table = t->tables.v[t->tables.n - 1];
		c->value = tool_calc(t, value, e);
		if (!c->value)
			return -EINVAL;
	} else {
		c->slot = slot_of_title(t, c->title);
	}
	if (table->columns.n == TOOL_MAX_COLUMNS)
		return err_set(e, -EINVAL, "tool %s has too many columns", t->name);
	avec_push(t->arena, &table->columns, *c);
	return 0;
}

/* column TITLE SPEC [= EXPRESSION] [if CONDITION] */
static int declare_column(struct tool *t, struct tool_line *l, bool active, struct err *e)
{
	struct tool_column c = { .active = active };
	struct tool_line value;
	bool has_value;

	c.title = tool_fill_in(t, tool_quoted(t, l));
	if (!*c.title)
		return tool_wrong(t, l, e, "a column needs a title");
	c.name = tool_json_name(t->arena, c.title);
	if (!*c.name)
		c.name = "message";
	has_value = trailing_value(l, &value);
	if (!tool_parse_spec(tool_fill_in(t, tool_rest(t, l)), &c.spec))
		return tool_wrong(t, l, e, "a column's format is %[-][0][WIDTH][.PRECISION] and "
					   "one of duxosaqTUfmynKMGekp, or -");
	return place_column(t, &c, has_value ? &value : NULL, e);
}

/* stamp [FORMAT] */
static void declare_stamp(struct tool *t, struct tool_line *l)
{
	const char *format = tool_rest(t, l);

	t->stamp = true;
	if (*format)
		t->stamp_format = format;
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
	if (tool_word_is(word, len, "match"))
		return tool_declare_match(t, l, e);
	if (tool_word_is(word, len, "table"))
		return active ? tool_declare_table(t, l, e) : 0;
	if (tool_word_is(word, len, "where"))
		return active ? tool_declare_where(t, l, e) : 0;
	if (tool_word_is(word, len, "journal"))
		return active ? tool_declare_journal(t, l, e) : 0;
	if (tool_word_is(word, len, "samples"))
		return active ? tool_declare_samples(t, l, e) : 0;
	if (tool_word_is(word, len, "hist"))
		return active ? tool_declare_hist(t, l, e) : 0;
	if (tool_word_is(word, len, "note")) {
		if (active)
			avec_push(t->arena, &t->notes, tool_fill_in(t, tool_rest(t, l)));
		return 0;
	}
	if (!tool_word_is(word, len, "banner") && !tool_word_is(word, len, "stamp"))
		return tool_wrong(t, l, e, "this is no declaration");
	if (active && *word == 'b')
		t->banner = tool_fill_in(t, tool_rest(t, l));
	else if (active)
		declare_stamp(t, l);
	return 0;
}
