/* SPDX-License-Identifier: GPL-2.0-or-later */
/* map event_pipe: what programs send through a perf event array. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/perf_event.h>

#include "base/fdutil.h"
#include "inspect/map.h"
#include "inspect/quiet.h"
#include "inspect/stop.h"

#define PAGES 16 /* of each CPU's buffer */
#define POLL_MS 200

struct pipe {
	struct inspect *in;
	bool one;        /* only cpu, at index */
	int cpu, index;
};

struct sample {
	struct perf_event_header header;
	uint64_t time;
	uint32_t size;
	uint8_t data[];
} __attribute__((packed));

struct lost {
	struct perf_event_header header;
	uint64_t id, count;
};

static void event_json(struct pipe *p, const struct perf_event_header *h, int cpu, int index)
{
	struct jsonw *w = &p->in->w;
	const struct sample *s = (const struct sample *)h;
	const struct lost *l = (const struct lost *)h;

	jsonw_object(w);
	jsonw_u64_at(w, "type", h->type);
	jsonw_i64_at(w, "cpu", cpu);
	jsonw_i64_at(w, "index", index);
	if (h->type == PERF_RECORD_SAMPLE) {
		jsonw_u64_at(w, "timestamp", s->time);
		jsonw_array_at(w, "data");
		for (uint32_t i = 0; i < s->size; i++)
			jsonw_u64(w, s->data[i]);
		jsonw_end_array(w);
	} else if (h->type == PERF_RECORD_LOST) {
		jsonw_object_at(w, "lost");
		jsonw_u64_at(w, "id", l->id);
		jsonw_u64_at(w, "count", l->count);
		jsonw_end_object(w);
	}
	jsonw_end_object(w);
}

static void event_text(struct pipe *p, const struct perf_event_header *h, int cpu, int index)
{
	const struct sample *s = (const struct sample *)h;
	struct strbuf *out = &p->in->out;

	if (h->type == PERF_RECORD_SAMPLE) {
		sb_addf(out, "== @%llu.%09llu CPU: %d index: %d =====\n",
			(unsigned long long)(s->time / 1000000000), (unsigned long long)(s->time % 1000000000),
			cpu, index);
		bytes_text(p->in, s->data, s->size);
		sb_addc(out, '\n');
	} else if (h->type == PERF_RECORD_LOST) {
		sb_addf(out, "lost %llu events\n", (unsigned long long)((const struct lost *)h)->count);
	} else {
		sb_addf(out, "unknown event type=%u size=%u\n", h->type, h->size);
	}
}

static enum bpf_perf_event_ret on_event(void *arg, int cpu, struct perf_event_header *h)
{
	struct pipe *p = arg;
	int index = p->one ? p->index : cpu;

	if (p->in->json)
		event_json(p, h, cpu, index);
	else
		event_text(p, h, cpu, index);
	inspect_flush(p->in);
	return p->in->broken ? LIBBPF_PERF_EVENT_DONE : LIBBPF_PERF_EVENT_CONT;
}

static int parse_place(struct inspect *in, struct words *w, struct pipe *p)
{
	bool cpu = false, index = false;
	uint64_t n;

	while (w->n) {
		bool is_cpu = word_is(w, "cpu");
		int r;

		if (!is_cpu && !word_is(w, "index"))
			return words_end(in, w);
		word_next(w);
		r = word_number(in, w, is_cpu ? "CPU ID" : "index", INT32_MAX, &n);
		if (r)
			return r;
		*(is_cpu ? &p->cpu : &p->index) = (int)n;
		*(is_cpu ? &cpu : &index) = true;
	}
	p->one = cpu && index;
	return cpu == index ? 0 : inspect_fail(in, -EINVAL, "cpu and index must be specified together");
}

static int follow(struct pipe *p, struct perf_buffer *pb)
{
	int r = 0;

	stop_catch();
	if (p->in->json)
		jsonw_array(&p->in->w);
	while (!stop_asked() && !p->in->broken && (r >= 0 || r == -EINTR))
		r = perf_buffer__poll(pb, POLL_MS);
	if (p->in->json)
		jsonw_end_array(&p->in->w);
	return r < 0 && r != -EINTR ? inspect_fail(p->in, r, "perf buffer polling failed: %s", errname(r))
				    : 0;
}

int map_event_pipe(struct inspect *in, struct words *w)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_BPF_OUTPUT,
		.sample_type = PERF_SAMPLE_RAW | PERF_SAMPLE_TIME,
		.sample_period = 1,
		.wakeup_events = 1,
	};
	_cleanup_map_ struct map_view m = { .fd = -1 };
	LIBBPF_OPTS(perf_buffer_raw_opts, opts);
	struct pipe p = { .in = in };
	struct perf_buffer *pb;
	int r;

	if (!w->n)
		return INSPECT_USAGE;
	r = map_view_named(in, w, &m);
	if (!r && m.info.type != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
		r = inspect_fail(in, -EINVAL, "map is not a perf event array");
	if (!r)
		r = parse_place(in, w, &p);
	if (r)
		return r;
	opts.cpu_cnt = p.one ? 1 : 0;
	opts.cpus = &p.cpu;
	opts.map_keys = &p.index;
	quiet_libbpf(in);
	pb = perf_buffer__new_raw(m.fd, PAGES, &attr, on_event, &p, &opts);
	if (!pb)
		return inspect_fail(in, -errno, "failed to create perf buffer: %s", errname(errno));
	r = follow(&p, pb);
	perf_buffer__free(pb);
	return r;
}
