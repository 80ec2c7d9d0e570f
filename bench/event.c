/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a script adds to each traced system call. */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define ROUNDS 15 /* for bpftrace, which takes longest, every other one */
#define PARTS 40         /* of each measurement, the quickest of which counts */
#define PART_CALLS 4000
#define STATS_CALLS 50000

static void call_getegid(void)
{
	syscall(SYS_getegid);
}

/* The call with a string that does least: flags that there are not end it at once. */
static void call_memfd(void)
{
	syscall(SYS_memfd_create, "a name of some length", ~0u);
}

static const struct event_job {
	const char *name, *what;
	void (*call)(void);
} jobs[] = {
	{ "count", "@ = count()", call_getegid },
	{ "comm", "@[comm] = count()", call_getegid },
	{ "pid-comm", "@[pid, comm] = count()", call_getegid },
	{ "hist", "@ = hist(nsecs)", call_getegid },
	{ "latency", "start, hist(delta), delete", call_getegid },
	{ "string", "@[str(args.uname)] = count()", call_memfd },
	{ "string-64", "@[str(args.uname, 64)] = count()", call_memfd },
	{ "kstack", "@[kstack] = count()", call_getegid },
};
#define JOBS_N (sizeof(jobs) / sizeof(*jobs))

static struct results {
	struct samples added[WHO_N], run_ns[WHO_N], insns[WHO_N], jited[WHO_N];
} results[JOBS_N];
static struct samples untraced;

static void (*call)(void); /* of the job being measured */

static void calls(uint64_t n)
{
	while (n--)
		call();
}

static uint64_t thread_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* Of processor time, so that what others do meanwhile on this processor is left out; and of the
 * quickest part, for what they do on its sibling makes a call dearer by half. */
static double ns_per_call(void)
{
	uint64_t best = UINT64_MAX;

	for (int i = 0; i < PARTS; i++) {
		uint64_t since = thread_ns(), took;

		calls(PART_CALLS);
		took = thread_ns() - since;
		if (took < best)
			best = took;
	}
	return best / (double)PART_CALLS;
}

static void traced(struct results *res, enum who who, const char *name, double base)
{
	static struct run r;
	struct progs progs;

	progs_mark(&progs);
	if (!setup.path[who] || !tool_attach(&r, who, name, NULL))
		return;
	samples_add(&res->added[who], ns_per_call() - base);
	if (progs_measure(&progs, calls, STATS_CALLS)) {
		samples_add(&res->run_ns[who], progs.run_ns / (double)progs.run_cnt);
		samples_add(&res->insns[who], progs.insns);
		samples_add(&res->jited[who], progs.jited);
	}
	tool_stop(&r);
	progs_wait_gone(&progs);
}

static void measure(size_t job)
{
	double base = 0;

	call = jobs[job].call;
	for (int i = 0; i < ROUNDS * WHO_N; i++) {
		if (i % WHO_N == 0) {
			base = ns_per_call();
			samples_add(&untraced, base);
		}
		if (turn(i) != PEER || i / WHO_N % 2 == 0)
			traced(&results[job], turn(i), jobs[job].name, base);
	}
}

void bench_event(void)
{
	static const struct bar bars[2] = { { BAR_LIMIT_MAX, 1.05 } };
	size_t i;

	for (i = 0; i < JOBS_N; i++)
		measure(i);
	table_head("event: cost of an event",
		   "a system call (getegid; of a string memfd_create, refused) in a loop: quickest of 40 parts;\n"
		   "  medians of 15 runs each (bpftrace: 8), in turns");
	printf("  nanoseconds added to a call (which takes %.0f ns untraced)\n", median(&untraced));
	for (i = 0; i < JOBS_N; i++)
		table_row(jobs[i].what, "", results[i].added, bars);
	printf("  run_time_ns / run_cnt (the kernel's own, much of it the reading of clocks)\n");
	for (i = 0; i < JOBS_N; i++)
		table_row(jobs[i].what, "", results[i].run_ns, NULL);
	printf("  instructions, after the verifier's own changes\n");
	for (i = 0; i < JOBS_N; i++)
		table_row(jobs[i].what, "", results[i].insns, NULL);
	printf("  bytes of machine code\n");
	for (i = 0; i < JOBS_N; i++)
		table_row(jobs[i].what, "", results[i].jited, NULL);
}
