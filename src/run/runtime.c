/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A runtime's making and unmaking, and what it does for the handlers of built-ins (fn/runtime.h).
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "run/internal.h"

static const struct ir_map *stack_map(const struct runtime *rt, enum ir_map_role role, unsigned depth)
{
	vec_each(rt->module->maps, i)
		if (rt->module->maps.v[i]->role == role && rt->module->maps.v[i]->value_size == depth * 8)
			return rt->module->maps.v[i];
	return NULL;
}

/* The frames of a stack, ended by 0 if they are fewer than it has room for. */
static int look_up_frames(struct runtime *rt, enum ir_map_role role, unsigned depth, int64_t id, const void *key,
			  uint64_t *ret_frames)
{
	const struct ir_map *m = stack_map(rt, role, depth);
	unsigned n = 0;
	int rc;

	if (id < 0)
		return id > -4096 ? (int)id : -EINVAL;
	if (!m)
		return -ENOENT;
	rc = sys_map_lookup(run_map_fd(rt, m), key, ret_frames);
	if (rc)
		return rc;
	while (n < depth && ret_frames[n])
		n++;
	return (int)n;
}

/* render's callbacks */
static int stored_stack(void *rt, unsigned depth, int64_t id, uint64_t *ret_frames)
{
	uint32_t key = (uint32_t)id & ~MORE_STACKS;

	return look_up_frames(rt, id & MORE_STACKS ? IM_MORE_STACKS : IM_STACKS, depth, id, &key, ret_frames);
}

static int walked_stack(void *rt, unsigned depth, int64_t id, uint64_t *ret_frames)
{
	return look_up_frames(rt, IM_FRAMES, depth, id, &id, ret_frames);
}

static int64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void connect_render(struct runtime *rt)
{
	struct render *r = rt->out->render;

	r->stack = stored_stack;
	r->walked_stack = walked_stack;
	r->stack_arg = rt;
	r->strings = rt->tables->strings.v;
	r->nstrings = rt->tables->strings.n;
	if (!r->boot_to_real)
		r->boot_to_real = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME);
}

/*
 * Does an end probe send this action's records? They name their probe, as written or as expanded.
 */
static bool sent_at_end(const struct runtime *rt, const struct action *a)
{
	if (!a->probe)
		return false;
	vec_each(rt->tables->probes, i) {
		const struct probe *p = rt->tables->probes.v[i];

		if (!run_is_end(p))
			continue;
		if (!strcmp(a->probe, p->name))
			return true;
		vec_each(p->targets, k)
			if (!strcmp(a->probe, p->targets.v[k]->name))
				return true;
	}
	return false;
}

static void prepare_actions(struct runtime *rt)
{
	uint32_t most = 0;

	rt->at_end = xcalloc(rt->tables->actions.n + 1, sizeof(bool));
	vec_each(rt->tables->actions, i) {
		const struct action *a = rt->tables->actions.v[i];

		rt->at_end[i] = sent_at_end(rt, a);
		if (a->layout->nparts > most)
			most = a->layout->nparts;
	}
	rt->args = xcalloc(most + 1, sizeof(*rt->args));
	rt->emptied = xcalloc(rt->tables->maps.n + 1, sizeof(*rt->emptied));
}

int run_new(struct tables *t, struct target *target, struct out *out, const struct run_options *opt,
	    struct child *child, struct runtime **ret, struct err *e)
{
	struct runtime *rt;

	if (!t->object || !t->object->module)
		return err_set(e, -EINVAL, "nothing was compiled");
	rt = xcalloc(1, sizeof(*rt));
	rt->tables = t;
	rt->module = t->object->module;
	rt->target = target;
	rt->out = out;
	rt->opt = opt;
	rt->child = child;
	rt->btf_fd = rt->epoll_fd = rt->stop_fd = rt->signal_fd = rt->watch_fd = -1;
	vec_each(t->probes, i)
		t->probes.v[i]->prog_fd = -1;
	prepare_actions(rt);
	connect_render(rt);
	*ret = rt;
	return 0;
}

static void free_globals(struct runtime *rt)
{
	if (rt->globals && rt->globals_mapped)
		munmap(rt->globals, rt->globals_size);
	else
		free(rt->globals);
}

