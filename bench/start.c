/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long until a script is at work, and what it costs to have it there. */
#include <unistd.h>

#include "bench.h"

#define ROUNDS 15

struct costs {
	struct samples attach_ms[WHO_N], cpu_ms[WHO_N], end_ms[WHO_N], rss_mib[WHO_N];
};

static const struct attach_job {
	const char *name, *what;
	struct bar attach[2], rss[2];
} jobs[] = {
	{ "switch", "sched_switch { @[comm]=count() }", { { BAR_MAX, 4 }, { BAR_PEER_MAX, 0.05 } },
	  { { BAR_MAX, 10 } } },
	{ "task", "the same by a field of a task", { { BAR_NONE } }, { { BAR_NONE } } },
};

static void attach_once(struct costs *c, enum who who, const char *name)
{
	static struct run r;
	uint64_t stop;

	if (!setup.path[who] || !tool_attach(&r, who, name, NULL))
		return;
	usleep(5000); /* something to print at the end */
	stop = now_ns();
	if (!tool_stop(&r))
		return;
	samples_add(&c->attach_ms[who], (r.attached_ns - r.exec_ns) / 1e6);
	samples_add(&c->cpu_ms[who], r.attached_cpu_ns / 1e6);
	samples_add(&c->end_ms[who], (r.exit_ns - stop) / 1e6);
	samples_add(&c->rss_mib[who], r.rss / 1048576.0);
}

static void attach(const struct attach_job *job)
{
	static struct costs c;

	c = (struct costs){ 0 };
	for (int i = 0; i < ROUNDS * WHO_N; i++)
		attach_once(&c, turn(i), job->name);
	printf("  %s\n", job->what);
	table_row("  until attached", "ms", c.attach_ms, job->attach);
	table_row("  processor time until attached", "ms", c.cpu_ms, NULL);
	table_row("  peak memory", "MiB", c.rss_mib, job->rss);
	table_row("  from SIGINT to exit", "ms", c.end_ms, NULL);
}

static void whole_run(void)
{
	static const struct bar bars[2] = { { BAR_MAX, 4 } };
	struct samples wall_ms[WHO_N] = { 0 }, cpu_ms[WHO_N] = { 0 };
	static struct run r;

	for (int i = 0; i < ROUNDS * WHO_N; i++) {
		enum who who = turn(i);

		if (!setup.path[who])
			continue;
		tool_start(&r, who, "begin", NULL);
		if (!tool_finish(&r))
			continue;
		samples_add(&wall_ms[who], (r.exit_ns - r.exec_ns) / 1e6);
		samples_add(&cpu_ms[who], r.cpu_ns / 1e6);
	}
	printf("  begin { exit(); }\n");
	table_row("  whole run", "ms", wall_ms, bars);
	table_row("  processor time", "ms", cpu_ms, NULL);
}

void bench_start(void)
{
	table_head("start: start-up and memory", "medians of 15 runs each, in turns; from exec");
	for (size_t i = 0; i < sizeof(jobs) / sizeof(*jobs); i++)
		attach(&jobs[i]);
	whole_run();
}
