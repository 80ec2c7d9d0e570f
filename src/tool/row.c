/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows: values in the columns that are shown, in the format that was asked for. */
#include <string.h>

#include "base/fdutil.h"
#include "fn/fn.h"
#include "fn/runtime.h"
#include "out/out_int.h"
#include "tool/internal.h"
#include "tool/run.h"

void tool_show_columns(struct tool *t, struct tool_table *table)
{
	table->shown.n = 0;
	vec_each(table->columns, i)
		if (table->columns.v[i].active && table->columns.v[i].spec.conv != '-')
			avec_push(t->arena, &table->shown, &table->columns.v[i]);
}

/* Stacks have lines of their own below the row. */
static bool is_below(const struct tool_column *c)
{
	return c->spec.conv == 'k';
}

/* The last column of the row's own line. */
static const struct tool_column *last_in_line(const struct tool_table *table)
{
	for (size_t i = table->shown.n; i-- > 0;)
		if (!is_below(table->shown.v[i]))
			return table->shown.v[i];
	return NULL;
}

/* Does the text behind the values stand behind the title too? Not if it is a unit: the title takes its room then. */
static bool title_has_behind(const struct tool_spec *spec)
{
	return *spec->behind != '%' && *spec->behind != '/';
}

static void text_titles(struct out *o, const struct tool_table *table)
{
	const struct tool_column *last = last_in_line(table);

	vec_each(table->shown, i) {
		const struct tool_column *c = table->shown.v[i];
		bool has = title_has_behind(&c->spec);
		int width = (int)c->spec.width + (has ? 0 : (int)strlen(c->spec.behind));

		if (is_below(c))
			continue;
		if (c->spec.left)
			sb_addf(&o->buf, "%-*s", c == last ? 0 : width, c->title);
		else
			sb_addf(&o->buf, "%*s", width, c->title);
		sb_adds(&o->buf, has ? c->spec.behind : "");
		sb_addc(&o->buf, c == last ? '\n' : ' ');
	}
}

static void csv_titles(struct out *o, const struct tool_table *table, bool timed)
{
	sb_adds(&o->buf, timed ? "time" : "");
	vec_each(table->shown, i) {
		const char *title = table->shown.v[i]->title;

		sb_adds(&o->buf, i || timed ? "," : "");
		tool_csv_text(&o->buf, title, strlen(title));
	}
	sb_addc(&o->buf, '\n');
}

bool tool_has_time(const struct tool_table *table)
{
	vec_each(table->shown, i)
		if (!strcmp(table->shown.v[i]->name, "time"))
			return true;
	return false;
}

void tool_put_titles(struct tool *t, struct out *o, struct tool_table *table, bool timed)
{
	timed &= !tool_has_time(table);
	if (!table->shown.n || t->format == TF_JSON)
		return;
	if (t->format == TF_CSV)
		csv_titles(o, table, timed);
	else
		text_titles(o, table);
	table->titled = true;
}

/* What stands below a row: its stacks, then an empty line. */
static void text_below(struct tool *t, struct out *o, const struct tool_table *table, const struct tool_cell *cells)
{
	bool any = false;

	vec_each(table->shown, i) {
		const char *text;

		if (!is_below(table->shown.v[i]) || !cells[i].n)
			continue;
		sb_reset(&t->scratch);
		render_text(o->render, &t->scratch, cells[i].v->type, cells[i].v->bytes);
		text = sb_str(&t->scratch);
		sb_adds(&o->buf, text + (*text == '\n'));
		any = true;
	}
	if (any)
		sb_addc(&o->buf, '\n');
}

static void text_cell(struct tool *t, struct out *o, const struct tool_spec *spec, const struct tool_cell *cell, bool last)
{
	size_t len;

	sb_reset(&t->scratch);
	tool_cell_text(o->render, &t->scratch, spec, cell);
	len = t->scratch.n;
	if (!spec->left && len < spec->width)
		sb_fill(&o->buf, ' ', spec->width - len);
	sb_add(&o->buf, sb_str(&t->scratch), len);
	if (!last && spec->left && len < spec->width)
		sb_fill(&o->buf, ' ', spec->width - len);
	sb_adds(&o->buf, spec->behind);
	sb_addc(&o->buf, last ? '\n' : ' ');
}

