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

/* Of all places together. */
static uint64_t lost_in_all(const struct runtime *rt, enum ir_loss kind)
{
	uint64_t n = run_counter(rt, kind);

	vec_each(rt->module->sites, i)
		if (rt->module->sites.v[i].kind == IF_LOSS && rt->module->sites.v[i].what == kind)
			n += run_counter(rt, rt->module->sites.v[i].counter);
	return n;
}

/* Perf buffers report in their stream what the helper's result has told the program too. */
static uint64_t records_lost(const struct runtime *rt)
{
	uint64_t n = lost_in_all(rt, LOSS_RING);

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

/* Texts are borrowed; at: where in the script it was, or nowhere. */
static void add(struct runtime *rt, struct losses *l, struct loss loss, struct span at)
{
	struct position pos;

	if (!loss.count)
		return;
	if (at.end && rt->opt->sources && sources_find(rt->opt->sources, at.start, &pos)) {
		loss.file = pos.source->name;
		loss.line = pos.line;
		loss.col = pos.col;
	}
	vec_push(&l->list, loss);
}

static void add_total(struct runtime *rt, struct losses *l, uint64_t count, const char *what, const char *hint)
{
	add(rt, l, (struct loss){ .what = what, .hint = hint, .count = count }, (struct span){ 0 });
}

/* Of a kind: what was counted at each place, and what at none. */
static void add_kind(struct runtime *rt, struct losses *l, enum ir_loss kind, struct loss loss)
{
	const struct ir_module *m = rt->module;

	loss.count += run_counter(rt, kind);
	add(rt, l, loss, (struct span){ 0 });
	vec_each(m->sites, i) {
		if (m->sites.v[i].kind != IF_LOSS || m->sites.v[i].what != kind)
			continue;
		loss.count = run_counter(rt, m->sites.v[i].counter);
		add(rt, l, loss, m->sites.v[i].span);
	}
}

/* A text of the list's own. */
static const char *own(struct losses *l, struct strbuf *text)
{
	vec_push(&l->texts, sb_take(text));
	return l->texts.v[l->texts.n - 1];
}

static void add_maps(struct runtime *rt, struct losses *l)
{
	vec_each(rt->tables->maps, i) {
		const struct map *m = rt->tables->maps.v[i];
		struct loss loss = {
			.count = m->loss == LOSS_NONE ? 0 : run_counter(rt, m->loss),
			.title = "Map full; can't update element",
			.hint = "Try increasing max_map_keys config or manually setting the max entries in a map "
				"declaration e.g. `let @a = hash(5000)`",
		};
		struct strbuf what = { 0 };

		if (!loss.count)
			continue;
		sb_addf(&what, "updates of @%s failed", m->name);
		loss.what = own(l, &what);
		add(rt, l, loss, m->value_span.end ? m->value_span : m->span);
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

static uint64_t missed_by_link(int fd)
{
	enum { LINK_PERF_EVENT = 7, LINK_KPROBE_MULTI = 8, PERF_KPROBE = 3, PERF_KRETPROBE = 4 };
	struct missed_info info = { 0 };
	union bpf_attr attr = {
		.info = { .bpf_fd = (uint32_t)fd, .info_len = sizeof(info), .info = (uintptr_t)&info },
	};

	if (sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)))
		return 0;
	if (info.type == LINK_KPROBE_MULTI)
		return info.multi.missed;
	if (info.type == LINK_PERF_EVENT && (info.perf.kind == PERF_KPROBE || info.perf.kind == PERF_KRETPROBE))
		return info.perf.missed;
	return 0;
}

/* Among them returns of functions that ran more often at once than the kernel keeps places for. */
void run_note_missed(struct runtime *rt)
{
	rt->missed = xcalloc(rt->tables->probes.n + 1, sizeof(*rt->missed));
	vec_each(rt->tables->probes, i) {
		const struct link_range *links = &rt->tables->probes.v[i]->links;

		for (size_t k = 0; k < links->n; k++)
			rt->missed[i] += missed_by_link(rt->links.fds.v[links->first + k]);
	}
}

uint64_t run_cut(const struct runtime *rt)
{
	return rt->out->render->cut - rt->cuts_noted;
}

void run_note_cut(struct runtime *rt, uint64_t earlier, struct span at)
{
	uint64_t count = run_cut(rt) - earlier;
	struct cut cut = { at, count };

	if (run_cut(rt) <= earlier)
		return;
	rt->cuts_noted += count;
	vec_each(rt->cuts, i)
		if (rt->cuts.v[i].at.start == at.start && rt->cuts.v[i].at.end == at.end) {
			rt->cuts.v[i].count += count;
			return;
		}
	vec_push(&rt->cuts, cut);
}

/* Tables of tools are shown for no place. */
static void add_cuts(struct runtime *rt, struct losses *l)
{
	struct loss loss = { .what = "strings shown were cut to max_strlen", .hint = "Try a larger max_strlen config.",
			     .count = run_cut(rt) };

	add(rt, l, loss, (struct span){ 0 });
	vec_each(rt->cuts, i) {
		loss.count = rt->cuts.v[i].count;
		add(rt, l, loss, rt->cuts.v[i].at);
	}
}

/* "events of PROBE missed, why" */
static void add_missed_of(struct runtime *rt, struct losses *l, const struct probe *p, uint64_t count,
			  const char *events, const char *why)
{
	struct loss loss = { .count = count };
	struct strbuf what = { 0 };

	if (!count)
		return;
	sb_addf(&what, "%s of %s missed%s", events, p->name, why);
	loss.what = own(l, &what);
	add(rt, l, loss, p->block ? p->block->span : (struct span){ 0 });
}

static void add_missed(struct runtime *rt, struct losses *l)
{
	vec_each(rt->tables->probes, i) {
		const struct probe *p = rt->tables->probes.v[i];

		add_missed_of(rt, l, p, missed_runs(p), "events", ", a probe ran on that CPU already");
		add_missed_of(rt, l, p, rt->missed ? rt->missed[i] : 0, "entries or returns",
			      ": too many ran at once");
	}
}

/* What programs count themselves. */
static void add_kinds(struct runtime *rt, struct losses *l)
{
	static const struct {
		enum ir_loss kind;
		struct loss loss;
	} kinds[] = {
		{ LOSS_READ, { .what = "reads of memory failed (value 0 or empty was used)" } },
		{ LOSS_STACK, { .what = "stack traces not stored", .hint = "Try increasing max_stacks" } },
		{ LOSS_UNWIND, { .what = "user stacks not walked: no tables of their processes",
				 .title = "No DWARF unwind data available for this process",
				 .hint = "dw_ustack() knows the processes of -p, -c or --dwarf-pid; without these, all" } },
		{ LOSS_LOOP, { .what = "loops ended at their limit" } },
		{ LOSS_DIV, { .what = "divisions by zero",
			      .title = "Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being "
				       "used as the result" } },
		{ LOSS_INDEX, { .what = "indexes outside of an array (the last element was taken)" } },
		{ LOSS_BUSY, { .what = "events missed: other tasks were preempted in the probe on that CPU" } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		add_kind(rt, l, kinds[i].kind, kinds[i].loss);
}

void run_report_losses(struct runtime *rt)
{
	struct losses l = { 0 };

	run_globals_sync(rt);
	run_report_faults(rt);
	add_kind(rt, &l, LOSS_RING,
		 (struct loss){ .what = "records dropped: the buffer was full",
				.hint = "Try increasing perf_rb_pages, or print less",
				.count = records_lost(rt) - lost_in_all(rt, LOSS_RING) });
	add_kinds(rt, &l);
	if (rt->unwind)
		add_total(rt, &l, unwind_dropped(rt->unwind),
			  "objects or processes left without tables for dw_ustack(): no room", NULL);
	add_maps(rt, &l);
	add_total(rt, &l, rt->late, "records not handled: the run was stopped, and they took too long", NULL);
	add_total(rt, &l, rt->packets.lost, "packets lost", "Try a larger perf_rb_pages config.");
	add_total(rt, &l, rt->corrupt + rt->ring.corrupt + rt->perf.corrupt + rt->packets.corrupt,
		  "records not understood", NULL);
	add_missed(rt, &l);
	add_cuts(rt, &l);
	if (l.list.n)
		rt->out->ops->losses(rt->out, l.list.v, l.list.n);
	vec_each(l.texts, i)
		free(l.texts.v[i]);
	vec_done(&l.texts);
	vec_done(&l.list);
}
