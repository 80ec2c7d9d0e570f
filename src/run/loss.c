/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was lost, and why: the counters of programs, of the kernel and of the consumer. */
#include <stdlib.h>
#include <string.h>

#include "run/internal.h"

#define SECOND 1000000000ll

struct losses {
	VEC(struct loss) list;
	VEC(char *) texts;
};

uint64_t run_counter(const struct runtime *rt, uint32_t i)
{
	uint64_t n = 0;

	if (rt->globals && i < rt->module->nloss && (i + 1) * sizeof(n) <= rt->globals_size)
		memcpy(&n, rt->globals + i * sizeof(n), sizeof(n));
	return n;
}

/* Perf buffers report in their stream what the helper's result has told the program too. */
static uint64_t records_lost(const struct runtime *rt)
{
	uint64_t n = run_counter(rt, LOSS_RING);

	return n > rt->perf.lost ? n : rt->perf.lost;
}

void run_report_lost(struct runtime *rt, int64_t now)
{
	uint64_t n;

	if (now < rt->next_report)
		return;
	run_globals_sync(rt);
	n = records_lost(rt);
	run_report_faults(rt);
	rt->next_report = now + SECOND;
	if (n > rt->reported_lost)
		rt->out->ops->lost(rt->out, n - rt->reported_lost);
	rt->reported_lost = n;
}

static void add(struct losses *l, uint64_t count, const char *what, const char *hint)
{
	struct loss loss = { what, hint, count };

	if (count)
		vec_push(&l->list, loss);
}

static void add_titled(struct losses *l, uint64_t count, const char *title, const char *what, const char *hint)
{
	add(l, count, what, hint);
	if (count)
		l->list.v[l->list.n - 1].title = title;
}

/* Behind what happened: where in the script, if that is known. */
static void add_where(const struct runtime *rt, struct span at, struct strbuf *what)
{
	struct position pos;

	if (at.end && rt->opt->sources && sources_find(rt->opt->sources, at.start, &pos))
		sb_addf(what, ": %s:%u:%u", pos.source->name, pos.line, pos.col);
}

static void add_maps(struct runtime *rt, struct losses *l)
{
	vec_each(rt->tables->maps, i) {
		const struct map *m = rt->tables->maps.v[i];
		uint64_t n = m->loss == LOSS_NONE ? 0 : run_counter(rt, m->loss);
		struct strbuf what = { 0 };

		if (!n)
			continue;
		sb_addf(&what, "updates of @%s failed", m->name);
		add_where(rt, m->value_span.end ? m->value_span : m->span, &what);
		vec_push(&l->texts, sb_take(&what));
		add_titled(l, n, "Map full; can't update element", l->texts.v[l->texts.n - 1],
			   "Try increasing max_map_keys config or manually setting the max entries in a map "
			   "declaration e.g. `let @a = hash(5000)`");
	}
}

/* Times the kernel left a program out because one ran on the same CPU already (5.12). */
static uint64_t missed_runs(const struct probe *p)
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr attr = {
		.info = {
			.bpf_fd = (uint32_t)p->prog_fd,
			.info_len = sizeof(info),
			.info = (uintptr_t)&info,
		},
	};

	if (p->prog_fd < 0 || sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)))
		return 0;
	return info.recursion_misses;
}

static void add_missed(struct runtime *rt, struct losses *l)
{
	vec_each(rt->tables->probes, i) {
		const struct probe *p = rt->tables->probes.v[i];
		uint64_t n = missed_runs(p);
		struct strbuf what = { 0 };

		if (!n)
			continue;
		sb_addf(&what, "events of %s missed, a probe ran on that CPU already", p->name);
		add_where(rt, p->block ? p->block->span : (struct span){ 0 }, &what);
		vec_push(&l->texts, sb_take(&what));
		add(l, n, l->texts.v[l->texts.n - 1], NULL);
	}
}

/* union bpf_link_info of include/uapi/linux/bpf.h, as far as it has what a link of kprobes missed (6.7). */
struct missed_info {
	uint32_t type, id, prog_id, pad;
	union {
		struct {
			uint64_t addrs;
			uint32_t count, flags;
			uint64_t missed;
		} multi;
		struct {
			uint32_t kind, pad;
			uint64_t name;
			uint32_t name_len, offset;
			uint64_t addr, missed;
		} perf;
		uint64_t all[16];
	};
};

/* Among them returns of functions that ran more often at once than the kernel keeps places for. */
void run_note_missed(struct runtime *rt)
{
	enum { LINK_PERF_EVENT = 7, LINK_KPROBE_MULTI = 8, PERF_KPROBE = 3, PERF_KRETPROBE = 4 };

	vec_each(rt->links.fds, i) {
		struct missed_info info = { 0 };
		union bpf_attr attr = {
			.info = { .bpf_fd = (uint32_t)rt->links.fds.v[i], .info_len = sizeof(info), .info = (uintptr_t)&info },
		};

		if (sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)))
			continue;
		if (info.type == LINK_KPROBE_MULTI)
			rt->missed += info.multi.missed;
		else if (info.type == LINK_PERF_EVENT && (info.perf.kind == PERF_KPROBE || info.perf.kind == PERF_KRETPROBE))
			rt->missed += info.perf.missed;
	}
}

void run_report_losses(struct runtime *rt)
{
	struct losses l = { 0 };

	run_globals_sync(rt);
	run_report_faults(rt);
	add(&l, records_lost(rt), "records dropped: the buffer was full",
	    "Try increasing perf_rb_pages, or print less");
	add(&l, run_counter(rt, LOSS_READ), "reads of memory failed (value 0 or empty was used)", NULL);
	add(&l, run_counter(rt, LOSS_STACK), "stack traces not stored", "Try increasing max_stacks");
	add_titled(&l, run_counter(rt, LOSS_UNWIND), "No DWARF unwind data available for this process",
		   "user stacks not walked: no tables of their processes", "dw_ustack() knows the processes of -p, -c or --dwarf-pid; without these, all");
	if (rt->unwind)
		add(&l, unwind_dropped(rt->unwind), "objects or processes left without tables for dw_ustack(): no room", NULL);
	add(&l, run_counter(rt, LOSS_LOOP), "loops ended at their limit", NULL);
	add_titled(&l, run_counter(rt, LOSS_DIV),
		   "Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result",
		   "divisions by zero", NULL);
	add(&l, run_counter(rt, LOSS_INDEX), "indexes outside of an array (the last element was taken)", NULL);
	add(&l, run_counter(rt, LOSS_BUSY), "events missed: other tasks were preempted in the probe on that CPU", NULL);
	add_maps(rt, &l);
	add(&l, rt->late, "records not handled: the run was stopped, and they took too long", NULL);
	add(&l, rt->packets.lost, "packets lost", "Try a larger perf_rb_pages config.");
	add(&l, rt->corrupt + rt->ring.corrupt + rt->perf.corrupt + rt->packets.corrupt, "records not understood", NULL);
	add_missed(rt, &l);
	add(&l, rt->missed, "entries or returns of kernel functions missed: too many ran at once", NULL);
	if (l.list.n)
		rt->out->ops->losses(rt->out, l.list.v, l.list.n);
	vec_each(l.texts, i)
		free(l.texts.v[i]);
	vec_done(&l.texts);
	vec_done(&l.list);
}
