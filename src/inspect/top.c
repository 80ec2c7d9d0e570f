/* SPDX-License-Identifier: GPL-2.0-or-later */
/* top: programs by the time that they take, again and again. The kernel counts only meanwhile. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "inspect/names.h"
#include "inspect/nouns.h"
#include "inspect/owners.h"
#include "inspect/stop.h"
#include "inspect/top.h"
#include "run/sys.h"

enum { SECONDS_MAX = 86400, COUNT_MAX = 1000000, ROWS = 40, ROWS_ABOVE = 4, NAME_WIDTH = 20 };

struct top {
	struct inspect *in;
	unsigned seconds, count; /* count 0: for ever */
	double elapsed;          /* of the sample in hand */
	unsigned rows;
	int name_width;
	bool clear;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* An fd: as long as it is open, the kernel counts. -errno if it cannot (before 5.8). */
static int start_counting(struct inspect *in)
{
	union bpf_attr attr = { .enable_stats.type = BPF_STATS_RUN_TIME };
	int fd = sys_bpf(BPF_ENABLE_STATS, &attr, sizeof(attr));

	if (fd >= 0)
		return fd;
	inspect_fail(in, fd, "the kernel does not count what programs cost: %s", errname(fd));
	err_hint(&in->err, "It takes Linux 5.8 and CAP_SYS_ADMIN; before, sysctl kernel.bpf_stats_enabled=1 "
			   "does it for everyone.");
	return fd;
}

static double percent(const struct top *t, uint64_t ns)
{
	return (double)ns / t->elapsed / 1e7;
}

static void row_text(struct top *t, const struct top_prog *p)
{
	_cleanup_sb_ struct strbuf attached = { 0 };
	struct strbuf *out = &t->in->out;
	const char *type = name_prog_type(p->type);

	top_attached(t->in, p, &attached);
	sb_addf(out, "%7.3f %10.0f %8llu %7u %-17s %-*s ", percent(t, p->delta_ns),
		(double)p->delta_runs / t->elapsed, (unsigned long long)(p->delta_ns / p->delta_runs), p->id,
		type ? type : "?", t->name_width, *p->name ? p->name : "-");
	inspect_text(t->in, attached.n ? attached.p : "-");
	owners_text(t->in, OBJECT_PROG, p->id, "  ");
	sb_addc(out, '\n');
}

static void row_json(struct top *t, const struct top_prog *p)
{
	_cleanup_sb_ struct strbuf attached = { 0 };
	struct jsonw *w = &t->in->w;
	const char *type = name_prog_type(p->type);

	top_attached(t->in, p, &attached);
	jsonw_object(w);
	jsonw_u64_at(w, "id", p->id);
	jsonw_string_at(w, "type", type ? type : "?");
	jsonw_string_at(w, "name", p->name);
	jsonw_string_at(w, "attached", sb_str(&attached));
	jsonw_name(w, "cpu_percent");
	jsonw_raw(w, "%.4f", percent(t, p->delta_ns));
	jsonw_name(w, "runs_per_second");
	jsonw_raw(w, "%.1f", (double)p->delta_runs / t->elapsed);
	jsonw_u64_at(w, "average_ns", p->delta_ns / p->delta_runs);
	owners_json(t->in, OBJECT_PROG, p->id);
	jsonw_end_object(w);
}

/* The column of names is as wide as the longest of those that ran. */
static int name_width(const top_list *all)
{
	size_t width = NAME_WIDTH;

	vec_each(*all, i)
		if (all->v[i].delta_runs && strlen(all->v[i].name) > width)
			width = strlen(all->v[i].name);
	return (int)width;
}

static void head_text(struct top *t, const top_list *all)
{
	uint64_t ns = 0;
	size_t ran = 0;

	vec_each(*all, i) {
		ns += all->v[i].delta_ns;
		ran += all->v[i].delta_runs > 0;
	}
	if (t->clear)
		sb_adds(&t->in->out, "\033[H\033[J");
	sb_addf(&t->in->out, "%zu programs, %zu of them ran; %.3f %% of one CPU in %.1f s\n\n", all->n, ran,
		percent(t, ns), t->elapsed);
	sb_addf(&t->in->out, "%7s %10s %8s %7s %-17s %-*s %s\n", "%CPU", "RUNS/S", "AVG NS", "ID", "TYPE", t->name_width,
		"NAME", "ATTACHED  OWNER");
}

