/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * software and hardware: events that the kernel or the processor counts (enum perf_sw_ids, enum perf_hw_id of
 * include/uapi/linux/perf_event.h).
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>

#include "base/fdutil.h"
#include "probe/perfcpu.h"
#include "probe/providers.h"
#include "probe/regs.h"
#include "run/sys.h"

/* count: of events to one run of the program, if the script says none; nanoseconds for the clocks. */
struct event {
	const char *name, *alias;
	uint32_t config;
	uint64_t count;
};

static const struct event software_events[] = {
	{ "alignment-faults", NULL, PERF_COUNT_SW_ALIGNMENT_FAULTS, 1 },
	{ "bpf-output", NULL, PERF_COUNT_SW_BPF_OUTPUT, 1 },
	{ "context-switches", "cs", PERF_COUNT_SW_CONTEXT_SWITCHES, 1000 },
	{ "cpu-clock", "cpu", PERF_COUNT_SW_CPU_CLOCK, 1000000 },
	{ "cpu-migrations", NULL, PERF_COUNT_SW_CPU_MIGRATIONS, 1 },
	{ "dummy", NULL, PERF_COUNT_SW_DUMMY, 1 },
	{ "emulation-faults", NULL, PERF_COUNT_SW_EMULATION_FAULTS, 1 },
	{ "major-faults", NULL, PERF_COUNT_SW_PAGE_FAULTS_MAJ, 1 },
	{ "minor-faults", NULL, PERF_COUNT_SW_PAGE_FAULTS_MIN, 100 },
	{ "page-faults", "faults", PERF_COUNT_SW_PAGE_FAULTS, 100 },
	{ "task-clock", NULL, PERF_COUNT_SW_TASK_CLOCK, 1000000 },
};

static const struct event hardware_events[] = {
	{ "backend-stalls", "stalled-cycles-backend", PERF_COUNT_HW_STALLED_CYCLES_BACKEND, 1000000 },
	{ "branch-instructions", "branches", PERF_COUNT_HW_BRANCH_INSTRUCTIONS, 100000 },
	{ "branch-misses", NULL, PERF_COUNT_HW_BRANCH_MISSES, 100000 },
	{ "bus-cycles", NULL, PERF_COUNT_HW_BUS_CYCLES, 100000 },
	{ "cache-misses", NULL, PERF_COUNT_HW_CACHE_MISSES, 1000000 },
	{ "cache-references", NULL, PERF_COUNT_HW_CACHE_REFERENCES, 1000000 },
	{ "cpu-cycles", "cycles", PERF_COUNT_HW_CPU_CYCLES, 1000000 },
	{ "frontend-stalls", "stalled-cycles-frontend", PERF_COUNT_HW_STALLED_CYCLES_FRONTEND, 1000000 },
	{ "instructions", NULL, PERF_COUNT_HW_INSTRUCTIONS, 1000000 },
	{ "ref-cycles", NULL, PERF_COUNT_HW_REF_CPU_CYCLES, 1000000 },
};

struct events {
	const struct event *v;
	size_t n;
};

static struct events events_of(const struct provider *p)
{
	if (p == &provider_hardware)
		return (struct events){ hardware_events, ARRAY_SIZE(hardware_events) };
	return (struct events){ software_events, ARRAY_SIZE(software_events) };
}

static bool is_named(const struct event *ev, const char *name)
{
	return !strcmp(ev->name, name) || (ev->alias && !strcmp(ev->alias, name));
}

/* The name stays as it was written, with its count. */
static void add_event(struct probe_env *env, struct probe *out, const struct event *ev, const char *name,
		      const char *count_text, uint64_t count)
{
	struct probe_target *t = target_add(env, out, "%s:%s%s%s", out->provider->name, name,
					    count_text ? ":" : "", count_text ? count_text : "");

	t->event = ev->name;
	t->config = ev->config;
	t->period = count_text ? count : ev->count;
}

static bool expand_named(struct probe_env *env, const struct attach_point *ap, struct probe *out,
			 const struct part *name, const char *count_text, uint64_t count)
{
	struct events all = events_of(out->provider);
	bool wild = part_is_wild(name);
	size_t from = out->targets.n;
	struct near near;

	near_start(&near, name->text);
	for (size_t i = 0; i < all.n; i++) {
		const struct event *ev = &all.v[i];

		near_try(&near, ev->name);
		if (ev->alias)
			near_try(&near, ev->alias);
		if (wild ? part_match(name, ev->name) : is_named(ev, name->text))
			add_event(env, out, ev, wild ? ev->name : name->text, count_text, count);
	}
	if (out->targets.n > from)
		return true;
	return no_match(env, out->provider, ap, arena_printf(env->arena, "%s:", out->provider->name), &near);
}

