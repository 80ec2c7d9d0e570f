/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON, one object a line, as bpftrace prints it. */
#include <string.h>

#include "out/out_int.h"

static void begin(struct out *o, const char *type)
{
	sb_adds(&o->buf, "{\"type\": \"");
	sb_adds(&o->buf, type);
	sb_adds(&o->buf, "\", \"data\": ");
}

static void json_attached(struct out *o, unsigned nprobes)
{
	if (o->quiet)
		return;
	sb_addf(&o->buf,
		"{\"type\": \"attached_probes\", \"count\": %u, \"data\": {\"probes\": %u}}\n",
		nprobes, nprobes);
	out_event_end(o);
}

static void json_text(struct out *o, enum out_text_kind kind, const char *text, size_t n)
{
	static const char *const types[] = {
		[OT_PRINTF] = "printf", [OT_TIME] = "time", [OT_CAT] = "cat",
		[OT_JOIN] = "join", [OT_SYSTEM] = "syscall",
	};

	begin(o, types[kind]);
	render_json_string(&o->buf, text, n);
	sb_adds(&o->buf, "}\n");
	out_event_end(o);
}

static void json_value(struct out *o, const struct type *t, const void *bytes, uint32_t len)
{
	begin(o, "value");
	if (t->kind == TY_AGG) {
		t->agg->json(o->render, &o->buf, t, bytes, 1);
	} else if (t->kind == TY_STRING) {
		sb_reset(&o->scratch);
		render_string(o->render, &o->scratch, t, bytes, len);
		render_json_string(&o->buf, sb_str(&o->scratch), o->scratch.n);
	} else {
		render_json(o->render, &o->buf, t, bytes);
	}
	sb_adds(&o->buf, "}\n");
	out_event_end(o);
}

static void add_value(struct out *o, const struct map_dump *m, const void *bytes)
{
	const struct type *t = m->value;

	if (t->kind == TY_AGG)
		t->agg->json(o->render, &o->buf, t, bytes, m->div > 1 ? m->div : 1);
	else if (!map_dump_int(o, m, bytes))
		render_json(o->render, &o->buf, t, bytes);
}

static void add_entries(struct out *o, const struct map_dump *m)
{
	size_t first = map_dump_first(m);

	sb_addc(&o->buf, '{');
	for (size_t i = first; i < map_dump_end(m) && out_more(o); i++) {
		map_dump_prefetch(m, i);
		if (i != first)
			sb_adds(&o->buf, ", ");
		render_json_key(o->render, &o->buf, m->key, m->entries[i].key);
		sb_adds(&o->buf, ": ");
		add_value(o, m, m->entries[i].value);
	}
	sb_addc(&o->buf, '}');
}

static void json_map(struct out *o, const struct map_dump *m)
{
	const char *type = m->value->kind == TY_AGG ? m->value->agg->json_type : "map";

	if (!m->n)
		return;
	map_dump_sort(m);
	begin(o, type);
	sb_adds(&o->buf, "{\"@");
	sb_adds(&o->buf, m->name);
	sb_adds(&o->buf, "\": ");
	if (m->key)
		add_entries(o, m);
	else
		add_value(o, m, m->entries[0].value);
	sb_adds(&o->buf, "}}\n");
	out_event_end(o);
}

static void json_lost(struct out *o, uint64_t records)
{
	unsigned long long n = records;

	sb_addf(&o->buf,
		"{\"type\": \"lost_events\", \"count\": %llu, \"data\": {\"events\": %llu}}\n", n,
		n);
	out_event_end(o);
}

/* As bpftrace has it; how often it happened only if more than once since the last one. */
static void json_fault(struct out *o, const struct fault *f)
{
	sb_addf(&o->buf, "{\"type\": \"%s\", \"msg\": ",
		f->type ? f->type : f->helper ? "helper_error" : "runtime_error");
	render_json_string(&o->buf, f->what, strlen(f->what));
	if (f->helper)
		sb_addf(&o->buf, ", \"helper\": \"%s\", \"retcode\": %lld", f->helper, (long long)f->code);
	sb_adds(&o->buf, ", \"filename\": ");
	render_json_string(&o->buf, f->file, strlen(f->file));
	sb_addf(&o->buf, ", \"line\": %u, \"col\": %u", f->line, f->col);
	if (f->count > 1)
		sb_addf(&o->buf, ", \"count\": %llu", (unsigned long long)f->count);
	sb_adds(&o->buf, "}\n");
	out_event_end(o);
}

/*
 * One object a cause and place:
 * {"type": "losses", "count": 5, "data": {"cause": "...", "hint": "...", "filename": "x.bt", "line": 1, "col": 9}}.
 */
static void json_losses(struct out *o, const struct loss *l, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!l[i].count)
			continue;
		sb_addf(&o->buf, "{\"type\": \"losses\", \"count\": %llu, \"data\": {\"cause\": ",
			(unsigned long long)l[i].count);
		render_json_string(&o->buf, l[i].what, strlen(l[i].what));
		if (l[i].hint) {
			sb_adds(&o->buf, ", \"hint\": ");
			render_json_string(&o->buf, l[i].hint, strlen(l[i].hint));
		}
		if (l[i].file) {
			sb_adds(&o->buf, ", \"filename\": ");
			render_json_string(&o->buf, l[i].file, strlen(l[i].file));
			sb_addf(&o->buf, ", \"line\": %u, \"col\": %u", l[i].line, l[i].col);
		}
		sb_adds(&o->buf, "}}\n");
		out_event_end(o);
	}
}

static void json_benches(struct out *o, const struct trial_result *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		begin(o, "benchmark_result");
		sb_addc(&o->buf, '{');
		render_json_string(&o->buf, r[i].name, strlen(r[i].name));
		sb_addf(&o->buf, ": {\"average\": %llu, \"iters\": %llu}}}\n", (unsigned long long)r[i].ns,
			(unsigned long long)r[i].runs);
	}
	out_event_end(o);
}

static void json_tests(struct out *o, const struct trial_result *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		begin(o, "test_result");
		sb_addc(&o->buf, '{');
		render_json_string(&o->buf, r[i].name, strlen(r[i].name));
		sb_addf(&o->buf, ": {\"duration\": %llu, \"passed\": %s, \"output\": ", (unsigned long long)r[i].ns,
			r[i].passed ? "true" : "false");
		render_json_string(&o->buf, r[i].output, strlen(r[i].output));
		sb_adds(&o->buf, "}}}\n");
	}
	out_event_end(o);
}

static void json_end(struct out *o)
{
}

const struct out_ops out_json_ops = {
	.name = "json",
	.attached = json_attached,
	.text = json_text,
	.value = json_value,
	.map = json_map,
	.lost = json_lost,
	.fault = json_fault,
	.losses = json_losses,
	.tests = json_tests,
	.benches = json_benches,
	.end = json_end,
};
