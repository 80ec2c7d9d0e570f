/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * profile: samples every processor; interval: ticks on one. Both are cpu-clock events with a period in ns: one that
 * is given as a frequency would be refused above kernel.perf_event_max_sample_rate.
 */
#include <linux/perf_event.h>
#include <string.h>

#include "fn/lower.h"
#include "probe/perfcpu.h"
#include "probe/providers.h"
#include "probe/regs.h"

/* "hz:99", "ms:5", or "99hz", "5ms". */
static bool parse_period(const struct part *first, const struct part *second, uint64_t *ret_ns)
{
	uint64_t n;

	if (!second->text)
		return text_period(first->text, ret_ns);
	if (strcmp(first->text, "hz") && strcmp(first->text, "us") && strcmp(first->text, "ms") &&
	    strcmp(first->text, "s"))
		return false;
	return text_number(second->text, &n) && unit_period(first->text, n, ret_ns);
}

static bool timer_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct part first = part_get(ap, 1), second = part_get(ap, 2);
	const char *text = second.text ? second.text : first.text;
	struct probe_target *t;
	uint64_t ns;

	if (part_count(ap) < 1 || part_count(ap) > 2)
		return bad_form(env, out->provider, ap->span, "needs a period");
	if (!parse_period(&first, &second, &ns))
		return bad_form(env, out->provider, second.text ? second.span : first.span, "'%s' is no period", text);
	t = second.text ? target_add(env, out, "%s:%s:%s", out->provider->name, first.text, second.text)
			: target_add(env, out, "%s:%s", out->provider->name, first.text);
	t->period = ns;
	return true;
}

static int timer_attach(const struct attach_env *env, const struct probe *p, int prog_fd, struct links *links,
			struct err *e)
{
	struct links_mark mark = links_mark(links);
	bool one = p->provider == &provider_interval;

	vec_each(p->targets, i) {
		const struct probe_target *t = p->targets.v[i];
		int r = perf_attach_cpus(env, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK, t->period, one, prog_fd, links);

		if (r) {
			links_rollback(links, mark);
			return attach_error(e, r, p, t);
		}
		links->nprobes++;
	}
	return 0;
}

/* Any number will do: the units are listed. */
static void list_units(const char *name, void (*emit)(void *arg, const char *name, const struct probe_target *t),
		       void *arg)
{
	static const char *const units[] = { "hz", "us", "ms", "s" };
	struct strbuf sb = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		sb_reset(&sb);
		sb_addf(&sb, "%s:%s:", name, units[i]);
		emit(arg, sb_str(&sb), &(struct probe_target){ .name = sb_str(&sb) });
	}
	sb_done(&sb);
}

static int profile_list(struct probe_env *env, const struct attach_point *pattern,
			void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
			struct err *e)
{
	list_units("profile", emit, arg);
	return 0;
}

static int interval_list(struct probe_env *env, const struct attach_point *pattern,
			 void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
			 struct err *e)
{
	list_units("interval", emit, arg);
	return 0;
}

/* No tick behind exit(). */
static struct ir_val *timer_filter(struct lower *lw)
{
	struct ir_builder *b = lower_b(lw);

	if (!lower_tables(lw)->exits)
		return NULL;
	return ir_bin(b, IR_eq, ir_load(b, ir_global_ptr(b, IR_GLOBAL_ENDED), 0, 4, false), ir_iconst(b, 0));
}

const struct provider provider_profile = {
	.name = "profile",
	.alias = { "p" },
	.doc = "samples what every processor does, at a frequency or a period",
	.forms = "profile:hz:N\nprofile:us:N\nprofile:ms:N\nprofile:s:N\nprofile:99hz\nprofile:10ms",
	.flags = PF_REGS | PF_TASK | PF_KSTACK,
	.expand = timer_expand,
	.lower_filter = timer_filter,
	.lower_ip = lower_reg_ip,
	.reg_offset = native_reg_offset,
	.kind = perf_kind,
	.attach = timer_attach,
	.list = profile_list,
};

const struct provider provider_interval = {
	.name = "interval",
	.alias = { "i" },
	.doc = "ticks on one processor",
	.forms = "interval:hz:N\ninterval:us:N\ninterval:ms:N\ninterval:s:N\ninterval:99hz\ninterval:10ms",
	.flags = PF_REGS,
	.expand = timer_expand,
	.lower_filter = timer_filter,
	.lower_ip = lower_reg_ip,
	.reg_offset = native_reg_offset,
	.kind = perf_kind,
	.attach = timer_attach,
	.list = interval_list,
};
