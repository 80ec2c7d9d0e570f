/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SIGINT and SIGTERM end a run in order; the second one ends the process as if none were caught. SIGHUP, which may come
 * twice when a terminal goes away, ends it in order, too: the output may be a file.
 * Handlers, not signalfd: a mask or SIG_IGN would be inherited by the programs that system() runs.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "run/internal.h"

volatile int run_stop_signal;
static volatile int stop_fd = -1;
static volatile int self_fd = -1;
static volatile uint64_t self_caught; /* by number */
static uint64_t self_signals;

static void on_stop(int sig)
{
	int saved = errno;
	uint64_t one = 1;

	run_stop_signal = sig;
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	if (stop_fd >= 0 && write(stop_fd, &one, sizeof(one)) < 0)
		_exit(128 + sig);
	errno = saved;
}

static void on_pipe(int sig)
{
}

/*
 * Even if it is ignored, as in background jobs of a plain shell: `kill -INT` is how these are
 * ended.
 */
static void catch_one(int sig, void (*handler)(int), int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };

	sigemptyset(&sa.sa_mask);
	sigaction(sig, &sa, NULL);
}

static bool handles(int sig, void (*handler)(int))
{
	struct sigaction sa;

	return !sigaction(sig, NULL, &sa) && sa.sa_handler == handler;
}

int run_catch_signals(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		return -errno;
	stop_fd = fd;
	run_stop_signal = 0;
	catch_one(SIGINT, on_stop, 0);
	catch_one(SIGTERM, on_stop, 0);
	if (handles(SIGHUP, SIG_DFL)) /* not as nohup(1) has it */
		catch_one(SIGHUP, on_stop, 0);
	catch_one(SIGPIPE, on_pipe, SA_RESTART);
	return fd;
}

void run_release_signals(int fd)
{
	if (fd < 0)
		return;
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	if (handles(SIGHUP, on_stop))
		signal(SIGHUP, SIG_DFL);
	stop_fd = -1;
	close(fd);
}

static void on_self(int sig)
{
	int saved = errno;
	uint64_t one = 1;

	__atomic_fetch_or(&self_caught, 1ull << sig, __ATOMIC_SEQ_CST);
	/* It fails only if the counter is full, which wakes as well. */
	while (self_fd >= 0 && write(self_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	errno = saved;
}

int run_catch_self(int sig, int *ret_fd)
{
	if (sig <= 0 || sig >= 64)
		return -EINVAL;
	if (*ret_fd < 0) {
		int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

		if (fd < 0)
			return -errno;
		*ret_fd = self_fd = fd;
	}
	self_signals |= 1ull << sig;
	catch_one(sig, on_self, SA_RESTART);
	return 0;
}

uint64_t run_take_signals(int fd)
{
	uint64_t count;

	if (read(fd, &count, sizeof(count)) < 0)
		return 0;
	return __atomic_exchange_n(&self_caught, 0, __ATOMIC_SEQ_CST);
}

void run_release_self(int fd)
{
	if (fd < 0)
		return;
	for (int sig = 1; sig < 64; sig++)
		if (self_signals & (1ull << sig))
			signal(sig, SIG_DFL);
	self_signals = 0;
	self_fd = -1;
	close(fd);
}
