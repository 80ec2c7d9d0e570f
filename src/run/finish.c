/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The end of a run: end probes, final maps, losses, detaching.
 *
 * The kernel takes 60 to 190 ms to close one perf tracepoint or uprobe (it waits for grace
 * periods), one after the other. Nobody should wait for that: what detaches at once (raw
 * tracepoints, BTF tracing) is closed before the end probes run; the rest is left to a child
 * process that has nothing else open, and only exits. Until it is through, programs go on running,
 * about 0.1 s longer than this process. What they still send is dropped, and maps that an end probe
 * has cleared are shown as empty, whatever came into them afterwards. Scripts with --unsafe, which may
 * send signals, are waited for: nothing of theirs may happen once they have ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/internal.h"

/* enum bpf_link_type */
#define LINK_RAW_TRACEPOINT 1
#define LINK_TRACING 2
#define LINK_ITER 4

static bool detaches_at_once(int fd)
{
	struct bpf_link_info info = { 0 };
	union bpf_attr attr = {
		.info = {
			.bpf_fd = (uint32_t)fd,
			.info_len = sizeof(info),
			.info = (uintptr_t)&info,
		},
	};

	return !sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) &&
	       (info.type == LINK_RAW_TRACEPOINT || info.type == LINK_TRACING ||
		info.type == LINK_ITER);
}

void run_close_fast_links(struct runtime *rt)
{
	size_t kept = 0;

	vec_each(rt->links.fds, i) {
		int fd = rt->links.fds.v[i];

		if (fd < 0)
			continue; /* dropped before */
		if (detaches_at_once(fd))
			close(fd);
		else
			rt->links.fds.v[kept++] = fd;
	}
	rt->links.fds.n = kept;
}

static int compare_fds(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void close_from_to(unsigned first, unsigned last)
{
#ifdef SYS_close_range
	if (!syscall(SYS_close_range, first, last, 0))
		return;
#endif
	for (unsigned fd = first; fd <= last && fd < 65536; fd++)
		close((int)fd);
}

/* Everything but the sorted fds and the pipe's end goes, the caller's pipes included. */
static void __attribute__((noreturn)) closer_main(struct runtime *rt, int parent)
{
	unsigned next = 0;
	char byte;

	setsid();
	if (dup2(parent, 0) < 0)
		_exit(1);
	next = 1;
	vec_each(rt->links.fds, i) {
		unsigned fd = (unsigned)rt->links.fds.v[i];

		if (fd > next)
			close_from_to(next, fd - 1);
		if (fd >= next)
			next = fd + 1;
	}
	close_from_to(next, ~0u);
	/* The last holder pays: wait until the parent has closed its copies. */
	while (read(0, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

/* True if a child holds the fds now; until parent's end of the pipe is closed. */
static bool start_closer(struct runtime *rt, int *ret_hold)
{
	int ends[2];
	pid_t pid;

	qsort(rt->links.fds.v, rt->links.fds.n, sizeof(int), compare_fds);
	if (pipe2(ends, O_CLOEXEC))
		return false;
	pid = fork();
	if (!pid)
		closer_main(rt, ends[0]);
	close(ends[0]);
	*ret_hold = ends[1];
	if (pid < 0)
		close(ends[1]);
	return pid > 0;
}

void run_drop_links(struct runtime *rt)
{
	int hold = -1;

	run_close_fast_links(rt);
	/* Events that were made through tracefs can be deleted only after their fds are closed. */
	if (rt->links.fds.n && !rt->links.events.n && !rt->tables->config.unsafe && !start_closer(rt, &hold))
		hold = -1;
	links_close(&rt->links);
	if (hold >= 0)
		close(hold);
}

static int run_end_probes(struct runtime *rt, struct err *e)
{
	int rc;

	/*
	 * What is left are records from after the end; they would only take room from the end
	 * probes'.
	 */
	rt->ending = true;
	rt->exiting = false;
	run_drain(rt);
	rc = run_special(rt, true, e);
	if (!rc)
		run_drain(rt);
	return rc;
}

int run_finish(struct runtime *rt, struct err *e)
{
	int rc;

	if (rt->child)
		child_stop(rt->child);
	run_note_missed(rt);
	run_close_fast_links(rt);
	rt->next_report = 0;
	run_report_lost(rt, run_now());
	rc = run_end_probes(rt, e);
	if (rt->out->ops->end)
		rt->out->ops->end(rt->out);
	if (!rc && rt->opt->report)
		run_report_last(rt);
	else if (!rc && rt->tables->config.print_maps_on_exit)
		run_print_final_maps(rt);
	run_report_losses(rt);
	out_flush(rt->out);
	run_drop_links(rt);
	return rc;
}
