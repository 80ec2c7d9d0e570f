/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Outputs by the clock (struct run_report): no program of the kernel takes part, so they cost nothing there. */
#include "run/internal.h"

void run_report_start(struct runtime *rt)
{
	const struct run_report *r = rt->opt->report;
	int64_t now = run_now();

	if (!r)
		return;
	rt->report_at = r->period ? now + (int64_t)r->period : 0;
	rt->until = r->until ? now + (int64_t)r->until : 0;
}

void run_report_tick(struct runtime *rt, int64_t now)
{
	const struct run_report *r = rt->opt->report;

	if (rt->report_at && now >= rt->report_at) {
		/* From the time it was due, so that they do not drift; what was missed is left out. */
		rt->report_at += (int64_t)r->period;
		if (rt->report_at <= now)
			rt->report_at = now + (int64_t)r->period;
		if (!r->put(r->arg, rt, false)) {
			rt->reported = true;
			rt->done = true;
		}
	}
	if (rt->until && now >= rt->until)
		rt->done = true;
}

void run_report_last(struct runtime *rt)
{
	if (!rt->reported)
		rt->opt->report->put(rt->opt->report->arg, rt, true);
	rt->reported = true;
}

int run_report_wait(const struct runtime *rt, int64_t now, int ms)
{
	int64_t next = rt->report_at;

	if (rt->done)
		return 0;
	if (rt->until && (!next || rt->until < next))
		next = rt->until;
	if (next && next - now < ms * 1000000ll)
		ms = next > now ? (int)((next - now + 999999) / 1000000) : 0;
	return ms;
}
