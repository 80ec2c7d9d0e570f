/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bench -o SONDE -s SCRIPTS [-p BPFTRACE -n ITS-NAME] [-l LIMIT] NAME...: see README.md. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

struct setup setup = { .name = { "sonde", "bpftrace", "C", "sonde" } };

static const struct {
	const char *name;
	void (*run)(void);
	bool alone; /* only if it is asked for */
} benchmarks[] = {
	{ "start", bench_start },
	{ "event", bench_event },
	{ "stream", bench_stream },
	{ "readout", bench_readout },
	{ "tools", bench_tools, true },
};
#define BENCHMARKS_N (sizeof(benchmarks) / sizeof(*benchmarks))

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

void die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void usage(void)
{
	fprintf(stderr, "bench: the benchmarks are");
	for (size_t i = 0; i < BENCHMARKS_N; i++)
		fprintf(stderr, " %s", benchmarks[i].name);
	fprintf(stderr, "\n");
	exit(2);
}

static size_t find(const char *name)
{
	for (size_t i = 0; i < BENCHMARKS_N; i++)
		if (!strcmp(benchmarks[i].name, name))
			return i;
	usage();
	return 0;
}

static void options(int argc, char **argv)
{
	int c;

	while ((c = getopt(argc, argv, "o:p:n:l:s:")) != -1) {
		switch (c) {
		case 'o': setup.path[OURS] = setup.path[TOOL] = optarg; break;
		case 'p': setup.path[PEER] = optarg; break;
		case 'n': setup.name[PEER] = optarg; break;
		case 'l': setup.path[LIMIT] = optarg; break;
		case 's': setup.scripts = optarg; break;
		default: usage();
		}
	}
	if (!setup.path[OURS] || !setup.scripts)
		usage();
}

static void bench(size_t i)
{
	uint64_t since = now_ns();

	benchmarks[i].run();
	printf("(%s: %.0f s)\n\n", benchmarks[i].name, (now_ns() - since) / 1e9);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	options(argc, argv);
	if (optind == argc)
		for (size_t i = 0; i < BENCHMARKS_N; i++)
			if (!benchmarks[i].alone)
				bench(i);
	for (int i = optind; i < argc; i++)
		find(argv[i]);
	for (int i = optind; i < argc; i++)
		bench(find(argv[i]));
	return 0;
}
