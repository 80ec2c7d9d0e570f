/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prog profile: hardware counters around each run of a program, by fentry and fexit programs on it. */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "inspect/profile.h"
#include "inspect/prog.h"
#include "inspect/stop.h"
#include "run/sys.h"

#define LOG_SIZE (64u << 10)
#define CACHE(id, result) \
	(PERF_COUNT_HW_CACHE_##id | PERF_COUNT_HW_CACHE_OP_READ << 8 | PERF_COUNT_HW_CACHE_RESULT_##result << 16)

/* Ratios are to another metric, if it is counted too. */
static const struct metric {
	const char *name;
	uint32_t type;
	uint64_t config;
	const char *of, *ratio;
	double factor;
} metrics[] = {
	{ "cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, NULL, NULL, 0 },
	{ "instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, "cycles", "insns per cycle", 1 },
	{ "l1d_loads", PERF_TYPE_HW_CACHE, CACHE(L1D, ACCESS), NULL, NULL, 0 },
	{ "llc_misses", PERF_TYPE_HW_CACHE, CACHE(LL, MISS), "instructions", "LLC misses per million insns", 1e6 },
	{ "itlb_misses", PERF_TYPE_HW_CACHE, CACHE(ITLB, MISS), "instructions", "itlb misses per million insns", 1e6 },
	{ "dtlb_misses", PERF_TYPE_HW_CACHE, CACHE(DTLB, MISS), "instructions", "dtlb misses per million insns", 1e6 },
};

struct profile {
	struct inspect *in;
	int target;
	uint64_t seconds; /* 0: until a signal */
	const struct metric *metrics[PROFILE_METRICS];
	unsigned n;
	uint32_t ncpus;
	struct profile_maps maps;
	fd_list fds;      /* all that is open */
	struct profile_sums total;
};

static int parse_metric(struct inspect *in, struct words *w, struct profile *p)
{
	const struct metric *m = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(metrics) && !m; i++)
		m = word_is(w, metrics[i].name) ? &metrics[i] : NULL;
	if (!m)
		return inspect_fail(in, -EINVAL, "unknown metric %s", w->v[0]);
	word_next(w);
	for (unsigned i = 0; i < p->n; i++)
		if (p->metrics[i] == m)
			return 0;
	if (p->n == PROFILE_METRICS)
		return inspect_fail(in, -EINVAL, "too many metrics, please specify no more than %d at a time",
				    PROFILE_METRICS);
	p->metrics[p->n++] = m;
	return 0;
}

static int parse(struct inspect *in, struct words *w, struct profile *p)
{
	int r = inspect_pass(in, words_need(in, w, "'profile'", 3));

	if (r)
		return r;
	p->target = prog_named(in, w);
	if (p->target < 0)
		return p->target;
	vec_push(&p->fds, p->target);
	if (word_take(w, "duration")) {
		r = word_number(in, w, "duration", UINT32_MAX, &p->seconds);
		if (!r && !p->seconds)
			r = inspect_fail(in, -EINVAL, "a duration of 0 seconds counts nothing");
	}
	while (w->n && !r)
		r = parse_metric(in, w, p);
	if (!r && !p->n)
		r = inspect_fail(in, -EINVAL, "no metric is given");
	return r;
}

/* What is left where counters or fentry are missing. */
static int missing(struct inspect *in, int code)
{
	err_hint(&in->err, "the kernel counts runs and their time by itself: sysctl -w "
			   "kernel.bpf_stats_enabled=1, then 'prog show' has run_cnt and run_time_ns");
	return code;
}

static int open_counter(struct profile *p, unsigned m, int cpu)
{
	struct perf_event_attr attr = {
		.type = p->metrics[m]->type,
		.size = sizeof(attr),
		.config = p->metrics[m]->config,
		.exclude_user = 1,
	};
	uint32_t key = m * p->ncpus + (uint32_t)cpu;
	int fd = sys_perf_event_open(&attr, -1, cpu, -1, 0), r;

	if (fd < 0) {
		inspect_fail(p->in, fd, "this machine does not count %s: %s", p->metrics[m]->name, errname(fd));
		return missing(p->in, fd);
	}
	vec_push(&p->fds, fd);
	r = sys_map_update(p->maps.events, &key, &fd, BPF_ANY);
	if (!r && ioctl(fd, PERF_EVENT_IOC_ENABLE, 0))
		r = -errno;
	return r ? inspect_fail(p->in, r, "cannot use the counter of %s: %s", p->metrics[m]->name, errname(r)) : 0;
}

static int open_counters(struct profile *p)
{
	int *cpus = arena_array(&p->in->arena, int, p->ncpus), r = 0;
	unsigned n = sys_online_cpus(cpus, p->ncpus);

	for (unsigned m = 0; m < p->n; m++)
		for (unsigned i = 0; i < n && !r; i++)
			r = open_counter(p, m, cpus[i]);
	return r;
}

static int make_map(struct profile *p, uint32_t type, uint32_t value_size, uint32_t n, int *ret)
{
	*ret = sys_map_create(type, "profile", sizeof(uint32_t), value_size, n, 0);
	if (*ret < 0)
		return inspect_fail(p->in, *ret, "map create failed: %s", errname(*ret));
	vec_push(&p->fds, *ret);
	return 0;
}

static int make_maps(struct profile *p)
{
	int r = make_map(p, BPF_MAP_TYPE_PERF_EVENT_ARRAY, sizeof(int), p->n * p->ncpus, &p->maps.events);

	if (!r)
		r = make_map(p, BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(struct profile_value) * PROFILE_METRICS, 1,
			     &p->maps.starts);
	return r ? r : make_map(p, BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(struct profile_sums), 1, &p->maps.sums);
}

static int attach(struct profile *p, uint32_t func, bool exit)
{
	char *log = arena_alloc(&p->in->arena, LOG_SIZE);
	int fd = profile_load(p->target, func, exit, &p->maps, p->n, p->ncpus, log, LOG_SIZE), link;

	if (fd < 0) {
		inspect_fail(p->in, fd, "this kernel takes no fentry programs on programs: %s%s%s", errname(fd),
			     *log ? ": " : "", *log ? arena_strndup(&p->in->arena, log, strcspn(log, "\n")) : "");
		return missing(p->in, fd);
	}
	vec_push(&p->fds, fd);
	link = sys_raw_tracepoint_open(NULL, fd);
	if (link < 0)
		return inspect_fail(p->in, link, "cannot attach to the program: %s", errname(link));
	vec_push(&p->fds, link);
	return 0;
}

static int attach_both(struct profile *p)
{
	struct prog_code c;
	const struct bpf_func_info *f;
	int r = prog_code_read(p->in, p->target, &c);

	if (r)
		return r;
	f = prog_func(&c, 0);
	if (!c.btf || !f)
		return inspect_fail(p->in, -EINVAL, "the program has no BTF, which profiling needs (compile it with -g)");
	/* The end first: a run that it sees without a start is left out. */
	r = attach(p, f->type_id, true);
	return r ? r : attach(p, f->type_id, false);
}

static int read_sums(struct profile *p)
{
	struct profile_sums *sums = arena_array(&p->in->arena, struct profile_sums, p->ncpus);
	uint32_t key = 0;
	int r = sys_map_lookup(p->maps.sums, &key, sums);

	if (r)
		return inspect_fail(p->in, r, "cannot read the counts: %s", errname(r));
	for (uint32_t i = 0; i < p->ncpus; i++) {
		p->total.runs += sums[i].runs;
		for (unsigned m = 0; m < p->n; m++) {
			p->total.values[m].counter += sums[i].values[m].counter;
			p->total.values[m].enabled += sums[i].values[m].enabled;
			p->total.values[m].running += sums[i].values[m].running;
		}
	}
	return 0;
}

static void show_json(struct profile *p)
{
	struct jsonw *w = &p->in->w;

	jsonw_array(w);
	for (unsigned m = 0; m < p->n; m++) {
		jsonw_object(w);
		jsonw_string_at(w, "metric", p->metrics[m]->name);
		jsonw_u64_at(w, "run_cnt", p->total.runs);
		jsonw_u64_at(w, "value", p->total.values[m].counter);
		jsonw_u64_at(w, "enabled", p->total.values[m].enabled);
		jsonw_u64_at(w, "running", p->total.values[m].running);
		jsonw_end_object(w);
	}
	jsonw_end_array(w);
}

/* The count of the metric that m's ratio is to; 0: there is none. */
static uint64_t base_of(const struct profile *p, unsigned m)
{
	for (unsigned i = 0; i < p->n && p->metrics[m]->of; i++)
		if (!strcmp(p->metrics[i]->name, p->metrics[m]->of))
			return p->total.values[i].counter;
	return 0;
}

static void show_text(struct profile *p)
{
	struct strbuf *out = &p->in->out;

	sb_addf(out, "\n%18llu %-20s\n", (unsigned long long)p->total.runs, "run_cnt");
	for (unsigned m = 0; m < p->n; m++) {
		const struct profile_value *v = &p->total.values[m];
		uint64_t base = base_of(p, m);

		sb_addf(out, "%18llu %-20s", (unsigned long long)v->counter, p->metrics[m]->name);
		if (base)
			sb_addf(out, "# %8.2f %-30s", (double)v->counter * p->metrics[m]->factor / (double)base,
				p->metrics[m]->ratio);
		else
			sb_addf(out, "%-41s", "");
		/* The counter was shared: it ran for a part of the time. */
		if (v->enabled > v->running)
			sb_addf(out, "(%4.2f%%)", (double)v->running * 100 / (double)v->enabled);
		sb_addc(out, '\n');
	}
}

static void wait_for_end(const struct profile *p)
{
	struct timespec left = { .tv_sec = (time_t)(p->seconds ? p->seconds : UINT32_MAX) };

	stop_catch();
	while (!stop_asked() && nanosleep(&left, &left) && errno == EINTR)
		;
}

int prog_profile(struct inspect *in, struct words *w)
{
	struct profile p = { .in = in, .ncpus = sys_possible_cpus() };
	int r = parse(in, w, &p);

	if (!r)
		r = make_maps(&p);
	if (!r)
		r = open_counters(&p);
	if (!r)
		r = attach_both(&p);
	if (!r) {
		wait_for_end(&p);
		r = read_sums(&p);
	}
	if (!r && in->json)
		show_json(&p);
	else if (!r)
		show_text(&p);
	fd_list_done(&p.fds);
	return r;
}
