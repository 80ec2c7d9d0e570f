/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define ATTACHED "__BPFTRACE_NOTIFY_PROBES_ATTACHED"
#define LOST "Lost "
#define START_TIMEOUT_MS 20000
#define END_TIMEOUT_MS 20000
#define WORDS_MAX 8 /* of a command line */

enum who turn(int i)
{
	return (i + i / WHO_N) % WHO_N;
}

/* Only the job of many keys needs room for them; a tool might reserve it. The second name is that
 * of bpftrace before 0.20. */
static void set_environment(const char *name)
{
	static const char *const keys_max[] = { "BPFTRACE_MAX_MAP_KEYS", "BPFTRACE_MAP_KEYS_MAX" };

	setenv(ATTACHED, "1", 1);
	for (int i = 0; i < 2; i++) {
		if (strcmp(name, "readout"))
			unsetenv(keys_max[i]);
		else
			setenv(keys_max[i], "1100000", 1);
	}
}

/* In the child, which still has its parent's memory. */
static _Noreturn void become(char *const *argv, int in, int out, int err)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
	execv(argv[0], argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* text holds what argv points to. */
static void set_arguments(enum who who, const char *name, char *text, size_t size, char *argv[WORDS_MAX + 1])
{
	size_t n = 0;
	char *save;

	argv[n++] = (char *)setup.path[who];
	if (who == OURS || who == PEER)
		snprintf(text, size, "%s/%s.bt", setup.scripts, name);
	else
		snprintf(text, size, "%s", name);
	if (who != TOOL)
		argv[n++] = text;
	for (char *w = who == TOOL ? strtok_r(text, " ", &save) : NULL; w && n < WORDS_MAX; w = strtok_r(NULL, " ", &save))
		argv[n++] = w;
	argv[n] = NULL;
}

void tool_start(struct run *r, enum who who, const char *name, const char *want)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), out[2], err[2];
	char text[PATH_MAX], *argv[WORDS_MAX + 1];

	*r = (struct run){ .who = who, .name = name, .want = want ?: "" };
	r->want_len = strlen(r->want);
	if (null < 0 || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		die("pipe");
	set_arguments(who, name, text, sizeof(text), argv);
	set_environment(name);
	r->exec_ns = now_ns();
	r->pid = vfork(); /* a fork's copying would count as start-up */
	if (r->pid < 0)
		die("vfork");
	if (!r->pid)
		become(argv, null, out[1], err[1]);
	close(null);
	close(out[1]);
	close(err[1]);
	r->out.fd = out[0];
	r->err.fd = err[0];
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	r->pidfd = syscall(SYS_pidfd_open, r->pid, 0);
	if (r->pidfd < 0)
		die("pidfd_open");
}

static uint64_t cpu_of(pid_t pid)
{
	struct timespec t;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &t))
		return 0;
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

static bool starts(const char *line, size_t len, const char *with, size_t with_len)
{
	return len >= with_len && !memcmp(line, with, with_len);
}

/* One line, its newline included. */
static void take_line(struct run *r, const char *line, size_t len)
{
	if (r->want_len && starts(line, len, r->want, r->want_len)) {
		r->lines++;
	} else if (!r->attached_ns && starts(line, len, ATTACHED, strlen(ATTACHED))) {
		r->attached_ns = now_ns();
		r->attached_cpu_ns = cpu_of(r->pid);
	} else if (starts(line, len, LOST, strlen(LOST))) {
		r->lost += strtoull(line + strlen(LOST), NULL, 10);
	}
}

/* The lines in the buffer; what is left of an unfinished one moves to its start. */
static void take_lines(struct run *r, struct stream *s)
{
	char *at = s->buf, *end = s->buf + s->held, *newline;
	uint64_t before = r->lines;

	while ((newline = memchr(at, '\n', end - at))) {
		take_line(r, at, newline + 1 - at);
		at = newline + 1;
	}
	if (r->lines != before)
		r->last_ns = now_ns();
	if (at == s->buf && s->held == sizeof(s->buf))
		at = end; /* no such line is of use */
	s->held = end - at;
	memmove(s->buf, at, s->held);
}