static void text_row(struct tool *t, struct out *o, const struct tool_table *table, const struct tool_cell *cells)
{
	const struct tool_column *last = last_in_line(table);

	vec_each(table->shown, i)
		if (!is_below(table->shown.v[i]))
			text_cell(t, o, &table->shown.v[i]->spec, &cells[i], table->shown.v[i] == last);
	text_below(t, o, table, cells);
}

static void json_row(struct tool *t, struct out *o, const struct tool_table *table, const struct tool_cell *cells, const char *time)
{
	if (time)
		sb_addf(&o->buf, "{\"time\": \"%s\"", time);
	vec_each(table->shown, i) {
		const struct tool_column *c = table->shown.v[i];

		sb_adds(&o->buf, i || time ? ", \"" : "{\"");
		sb_adds(&o->buf, c->name);
		sb_adds(&o->buf, "\": ");
		tool_cell_json(t, &o->buf, &c->spec, &cells[i]);
	}
	sb_adds(&o->buf, "}\n");
}

/* Texts are whole, whatever a column's width is. */
static void csv_row(struct tool *t, struct out *o, const struct tool_table *table, const struct tool_cell *cells,
		    const char *time)
{
	sb_adds(&o->buf, time ? time : "");
	vec_each(table->shown, i) {
		struct tool_spec spec = table->shown.v[i]->spec;

		if (spec.conv == 's')
			spec.precision = -1;
		sb_reset(&t->scratch);
		tool_cell_text(o->render, &t->scratch, &spec, &cells[i]);
		sb_adds(&o->buf, i || time ? "," : "");
		tool_csv_text(&o->buf, sb_str(&t->scratch), t->scratch.n);
	}
	sb_addc(&o->buf, '\n');
}

void tool_put_row(struct tool *t, struct out *o, const struct tool_table *table, const struct tool_cell *cells,
		  const char *time)
{
	switch (t->format) {
	case TF_JSON: json_row(t, o, table, cells, time); break;
	case TF_CSV: csv_row(t, o, table, cells, time); break;
	case TF_TEXT: text_row(t, o, table, cells); break;
	}
}

/* A record's values as cells: the last column has what is left. */
static void fill_cells(const struct tool_row *row, const struct value_ref *args, size_t n, struct tool_cell *ret)
{
	size_t columns = row->tool->row.shown.n;

	for (size_t i = 0; i < columns; i++)
		ret[i] = (struct tool_cell){ &args[i], i + 1 == columns ? n - i : 1, 0, row->message };
}

/* A message has as many values as its format says, maybe none. */
static size_t least_values(const struct tool_table *table)
{
	return table->shown.n - (table->shown.v[table->shown.n - 1]->spec.conv == 'p');
}

static bool row_matches(struct tool *t, struct render *r, const struct tool_cell *cells)
{
	vec_each(t->row.shown, i) {
		const struct tool_column *c = t->row.shown.v[i];
		struct tool_spec spec = c->spec;

		if (!c->match)
			continue;
		if (spec.conv == 'q') /* quotes are how it is shown */
			spec.conv = 'a';
		sb_reset(&t->scratch);
		tool_cell_text(r, &t->scratch, &spec, &cells[i]);
		if (!tool_matches(c->match, sb_str(&t->scratch)))
			return false;
	}
	return true;
}

void tool_row_put(struct out *o, const struct action *a, const struct value_ref *args)
{
	const struct tool_row *row = a->data;
	struct tool *t = row->tool;
	struct tool_cell cells[TOOL_MAX_COLUMNS];

	if (!t->row.shown.n || a->nargs < least_values(&t->row))
		return;
	fill_cells(row, args, a->nargs, cells);
	if (!row_matches(t, o->render, cells))
		return;
	t->nrows++;
	tool_put_row(t, o, &t->row, cells, NULL);
	tool_journal_row(t, cells);
	out_event_end(o);
}

static void handle_row(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	const struct tool *t = ((const struct tool_row *)a->data)->tool;

	if (t->most_rows && t->nrows >= t->most_rows)
		return;
	tool_row_put(rt_out(rt), a, args);
	if (t->most_rows && t->nrows >= t->most_rows)
		rt_exit(rt, 0);
}

const struct fn_ops tool_row_fn = {
	.name = "row",
	.flags = FN_ASYNC | FN_STMT,
	.handle = handle_row,
};
