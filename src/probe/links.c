/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attachments and how they are undone. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "probe/common.h"
#include "run/sys.h"

/* "-:GROUP/NAME" deletes (Documentation/trace/kprobetrace.rst). */
static void delete_event(const struct link_event *ev)
{
	char text[sizeof(ev->name) + 4];
	_cleanup_fd_ int fd = open(ev->list, O_WRONLY | O_APPEND | O_CLOEXEC);
	ssize_t n;

	snprintf(text, sizeof(text), "-:%s\n", ev->name);
	if (fd >= 0) {
		n = write(fd, text, strlen(text));
		(void)n; /* nobody could do anything about it */
	}
}

struct links_mark links_mark(const struct links *l)
{
	return (struct links_mark){ l->fds.n, l->iters.n, l->events.n, l->nprobes };
}

void links_rollback(struct links *l, struct links_mark m)
{
	while (l->iters.n > m.niters)
		close(l->iters.v[--l->iters.n]);
	while (l->fds.n > m.nfds)
		if (l->fds.v[--l->fds.n] >= 0)
			close(l->fds.v[l->fds.n]);
	while (l->events.n > m.nevents)
		delete_event(&l->events.v[--l->events.n]);
	l->nprobes = m.nprobes;
}

void links_drop(struct links *l, struct link_range *r)
{
	for (size_t i = r->first; i < r->first + r->n; i++) {
		close(l->fds.v[i]);
		l->fds.v[i] = -1;
	}
	r->n = 0;
}

bool links_may_skip(const struct probe *p, int r)
{
	return p->targets.n > 1 &&
	       (r == -EINVAL || r == -ENOENT || r == -EADDRNOTAVAIL || r == -EOPNOTSUPP || r == -EPERM || r == -EILSEQ ||
		r == -ENOEXEC || r == -KERNEL_ENOTSUPP);
}

void links_close(struct links *l)
{
	links_rollback(l, (struct links_mark){ 0 });
	vec_done(&l->fds);
	vec_done(&l->iters);
	vec_done(&l->events);
}

/* A link holds its event, so one fd is kept, whichever it is. */
int links_add_perf(struct links *l, struct perf_event_attr *attr, pid_t pid, int cpu, int prog_fd,
		   uint64_t cookie)
{
	int fd, link;

	attr->size = sizeof(*attr);
	fd = sys_perf_event_open(attr, pid, cpu, -1, 0);
	if (fd < 0)
		return fd;
	link = sys_perf_attach(fd, prog_fd, cookie);
	if (cookie && (link == -EINVAL || link == -EOPNOTSUPP))
		link = sys_perf_attach(fd, prog_fd, 0); /* below 5.15, where no program can ask for its cookie */
	if (link) {
		close(fd);
		fd = link;
	}
	if (fd < 0)
		return fd;
	vec_push(&l->fds, fd);
	return 0;
}

int attach_error(struct err *e, int code, const struct probe *p, const struct probe_target *t)
{
	if (t && p->name && strcmp(t->name, p->name))
		err_set(e, code, "%s: %s", t->name, errname(code));
	else
		err_set(e, code, "%s", errname(code));
	if (code == -EPERM || code == -EACCES)
		err_hint(e, "run as root, or with CAP_BPF and CAP_PERFMON (5.8 and later)");
	else if (code == -EMFILE)
		err_hint(e, "raise the limit of open files (ulimit -n), or match fewer names");
	return code;
}