static void keep(struct run *r, const char *text, size_t len)
{
	size_t have = strlen(r->said), room = sizeof(r->said) - 1 - have;

	memcpy(r->said + have, text, len < room ? len : room);
}

/* False when there is nothing to read now. */
static bool read_some(struct run *r, struct stream *s)
{
	ssize_t n = read(s->fd, s->buf + s->held, sizeof(s->buf) - s->held);

	if (n <= 0)
		return false;
	if (s == &r->err)
		keep(r, s->buf + s->held, n);
	s->held += n;
	take_lines(r, s);
	return true;
}

/* The end is the process's: a child of it may hold the pipes for longer. */
static void reap(struct run *r)
{
	struct rusage usage;

	r->exit_ns = now_ns();
	if (wait4(r->pid, &r->status, 0, &usage) != r->pid)
		die("wait4");
	while (read_some(r, &r->out) || read_some(r, &r->err))
		;
	r->cpu_ns = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000ULL +
		    (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000ULL;
	r->rss = usage.ru_maxrss * 1024ULL;
	close(r->pidfd);
	close(r->out.fd);
	close(r->err.fd);
}

bool tool_pump(struct run *r, int timeout_ms)
{
	struct pollfd fds[] = {
		{ r->pidfd, POLLIN }, { r->out.fd, POLLIN }, { r->err.fd, POLLIN },
	};
	short seen;

	if (poll(fds, 3, timeout_ms) < 0 && errno != EINTR)
		die("poll");
	if (fds[1].revents & POLLIN)
		read_some(r, &r->out);
	if (fds[2].revents & POLLIN)
		read_some(r, &r->err);
	seen = fds[1].revents | fds[2].revents;
	if (!(seen & POLLIN) && seen & POLLHUP)
		poll(fds, 1, timeout_ms); /* closed, and nothing but the end to come */
	if (!(fds[0].revents & POLLIN))
		return true;
	reap(r);
	return false;
}

/* Says why a run is of no use, with the tool's own words; once for each tool and job. */
static void complain(const struct run *r, const char *what)
{
	static const char *last[WHO_N + 1];

	if (last[r->who] == r->name)
		return;
	last[r->who] = r->name;
	fprintf(stderr, "bench: %s: %s: %s\n%s", setup.name[r->who], r->name, what, r->said);
}

static void kill_run(struct run *r)
{
	kill(r->pid, SIGKILL);
	while (tool_pump(r, -1))
		;
}

bool tool_attach(struct run *r, enum who who, const char *name, const char *want)
{
	tool_start(r, who, name, want);
	while (!r->attached_ns && now_ns() - r->exec_ns < START_TIMEOUT_MS * 1000000ULL) {
		if (!tool_pump(r, START_TIMEOUT_MS)) {
			complain(r, "ended without being attached");
			return false;
		}
	}
	if (!r->attached_ns) {
		kill_run(r);
		complain(r, "did not say that it is attached");
	}
	return r->attached_ns;
}

/* False: had to be killed. */
static bool wait_end(struct run *r)
{
	uint64_t since = now_ns();

	if (r->exit_ns)
		return true;
	while (tool_pump(r, END_TIMEOUT_MS)) {
		if (now_ns() - since > END_TIMEOUT_MS * 1000000ULL) {
			kill_run(r);
			complain(r, "did not end");
			return false;
		}
	}
	return true;
}

bool tool_finish(struct run *r)
{
	if (!wait_end(r))
		return false;
	if (r->status)
		complain(r, "failed");
	return !r->status;
}

bool tool_stop(struct run *r)
{
	if (r->exit_ns) {
		complain(r, "ended too early");
		return false;
	}
	kill(r->pid, SIGINT);
	return wait_end(r);
}
