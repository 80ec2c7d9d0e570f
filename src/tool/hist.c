/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histograms of maps, in BCC's layout. */
#include <string.h>

#include "base/fdutil.h"
#include "fn/runtime.h"
#include "out/out_int.h"
#include "tool/internal.h"

/* A part of the key, or (it has none) the whole of it; type NULL: there is no such part. */
struct key_part {
	const struct type *type;
	const void *bytes;
};

static struct key_part key_part(struct out *o, const struct map_dump *m, const struct map_entry *e, size_t i)
{
	const struct struct_def *def = m->key->kind == TY_TUPLE ? type_fields(o->render->types, m->key) : NULL;

	if (!def)
		return (struct key_part){ i ? NULL : m->key, e->key };
	if (i >= def->fields.n)
		return (struct key_part){ NULL, NULL };
	return (struct key_part){ def->fields.v[i].type, (const char *)e->key + def->fields.v[i].offset };
}

/* Strings that make up one key are written one after another ("Sync-", "Write"), other parts with a blank between. */
static void add_key(struct out *o, const struct map_dump *m, const struct map_entry *e, struct strbuf *out)
{
	struct key_part p = key_part(o, m, e, 0);
	bool was_text = true;

	for (size_t i = 0; p.type; p = key_part(o, m, e, ++i)) {
		if (i && !(was_text && p.type->kind == TY_STRING))
			sb_addc(out, ' ');
		render_text(o->render, out, p.type, p.bytes);
		was_text = p.type->kind == TY_STRING;
	}
}

static void json_part(struct tool *t, const char *label, size_t n)
{
	sb_addf(&t->out->buf, ", \"%s\": ", tool_json_name(t->arena, arena_strndup(t->arena, label, n)));
}

