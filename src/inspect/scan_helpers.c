/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which helpers a type of program may call. Each load is of a program that calls several in a row,
 * with the context, then zeros as arguments. The verifier stops at the first one that it does not
 * like and says whether it is the helper or its arguments; those before it are known to be there.
 * The last instruction reads a register that was never set, so nothing is ever loaded.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "inspect/scan_int.h"

enum {
	CHAIN = 2,     /* helpers a program: most are refused for their arguments */
	CALL_INSNS = 6, /* five arguments and the call */
	THREADS_MAX = 8,
};

struct chain {
	struct bpf_insn insns[1 + CHAIN * CALL_INSNS + 2];
	unsigned ninsns, ncalls;
	int helper[CHAIN];
};

const char *scan_helper_name(uint32_t number)
{
#define NAME(name) [BPF_FUNC_##name] = "bpf_" #name
	static const char *const names[SCAN_HELPERS] = {
		__BPF_FUNC_MAPPER(NAME)
		/* newer than the packaged header */
		[210] = "bpf_cgrp_storage_get", [211] = "bpf_cgrp_storage_delete",
	};
#undef NAME

	return number < SCAN_HELPERS ? names[number] : NULL;
}

/* These make the kernel log a warning. */
bool scan_helper_asked(uint32_t number, bool full)
{
	return full || (number != BPF_FUNC_trace_printk && number != BPF_FUNC_trace_vprintk &&
			number != BPF_FUNC_probe_write_user);
}

bool scan_helpers_possible(uint32_t prog_type)
{
	return prog_type != BPF_PROG_TYPE_TRACING && prog_type != BPF_PROG_TYPE_LSM &&
	       prog_type != BPF_PROG_TYPE_EXT && prog_type != BPF_PROG_TYPE_STRUCT_OPS;
}

static void chain_add(struct chain *c, int helper)
{
	c->insns[c->ninsns++] = MOV_REG(BPF_REG_1, BPF_REG_6);
	for (int r = BPF_REG_2; r <= BPF_REG_5; r++)
		c->insns[c->ninsns++] = MOV_IMM(r, 0);
	c->insns[c->ninsns++] = CALL(helper);
	c->helper[c->ncalls++] = helper;
}

/* Helpers from `from` on, as many as fit. */
static void chain_fill(struct chain *c, int from, unsigned max, bool full)
{
	c->ncalls = 0;
	c->ninsns = 0;
	c->insns[c->ninsns++] = MOV_REG(BPF_REG_6, BPF_REG_1);
	for (int h = from; h < SCAN_HELPERS && c->ncalls < max; h++)
		if (scan_helper_asked((uint32_t)h, full))
			chain_add(c, h);
	c->insns[c->ninsns++] = MOV_REG(BPF_REG_0, BPF_REG_9);
	c->insns[c->ninsns++] = EXIT;
}

/* The verifier's words for a helper that is not for this type of program. */
static bool log_refuses(const char *log)
{
	return strstr(log, "invalid func ") || strstr(log, "unknown func ") ||
	       strstr(log, "program of this type cannot use helper ");
}

/* Index of the call that the verifier stopped at; ncalls: none; -1: it does not say. */
static int log_stop(const char *log, const struct chain *c)
{
	const char *processed = strstr(log, "processed ");
	unsigned n;

	if (!processed || sscanf(processed, "processed %u insns", &n) != 1 || n < 2)
		return -1;
	/* All straight ahead: instruction n - 1 was the last, the first of a call is 1, 7, ... */
	n = (n - 2) / CALL_INSNS;
	return n < c->ncalls ? (int)n : (int)c->ncalls;
}

/* Asks for the helpers of a chain; returns how many of them are known now, 0 on failure. */
static unsigned ask_chain(struct scan_helpers *s, const struct chain *c, uint32_t ifindex)
{
	char log[LOG_SIZE] = "";
	_cleanup_fd_ int fd = scan_load(s->prog_type, ifindex, c->insns, c->ninsns, log, LOG_STATS);
	int stop = log_stop(log, c);

	if (fd >= 0 || stop < 0)
		return 0;
	for (int i = 0; i < stop; i++)
		s->has[c->helper[i]] = true;
	if ((unsigned)stop == c->ncalls)
		return c->ncalls;
	s->has[c->helper[stop]] = !log_refuses(log);
	return (unsigned)stop + 1;
}

/* Without the count of instructions (kernels before 5.2, devices): one helper alone. */
static void ask_one(struct scan_helpers *s, int helper, uint32_t ifindex)
{
	struct bpf_insn insns[] = { CALL(helper), EXIT };
	char log[LOG_SIZE] = "";
	_cleanup_fd_ int fd = scan_load(s->prog_type, ifindex, insns, 2, log, LOG_LINES);

	s->has[helper] = fd >= 0 || (*log && !log_refuses(log));
}

static void scan_type(struct scan_helpers *s, uint32_t ifindex, bool full)
{
	int next = 1;

	while (next < SCAN_HELPERS) {
		struct chain c;
		unsigned known;

		chain_fill(&c, next, ifindex ? 1 : CHAIN, full);
		if (!c.ncalls)
			return;
		known = ask_chain(s, &c, ifindex);
		if (!known) {
			ask_one(s, c.helper[0], ifindex);
			known = 1;
		}
		next = c.helper[known - 1] + 1;
	}
}

struct work {
	struct scan_helpers *all;
	unsigned n;
	atomic_uint next;
	uint32_t ifindex;
	bool full;
};

static void *worker(void *arg)
{
	struct work *w = arg;
	unsigned i;

	while ((i = atomic_fetch_add(&w->next, 1)) < w->n)
		if (w->all[i].wanted)
			scan_type(&w->all[i], w->ifindex, w->full);
	return NULL;
}

void scan_helpers(struct scan_helpers *all, unsigned n, uint32_t ifindex, bool full)
{
	struct work w = { .all = all, .n = n, .ifindex = ifindex, .full = full };
	pthread_t threads[THREADS_MAX];
	int cpus[THREADS_MAX];
	unsigned started = 0, ncpus = sys_online_cpus(cpus, THREADS_MAX);

	while (started + 1 < ncpus && started < THREADS_MAX &&
	       !pthread_create(&threads[started], NULL, worker, &w))
		started++;
	worker(&w);
	while (started)
		pthread_join(threads[--started], NULL);
}
