/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text as bpftrace prints it. */
#include <string.h>

#include "out/out_int.h"

static void text_attached(struct out *o, unsigned nprobes)
{
	sb_reset(&o->scratch);
	sb_addf(&o->scratch, "Attached %u probe%s\n", nprobes, nprobes == 1 ? "" : "s");
	if (!o->quiet)
		out_message(o, o->scratch.p, o->scratch.n);
}

static void text_text(struct out *o, enum out_text_kind kind, const char *text, size_t n)
{
	if (kind == OT_PRINTF || kind == OT_TIME)
		sb_add(&o->buf, text, n);
	else
		render_escape(o->render, &o->buf, text, n);
	if (kind == OT_JOIN || kind == OT_SYSTEM)
		sb_addc(&o->buf, '\n');
	out_event_end(o);
}

static void text_value(struct out *o, const struct type *t, const void *bytes, uint32_t len)
{
	if (t->kind == TY_STRING) {
		render_string(o->render, &o->buf, t, bytes, len);
		sb_addc(&o->buf, '\n');
	} else if (t->kind != TY_AGG) {
		render_text(o->render, &o->buf, t, bytes);
		sb_addc(&o->buf, '\n');
	} else {
		t->agg->text(o->render, &o->buf, t, bytes, 1);
		if (!t->agg->multiline)
			sb_addc(&o->buf, '\n');
	}
	out_event_end(o);
}

static void add_value(struct out *o, const struct map_dump *m, const void *bytes)
{
	const struct type *t = m->value;

	if (t->kind == TY_AGG)
		t->agg->text(o->render, &o->buf, t, bytes, m->div > 1 ? m->div : 1);
	else if (!map_dump_int(o, m, bytes))
		render_text(o->render, &o->buf, t, bytes);
}

/* "@x[1, a]: 5", or "@x[1, a]:", a histogram and an empty line. */
static void add_entry(struct out *o, const struct map_dump *m, const struct map_entry *e)
{
	bool multiline = m->value->kind == TY_AGG && m->value->agg->multiline;

	sb_addc(&o->buf, '@');
	sb_adds(&o->buf, m->name);
	if (m->key) {
		sb_addc(&o->buf, '[');
		render_key(o->render, &o->buf, m->key, e->key);
		sb_addc(&o->buf, ']');
	}
	sb_adds(&o->buf, multiline ? ":\n" : ": ");
	add_value(o, m, e->value);
	sb_addc(&o->buf, '\n');
}

static void text_map(struct out *o, const struct map_dump *m)
{
	map_dump_sort(m);
	for (size_t i = map_dump_first(m); i < map_dump_end(m) && out_more(o); i++) {
		map_dump_prefetch(m, i);
		add_entry(o, m, &m->entries[i]);
	}
	out_event_end(o);
}

static void text_lost(struct out *o, uint64_t records)
{
	sb_reset(&o->scratch);
	sb_addf(&o->scratch, "Lost %llu events\n", (unsigned long long)records);
	out_message(o, o->scratch.p, o->scratch.n);
}

static void text_fault(struct out *o, const struct fault *f)
{
	out_message(o, f->text, strlen(f->text));
}

static void add_loss(struct strbuf *out, const struct loss *l)
{
	sb_adds(out, "WARNING: ");
	if (l->title)
		sb_addf(out, "%s (", l->title);
	sb_addf(out, "%llu %s", (unsigned long long)l->count, l->what);
	if (l->file)
		sb_addf(out, ": %s:%u:%u", l->file, l->line, l->col);
	sb_adds(out, l->title ? ")\n" : "\n");
}

/* The same hint to several is given once, behind them. */
static void text_losses(struct out *o, const struct loss *l, size_t n)
{
	sb_reset(&o->scratch);
	for (size_t i = 0; i < n; i++) {
		if (!l[i].count)
			continue;
		add_loss(&o->scratch, &l[i]);
		if (l[i].hint && (i + 1 == n || l[i + 1].hint != l[i].hint))
			sb_addf(&o->scratch, "HINT: %s\n", l[i].hint);
	}
	if (o->scratch.n)
		out_message(o, o->scratch.p, o->scratch.n);
}

#define BENCH_NAME 41 /* columns, with the space behind */
#define BENCH_TIME 15

static void text_benches(struct out *o, const struct trial_result *r, size_t n)
{
	int width = BENCH_NAME;

	for (size_t i = 0; i < n; i++)
		width = (int)strlen(r[i].name) >= width ? (int)strlen(r[i].name) + 1 : width;
	sb_addf(&o->buf, "%-*s%-*sIterations\n", width, "Benchmark", BENCH_TIME, "Time(ns)");
	sb_fill(&o->buf, '-', width + BENCH_TIME + strlen("Iterations"));
	sb_addc(&o->buf, '\n');
	for (size_t i = 0; i < n; i++)
		sb_addf(&o->buf, "%-*s%-*llu%llu\n", width, r[i].name, BENCH_TIME, (unsigned long long)r[i].ns,
			(unsigned long long)r[i].runs);
	out_event_end(o);
}

static void test_line(struct out *o, const char *mark, bool good)
{
	if (o->tty)
		sb_addf(&o->buf, "\033[%dm[%s]\033[0m ", good ? 32 : 31, mark);
	else
		sb_addf(&o->buf, "[%s] ", mark);
}

static void count_line(struct out *o, const char *mark, size_t count, const char *rest, bool good)
{
	test_line(o, mark, good);
	sb_addf(&o->buf, "%zu test%s%s\n", count, count == 1 ? "" : "s", rest);
}

static void test_text(struct out *o, const struct trial_result *r)
{
	size_t end = strlen(r->output);

	test_line(o, " RUN      ", true);
	sb_addf(&o->buf, "%s\n", r->name);
	if (!r->passed && end)
		sb_addf(&o->buf, "%s%s", r->output, r->output[end - 1] == '\n' ? "" : "\n");
	test_line(o, r->passed ? "       OK " : "  FAILED  ", r->passed);
	sb_addf(&o->buf, "%s (%llu us)\n", r->name, (unsigned long long)r->ns / 1000);
}

/* As GoogleTest does it, and with it bpftrace. */
static void text_tests(struct out *o, const struct trial_result *r, size_t n)
{
	size_t passed = 0;

	test_line(o, "==========", true);
	sb_addf(&o->buf, "Running %zu tests.\n", n);
	for (size_t i = 0; i < n; i++) {
		test_text(o, &r[i]);
		passed += r[i].passed;
	}
	count_line(o, "==========", n, " ran.", true);
	count_line(o, "  PASSED  ", passed, ".", true);
	if (passed < n)
		count_line(o, "  FAILED  ", n - passed, ", listed below:", false);
	for (size_t i = 0; i < n; i++)
		if (!r[i].passed) {
			test_line(o, "  FAILED  ", false);
			sb_addf(&o->buf, "%s\n", r[i].name);
		}
	out_event_end(o);
}

static void text_end(struct out *o)
{
	sb_adds(&o->buf, "\n\n");
	out_event_end(o);
}

const struct out_ops out_text_ops = {
	.name = "text",
	.attached = text_attached,
	.text = text_text,
	.value = text_value,
	.map = text_map,
	.lost = text_lost,
	.fault = text_fault,
	.losses = text_losses,
	.tests = text_tests,
	.benches = text_benches,
	.end = text_end,
};
