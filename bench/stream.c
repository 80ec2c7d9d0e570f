/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A burst of events, each a line of text on a pipe. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define BURST 500000
#define ROUNDS 5
#define COMM "burst"

static struct results {
	struct samples rate[WHO_N], delivered[WHO_N], reported[WHO_N], unsaid[WHO_N], cpu[WHO_N], event_ns[WHO_N];
} results;

/* A process that makes the calls once `go` is closed. */
static pid_t victim(int go[2])
{
	pid_t pid = fork();
	char c;

	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	prctl(PR_SET_NAME, COMM);
	close(go[1]);
	if (read(go[0], &c, 1) < 0)
		_exit(1);
	for (int i = 0; i < BURST; i++)
		syscall(SYS_getegid);
	_exit(0);
}

/* Ends the victim; nothing may be left that a failed run would have let go. */
static void give_up(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void record(const struct run *r, enum who who, uint64_t begin, uint64_t calls_end)
{
	double unsaid = (double)BURST - r->lines - r->lost;

	if (!r->lines)
		return;
	samples_add(&results.rate[who], r->lines * 1e6 / (r->last_ns - begin));
	samples_add(&results.delivered[who], r->lines * 100.0 / BURST);
	samples_add(&results.reported[who], r->lost);
	samples_add(&results.unsaid[who], unsaid);
	samples_add(&results.cpu[who], (r->cpu_ns - r->attached_cpu_ns) / (double)r->lines);
	samples_add(&results.event_ns[who], (calls_end - begin) / (double)BURST);
}

static void burst(enum who who)
{
	static struct run r;
	uint64_t begin, calls_end = 0;
	char line[64];
	int go[2];
	pid_t pid;

	if (pipe2(go, O_CLOEXEC))
		die("pipe");
	pid = victim(go);
	close(go[0]);
	snprintf(line, sizeof(line), "%d " COMM "\n", pid);
	if (tool_attach(&r, who, "stream", line)) {
		begin = now_ns();
		close(go[1]);
		while (!calls_end && tool_pump(&r, 1))
			if (waitpid(pid, NULL, WNOHANG) == pid)
				calls_end = now_ns();
		tool_stop(&r);
		record(&r, who, begin, calls_end);
	} else {
		close(go[1]);
		give_up(pid);
	}
}

void bench_stream(void)
{
	static const struct bar rate[2] = { { BAR_LIMIT_MIN, 0.7 } }, delivered[2] = { { BAR_MIN, 95 } },
				unsaid[2] = { { BAR_MAX, 0 } };

	for (int round = 0; round < ROUNDS; round++)
		for (int who = 0; who < WHO_N; who++)
			if (setup.path[who] && (who != PEER || round % 2 == 0))
				burst(who);
	table_head("stream: printf(\"%d %s\\n\", pid, comm) into a pipe",
		   "a burst of 500000 events, medians of 5 runs each (bpftrace: 3), in turns");
	table_row("thousand lines a second", "", results.rate, rate);
	table_row("delivered", "%", results.delivered, delivered);
	table_row("lost and said so", "", results.reported, NULL);
	table_row("lost without a word", "", results.unsaid, unsaid);
	table_row("processor time of a line", "ns", results.cpu, NULL);
	table_row("the traced call and its loop", "ns", results.event_ns, NULL);
}
