/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Declarations of tables and histograms over maps. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool/internal.h"

unsigned tool_map_index(struct tool *t, const char *name, size_t len, bool keep)
{
	struct tool_map m = { .keep = keep };

	vec_each(t->maps, i) {
		if (!tool_word_is(name, len, t->maps.v[i].name))
			continue;
		t->maps.v[i].keep |= keep;
		return (unsigned)i;
	}
	m.name = arena_strndup(t->arena, name, len);
	avec_push(t->arena, &t->maps, m);
	return (unsigned)t->maps.n - 1;
}

static unsigned index_of(void *arg, const char *name, size_t len, bool keep)
{
	return tool_map_index(arg, name, len, keep);
}

struct calc *tool_calc(struct tool *t, struct tool_line *l, struct err *e)
{
	struct calc_maps maps = { index_of, t };
	const char *text = tool_fill_in(t, tool_rest(t, l));
	struct err why = { 0 };
	struct calc *c = calc_parse(t->arena, text, strlen(text), &maps, &why);

	if (!c)
		tool_wrong(t, l, e, why.what);
	return c;
}

/* The word behind, or a message. */
static const char *needed(struct tool *t, struct tool_line *l, struct err *e)
{
	const char *word;
	size_t n;

	if (tool_word(l, &word, &n))
		return arena_strndup(t->arena, word, n);
	tool_wrong(t, l, e, "a table's 'sort' and 'top' need a value");
	return NULL;
}

static int table_word(struct tool *t, struct tool_table *table, const char *word, size_t n, struct tool_line *l,
		      struct err *e)
{
	const char *value = "";

	if (tool_word_is(word, n, "sort"))
		table->sort = value = needed(t, l, e);
	else if (tool_word_is(word, n, "top"))
		table->top = (value = needed(t, l, e)) ? strtoull(value, NULL, 10) : 0;
	else if (tool_word_is(word, n, "asc"))
		table->ascending = true;
	else if (tool_word_is(word, n, "once"))
		table->once = true;
	else if (tool_word_is(word, n, "load"))
		table->load = true;
	else if (tool_word_is(word, n, "clear"))
		table->clear = true;
	else
		return tool_wrong(t, l, e, "a table may have: sort COLUMN, asc, top N, once, load, clear");
	return value ? 0 : -EINVAL;
}

int tool_declare_table(struct tool *t, struct tool_line *l, struct err *e)
{
	struct tool_table *table = arena_alloc(t->arena, sizeof(*table));
	const struct tool_option *top = tool_role(t, TR_TOP);
	const char *text = tool_fill_in(t, tool_rest(t, l)), *word;
	struct tool_line words = { text, text + strlen(text), l->number };
	size_t n;
	int rc = 0;

	*table = (struct tool_table){ 0 };
	while (!rc && tool_word(&words, &word, &n))
		rc = table_word(t, table, word, n, &words, e);
	if (top && top->values.n)
		table->top = tool_number(top);
	avec_push(t->arena, &t->tables, table);
	return rc;
}

int tool_declare_where(struct tool *t, struct tool_line *l, struct err *e)
{
	if (!t->tables.n)
		return tool_wrong(t, l, e, "'where' belongs to a table");
	t->tables.v[t->tables.n - 1]->where = tool_calc(t, l, e);
	return t->tables.v[t->tables.n - 1]->where ? 0 : -EINVAL;
}

/* "@name" as the index of the map, -1: it is none. */
static int map_word(struct tool *t, struct tool_line *l)
{
	const char *word;
	size_t n;

	if (!tool_word(l, &word, &n) || n < 1 || *word != '@')
		return -1;
	return (int)tool_map_index(t, word + 1, n - 1, false);
}

static int hist_word(struct tool *t, struct tool_hist *h, const char *word, size_t n, struct tool_line *l)
{
	int *map = tool_word_is(word, n, "average")    ? &h->average
		   : tool_word_is(word, n, "least")    ? &h->least
		   : tool_word_is(word, n, "greatest") ? &h->greatest
						       : NULL;

	if (map) {
		*map = map_word(t, l);
		return *map < 0 ? -EINVAL : 0;
	}
	if (!tool_word_is(word, n, "by"))
		return -EINVAL;
	h->label = tool_quoted(t, l);
	return *h->label ? 0 : -EINVAL;
}

int tool_declare_hist(struct tool *t, struct tool_line *l, struct err *e)
{
	struct tool_hist h = { .average = -1, .least = -1, .greatest = -1 };
	int map = map_word(t, l);
	const char *word;
	size_t n;
	bool ok = map >= 0 && tool_word(l, &word, &n);

	if (ok)
		h.unit = t->unit && tool_word_is(word, n, "unit") ? t->unit : arena_strndup(t->arena, word, n);
	while (ok && tool_word(l, &word, &n))
		ok = !hist_word(t, &h, word, n, l);
	if (!ok)
		return tool_wrong(t, l, e, "a histogram is declared as @MAP UNIT [by LABEL] [average @MAP [least @MAP greatest @MAP]]");
	h.map = (unsigned)map;
	avec_push(t->arena, &t->hists, h);
	return 0;
}
