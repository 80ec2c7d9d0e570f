/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From loaded programs to a running script: begin, attach, let the child go.
 *
 * begin programs run before anything is attached, so what they set is there for all others; their
 * records are handled after the attaching, so that the message about it comes first. Unless one
 * of them is an exit(): then nothing is attached at all.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "run/internal.h"

static bool is_special(const struct probe *p, const char *name)
{
	return p->provider->flags & PF_SPECIAL && !strcasecmp(p->provider->name, name);
}

static bool is_begin(const struct probe *p)
{
	return is_special(p, "begin");
}

bool run_is_end(const struct probe *p)
{
	return is_special(p, "end");
}

int run_special(struct runtime *rt, bool end, struct err *e)
{
	vec_each(rt->tables->probes, i) {
		const struct probe *p = rt->tables->probes.v[i];
		int rc;

		if (!(end ? run_is_end(p) : is_begin(p)) || p->prog_fd < 0)
			continue;
		rc = sys_prog_test_run_raw(p->prog_fd, NULL);
		if (!rc)
			continue;
		err_set(e, rc, "cannot run %s: %s", p->name, errname(rc));
		if (rc == -EINVAL || rc == -EOPNOTSUPP || rc == -ENOTSUP)
			err_hint(e, "It needs Linux 5.10 (test runs of raw tracepoint programs).");
		return rc;
	}
	return 0;
}

static int attach_failed(struct runtime *rt, const struct probe *p, int rc, struct err *e)
{
	const char *policy = rt->tables->config.missing_probes;

	err_prefix(e, rc, "Unable to attach probe: %s: ", p->name);
	if (!strcmp(policy, "ignore"))
		return 0;
	if (!strcmp(policy, "warn")) {
		rt_warn(rt, "%s", e->what);
		return 0;
	}
	if (!e->hint[0])
		run_rights_hint(e, rc);
	if (!e->hint[0])
		err_hint(e, "If this is expected, set the 'missing_probes' config variable to "
			    "'warn'.");
	return rc;
}

static int attach_probe(struct runtime *rt, struct probe *p, struct err *e)
{
	struct attach_env env = {
		.pid = (pid_t)rt->tables->config.target_pid,
		.target = rt->target,
		.tracefs = sys_tracefs(),
		.ncpus = rt->target->ncpus,
	};
	unsigned before = rt->links.nprobes;
	int rc;

	if (e)
		e->what[0] = e->hint[0] = 0;
	p->links.first = rt->links.fds.n;
	rc = p->provider->attach(&env, p, p->prog_fd, &rt->links, e);
	p->links.n = rt->links.fds.n - p->links.first;
	if (rc)
		return attach_failed(rt, p, rc, e);
	if (rt->links.nprobes == before)
		rt->links.nprobes += (unsigned)p->targets.n;
	return 0;
}

/* Probe number i in the order of attaching: those that the kernel runs newest first come last, backwards. */
static struct probe *attach_order(const struct runtime *rt, size_t i)
{
	size_t n = rt->tables->probes.n, seen = 0;

	for (size_t j = 0; j < n; j++)
		if (!(rt->tables->probes.v[j]->provider->flags & PF_LIFO) && seen++ == i)
			return rt->tables->probes.v[j];
	for (size_t j = n; j-- > 0;)
		if ((rt->tables->probes.v[j]->provider->flags & PF_LIFO) && seen++ == i)
			return rt->tables->probes.v[j];
	return NULL;
}

/* Who forgot --test is told why nothing happens. */
static void warn_trials(struct runtime *rt)
{
	vec_each(rt->tables->probes, i) {
		const struct probe *p = rt->tables->probes.v[i];

		if (!(p->provider->flags & PF_TRIAL))
			continue;
		rt_warn(rt, "%s is run by --%s only", p->name, p->provider->name);
		return;
	}
}

