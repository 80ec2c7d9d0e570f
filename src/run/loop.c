/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event loop: records, signals, the end of the child or of the process of -p.
 *
 * Waking a sleeper costs the traced side more than the record itself. So while records come fast
 * the programs are told not to wake us (the flags at IR_GLOBAL_WAKE go into their submits) and
 * the ring is polled every millisecond; when little came for some polls, waking is allowed
 * again, the ring is looked at once more, and the loop sleeps. A program that read the flag
 * before it changed may still submit without waking: so the first sleep is a short one.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "run/internal.h"

#define BUSY_RECORDS 8  /* so many within BUSY_NS: poll from now on */
#define BUSY_NS 2000000
#define QUIET_POLLS 10  /* so many polls with next to nothing: sleep */
#define SETTLE_MS 20
#define PERF_MS 20      /* perf buffers wake us when they are filled by a quarter only */
#define SLEEP_MS 1000   /* the clock of out_tick() and of loss reports */
#define WATCH_MS 200    /* looking after a process without a pidfd */

enum { EV_RING, EV_STOP, EV_WATCH, EV_OUT, EV_SIGNAL, EV_PROCS };

int64_t run_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void watch(struct runtime *rt, int fd, uint32_t events, uint32_t what)
{
	struct epoll_event ev = { .events = events, .data.u32 = what };

	if (fd >= 0)
		epoll_ctl(rt->epoll_fd, EPOLL_CTL_ADD, fd, &ev);
}

static void watch_ring(struct runtime *rt)
{
	if (rt->has_ring && !rt->ring_is_perf)
		watch(rt, run_map_fd(rt, rt->module->ring), EPOLLIN | EPOLLET, EV_RING);
	for (unsigned i = 0; i < rt->perf.ncpus; i++)
		watch(rt, rt->perf.cpus[i].fd, EPOLLIN | EPOLLET, EV_RING);
	for (unsigned i = 0; i < rt->packets.ncpus; i++)
		watch(rt, rt->packets.cpus[i].fd, EPOLLIN | EPOLLET, EV_RING);
	for (unsigned i = 0; i < rt->procs.ncpus; i++)
		watch(rt, rt->procs.cpus[i].fd, EPOLLIN | EPOLLET, EV_PROCS);
}

static pid_t watched_pid(const struct runtime *rt)
{
	return rt->child ? child_pid(rt->child) : rt->opt->pid;
}

int run_watch_process(struct runtime *rt, struct err *e)
{
	pid_t pid = watched_pid(rt);

	if (pid <= 0)
		return 0;
	rt->watch_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (rt->watch_fd < 0 && errno == ESRCH)
		return err_set(e, -ESRCH, "process %d does not exist", (int)pid);
	return 0;
}

