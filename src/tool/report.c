/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Outputs over time: at each interval, and at the end, the maps are read once and shown. */
#include <string.h>
#include <time.h>

#include "base/fdutil.h"
#include "fn/runtime.h"
#include "out/out_int.h"
#include "tool/internal.h"

#define CLEAR_SCREEN "\033[H\033[2J"

const struct map_dump *tool_dump(const struct tool *t, unsigned map)
{
	return t->maps.v[map].copy ? rt_map_dump(t->maps.v[map].copy) : NULL;
}

const struct map_dump *tool_dump_before(const struct tool *t, unsigned map)
{
	return t->maps.v[map].before ? rt_map_dump(t->maps.v[map].before) : NULL;
}

bool tool_has_report(const struct tool *t)
{
	return t->tables.n || t->hists.n || t->samples.n || t->stacks.map;
}

static int64_t monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ll + now.tv_nsec;
}

void tool_report_begin(struct tool *t)
{
	t->last_output = monotonic_ns();
}

void tool_add_now(struct strbuf *out, const char *format)
{
	time_t now = time(NULL);
	struct tm tm;
	char text[64];

	localtime_r(&now, &tm);
	sb_add(out, text, strftime(text, sizeof(text), format, &tm));
}

/* "06:09:47 loadavg: 0.28 0.31 0.30 2/80 7310" and an empty line. */
static void add_load(struct strbuf *out)
{
	_cleanup_sb_ struct strbuf load = { 0 };

	tool_add_now(out, "%H:%M:%S loadavg: ");
	if (!file_read("/proc/loadavg", 4096, &load))
		sb_adds(out, sb_str(&load));
	sb_addc(out, '\n');
}

/* Stacks with what is known of each, not counted: they are as they are until the script deletes them. */
static bool stays(const struct tool *t, size_t i)
{
	return t->stacks.map && t->stacks.index == i && t->maps.v[i].map->value->kind != TY_AGG;
}

static void read_maps(struct tool *t, struct runtime *rt)
{
	vec_each(t->maps, i) {
		struct tool_map *m = &t->maps.v[i];

		if (m->map)
			m->copy = rt_read_map(rt, m->map, !m->keep && !stays(t, i));
	}
}

/* What was read is what the next output compares with. */
static void drop_maps(struct tool *t, bool last)
{
	vec_each(t->maps, i) {
		struct tool_map *m = &t->maps.v[i];

		rt_free_map(m->before);
		m->before = m->keep && !last ? m->copy : NULL;
		if (!m->before)
			rt_free_map(m->copy);
		m->copy = NULL;
	}
}

/* An average may be zero and yet be one of something. */
static int64_t times_added(const struct type *t, const void *value)
{
	double count;

	if (t->agg->part && t->agg->part(t, value, "count", &count))
		return (int64_t)count;
	return t->agg->order(t, value);
}

/* Nothing since the last output: what is zero counts as nothing. */
static bool nothing_new(const struct tool *t)
{
	vec_each(t->maps, i) {
		const struct map_dump *m = tool_dump(t, (unsigned)i);

		for (size_t k = 0; m && k < m->n; k++) {
			int64_t n = 1;

			if (m->value->kind == TY_AGG)
				n = times_added(m->value, m->entries[k].value);
			else if (!m->key)
				render_number(m->value, m->entries[k].value, &n);
			if (n)
				return false;
		}
	}
	return true;
}

static bool wants_clear(const struct tool *t)
{
	const struct tool_option *no = tool_role(t, TR_NOCLEAR);

	return t->out->tty && !(no && no->given);
}

/* What stands before an output in text. */
static void add_head(struct tool *t)
{
	const struct tool_table *first = t->tables.n ? t->tables.v[0] : NULL;
	struct strbuf *out = &t->out->buf;

	if (first && first->clear)
		sb_adds(out, wants_clear(t) ? CLEAR_SCREEN : "\n");
	else if (t->hists.n || (t->stamp && !(first && first->once)))
		sb_addc(out, '\n');
	if (t->stamp) {
		tool_add_now(out, t->stamp_format);
		sb_addc(out, '\n');
	}
	if (first && first->load)
		add_load(out);
}

static void put_all(struct tool *t, double seconds)
{
	_cleanup_sb_ struct strbuf time = { 0 };

	if (t->format == TF_TEXT)
		add_head(t);
	tool_add_now(&time, "%Y-%m-%dT%H:%M:%S%z");
	vec_each(t->tables, i)
		tool_put_table(t, t->tables.v[i], sb_str(&time), seconds);
	vec_each(t->hists, i)
		tool_put_hist(t, &t->hists.v[i], sb_str(&time));
	vec_each(t->samples, i)
		tool_put_samples(t, &t->samples.v[i], sb_str(&time));
	if (t->stacks.map && tool_dump(t, t->stacks.index))
		tool_stacks_map(t, t->out, tool_dump(t, t->stacks.index));
	out_flush(t->out);
}

bool tool_report(void *tool, struct runtime *rt, bool last)
{
	struct tool *t = tool;
	const struct tool_option *count = tool_role(t, TR_COUNT);
	int64_t now = monotonic_ns();
	double seconds = (double)(now - t->last_output) / 1e9;
	bool enough = count && count->given && t->noutputs + 1 >= tool_number(count);

	read_maps(t, rt);
	if (!last || !nothing_new(t))
		put_all(t, seconds);
	drop_maps(t, last || enough);
	t->last_output = now;
	t->noutputs++;
	return !enough;
}
