/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links of perf events and of many probes. */
#include <dirent.h>
#include <linux/perf_event.h>
#include <stdlib.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "inspect/both.h"
#include "inspect/link.h"
#include "sym/ksyms.h"

#define SOURCES "/sys/bus/event_source/devices"
#define MULTI_RETURN 1 /* of both kinds' flags */

static const char *const types[] = { "hardware", "software", "tracepoint", "hw-cache", "raw", "breakpoint" };
static const char *const hardware[] = {
	"cpu-cycles", "instructions", "cache-references", "cache-misses", "branch-instructions",
	"branch-misses", "bus-cycles", "stalled-cycles-frontend", "stalled-cycles-backend", "ref-cycles",
};
static const char *const software[] = {
	"cpu-clock", "task-clock", "page-faults", "context-switches", "cpu-migrations", "minor-faults",
	"major-faults", "alignment-faults", "emulation-faults", "dummy", "bpf-output", "cgroup-switches",
};
static const char *const caches[] = { "L1-dcache", "L1-icache", "LLC", "dTLB", "iTLB", "branch", "node" };
static const char *const cache_ops[] = { "load", "store", "prefetch" };
static const char *const cache_results[] = { "refs", "misses" };

#define NAME(list, i) ((i) < ARRAY_SIZE(list) ? (list)[i] : NULL)

static void add_part(struct strbuf *out, const char *name, uint64_t number, const char *end)
{
	if (name)
		sb_addf(out, "%s%s", name, end);
	else
		sb_addf(out, "%llu%s", (unsigned long long)number, end);
}

/* What an event counts, "" if the number says it. */
static void event_config(uint32_t type, uint64_t config, struct strbuf *out)
{
	uint64_t op = config >> 8 & 0xff, result = config >> 16;

	if (type == PERF_TYPE_HARDWARE && NAME(hardware, config)) {
		sb_adds(out, hardware[config]);
	} else if (type == PERF_TYPE_SOFTWARE && NAME(software, config)) {
		sb_adds(out, software[config]);
	} else if (type == PERF_TYPE_HW_CACHE) {
		add_part(out, NAME(caches, config & 0xff), config & 0xff, "-");
		add_part(out, NAME(cache_ops, op), op, "-");
		add_part(out, NAME(cache_results, result), result, "");
	}
}

static void cookie(struct inspect *in, const char *before, uint64_t value)
{
	if (in->json || value)
		both_u64(in, "cookie", before, value, "  ");
}

/* The name of counters that have their number from the kernel at run time; arena. NULL: they have no folder. */
static const char *source_name(struct inspect *in, uint32_t type)
{
	DIR *d = opendir(SOURCES);
	const char *found = NULL;

	for (struct dirent *e; d && !found && (e = readdir(d));) {
		_cleanup_sb_ struct strbuf path = { 0 }, text = { 0 };

		sb_addf(&path, SOURCES "/%s/type", e->d_name);
		if (*e->d_name != '.' && !file_read(sb_str(&path), 64, &text) && strtoul(sb_str(&text), NULL, 10) == type)
			found = arena_strdup(&in->arena, e->d_name);
	}
	if (d)
		closedir(d);
	return found;
}

/*
 * software:cpu-clock and task-clock are counters of their own to newer kernels, the first two that get
 * a number, and without a folder: perf_event_init() in kernel/events/core.c.
 */
static const char *event_type(struct inspect *in, uint32_t *type, uint64_t *config)
{
	const char *name = NAME(types, *type);

	if (name || (name = source_name(in, *type)))
		return name;
	if (*type > PERF_TYPE_MAX + 1)
		return NULL;
	*config = *type - PERF_TYPE_MAX;
	*type = PERF_TYPE_SOFTWARE;
	return types[*type];
}

static void event(struct inspect *in, const struct link_info *info)
{
	uint32_t type = info->perf.name_len;
	uint64_t number = info->perf.name;
	const char *name = event_type(in, &type, &number);
	struct strbuf config = { 0 };

	event_config(type, number, &config);
	if (name)
		both_string(in, "event_type", "\n\tevent ", name, ":");
	else
		both_u64(in, "event_type", "\n\tevent ", type, " :");
	if (config.n)
		both_string(in, "event_config", "", sb_str(&config), "  ");
	else
		both_u64(in, "event_config", "", number, "  ");
	cookie(in, "cookie ", info->perf.uprobe.cookie);
	sb_done(&config);
}