/* A pipe whose reader went away says so even while there is nothing to write. */
static void watch_output(struct runtime *rt)
{
	struct stat st;

	if (!fstat(rt->out->fd, &st) && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
		watch(rt, rt->out->fd, 0, EV_OUT);
}

static int open_loop(struct runtime *rt, struct err *e)
{
	rt->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (rt->epoll_fd < 0)
		return err_set(e, -errno, "cannot make an epoll descriptor: %s", errname(errno));
	watch(rt, rt->stop_fd, EPOLLIN, EV_STOP);
	watch(rt, rt->watch_fd, EPOLLIN, EV_WATCH);
	watch(rt, rt->signal_fd, EPOLLIN, EV_SIGNAL);
	watch_ring(rt);
	watch_output(rt);
	return 0;
}

static bool process_ended(struct runtime *rt)
{
	if (rt->child)
		return child_ended(rt->child);
	return rt->opt->pid > 0 && kill(rt->opt->pid, 0) && errno == ESRCH;
}

static void set_busy(struct runtime *rt, bool busy)
{
	uint32_t flags = busy ? BPF_RB_NO_WAKEUP : 0;

	__atomic_store_n((uint32_t *)(rt->globals + IR_GLOBAL_WAKE), flags, __ATOMIC_SEQ_CST);
	rt->pace = (struct pace){ .busy = busy, .settling = !busy };
}

static bool can_poll(const struct runtime *rt)
{
	return rt->has_ring && !rt->ring_is_perf && rt->globals_mapped;
}

static int sleep_ms(struct runtime *rt)
{
	int ms = rt->pace.settling ? SETTLE_MS : SLEEP_MS;

	rt->pace.settling = false;
	if (rt->ring_is_perf)
		ms = PERF_MS;
	if (rt->watch_fd < 0 && watched_pid(rt) > 0 && ms > WATCH_MS)
		ms = WATCH_MS;
	return ms;
}

static bool is_fast(struct pace *p, size_t n, int64_t now)
{
	if (now - p->since > BUSY_NS) {
		p->since = now;
		p->recent = 0;
	}
	p->recent += n;
	return p->recent >= BUSY_RECORDS;
}

/* Milliseconds to wait after a round that took n records. */
static int pace(struct runtime *rt, size_t n, int64_t now)
{
	if (rt->pace.busy) {
		rt->pace.quiet = n > 1 ? 0 : rt->pace.quiet + 1;
		if (rt->pace.quiet < QUIET_POLLS)
			return 1;
		set_busy(rt, false);
	} else if (can_poll(rt) && is_fast(&rt->pace, n, now)) {
		set_busy(rt, true);
		return 1;
	}
	/* A record not finished yet wakes us when it is; but do not spin on it. */
	return run_pending(rt) ? 1 : sleep_ms(rt);
}

static void look_at(struct runtime *rt, const struct epoll_event *ev)
{
	switch (ev->data.u32) {
	case EV_STOP:
		rt->done = true;
		break;
	case EV_WATCH:
		if (rt->child)
			child_ended(rt->child);
		rt->done = true;
		break;
	case EV_SIGNAL:
		run_signals(rt);
		break;
	case EV_PROCS:
		run_procs_take(rt);
		break;
	case EV_OUT:
		if (ev->events & (EPOLLERR | EPOLLHUP))
			rt->out->broken = true;
		break;
	}
}

static void wait_events(struct runtime *rt, int ms)
{
	struct epoll_event ev[8];
	int n = epoll_wait(rt->epoll_fd, ev, 8, ms);

	for (int i = 0; i < n; i++)
		look_at(rt, &ev[i]);
	if (run_stop_signal || (rt->watch_fd < 0 && process_ended(rt)))
		rt->done = true;
}

/* Before a long sleep what was printed is shown, whatever the buffering saves. */
static void before_sleep(struct runtime *rt, int ms)
{
	if (ms > 1 && rt->out->buffering == OB_AUTO)
		out_flush(rt->out);
}

/* An exit whose record was lost: its mark is there, all that came is handled, and yet we are here. */
static void look_for_exit(struct runtime *rt)
{
	uint32_t ended = __atomic_load_n((uint32_t *)(rt->globals + IR_GLOBAL_ENDED), __ATOMIC_SEQ_CST);

	if (ended & IR_ENDED && !run_pending(rt))
		rt_exit(rt, ended & 0xff);
}

int run_loop(struct runtime *rt, struct err *e)
{
	int rc = open_loop(rt, e);

	if (rc)
		return rc;
	run_report_start(rt);
	while (!rt->done && !rt->exiting && !rt->out->broken) {
		size_t n = run_consume(rt);
		int64_t now = run_now();
		int ms;

		if (rt->exiting || rt->out->broken)
			break;
		run_report_tick(rt, now);
		out_tick(rt->out, now);
		run_report_lost(rt, now);
		if (rt->alone && !n && !run_pending(rt))
			break;
		if (rt->reported_lost && !n)
			look_for_exit(rt);
		ms = rt->alone ? 0 : run_report_wait(rt, now, pace(rt, n, now));
		before_sleep(rt, ms);
		wait_events(rt, ms);
	}
	if (!rt->exiting)
		run_drain(rt);
	return 0;
}
