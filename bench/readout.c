/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Printing a large map at the end. */
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

static struct results {
	struct samples end_ms[WHO_N], rss_mib[WHO_N], missing[WHO_N], fill_ns[WHO_N];
} results;

static void readout(enum who who, unsigned int keys)
{
	static struct run r;
	uint64_t begin, end;

	if (!tool_attach(&r, who, "readout", "@["))
		return;
	begin = now_ns();
	for (unsigned int i = 0; i < keys; i++)
		syscall(SYS_umask, i);
	end = now_ns();
	if (!tool_stop(&r))
		return;
	samples_add(&results.end_ms[who], (r.exit_ns - end) / 1e6);
	samples_add(&results.rss_mib[who], r.rss / 1048576.0);
	/* Others may have called umask with values of their own. */
	samples_add(&results.missing[who], r.lines > keys ? 0 : keys - r.lines);
	samples_add(&results.fill_ns[who], (end - begin) / (double)keys);
}

static void measure(unsigned int keys, int rounds, const char *title, const struct bar bars[2])
{
	static const struct bar missing[2] = { { BAR_MAX, 0 } };

	results = (struct results){ 0 };
	for (int i = 0; i < rounds * WHO_N; i++)
		if (setup.path[turn(i)])
			readout(turn(i), keys);
	printf("  %s\n", title);
	table_row("  from SIGINT to exit", "ms", results.end_ms, bars);
	table_row("  peak memory", "MiB", results.rss_mib, NULL);
	table_row("  keys missing", "", results.missing, missing);
	table_row("  the traced call, making a key", "ns", results.fill_ns, NULL);
}

void bench_readout(void)
{
	static const struct bar bars[2] = { { BAR_LIMIT_MAX, 2 } };
	mode_t mask = umask(022);

	table_head("readout: a map's keys printed at the end",
		   "medians of 5 runs each (of a million keys: 4), in turns");
	measure(100000, 5, "100 000 keys", NULL);
	measure(1000000, 4, "1 000 000 keys", bars);
	umask(mask);
}