static void uprobe(struct inspect *in, const struct link_info *info)
{
	bool ret = info->perf.kind == LINK_PERF_URETPROBE;

	if (in->json) {
		jsonw_bool_at(&in->w, "retprobe", ret);
		jsonw_string_at(&in->w, "file", link_text(info->perf.name));
		jsonw_u64_at(&in->w, "offset", info->perf.offset);
		jsonw_u64_at(&in->w, "cookie", info->perf.uprobe.cookie);
		jsonw_u64_at(&in->w, "ref_ctr_offset", info->perf.uprobe.ref_ctr);
		return;
	}
	sb_adds(&in->out, ret ? "\n\turetprobe " : "\n\tuprobe ");
	inspect_text(in, link_text(info->perf.name));
	sb_addf(&in->out, "+%#x  ", info->perf.offset);
	cookie(in, "cookie ", info->perf.uprobe.cookie);
	if (info->perf.uprobe.ref_ctr)
		sb_addf(&in->out, "ref_ctr_offset 0x%llx  ", (unsigned long long)info->perf.uprobe.ref_ctr);
}

static void kprobe(struct inspect *in, const struct link_info *info)
{
	bool ret = info->perf.kind == LINK_PERF_KRETPROBE;

	if (in->json) {
		jsonw_bool_at(&in->w, "retprobe", ret);
		jsonw_u64_at(&in->w, "addr", info->perf.kprobe.addr);
		jsonw_string_at(&in->w, "func", link_text(info->perf.name));
		jsonw_u64_at(&in->w, "offset", info->perf.offset);
		jsonw_u64_at(&in->w, "missed", info->perf.kprobe.missed);
		jsonw_u64_at(&in->w, "cookie", info->perf.kprobe.cookie);
		return;
	}
	sb_adds(&in->out, ret ? "\n\tkretprobe " : "\n\tkprobe ");
	if (info->perf.kprobe.addr)
		sb_addf(&in->out, "%llx ", (unsigned long long)info->perf.kprobe.addr);
	inspect_text(in, link_text(info->perf.name));
	if (info->perf.offset)
		sb_addf(&in->out, "+%#x", info->perf.offset);
	if (info->perf.kprobe.missed)
		sb_addf(&in->out, "  missed %llu", (unsigned long long)info->perf.kprobe.missed);
	if (info->perf.kprobe.cookie)
		sb_addf(&in->out, "  cookie %llu", (unsigned long long)info->perf.kprobe.cookie);
	sb_adds(&in->out, "  ");
}

void link_perf_event(struct inspect *in, const struct link_info *info)
{
	switch (info->perf.kind) {
	case LINK_PERF_UPROBE:
	case LINK_PERF_URETPROBE: uprobe(in, info); break;
	case LINK_PERF_KPROBE:
	case LINK_PERF_KRETPROBE: kprobe(in, info); break;
	case LINK_PERF_TRACEPOINT:
		both_string(in, "tracepoint", "\n\ttracepoint ", link_text(info->perf.name), "  ");
		cookie(in, "cookie ", info->perf.uprobe.cookie);
		break;
	case LINK_PERF_EVENT: event(in, info); break;
	default: break;
	}
}

struct target {
	uint64_t addr, cookie;
};

