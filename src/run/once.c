/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that the tool itself makes run: those of signals that it gets, and iterators. */
#include <errno.h>
#include <unistd.h>

#include "run/internal.h"

int run_watch_signals(struct runtime *rt, struct err *e)
{
	vec_each(rt->tables->probes, i) {
		const struct probe *p = rt->tables->probes.v[i];
		int rc;

		if (!(p->provider->flags & PF_SIGNAL))
			continue;
		rc = run_catch_self((int)p->targets.v[0]->config, &rt->signal_fd);
		if (rc)
			return err_set(e, rc, "%s: %s", p->name, errname(rc));
	}
	return 0;
}

void run_signals(struct runtime *rt)
{
	uint64_t came = run_take_signals(rt->signal_fd);

	vec_each(rt->tables->probes, i) {
		const struct probe *p = rt->tables->probes.v[i];

		if ((p->provider->flags & PF_SIGNAL) && p->prog_fd >= 0 && (came & (1ull << p->targets.v[0]->config)))
			sys_prog_test_run_raw(p->prog_fd, NULL);
	}
}

/* The programs write nothing into the file: one read goes through up to a million objects, then EAGAIN. */
static int read_all(struct runtime *rt, int fd)
{
	char buf[4096];
	int rc = 0;

	rt->iterating = !rt->exiting;
	while (rt->iterating && !rt->out->broken && !run_stop_signal) {
		ssize_t n = read(fd, buf, sizeof(buf));

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			rc = -errno;
		run_drain(rt);
		if (!n || rc)
			break;
	}
	rt->iterating = false;
	return rc;
}

int run_iterators(struct runtime *rt, struct err *e)
{
	vec_each(rt->links.iters, i) {
		int rc = read_all(rt, rt->links.iters.v[i]);

		if (rc)
			return err_set(e, rc, "cannot read an iterator: %s", errname(rc));
	}
	return 0;
}
