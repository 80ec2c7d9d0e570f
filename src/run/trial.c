/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --test and --bench: the test and bench blocks of a script are run, nothing is attached. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdutil.h"
#include "run/internal.h"

#define BENCH_TIME 200000000ll /* ns for each */
#define BENCH_BATCH 1000       /* runs between two looks at the clock and at the records */

static bool is_wanted(const struct runtime *rt, const struct probe *p)
{
	return !strcmp(p->provider->name, rt->opt->trial) && p->prog_fd >= 0;
}

static int run_once(const struct probe *p, uint32_t *ret_value, struct err *e)
{
	int rc = sys_prog_test_run_raw(p->prog_fd, ret_value);

	return rc ? err_set(e, rc, "cannot run %s: %s", p->name, errname(rc)) : 0;
}

/* Run time and number of runs, as the kernel counts them while its statistics are on. */
static int read_stats(int prog_fd, uint64_t *ret_ns, uint64_t *ret_runs)
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr attr = { .info = { .bpf_fd = (uint32_t)prog_fd, .info_len = sizeof(info), .info = (uintptr_t)&info } };
	int rc = sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));

	*ret_ns = info.run_time_ns;
	*ret_runs = info.run_cnt;
	return rc;
}

static int run_bench(struct runtime *rt, const struct probe *p, struct trial_result *r, struct err *e)
{
	uint64_t ns0, runs0, ns, runs;
	int64_t end = run_now() + BENCH_TIME;
	int rc = read_stats(p->prog_fd, &ns0, &runs0);

	while (!rc && run_now() < end && !rt->exiting && !run_stop_signal) {
		for (int i = 0; i < BENCH_BATCH && !rc; i++)
			rc = run_once(p, NULL, e);
		run_drain(rt);
	}
	if (rc)
		return rc;
	rc = read_stats(p->prog_fd, &ns, &runs);
	r->runs = runs - runs0;
	r->ns = r->runs ? (ns - ns0) / r->runs : 0;
	return rc;
}

/* What a test prints is kept back until it is known whether it passes. */
static int run_test(struct runtime *rt, const struct probe *p, struct trial_result *r, struct err *e)
{
	unsigned errors = rt->errors;
	int64_t start = run_now();
	uint32_t value = 0;
	int rc;

	out_hold(rt->out);
	rc = run_once(p, &value, e);
	r->ns = run_now() - start;
	run_drain(rt);
	r->passed = !rc && !value && !rt->status && rt->errors == errors;
	r->output = xstrdup(out_release(rt->out));
	rt->exiting = false;
	rt->failed |= !r->passed;
	rt->status = 0;
	return rc;
}

static int run_each(struct runtime *rt, struct trial_result *results, size_t *ret_n, struct err *e)
{
	bool bench = !strcmp(rt->opt->trial, "bench");
	int rc = 0;

	vec_each(rt->tables->probes, i) {
		const struct probe *p = rt->tables->probes.v[i];
		struct trial_result *r = &results[*ret_n];

		if (!is_wanted(rt, p))
			continue;
		r->name = p->targets.v[0]->event;
		++*ret_n;
		rc = bench ? run_bench(rt, p, r, e) : run_test(rt, p, r, e);
		if (rc)
			break;
	}
	return rc;
}

int run_trials(struct runtime *rt, struct err *e)
{
	union bpf_attr stats = { .enable_stats = { .type = BPF_STATS_RUN_TIME } };
	_cleanup_free_ struct trial_result *results = xcalloc(rt->tables->probes.n + 1, sizeof(*results));
	_cleanup_fd_ int fd = sys_bpf(BPF_ENABLE_STATS, &stats, sizeof(stats));
	size_t n = 0;
	int rc;

	if (fd < 0)
		return err_set(e, fd, "cannot turn on the kernel's statistics of BPF programs: %s", errname(fd));
	run_drain(rt);
	rc = run_each(rt, results, &n, e);
	if (!rc && !strcmp(rt->opt->trial, "bench"))
		rt->out->ops->benches(rt->out, results, n);
	else if (!rc)
		rt->out->ops->tests(rt->out, results, n);
	for (size_t i = 0; i < n; i++)
		free(results[i].output);
	if (!rc && !n)
		return err_set(e, -ENOENT, "the script has no %s probes", rt->opt->trial);
	return rc;
}
