/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables over maps: a row for each key that any of them has, its values joined, computed, sorted. The order of work:
 * join(), totals, where, sort, print.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fdutil.h"
#include "base/strmap.h"
#include "fn/runtime.h"
#include "out/out_int.h"
#include "tool/internal.h"

/* One key: its values are at index times the number of maps. */
struct row {
	const void *key;
	size_t index;
	double number; /* of the column that is sorted by */
	struct calc_value value; /* the same, if it is no number */
};

struct join {
	struct tool *t;
	struct arena arena;
	struct strmap keys; /* key bytes to struct row */
	const struct type *key_type;
	VEC(struct row *) rows;
	VEC(struct calc_value) values, before;
	double seconds;
};

static struct row *add_row(struct join *j, const void *key)
{
	struct row *r = arena_alloc(&j->arena, sizeof(*r));

	*r = (struct row){ .key = key, .index = j->rows.n };
	vec_push(&j->rows, r);
	vec_each(j->t->maps, i) {
		vec_push(&j->values, (struct calc_value){ 0 });
		vec_push(&j->before, (struct calc_value){ 0 });
	}
	return r;
}

static struct row *row_of(struct join *j, const struct map_entry *e)
{
	struct row *r = strmap_getn(&j->keys, e->key, j->key_type->size);

	if (!r) {
		r = add_row(j, e->key);
		strmap_putn(&j->keys, e->key, j->key_type->size, r);
	}
	return r;
}

/* Entries of a map with keys make rows, or (before) are put to those that there are. */
static void join_map(struct join *j, size_t i, const struct map_dump *m, bool before)
{
	for (size_t k = 0; k < m->n; k++) {
		struct row *r = before ? strmap_getn(&j->keys, m->entries[k].key, j->key_type->size)
				       : row_of(j, &m->entries[k]);
		struct calc_value v = { m->value, m->entries[k].value };

		if (r && before)
			j->before.v[r->index * j->t->maps.n + i] = v;
		else if (r)
			j->values.v[r->index * j->t->maps.n + i] = v;
	}
}

/* A map without keys has one value for all rows. */
static void spread(struct join *j, size_t i, const struct map_dump *m, bool before)
{
	if (!m->n)
		return;
	vec_each(j->rows, k) {
		struct calc_value *to = before ? j->before.v : j->values.v;

		to[k * j->t->maps.n + i] = (struct calc_value){ m->value, m->entries[0].value };
	}
}

static bool same_key(const struct type *a, const struct type *b)
{
	return a == b || (a->kind == b->kind && a->size == b->size);
}

/* Maps of other tables are none of its business. */
static bool is_named(const struct tool_table *table, size_t map)
{
	bool named = table->where && calc_names(table->where, (unsigned)map);

	vec_each(table->columns, i)
		named |= table->columns.v[i].active && table->columns.v[i].value &&
			 calc_names(table->columns.v[i].value, (unsigned)map);
	return named;
}

static void join_maps(struct join *j, const struct tool_table *table, bool keyed, bool before)
{
	vec_each(j->t->maps, i) {
		const struct map_dump *m = before ? tool_dump_before(j->t, (unsigned)i) : tool_dump(j->t, (unsigned)i);

		if (!m || !m->key == keyed || !is_named(table, i))
			continue;
		if (keyed && !j->key_type)
			j->key_type = m->key;
		if (!keyed)
			spread(j, i, m, before);
		else if (same_key(j->key_type, m->key))
			join_map(j, i, m, before);
	}
}

static void join(struct join *j, const struct tool_table *table)
{
	bool any_keyed = false;

	strmap_init(&j->keys, &j->arena);
	vec_each(j->t->maps, i)
		any_keyed |= is_named(table, i) && j->t->maps.v[i].map && j->t->maps.v[i].map->key;
	join_maps(j, table, true, false);
	if (!any_keyed)
		add_row(j, NULL);
	join_maps(j, table, true, true);
	join_maps(j, table, false, false);
	join_maps(j, table, false, true);
}

static struct calc_row calc_row(const struct join *j, const struct row *r)
{
	return (struct calc_row){
		.key_type = j->key_type, .key = r->key, .types = j->t->out->render->types, .seconds = j->seconds,
		.values = j->values.v + r->index * j->t->maps.n, .before = j->before.v + r->index * j->t->maps.n,
	};
}

