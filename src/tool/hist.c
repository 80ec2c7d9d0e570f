/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histograms of maps, in BCC's layout. */
#include <string.h>

#include "base/fdutil.h"
#include "fn/runtime.h"
#include "out/out_int.h"
#include "tool/internal.h"

/* Strings that make up one key are written one after another ("Sync-", "Write"), other parts with a blank between. */
static void add_key(struct out *o, const struct map_dump *m, const struct map_entry *e, struct strbuf *out)
{
	const struct struct_def *def = m->key->kind == TY_TUPLE ? type_fields(o->render->types, m->key) : NULL;
	bool was_text = true;

	if (!def) {
		render_text(o->render, out, m->key, e->key);
		return;
	}
	vec_each(def->fields, i) {
		const struct type *t = def->fields.v[i].type;

		if (i && !(was_text && t->kind == TY_STRING))
			sb_addc(out, ' ');
		render_text(o->render, out, t, (const char *)e->key + def->fields.v[i].offset);
		was_text = t->kind == TY_STRING;
	}
}

static void add_steps(struct out *o, const char *unit, const struct type *t, const void *value)
{
	VEC(struct hist_step) steps = { 0 };
	struct hist_step s;

	for (size_t i = 0; t->agg->step(t, value, i, &s.low, &s.count); i++)
		vec_push(&steps, s);
	render_steps_bcc(&o->buf, unit, steps.v, steps.n);
	vec_done(&steps);
}

static void add_histogram(struct out *o, const char *unit, const struct type *t, const void *value)
{
	uint64_t buckets[64] = { 0 };

	if (t->agg->step)
		add_steps(o, unit, t, value);
	else
		render_hist_bcc(&o->buf, unit, buckets, t->agg->log2(t, value, buckets, 64));
}

/* "avg = 12 usecs, total: 24 usecs, count: 2", of stats() with the same key. */
static void add_average(struct tool *t, const struct tool_hist *h, const struct map_entry *e)
{
	const struct map_dump *m = tool_dump(t, h->average);

	for (size_t i = 0; m && i < m->n; i++) {
		const struct type *v = m->value;
		double avg = 0, total = 0, count = 0;

		if (m->key && e->key && memcmp(m->entries[i].key, e->key, m->key->size))
			continue;
		if (v->kind != TY_AGG || !v->agg->part || !v->agg->part(v, m->entries[i].value, "total", &total))
			return;
		v->agg->part(v, m->entries[i].value, "count", &count);
		v->agg->part(v, m->entries[i].value, "avg", &avg);
		if (count > 0)
			sb_addf(&t->out->buf, "\navg = %.0f %s, total: %.0f %s, count: %.0f\n", (double)(int64_t)avg,
				h->unit, total, h->unit, count);
		return;
	}
}

static void text_hist(struct tool *t, const struct tool_hist *h, const struct map_dump *m, const struct map_entry *e)
{
	struct out *o = t->out;

	if (h->label && m->key) {
		sb_addf(&o->buf, "\n%s = ", h->label);
		add_key(o, m, e, &o->buf);
		sb_addc(&o->buf, '\n');
	}
	add_histogram(o, h->unit, m->value, e->value);
	if (h->has_average)
		add_average(t, h, e);
}

static void json_hist(struct tool *t, const struct tool_hist *h, const struct map_dump *m, const struct map_entry *e,
		      const char *time)
{
	struct out *o = t->out;

	sb_addf(&o->buf, "{\"time\": \"%s\", \"unit\": ", time);
	render_json_string(&o->buf, h->unit, strlen(h->unit));
	if (h->label && m->key) {
		sb_addf(&o->buf, ", \"%s\": ", tool_json_name(t->arena, h->label));
		sb_reset(&t->scratch);
		add_key(o, m, e, &t->scratch);
		if (type_is_int(m->key))
			sb_add(&o->buf, sb_str(&t->scratch), t->scratch.n);
		else
			render_json_string(&o->buf, sb_str(&t->scratch), t->scratch.n);
	}
	sb_adds(&o->buf, ", \"histogram\": ");
	m->value->agg->json(o->render, &o->buf, m->value, e->value, 1);
	sb_adds(&o->buf, "}\n");
}

/* One line of CSV: what it is of, the least value of the bucket, its count. */
static void csv_bucket(struct tool *t, const struct tool_hist *h, const char *time, int64_t low, uint64_t count)
{
	struct strbuf *out = &t->out->buf;

	if (!count)
		return;
	sb_addf(out, "%s,", time);
	tool_csv_text(out, sb_str(&t->scratch), t->scratch.n);
	sb_addf(out, ",%s,%lld,%llu\n", h->unit, (long long)low, (unsigned long long)count);
}

static void csv_hist(struct tool *t, const struct tool_hist *h, const struct map_dump *m, const struct map_entry *e,
		     const char *time)
{
	const struct type *v = m->value;
	uint64_t buckets[64] = { 0 }, count;
	int64_t low;

	sb_reset(&t->scratch);
	if (m->key)
		add_key(t->out, m, e, &t->scratch);
	for (size_t i = 0; v->agg->step && v->agg->step(v, e->value, i, &low, &count); i++)
		csv_bucket(t, h, time, low, count);
	for (size_t i = 0, n = v->agg->log2 ? v->agg->log2(v, e->value, buckets, 64) : 0; i < n; i++)
		csv_bucket(t, h, time, i ? (int64_t)(1ull << i) : 0, buckets[i]);
}

void tool_hist_titles(struct tool *t)
{
	const char *label = t->hists.v[0].label;

	sb_addf(&t->out->buf, "time,%s,unit,from,count\n", label ? label : "key");
}

bool tool_put_hist(struct tool *t, const struct tool_hist *h, const char *time)
{
	const struct map_dump *m = tool_dump(t, h->map);

	if (!m || m->value->kind != TY_AGG || !(m->value->agg->log2 || m->value->agg->step))
		return false;
	map_dump_sort(m);
	for (size_t i = 0; i < m->n && out_more(t->out); i++) {
		switch (t->format) {
		case TF_TEXT: text_hist(t, h, m, &m->entries[i]); break;
		case TF_JSON: json_hist(t, h, m, &m->entries[i], time); break;
		case TF_CSV: csv_hist(t, h, m, &m->entries[i], time); break;
		}
	}
	return m->n > 0;
}
