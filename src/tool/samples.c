/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * samples @MAP OPTION NUMBER: the map that counts a value of an option of type `sample`, as argdist shows it: what was
 * asked for, then how often each value was seen, the most frequent last; or a histogram, if the map is one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdutil.h"
#include "fn/runtime.h"
#include "out/out_int.h"
#include "tool/internal.h"

int tool_declare_samples(struct tool *t, struct tool_line *l, struct err *e)
{
	const struct tool_option *o, *keep = tool_option(t, "cumulative", strlen("cumulative"));
	struct tool_samples s;
	const char *map, *word;
	size_t map_len, n, number;
	int rc;

	if (!tool_word(l, &map, &map_len) || *map != '@' || !tool_word(l, &word, &n))
		return tool_wrong(t, l, e, "samples are declared as @MAP OPTION NUMBER");
	o = tool_option(t, word, n);
	number = tool_word(l, &word, &n) ? strtoul(word, NULL, 10) : 0;
	if (!o || o->type != TT_SAMPLE || number >= o->values.n)
		return tool_wrong(t, l, e, "samples need an option of this type, and the number of a value");
	s.map = tool_map_index(t, map + 1, map_len - 1, keep && keep->given);
	rc = front_sample(&t->front, o->values.v[number].text, &s.sample, e);
	avec_push(t->arena, &t->samples, s);
	return rc;
}

/* The part of the key that is value i. */
static struct value_ref part_of(struct out *o, const struct map_dump *m, const struct map_entry *e, size_t i)
{
	const struct struct_def *def = m->key->kind == TY_TUPLE ? type_fields(o->render->types, m->key) : NULL;
	const struct type *t = def ? def->fields.v[i].type : m->key;

	return (struct value_ref){ t, (const char *)e->key + (def ? def->fields.v[i].offset : 0), t->size };
}

/* "size = 16, flags = 2"; calls that have no value are "total calls". */
static void add_event(struct tool *t, const struct tool_samples *s, const struct map_dump *m,
		      const struct map_entry *e, struct strbuf *out)
{
	static const struct tool_spec text = { .precision = -1, .conv = 's' };

	if (!m->key)
		sb_adds(out, "total calls");
	for (size_t i = 0; m->key && i < s->sample.labels.n; i++) {
		struct value_ref v = part_of(t->out, m, e, i);
		struct tool_cell cell = { &v, 1, 0, NULL };

		sb_addf(out, "%s%s = ", i ? ", " : "", s->sample.labels.v[i]);
		tool_cell_text(t->out->render, out, &text, &cell);
	}
}

static void text_entry(struct tool *t, const struct tool_samples *s, const struct map_dump *m, const struct map_entry *e)
{
	struct strbuf *out = &t->out->buf;

	sb_addf(out, "\t%-10lld ", (long long)m->value->agg->order(m->value, e->value));
	sb_reset(&t->scratch);
	add_event(t, s, m, e, &t->scratch);
	sb_add(out, sb_str(&t->scratch), t->scratch.n);
	sb_addc(out, '\n');
}

static void json_entry(struct tool *t, const struct tool_samples *s, const struct map_dump *m, const struct map_entry *e,
		       const char *time)
{
	static const struct tool_spec text = { .precision = -1, .conv = 's' };
	struct strbuf *out = &t->out->buf;

	sb_addf(out, "{\"time\": \"%s\", \"probe\": ", time);
	render_json_string(out, s->sample.title, strlen(s->sample.title));
	sb_addf(out, ", \"count\": %lld", (long long)m->value->agg->order(m->value, e->value));
	for (size_t i = 0; m->key && i < s->sample.labels.n; i++) {
		struct value_ref v = part_of(t->out, m, e, i);
		struct tool_cell cell = { &v, 1, 0, NULL };

		sb_adds(out, ", ");
		render_json_string(out, s->sample.labels.v[i], strlen(s->sample.labels.v[i]));
		sb_adds(out, ": ");
		tool_cell_json(t, out, &text, &cell);
	}
	sb_adds(out, "}\n");
}

static void csv_entry(struct tool *t, const struct tool_samples *s, const struct map_dump *m, const struct map_entry *e,
		      const char *time)
{
	struct strbuf *out = &t->out->buf;

	sb_addf(out, "%s,", time);
	tool_csv_text(out, s->sample.title, strlen(s->sample.title));
	sb_addf(out, ",%lld,", (long long)m->value->agg->order(m->value, e->value));
	sb_reset(&t->scratch);
	add_event(t, s, m, e, &t->scratch);
	tool_csv_text(out, sb_str(&t->scratch), t->scratch.n);
	sb_addc(out, '\n');
}

static void put_counts(struct tool *t, const struct tool_samples *s, const struct map_dump *m, const char *time)
{
	const struct tool_option *top = tool_role(t, TR_TOP);
	size_t most = top && top->values.n ? tool_number(top) : m->n;

	if (t->format == TF_TEXT)
		sb_addf(&t->out->buf, "%s\n\tCOUNT      EVENT\n", s->sample.title);
	map_dump_sort(m);
	for (size_t i = m->n > most ? m->n - most : 0; i < m->n && out_more(t->out); i++) {
		switch (t->format) {
		case TF_TEXT: text_entry(t, s, m, &m->entries[i]); break;
		case TF_JSON: json_entry(t, s, m, &m->entries[i], time); break;
		case TF_CSV: csv_entry(t, s, m, &m->entries[i], time); break;
		}
	}
}

/* What a histogram's values are called. */
static const char *unit_of(const struct front_sample *s)
{
	return s->label ? s->label : s->labels.n ? s->labels.v[0] : "value";
}

void tool_put_samples(struct tool *t, const struct tool_samples *s, const char *time)
{
	const struct map_dump *m = tool_dump(t, s->map);
	struct tool_hist h = { .map = s->map, .unit = unit_of(&s->sample) };

	if (!m || m->value->kind != TY_AGG)
		return;
	if (m->value->agg->log2)
		tool_put_hist(t, &h, time);
	else
		put_counts(t, s, m, time);
}