static void show(struct top *t, const top_list *all)
{
	struct jsonw *w = &t->in->w;
	unsigned rows = 0;

	if (t->in->json) {
		jsonw_object(w);
		jsonw_name(w, "seconds");
		jsonw_raw(w, "%.3f", t->elapsed);
		jsonw_u64_at(w, "programs_loaded", all->n);
		jsonw_array_at(w, "programs");
	} else {
		t->name_width = name_width(all);
		head_text(t, all);
	}
	for (size_t i = 0; i < all->n && (t->in->json || rows < t->rows); i++) {
		if (!all->v[i].delta_runs)
			continue;
		(t->in->json ? row_json : row_text)(t, &all->v[i]);
		rows++;
	}
	if (t->in->json) {
		jsonw_end_array(w);
		jsonw_end_object(w);
	} else if (!t->clear) {
		sb_addc(&t->in->out, '\n');
	}
	inspect_flush(t->in);
}

static void look_at_terminal(struct top *t)
{
	struct winsize size;

	t->clear = !t->in->json && isatty(STDOUT_FILENO);
	t->rows = ROWS;
	if (t->clear && !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row > ROWS_ABOVE + 1)
		t->rows = size.ws_row - ROWS_ABOVE;
}

/* Processes come and go: who holds what is asked again for each sample. */
static void forget_owners(struct inspect *in)
{
	owners_free(in->owners);
	in->owners = NULL;
}

static void run(struct top *t)
{
	top_list last = { 0 };
	double since = now();

	last = top_sample(t->in, &last);
	for (unsigned i = 0; (!t->count || i < t->count) && !stop_asked() && !t->in->broken; i++) {
		struct arena old = t->in->arena; /* of the last sample */
		top_list all;
		double at;

		t->in->arena = (struct arena){ 0 };
		poll(NULL, 0, (int)t->seconds * 1000); /* a signal ends it */
		at = now();
		t->elapsed = at - since;
		since = at;
		all = top_sample(t->in, &last);
		look_at_terminal(t);
		forget_owners(t->in);
		show(t, &all);
		last = all;
		arena_done(&old);
	}
}

static int take(struct inspect *in, struct words *w, struct top *t)
{
	uint64_t seconds = 1, count = 0;
	int r = w->n ? word_number(in, w, "interval", SECONDS_MAX, &seconds) : 0;

	if (!r && w->n)
		r = word_number(in, w, "count", COUNT_MAX, &count);
	if (!r)
		r = words_end(in, w);
	if (!r && !seconds)
		r = inspect_fail(in, -EINVAL, "the interval is at least one second");
	*t = (struct top){ .in = in, .seconds = (unsigned)seconds, .count = (unsigned)count };
	return r;
}

static int top_show(struct inspect *in, struct words *w)
{
	_cleanup_fd_ int counting = -1;
	struct top t;
	int r = take(in, w, &t);

	if (r)
		return r;
	counting = start_counting(in);
	if (counting < 0)
		return counting;
	stop_catch();
	if (in->json)
		jsonw_array(&in->w);
	run(&t);
	if (in->json)
		jsonw_end_array(&in->w);
	return 0;
}

static int top_run(struct inspect *in, struct words *w)
{
	if (word_is(w, "help")) {
		inspect_usage(in);
		return 0;
	}
	return top_show(in, w);
}

const struct noun noun_top = {
	.name = "top",
	.run = top_run,
	.synopsis = "[SECONDS [COUNT]]\nhelp\n",
	.terms = "Programs that ran, by their share of one CPU, every SECONDS (1), COUNT times (until Ctrl-C).\n"
		 "The kernel counts runs and time of programs only while this runs.\n",
};