/* "pid,comm": each part of the key by its name; with one name all of it is one text. */
static void json_key(struct tool *t, const char *label, const struct map_dump *m, const struct map_entry *e)
{
	struct strbuf *out = &t->out->buf;
	size_t n = strcspn(label, ",");
	struct key_part p = key_part(t->out, m, e, 0);

	if (!label[n] && !type_is_int(m->key)) {
		json_part(t, label, n);
		sb_reset(&t->scratch);
		add_key(t->out, m, e, &t->scratch);
		render_json_string(out, sb_str(&t->scratch), t->scratch.n);
		return;
	}
	for (size_t i = 0; *label && p.type; p = key_part(t->out, m, e, ++i)) {
		n = strcspn(label, ",");
		json_part(t, label, n);
		render_json(t->out->render, out, p.type, p.bytes);
		label += n + (label[n] == ',');
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

/* The entry with that key in another map; NULL: the tool shows no such map, or it has not the key. */
static const struct map_entry *entry_of(const struct tool *t, int map, const struct map_entry *e, const struct type **ret)
{
	const struct map_dump *m = map < 0 ? NULL : tool_dump(t, (unsigned)map);

	for (size_t i = 0; m && i < m->n; i++) {
		if (m->key && e->key && memcmp(m->entries[i].key, e->key, m->key->size))
			continue;
		*ret = m->value;
		return &m->entries[i];
	}
	return NULL;
}

/* Of a map of stats(): 0 if it has no such part. */
static double part_of(const struct type *t, const struct map_entry *e, const char *name)
{
	double v = 0;

	if (t->kind == TY_AGG && t->agg->part)
		t->agg->part(t, e->value, name, &v);
	return v;
}

static bool number_of(const struct tool *t, int map, const struct map_entry *e, int64_t *ret)
{
	const struct type *type;
	const struct map_entry *at = entry_of(t, map, e, &type);

	if (!at || type->kind != TY_AGG || !type->agg->number)
		return false;
	*ret = type->agg->number(type, at->value);
	return true;
}

/* "avg = 12 usecs, total: 24 usecs, count: 2", of stats() with the same key; then the extremes, if they are known. */
static void add_average(struct tool *t, const struct tool_hist *h, const struct map_entry *e)
{
	struct strbuf *out = &t->out->buf;
	const struct type *v;
	const struct map_entry *at = entry_of(t, h->average, e, &v);
	int64_t n;

	if (!at || part_of(v, at, "count") <= 0)
		return;
	sb_addf(out, "\navg = %.0f %s, total: %.0f %s, count: %.0f", (double)(int64_t)part_of(v, at, "avg"), h->unit,
		part_of(v, at, "total"), h->unit, part_of(v, at, "count"));
	if (number_of(t, h->least, e, &n))
		sb_addf(out, ", min: %lld %s", (long long)n, h->unit);
	if (number_of(t, h->greatest, e, &n))
		sb_addf(out, ", max: %lld %s", (long long)n, h->unit);
	sb_addc(out, '\n');
}

static void json_average(struct tool *t, const struct tool_hist *h, const struct map_entry *e)
{
	struct strbuf *out = &t->out->buf;
	const struct type *v;
	const struct map_entry *at = entry_of(t, h->average, e, &v);
	int64_t n;

	if (!at)
		return;
	sb_addf(out, ", \"avg\": %.0f, \"total\": %.0f, \"count\": %.0f", (double)(int64_t)part_of(v, at, "avg"),
		part_of(v, at, "total"), part_of(v, at, "count"));
	if (number_of(t, h->least, e, &n))
		sb_addf(out, ", \"min\": %lld", (long long)n);
	if (number_of(t, h->greatest, e, &n))
		sb_addf(out, ", \"max\": %lld", (long long)n);
}

static void text_hist(struct tool *t, const struct tool_hist *h, const struct map_dump *m, const struct map_entry *e)
{
	struct out *o = t->out;

	if (h->label && m->key) {
		sb_addf(&o->buf, "\n%.*s = ", (int)strcspn(h->label, ","), h->label);
		add_key(o, m, e, &o->buf);
		sb_addc(&o->buf, '\n');
	}
	add_histogram(o, h->unit, m->value, e->value);
	add_average(t, h, e);
}

static void json_hist(struct tool *t, const struct tool_hist *h, const struct map_dump *m, const struct map_entry *e,
		      const char *time)
{
	struct out *o = t->out;

	sb_addf(&o->buf, "{\"time\": \"%s\", \"unit\": ", time);
	render_json_string(&o->buf, h->unit, strlen(h->unit));
	if (h->label && m->key)
		json_key(t, h->label, m, e);
	sb_adds(&o->buf, ", \"histogram\": ");
	m->value->agg->json(o->render, &o->buf, m->value, e->value, 1);
	json_average(t, h, e);
	sb_adds(&o->buf, "}\n");
}

/* One line of CSV: what it is of, the least value of the bucket, its count. */
static void csv_bucket(struct tool *t, const struct tool_hist *h, const char *time, int64_t low, uint64_t count)
{
	struct strbuf *out = &t->out->buf;

	if (!count)
		return;
	sb_addf(out, "%s,%s", time, sb_str(&t->scratch));
	sb_addf(out, ",%s,%lld,%llu\n", h->unit, (long long)low, (unsigned long long)count);
}

/* The key as a field of CSV, or a field for each of its labels. */
static void csv_key(struct tool *t, const char *label, const struct map_dump *m, const struct map_entry *e,
		    struct strbuf *ret)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	struct key_part p = key_part(t->out, m, e, 0);

	if (!label || !strchr(label, ',')) {
		add_key(t->out, m, e, &text);
		tool_csv_text(ret, sb_str(&text), text.n);
		return;
	}
	for (size_t i = 0; p.type; p = key_part(t->out, m, e, ++i)) {
		sb_reset(&text);
		render_text(t->out->render, &text, p.type, p.bytes);
		sb_adds(ret, i ? "," : "");
		tool_csv_text(ret, sb_str(&text), text.n);
	}
}

static void csv_hist(struct tool *t, const struct tool_hist *h, const struct map_dump *m, const struct map_entry *e,
		     const char *time)
{
	const struct type *v = m->value;
	uint64_t buckets[64] = { 0 }, count;
	int64_t low;

	sb_reset(&t->scratch);
	if (m->key)
		csv_key(t, h->label, m, e, &t->scratch);
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
