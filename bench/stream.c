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
#define QUIET_MS 300
#define COMM "burst"

static struct results {
	struct samples rate[WHO_N], delivered[WHO_N], reported[WHO_N], unsaid[WHO_N];
	struct samples cpu[WHO_N], event_ns[WHO_N];
} results;

/* A process that makes the calls once it is given a byte. */
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
	if (read(go[0], &c, 1) != 1)
		_exit(1);
	for (int i = 0; i < BURST; i++)
		syscall(SYS_getegid);
	_exit(0);
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

/* Until the tool has said nothing for a while: if interrupted it may leave what it has not read. */
static void settle(struct run *r)
{
	uint64_t lines;

	do {
		uint64_t since = now_ns();

		lines = r->lines;
		while (!r->exit_ns && now_ns() - since < QUIET_MS * 1000000ULL)
			tool_pump(r, QUIET_MS);
	} while (r->lines != lines);
}

/* One run with the victim PID, which begins when `go` is written to; true: the victim has ended. */
static bool run_burst(enum who who, pid_t pid, int go)
{
	static struct run r;
	uint64_t begin, calls_end;
	char line[64];
	bool ended = false;

	snprintf(line, sizeof(line), "%d " COMM "\n", pid);
	if (!tool_attach(&r, who, "stream", line))
		return false;
	begin = now_ns();
	if (write(go, "", 1) != 1)
		die("pipe");
	while (!ended && tool_pump(&r, 1))
		ended = waitpid(pid, NULL, WNOHANG) == pid;
	calls_end = now_ns();
	settle(&r);
	if (tool_stop(&r))
		record(&r, who, begin, calls_end);
	return ended;
}

static void burst(enum who who)
{
	int go[2];
	pid_t pid;

	if (pipe2(go, O_CLOEXEC))
		die("pipe");
	pid = victim(go);
	close(go[0]);
	if (!run_burst(who, pid, go[1])) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	close(go[1]);
}

void bench_stream(void)
{
	static const struct bar rate[2] = { { BAR_LIMIT_MIN, 0.7 } };
	static const struct bar delivered[2] = { { BAR_MIN, 95 } }, unsaid[2] = { { BAR_MAX, 0 } };

	for (int i = 0; i < ROUNDS * WHO_N; i++)
		if (setup.path[turn(i)] && (turn(i) != PEER || i / WHO_N % 4 == 0))
			burst(turn(i));
	table_head("stream: printf(\"%d %s\\n\", pid, comm) into a pipe",
		   "a burst of 500000 events, medians of 5 runs each (bpftrace: 2), in turns");
	table_row("thousand lines a second", "", results.rate, rate);
	table_row("delivered", "%", results.delivered, delivered);
	table_row("lost and said so", "", results.reported, NULL);
	table_row("lost without a word", "", results.unsaid, unsaid);
	table_row("processor time of a line", "ns", results.cpu, NULL);
	table_row("the traced call and its loop", "ns", results.event_ns, NULL);
}
