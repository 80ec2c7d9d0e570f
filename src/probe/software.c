/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events that the kernel counts in software (enum perf_sw_ids of include/uapi/linux/perf_event.h). */
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>

#include "probe/perfcpu.h"
#include "probe/providers.h"
#include "probe/regs.h"

/* count: of events to one run of the program, if the script says none; nanoseconds for the clocks. */
static const struct event {
	const char *name, *alias;
	uint32_t config;
	uint64_t count;
} events[] = {
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

static bool is_named(const struct event *ev, const char *name)
{
	return !strcmp(ev->name, name) || (ev->alias && !strcmp(ev->alias, name));
}

/* The name stays as it was written, with its count. */
static void add_event(struct probe_env *env, struct probe *out, const struct event *ev, const char *name,
		      const char *count_text, uint64_t count)
{
	struct probe_target *t = target_add(env, out, "software:%s%s%s", name, count_text ? ":" : "",
					    count_text ? count_text : "");

	t->event = ev->name;
	t->config = ev->config;
	t->period = count_text ? count : ev->count;
}

static bool expand_named(struct probe_env *env, const struct attach_point *ap, struct probe *out,
			 const struct part *name, const char *count_text, uint64_t count)
{
	bool wild = part_is_wild(name);
	size_t from = out->targets.n;
	struct near near;

	near_start(&near, name->text);
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		near_try(&near, events[i].name);
		if (wild ? part_match(name, events[i].name) : is_named(&events[i], name->text))
			add_event(env, out, &events[i], wild ? events[i].name : name->text, count_text, count);
	}
	return out->targets.n > from || no_match(env, out->provider, ap, "software:", &near);
}

static bool software_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct part name = part_get(ap, 1), count_part = part_get(ap, 2);
	uint64_t count = 0;

	if (part_count(ap) < 1 || part_count(ap) > 2 || !*name.text)
		return bad_form(env, out->provider, ap->span, "needs an event");
	if (count_part.text && *count_part.text && (!text_number(count_part.text, &count) || !count))
		return bad_form(env, out->provider, count_part.span, "'%s' is no count", count_part.text);
	return expand_named(env, ap, out, &name, count ? count_part.text : NULL, count);
}

static int software_attach(const struct attach_env *env, const struct probe *p, int prog_fd, struct links *links,
			   struct err *e)
{
	struct links_mark mark = links_mark(links);

	vec_each(p->targets, i) {
		const struct probe_target *t = p->targets.v[i];
		int r = perf_attach_cpus(env, t->config, t->period, false, prog_fd, links);

		if (r) {
			links_rollback(links, mark);
			return attach_error(e, r, p, t);
		}
		links->nprobes++;
	}
	return 0;
}

static int software_list(struct probe_env *env, const struct attach_point *pattern,
			 void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
			 struct err *e)
{
	struct part part = part_get(pattern, 1);
	char name[64];

	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		if (!part_match(&part, events[i].name) && !(events[i].alias && part_match(&part, events[i].alias)))
			continue;
		snprintf(name, sizeof(name), "software:%s:", events[i].name);
		emit(arg, name, &(struct probe_target){ .name = name, .event = events[i].name });
	}
	return 0;
}

const struct provider provider_software = {
	.name = "software",
	.alias = { "s" },
	.doc = "an event that the kernel counts: page faults, context switches, clocks",
	.forms = "software:EVENT\nsoftware:EVENT:COUNT",
	.flags = PF_REGS | PF_TASK | PF_KSTACK,
	.expand = software_expand,
	.lower_ip = lower_reg_ip,
	.reg_offset = native_reg_offset,
	.kind = perf_kind,
	.attach = software_attach,
	.list = software_list,
};
