/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command of -c. The process is made at once, so that its pid is known while compiling, and
 * waits in front of its exec until everything is attached. Two pipes: "go" holds it, "failed",
 * which a successful exec closes, brings back the errno of one that did not.
 */
#include "run/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fdutil.h"

struct child {
	pid_t pid;
	int go, failed; /* write end, read end */
	bool running;   /* was let go */
	bool reaped;
	char *cmd;
};

/* Takes one word from *p; false for a quote that is not closed. */
static bool take_word(const char **p, struct strbuf *out)
{
	const char *s = *p;
	char quote = 0;

	for (; *s && (quote || !strchr(" \t\n", *s)); s++) {
		if (quote ? *s == quote : *s == '\'' || *s == '"') {
			quote = quote ? 0 : *s;
			continue;
		}
		if (*s == '\\' && quote != '\'' && s[1] && (!quote || strchr("\"\\$`", s[1])))
			s++;
		sb_addc(out, *s);
	}
	sb_addc(out, '\0');
	*p = s;
	return !quote;
}

int child_split(const char *cmd, struct strbuf *ret, unsigned *ret_n, struct err *e)
{
	unsigned n = 0;

	for (const char *p = cmd;;) {
		p += strspn(p, " \t\n");
		if (!*p)
			break;
		if (!take_word(&p, ret))
			return err_set(e, -EINVAL, "unbalanced quotes in the command: %s", cmd);
		n++;
	}
	if (!n)
		return err_set(e, -EINVAL, "the command to run is empty");
	*ret_n = n;
	return 0;
}

static char **split_argv(const char *cmd, struct strbuf *words, struct err *e)
{
	unsigned n;
	char **argv, *p;

	if (child_split(cmd, words, &n, e))
		return NULL;
	argv = xcalloc(n + 1, sizeof(*argv));
	p = words->p;
	for (unsigned i = 0; i < n; i++, p += strlen(p) + 1)
		argv[i] = p;
	return argv;
}

/* Is there such a program, by path or in $PATH? Found out before anything is traced. */
static int find_program(const char *name)
{
	const char *path = getenv("PATH");
	struct strbuf full = { 0 };
	int rc = -ENOENT;

	if (strchr(name, '/'))
		return access(name, X_OK) ? -errno : 0;
	for (const char *p = path ? path : "/bin:/usr/bin"; rc; p++) {
		size_t n = strcspn(p, ":");

		sb_reset(&full);
		sb_add(&full, p, n);
		sb_addf(&full, "%s%s", n ? "/" : "", name);
		if (!access(sb_str(&full), X_OK))
			rc = 0;
		p += n;
		if (!*p)
			break;
	}
	sb_done(&full);
	return rc;
}

static void __attribute__((noreturn)) child_main(char **argv, int go, int failed)
{
	char byte;
	int code;

	/* No byte but the end of the pipe: the tracer is gone. */
	if (read(go, &byte, 1) != 1)
		_exit(127);
	close(go);
	execvp(argv[0], argv);
	code = errno;
	if (write(failed, &code, sizeof(code)) < 0)
		_exit(126);
	_exit(127);
}

static int spawn(struct child *c, char **argv)
{
	int go[2], failed[2];

	if (pipe2(go, O_CLOEXEC))
		return -errno;
	if (pipe2(failed, O_CLOEXEC)) {
		close(go[0]);
		close(go[1]);
		return -EMFILE;
	}
	c->pid = fork();
	if (!c->pid) {
		close(go[1]);
		close(failed[0]);
		child_main(argv, go[0], failed[1]);
	}
	close(go[0]);
	close(failed[1]);
	c->go = go[1];
	c->failed = failed[0];
	return c->pid < 0 ? -EAGAIN : 0;
}

int child_start(const char *cmd, struct child **ret, struct err *e)
{
	_cleanup_sb_ struct strbuf words = { 0 };
	char **argv = split_argv(cmd, &words, e);
	struct child *c;
	int rc;

	if (!argv)
		return -EINVAL;
	rc = find_program(argv[0]);
	if (rc) {
		err_set(e, rc, "Failed to exec child: %s: %s", argv[0], errname(rc));
		free(argv);
		return rc;
	}
	c = xcalloc(1, sizeof(*c));
	c->go = c->failed = c->pid = -1;
	c->cmd = xstrdup(argv[0]);
	rc = spawn(c, argv);
	free(argv);
	if (rc) {
		child_free(c);
		return err_set(e, rc, "Failed to fork child: %s", errname(rc));
	}
	*ret = c;
	return 0;
}

pid_t child_pid(const struct child *c)
{
	return c->pid;
}

/* Stopped with its program in memory, before the first instruction of it. Without it, it would run on. */
static void wait_for_exec(struct child *c, void (*at_exec)(void *arg), void *arg)
{
	int status = 0;
	pid_t pid;

	do
		pid = waitpid(c->pid, &status, __WALL);
	while (pid < 0 && errno == EINTR);
	if (pid == c->pid && WIFSTOPPED(status)) {
		at_exec(arg);
		ptrace(PTRACE_DETACH, c->pid, 0, 0);
	} else if (pid == c->pid) {
		c->reaped = true;
	}
}

int child_go(struct child *c, void (*at_exec)(void *arg), void *arg, struct err *e)
{
	char byte = 1;
	int code = 0;
	ssize_t n;
	bool held = at_exec && !ptrace(PTRACE_SEIZE, c->pid, 0, PTRACE_O_TRACEEXEC);

	if (write(c->go, &byte, 1) != 1)
		return err_set(e, -EPIPE, "Failed to exec child: %s: it was killed", c->cmd);
	fd_close(&c->go);
	if (held)
		wait_for_exec(c, at_exec, arg);
	do
		n = read(c->failed, &code, sizeof(code));
	while (n < 0 && errno == EINTR);
	fd_close(&c->failed);
	if (n == sizeof(code))
		return err_set(e, -code, "Failed to exec child: %s: %s", c->cmd, errname(code));
	c->running = true;
	return 0;
}

bool child_ended(struct child *c)
{
	if (!c->reaped && c->pid > 0 && waitpid(c->pid, NULL, WNOHANG) == c->pid)
		c->reaped = true;
	return c->reaped;
}

void child_stop(struct child *c)
{
	if (c->running && !child_ended(c))
		kill(c->pid, SIGTERM);
}

void child_free(struct child *c)
{
	if (!c)
		return;
	fd_close(&c->go);
	fd_close(&c->failed);
	if (c->pid > 0 && !c->running && !c->reaped) {
		kill(c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
	}
	free(c->cmd);
	free(c);
}