static bool event_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct part name = part_get(ap, 1), count_part = part_get(ap, 2);
	uint64_t count = 0;

	if (part_count(ap) < 1 || part_count(ap) > 2 || !*name.text)
		return bad_form(env, out->provider, ap->span, "needs an event");
	if (count_part.text && *count_part.text && (!text_number(count_part.text, &count) || !count))
		return bad_form(env, out->provider, count_part.span, "'%s' is no count", count_part.text);
	return expand_named(env, ap, out, &name, count ? count_part.text : NULL, count);
}

/* What the processor counts is known only by trying: virtual machines often count nothing. */
static bool hardware_usable(struct probe_env *env, const struct probe *p)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_HARDWARE, .size = sizeof(attr), .config = p->targets.v[0]->config,
		.sample_period = p->targets.v[0]->period, .disabled = 1,
	};
	_cleanup_fd_ int fd = sys_perf_event_open(&attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);

	return fd >= 0;
}

static int event_attach(const struct attach_env *env, const struct probe *p, int prog_fd, struct links *links,
			struct err *e)
{
	bool hardware = p->provider == &provider_hardware;
	struct links_mark mark = links_mark(links);

	vec_each(p->targets, i) {
		const struct probe_target *t = p->targets.v[i];
		uint32_t type = hardware ? PERF_TYPE_HARDWARE : PERF_TYPE_SOFTWARE;
		int r = perf_attach_cpus(env, type, t->config, t->period, false, prog_fd, links);

		if (r) {
			links_rollback(links, mark);
			attach_error(e, r, p, t);
			if (hardware && (r == -ENOENT || r == -EOPNOTSUPP || r == -ENODEV))
				err_hint(e, "this machine does not count it (virtual machines often count nothing); "
					    "software:cpu-clock or profile sample by time");
			return r;
		}
		links->nprobes++;
	}
	return 0;
}

static void list_event(const struct provider *p, const struct event *ev, const char *called,
		       void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg)
{
	char name[64];

	snprintf(name, sizeof(name), "%s:%s:", p->name, called);
	emit(arg, name, &(struct probe_target){ .name = name, .event = ev->name });
}

static void list_events(const struct provider *p, const struct attach_point *pattern,
			void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg)
{
	struct part part = part_get(pattern, 1);
	struct events all = events_of(p);

	for (size_t i = 0; i < all.n; i++) {
		const struct event *ev = &all.v[i];

		if (part_match(&part, ev->name))
			list_event(p, ev, ev->name, emit, arg);
		if (ev->alias && part_match(&part, ev->alias))
			list_event(p, ev, ev->alias, emit, arg);
	}
}

static int software_list(struct probe_env *env, const struct attach_point *pattern,
			 void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
			 struct err *e)
{
	list_events(&provider_software, pattern, emit, arg);
	return 0;
}

static int hardware_list(struct probe_env *env, const struct attach_point *pattern,
			 void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
			 struct err *e)
{
	list_events(&provider_hardware, pattern, emit, arg);
	return 0;
}

const struct provider provider_software = {
	.name = "software",
	.alias = { "s" },
	.doc = "an event that the kernel counts: page faults, context switches, clocks",
	.forms = "software:EVENT\nsoftware:EVENT:COUNT",
	.flags = PF_REGS | PF_TASK | PF_KSTACK,
	.expand = event_expand,
	.lower_ip = lower_reg_ip,
	.reg_offset = native_reg_offset,
	.kind = perf_kind,
	.attach = event_attach,
	.list = software_list,
};

const struct provider provider_hardware = {
	.name = "hardware",
	.alias = { "h" },
	.doc = "an event that the processor counts: cycles, instructions, cache misses",
	.forms = "hardware:EVENT\nhardware:EVENT:COUNT",
	.flags = PF_REGS | PF_TASK | PF_KSTACK,
	.expand = event_expand,
	.usable = hardware_usable,
	.lower_ip = lower_reg_ip,
	.reg_offset = native_reg_offset,
	.kind = perf_kind,
	.attach = event_attach,
	.list = hardware_list,
};