static void add_totals(struct join *j, const struct tool_table *table)
{
	vec_each(table->columns, i) {
		struct calc *c = table->columns.v[i].active ? table->columns.v[i].value : NULL;

		calc_total_reset(c);
		for (size_t k = 0; c && calc_has_total(c) && k < j->rows.n; k++) {
			struct calc_row row = calc_row(j, j->rows.v[k]);

			calc_total_add(c, &row);
		}
	}
}

/* Do the texts of columns have in them what was asked for? */
static bool row_matches(struct join *j, const struct tool_table *table, const struct row *r)
{
	struct render *render = j->t->out->render;
	struct calc_row row = calc_row(j, r);
	struct calc_value v;

	vec_each(table->columns, i) {
		const struct tool_column *c = &table->columns.v[i];

		if (!c->match || !c->active || !calc_value(c->value, &row, &v))
			continue;
		sb_reset(&j->t->scratch);
		render_text(render, &j->t->scratch, v.type, v.bytes);
		if (!tool_matches(c->match, sb_str(&j->t->scratch)))
			return false;
	}
	return true;
}

static void keep_wanted(struct join *j, const struct tool_table *table)
{
	size_t n = 0;

	vec_each(j->rows, i) {
		struct calc_row row = calc_row(j, j->rows.v[i]);

		if ((!table->where || calc_number(table->where, &row) != 0) && row_matches(j, table, j->rows.v[i]))
			j->rows.v[n++] = j->rows.v[i];
	}
	j->rows.n = n;
}

/* The column that the table is sorted by: of that title or name; without one the last. */
static const struct tool_column *sort_column(const struct tool_table *table)
{
	const struct tool_column *c = NULL;

	vec_each(table->columns, i) {
		const struct tool_column *x = &table->columns.v[i];

		if (!x->active)
			continue;
		if (!table->sort || !strcasecmp(x->title, table->sort) || !strcmp(x->name, table->sort))
			c = x;
	}
	return c;
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a, *y = *(struct row *const *)b;

	if (x->value.type && y->value.type)
		return render_compare(x->value.type, x->value.bytes, y->value.bytes);
	return (x->number > y->number) - (x->number < y->number);
}

static int compare_falling(const void *a, const void *b)
{
	return compare_rows(b, a);
}

static void sort_rows(struct join *j, const struct tool_table *table)
{
	const struct tool_column *c = sort_column(table);

	vec_each(j->rows, i) {
		struct calc_row row = calc_row(j, j->rows.v[i]);
		struct row *r = j->rows.v[i];

		if (!c || !calc_value(c->value, &row, &r->value))
			r->value.type = NULL;
		r->number = c ? calc_number(c->value, &row) : 0;
	}
	if (c && j->rows.n)
		qsort(j->rows.v, j->rows.n, sizeof(*j->rows.v), table->ascending ? compare_rows : compare_falling);
}

static void put_row(struct join *j, const struct tool_table *table, const struct row *r, const char *time)
{
	struct calc_row row = calc_row(j, r);
	struct tool_cell cells[TOOL_MAX_COLUMNS];
	struct value_ref refs[TOOL_MAX_COLUMNS];

	vec_each(table->shown, i) {
		const struct calc *c = table->shown.v[i]->value;
		struct calc_value v;

		if (calc_value(c, &row, &v)) {
			refs[i] = (struct value_ref){ v.type, v.bytes, v.type->size };
			cells[i] = (struct tool_cell){ &refs[i], 1, 0 };
		} else {
			cells[i] = (struct tool_cell){ NULL, 0, calc_number(c, &row) };
		}
	}
	tool_put_row(j->t, j->t->out, table, cells, time);
}

static void put_rows(struct join *j, struct tool_table *table, const char *time)
{
	size_t n = table->top && table->top < j->rows.n ? table->top : j->rows.n;

	if (!table->titled || (!table->once && j->t->format == TF_TEXT))
		tool_put_titles(j->t, j->t->out, table, time != NULL);
	for (size_t i = 0; i < n && out_more(j->t->out); i++)
		put_row(j, table, j->rows.v[i], time);
}

bool tool_put_table(struct tool *t, struct tool_table *table, const char *time, double seconds)
{
	struct join j = { .t = t, .seconds = seconds };
	bool any;

	join(&j, table);
	add_totals(&j, table);
	keep_wanted(&j, table);
	sort_rows(&j, table);
	any = j.rows.n > 0;
	put_rows(&j, table, t->format == TF_TEXT || tool_has_time(table) ? NULL : time);
	vec_done(&j.rows);
	vec_done(&j.values);
	vec_done(&j.before);
	arena_done(&j.arena);
	return any;
}