static int by_address(const void *a, const void *b)
{
	const struct target *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* Functions that the link is at, by address. */
static struct target *targets_of(struct inspect *in, const struct link_info *info)
{
	const uint64_t *addrs = (const void *)(uintptr_t)info->kprobe_multi.addrs;
	const uint64_t *cookies = (const void *)(uintptr_t)info->kprobe_multi.cookies;
	uint32_t n = info->kprobe_multi.count;
	struct target *t = arena_array(&in->arena, struct target, n + 1);

	for (uint32_t i = 0; i < n; i++)
		t[i] = (struct target){ addrs ? addrs[i] : 0, cookies ? cookies[i] : 0 };
	qsort(t, n, sizeof(*t), by_address);
	return t;
}

static void target_json(struct jsonw *w, const struct target *t, const struct ksym *s)
{
	jsonw_object(w);
	jsonw_u64_at(w, "addr", t->addr);
	jsonw_string_at(w, "func", s ? s->name : "");
	jsonw_name(w, "module");
	if (s && s->module)
		jsonw_string(w, s->module);
	else
		jsonw_null(w);
	jsonw_u64_at(w, "cookie", t->cookie);
	jsonw_end_object(w);
}

static void target_text(struct strbuf *out, const struct target *t, const struct ksym *s)
{
	sb_addf(out, "\n\t%016llx %-16llx %s", (unsigned long long)t->addr, (unsigned long long)t->cookie,
		s ? s->name : "");
	if (s && s->module)
		sb_addf(out, " [%s]  ", s->module);
	else
		sb_adds(out, "  ");
}

void link_kprobe_multi(struct inspect *in, const struct link_info *info)
{
	bool ret = info->kprobe_multi.flags & MULTI_RETURN;
	struct target *t = targets_of(in, info);

	if (!in->ksyms)
		in->ksyms = ksyms_new();
	if (in->json) {
		jsonw_bool_at(&in->w, "retprobe", ret);
		jsonw_u64_at(&in->w, "func_cnt", info->kprobe_multi.count);
		jsonw_u64_at(&in->w, "missed", info->kprobe_multi.missed);
		jsonw_array_at(&in->w, "funcs");
	} else {
		sb_addf(&in->out, "\n\t%s  func_cnt %u  ", ret ? "kretprobe.multi" : "kprobe.multi",
			info->kprobe_multi.count);
		if (info->kprobe_multi.missed)
			sb_addf(&in->out, "missed %llu  ", (unsigned long long)info->kprobe_multi.missed);
		sb_addf(&in->out, "\n\t%-16s %-16s %s", "addr", "cookie", "func [module]");
	}
	for (uint32_t i = 0; i < info->kprobe_multi.count; i++) {
		const struct ksym *s = t[i].addr ? ksyms_find(in->ksyms, t[i].addr) : NULL;

		if (in->json)
			target_json(&in->w, &t[i], s);
		else
			target_text(&in->out, &t[i], s);
	}
	if (in->json)
		jsonw_end_array(&in->w);
}

static uint64_t item(uint64_t list, uint32_t i)
{
	const uint64_t *v = (const void *)(uintptr_t)list;

	return v ? v[i] : 0;
}

static void uprobes_json(struct jsonw *w, const struct link_info *info)
{
	jsonw_bool_at(w, "retprobe", info->uprobe_multi.flags & MULTI_RETURN);
	jsonw_string_at(w, "path", link_text(info->uprobe_multi.path));
	jsonw_u64_at(w, "func_cnt", info->uprobe_multi.count);
	jsonw_i64_at(w, "pid", (int32_t)info->uprobe_multi.pid);
	jsonw_array_at(w, "funcs");
	for (uint32_t i = 0; i < info->uprobe_multi.count; i++) {
		jsonw_object(w);
		jsonw_u64_at(w, "offset", item(info->uprobe_multi.offsets, i));
		jsonw_u64_at(w, "ref_ctr_offset", item(info->uprobe_multi.ref_ctrs, i));
		jsonw_u64_at(w, "cookie", item(info->uprobe_multi.cookies, i));
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

void link_uprobe_multi(struct inspect *in, const struct link_info *info)
{
	if (in->json) {
		uprobes_json(&in->w, info);
		return;
	}
	sb_adds(&in->out, info->uprobe_multi.flags & MULTI_RETURN ? "\n\turetprobe.multi  "
								   : "\n\tuprobe.multi  ");
	both_string(in, "path", "path ", link_text(info->uprobe_multi.path), "  ");
	sb_addf(&in->out, "func_cnt %u  ", info->uprobe_multi.count);
	if (info->uprobe_multi.pid)
		sb_addf(&in->out, "pid %d  ", (int32_t)info->uprobe_multi.pid);
	sb_addf(&in->out, "\n\t%-16s   %-16s   %-16s", "offset", "ref_ctr_offset", "cookies");
	for (uint32_t i = 0; i < info->uprobe_multi.count; i++)
		sb_addf(&in->out, "\n\t0x%-16llx 0x%-16llx 0x%-16llx",
			(unsigned long long)item(info->uprobe_multi.offsets, i),
			(unsigned long long)item(info->uprobe_multi.ref_ctrs, i),
			(unsigned long long)item(info->uprobe_multi.cookies, i));
}