static int attach_all(struct runtime *rt, struct err *e)
{
	unsigned wanted = 0, lasting = 0;

	vec_each(rt->tables->probes, i) {
		struct probe *p = attach_order(rt, i);
		int rc = 0;

		if (p->provider->flags & (PF_SPECIAL | PF_TRIAL))
			continue;
		wanted++;
		lasting += !(p->provider->flags & PF_ITER);
		if (p->prog_fd >= 0)
			rc = attach_probe(rt, p, e);
		if (rc)
			return rc;
	}
	rt->alone = !lasting && !rt->child && !rt->opt->pid;
	if (rt->links.nskipped)
		rt_warn(rt, "%u of what the patterns match cannot be probed, %u can", rt->links.nskipped, rt->links.nprobes);
	if (wanted && !rt->links.nprobes)
		return err_set(e, -ENOENT, "No probes could be attached");
	return 0;
}

static unsigned count_specials(const struct runtime *rt)
{
	unsigned n = 0;

	vec_each(rt->tables->probes, i)
		if (rt->tables->probes.v[i]->provider->flags & PF_SPECIAL)
			n += (unsigned)rt->tables->probes.v[i]->targets.n;
	return n;
}

/* Has an earlier target of the same attach point this name? A USDT probe may be at many places. */
static bool is_counted(const struct runtime *rt, size_t probe, size_t target)
{
	const struct probe *p = rt->tables->probes.v[probe];

	for (size_t i = 0; i <= probe; i++) {
		const struct probe *q = rt->tables->probes.v[i];

		if (q->point != p->point)
			continue;
		for (size_t k = 0; k < (i < probe ? q->targets.n : target); k++)
			if (!strcmp(q->targets.v[k]->name, p->targets.v[target]->name))
				return true;
	}
	return false;
}

static unsigned count_repeated(const struct runtime *rt)
{
	unsigned n = 0;

	vec_each(rt->tables->probes, i) {
		const struct probe *p = rt->tables->probes.v[i];

		for (size_t k = 0; k < p->targets.n && p->targets.v[k]->usdt_args; k++)
			n += is_counted(rt, i, k);
	}
	return n;
}

static void tell_attached(struct runtime *rt)
{
	unsigned n = rt->links.nprobes, repeated = count_repeated(rt);

	static const char line[] = "__BPFTRACE_NOTIFY_PROBES_ATTACHED\n";

	n -= repeated < n ? repeated : 0; /* what could not be attached may be among them */
	rt->out->ops->attached(rt->out, n + count_specials(rt));
	if (!rt->opt->notify)
		return;
	out_flush(rt->out);
	if (write(STDOUT_FILENO, line, sizeof(line) - 1) < 0) {
		rt->out->broken = true;
		rt->out->error = errno;
	}
}

/* A begin probe called exit(): whether all can be attached is told nevertheless, nothing else is begun. */
static int attach_and_end(struct runtime *rt, struct err *e)
{
	int rc = attach_all(rt, e);

	rt->alone = true;
	if (!rc)
		tell_attached(rt);
	return rc;
}

int run_start(struct runtime *rt, struct err *e)
{
	int rc;

	rt->stop_fd = run_catch_signals();
	if (rt->stop_fd < 0)
		return err_set(e, rt->stop_fd, "cannot make an eventfd: %s", errname(rt->stop_fd));
	rc = run_watch_process(rt, e);
	if (!rc)
		rc = run_special(rt, false, e);
	if (rc)
		return rc;
	if (rt->opt->trial) {
		rt->alone = true;
		return run_trials(rt, e);
	}
	if (run_exit_waits(rt))
		return attach_and_end(rt, e);
	warn_trials(rt);
	rc = run_watch_signals(rt, e);
	run_procs_open(rt);
	run_unwind_start(rt);
	if (!rc)
		rc = attach_all(rt, e);
	if (rc)
		return rc;
	tell_attached(rt);
	run_procs_scan(rt);
	if (rt->child)
		rc = child_go(rt->child, rt->unwind ? run_unwind_child : NULL, rt, e);
	return rc ? rc : run_iterators(rt, e);
}