void run_free(struct runtime *rt)
{
	if (!rt)
		return;
	run_drop_links(rt);
	run_procs_close(rt);
	unwind_free(rt->unwind);
	vec_each(rt->tables->probes, i)
		fd_close(&rt->tables->probes.v[i]->prog_fd);
	ring_close(&rt->ring);
	perfbuf_close(&rt->perf);
	perfbuf_close(&rt->packets);
	run_close_packets(rt);
	free_globals(rt);
	for (size_t i = 0; i < rt->nmaps; i++)
		fd_close(&rt->map_fds[i]);
	free(rt->map_fds);
	fd_close(&rt->btf_fd);
	fd_close(&rt->epoll_fd);
	fd_close(&rt->watch_fd);
	run_release_signals(rt->stop_fd);
	run_release_self(rt->signal_fd);
	rt->out->render->stack = rt->out->render->walked_stack = NULL;
	free(rt->at_end);
	free(rt->emptied);
	free(rt->faults);
	free(rt->missed);
	vec_done(&rt->cuts);
	free(rt->args);
	sb_done(&rt->scratch);
	sb_done(&rt->log);
	free(rt);
}

int run_status(const struct runtime *rt)
{
	return rt->status ? rt->status : rt->failed;
}

struct out *rt_out(struct runtime *rt)
{
	return rt->out;
}

struct render *rt_render(struct runtime *rt)
{
	return rt->out->render;
}

const struct config *rt_config(struct runtime *rt)
{
	return &rt->tables->config;
}

struct strbuf *rt_scratch(struct runtime *rt)
{
	sb_reset(&rt->scratch);
	return &rt->scratch;
}

void rt_exit(struct runtime *rt, int status)
{
	rt->exiting = true;
	rt->status = status;
}

/* To stderr, after the output that came before it. */
void run_note(struct runtime *rt, const char *text)
{
	size_t n = strlen(text);

	out_flush(rt->out);
	if (rt->out->held)
		sb_add(&rt->out->buf, text, n);
	while (n && !rt->out->held) {
		ssize_t done = write(STDERR_FILENO, text, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		text += done;
		n -= (size_t)done;
	}
}

static void note(struct runtime *rt, const char *severity, const char *fmt, va_list ap)
{
	struct strbuf b = { 0 };

	sb_addf(&b, "%s: ", severity);
	sb_addv(&b, fmt, ap);
	sb_addc(&b, '\n');
	run_note(rt, sb_str(&b));
	sb_done(&b);
}

void rt_unwatch(struct runtime *rt, uint64_t addr)
{
	vec_each(rt->tables->probes, i) {
		struct probe *p = rt->tables->probes.v[i];

		if (p->provider->flags & PF_WATCH && p->targets.v[0]->offset == addr)
			links_drop(&rt->links, &p->links);
	}
}

void rt_warn(struct runtime *rt, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(rt, "WARNING", fmt, ap);
	va_end(ap);
}

void rt_error(struct runtime *rt, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	note(rt, "ERROR", fmt, ap);
	va_end(ap);
}

/* A call on one line is given as "line:from-to". */
static void add_place(struct strbuf *out, const struct sources *sources, struct span at)
{
	struct position from, to;

	if (!sources || !sources_find(sources, at.start, &from))
		return;
	sb_addf(out, "%s:%u", from.source->name, from.line);
	if (sources_find(sources, at.end, &to) && to.line == from.line)
		sb_addf(out, ":%u-%u", from.col, to.col);
	sb_adds(out, ": ");
}

/* The uses of macros that led there, each with its line. */
static void add_uses(struct runtime *rt, const struct macro_use *use, enum severity severity, struct strbuf *out)
{
	struct diags d = { .sources = rt->opt->sources };

	for (; use && rt->opt->sources; use = use->up) {
		struct diag note = { .severity = severity, .span = use->span, .text = "expanded from" };

		diags_print_one(&d, &note, out, rt->opt->colour);
	}
}

void rt_report(struct runtime *rt, const struct action *a, enum severity severity, const char *text)
{
	bool error = severity == SEV_ERROR;
	struct fault f = { .type = error ? "errorf" : "warnf", .what = text, .file = "", .count = 1 };
	_cleanup_sb_ struct strbuf b = { 0 };
	struct position pos;

	rt->errors += error;
	add_place(&b, rt->opt->sources, a->span);
	sb_addf(&b, "%s: %s\n", error ? "ERROR" : "WARNING", text);
	add_uses(rt, a->use, severity, &b);
	f.text = sb_str(&b);
	if (rt->opt->sources && sources_find(rt->opt->sources, a->span.start, &pos)) {
		f.file = pos.source->name;
		f.line = pos.line;
		f.col = pos.col;
	}
	out_flush(rt->out); /* behind the output that came before it */
	rt->out->ops->fault(rt->out, &f);
}
