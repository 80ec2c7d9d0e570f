/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running one test: the commands before, sonde, the workload once it is attached. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "tests/runner/runner.h"

#define ATTACHED_LINE "__BPFTRACE_NOTIFY_PROBES_ATTACHED"
#define OUTPUT_MAX (64u << 20)
#define STEP_MS 5

/* A command under way; each has a process group of its own, which is killed at its end. */
struct job {
	pid_t pid; /* 0: none, or its end was seen */
	pid_t group;
	int status;
	int out, err; /* read ends */
};

struct running {
	const struct script *s;
	const struct options *o;
	struct outcome *oc;
	struct job sonde, run, before;
	struct strbuf before_out;
	long long deadline;
	bool signalled;
};

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static void set_environment(const struct options *o)
{
	const char *path = getenv("PATH");
	_cleanup_sb_ struct strbuf b = { 0 };

	sb_addf(&b, "%s:.:%s", o->progs, path ? path : "/usr/bin:/bin:/usr/sbin:/sbin");
	setenv("PATH", sb_str(&b), 1);
	setenv("__BPFTRACE_NOTIFY_PROBES_ATTACHED", "1", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
}

static void exec_shell(const char *command, int in, int out, int err)
{
	setpgid(0, 0);
	signal(SIGINT, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	if (dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		_exit(126);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/* Standard output and error come through pipes; one pipe for both if joined. */
static void job_start(struct job *j, const char *command, bool joined)
{
	int in = open("/dev/null", O_RDONLY | O_CLOEXEC), out[2] = { -1, -1 }, err[2] = { -1, -1 };

	if (in < 0 || pipe2(out, O_CLOEXEC | O_NONBLOCK) || pipe2(err, O_CLOEXEC | O_NONBLOCK))
		abort();
	/* The writers' ends block: a program must not see EAGAIN that it did not ask for. */
	fcntl(out[1], F_SETFL, 0);
	fcntl(err[1], F_SETFL, 0);
	j->pid = fork();
	if (j->pid == 0)
		exec_shell(command, in, out[1], joined ? out[1] : err[1]);
	setpgid(j->pid, j->pid);
	j->group = j->pid;
	j->out = out[0];
	j->err = err[0];
	close(in);
	close(out[1]);
	close(err[1]);
}

static void job_reap(struct job *j)
{
	int status;

	if (!j->pid || waitpid(j->pid, &status, WNOHANG) != j->pid)
		return;
	j->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	j->pid = 0;
}

static void job_end(struct job *j)
{
	int status;

	if (j->group > 0)
		kill(-j->group, SIGKILL);
	if (j->pid > 0)
		waitpid(j->pid, &status, 0);
	if (j->group > 0) {
		fd_close(&j->out);
		fd_close(&j->err);
	}
	j->pid = j->group = 0;
}

/* Takes what is there; false at the end of the stream. */
static bool drain(int *fd, struct strbuf *b)
{
	char buf[65536];
	ssize_t n;

	while (*fd >= 0 && (n = read(*fd, buf, sizeof(buf))) != 0) {
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		if (b->n < OUTPUT_MAX)
			sb_add(b, buf, (size_t)n);
	}
	fd_close(fd);
	return false;
}

/* Removes the line that says that probes are attached; true if it was there. */
static bool take_attached_line(struct strbuf *out)
{
	char *at = out->p ? strstr(out->p, ATTACHED_LINE "\n") : NULL;
	size_t len = strlen(ATTACHED_LINE "\n");

	if (!at)
		return false;
	memmove(at, at + len, out->n - (size_t)(at - out->p) - len + 1);
	out->n -= len;
	return true;
}

static const char *command_of(struct arena *a, const struct script *s, const struct options *o)
{
	if (s->command)
		return arena_printf(a, "exec %s", s->command);
	return arena_printf(a, "exec sonde %s%s %s %s %s", o->errors ? "--dry-run " : "",
			    s->args ? s->args : "", s->child ? "-c \"$TEST_CHILD\"" : "", s->file,
			    s->params ? s->params : "");
}

/*
 * Waits for the first line of BEFORE's output, its word that it is ready, at most half a second; 10 s if the command has that
 * word in it, for then it will say so.
 */
static void start_before(struct running *r)
{
	long long until = now_ms();
	char pid[16];

	if (!r->s->before)
		return;
	until += (strstr(r->s->before, "ready") ? 10000 : 500) * r->o->scale;
	_cleanup_sb_ struct strbuf command = { 0 };
	sb_addf(&command, "exec %s", r->s->before);
	job_start(&r->before, sb_str(&command), true);
	snprintf(pid, sizeof(pid), "%d", r->before.pid);
	setenv("BEFORE_PID", pid, 1);
	while (now_ms() < until && !strchr(sb_str(&r->before_out), '\n')) {
		struct pollfd p = { r->before.out, POLLIN, 0 };

		poll(&p, 1, 50);
		if (!drain(&r->before.out, &r->before_out))
			return;
	}
}

static void start_run(struct running *r)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", r->sonde.pid);
	setenv("SONDE_PID", pid, 1);
	job_start(&r->run, r->s->run, true);
}

static int end_signal(const struct script *s)
{
	if (!s->signal || !strcmp(s->signal, "INT"))
		return SIGINT;
	if (!strcmp(s->signal, "HUP"))
		return SIGHUP;
	return !strcmp(s->signal, "TERM") ? SIGTERM : 0;
}

/* Once the workload is through, sonde is asked to end as a user would ask. */
static void step_run(struct running *r)
{
	int sig = end_signal(r->s);

	if (!r->oc->attached && take_attached_line(&r->oc->out)) {
		r->oc->attached = true;
		if (r->s->run)
			start_run(r);
	}
	if (!r->run.group)
		return;
	drain(&r->run.out, &r->oc->run_out);
	job_reap(&r->run);
	if (r->run.pid || r->signalled)
		return;
	r->oc->run_status = r->run.status;
	if (sig && r->sonde.pid)
		kill(r->sonde.pid, sig);
	r->signalled = true;
}

/* One step; false when there is nothing more to wait for. */
static bool step(struct running *r)
{
	struct pollfd p[] = { { r->sonde.out, POLLIN, 0 }, { r->sonde.err, POLLIN, 0 } };
	bool open_out, open_err;

	poll(p, 2, STEP_MS);
	/* First its end, then its output: what it wrote before its end is in the pipe by then. */
	job_reap(&r->sonde);
	open_out = drain(&r->sonde.out, &r->oc->out);
	open_err = drain(&r->sonde.err, &r->oc->err);
	if (!open_out && !open_err && r->sonde.pid)
		poll(NULL, 0, STEP_MS);
	step_run(r);
	if (r->before.group)
		drain(&r->before.out, &r->before_out);
	/* Children that outlive it may hold the pipes: their output is not waited for. */
	return r->sonde.pid || (r->run.pid && !r->signalled);
}

static void run_to_end(struct running *r)
{
	while (step(r)) {
		if (now_ms() < r->deadline)
			continue;
		r->oc->timed_out = true;
		break;
	}
	r->oc->status = r->sonde.status;
	job_end(&r->sonde);
	job_end(&r->run);
	job_end(&r->before);
}

/* A folder of its own, with the script, sonde and the programs in it. */
static bool enter_scratch(const struct script *s, const struct options *o, char *dir)
{
	if (!mkdtemp(dir) || chmod(dir, 0755) || chdir(dir))
		return false;
	return !symlink(o->sonde, "sonde") && !symlink(o->progs, "progs") &&
	       (!s->path || !symlink(s->path, s->file));
}

static void leave_scratch(const char *dir)
{
	_cleanup_sb_ struct strbuf command = { 0 };

	if (chdir("/"))
		return;
	sb_addf(&command, "rm -rf '%s'", dir);
	if (system(sb_str(&command)))
		fprintf(stderr, "runner: cannot remove %s\n", dir);
}

static void set_script_environment(const struct script *s, struct arena *a)
{
	if (s->child)
		setenv("TEST_CHILD", s->child, 1);
	if (!s->env)
		return;
	for (char *save, *e = strtok_r(arena_strdup(a, s->env), "\n", &save); e;
	     e = strtok_r(NULL, "\n", &save))
		putenv(e);
}

/* Changes this process's environment and folder: run it in a process of its own. */
void script_run(const struct script *s, const struct options *o, struct outcome *ret_outcome)
{
	struct running r = { .s = s, .o = o, .oc = ret_outcome };
	char dir[] = "/tmp/sonde-test.XXXXXX";
	struct arena a = { 0 };

	memset(ret_outcome, 0, sizeof(*ret_outcome));
	if (!enter_scratch(s, o, dir)) {
		ret_outcome->status = 126;
		return;
	}
	set_environment(o);
	set_script_environment(s, &a);
	start_before(&r);
	r.deadline = now_ms() + (s->timeout ? atoi(s->timeout) : 15) * 1000LL * o->scale;
	job_start(&r.sonde, command_of(&a, s, o), false);
	run_to_end(&r);
	take_attached_line(&ret_outcome->out);
	leave_scratch(dir);
	sb_done(&r.before_out);
}

void outcome_done(struct outcome *oc)
{
	sb_done(&oc->out);
	sb_done(&oc->err);
	sb_done(&oc->run_out);
}

bool command_output(const char *command, const struct options *o, struct strbuf *ret_out)
{
	struct script s = { .command = command };
	struct outcome oc;
	bool ok;

	script_run(&s, o, &oc);
	ok = !oc.timed_out && !oc.status;
	if (ok)
		sb_add(ret_out, oc.out.p, oc.out.n);
	outcome_done(&oc);
	return ok;
}
