/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long each built-in tool needs until it is attached. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define ROUNDS 5
#define BAR_MS 20
#define TOOLS_MAX 256
#define NAME_MAX 32

/* What those are given that trace nothing unless they are told what. */
static const struct {
	const char *name, *job;
} given[] = {
	{ "argdist", "argdist -C t:syscalls:sys_enter_getpgid():int:args.pid" },
	{ "funccount", "funccount c:malloc" },
	{ "funclatency", "funclatency c:malloc" },
	{ "funcslower", "funcslower c:malloc" },
	{ "stackcount", "stackcount c:malloc" },
	{ "trace", "trace t:syscalls:sys_enter_getpgid" },
};

struct start {
	char name[NAME_MAX];
	struct samples attach_ms, cpu_ms;
};

/* The tools that this kernel can run, from the list that the program makes; how many. */
static size_t list(struct start *starts)
{
	static const char before[] = "{\"name\":\"";
	char command[4200], line[8192];
	size_t n = 0;
	FILE *f;

	snprintf(command, sizeof(command), "'%s' tools --json", setup.path[OURS]);
	f = popen(command, "r");
	if (!f)
		die(command);
	while (n < TOOLS_MAX && fgets(line, sizeof(line), f)) {
		if (strncmp(line, before, sizeof(before) - 1) || !strstr(line, "\"runs\":true"))
			continue;
		snprintf(starts[n].name, NAME_MAX, "%.*s", (int)strcspn(line + sizeof(before) - 1, "\""), line + sizeof(before) - 1);
		n++;
	}
	pclose(f);
	return n;
}

static const char *job_of(const char *name)
{
	for (size_t i = 0; i < sizeof(given) / sizeof(*given); i++)
		if (!strcmp(given[i].name, name))
			return given[i].job;
	return name;
}

static void measure(struct start *s)
{
	static struct run r;

	if (!tool_attach(&r, TOOL, job_of(s->name), NULL))
		return;
	samples_add(&s->attach_ms, (r.attached_ns - r.exec_ns) / 1e6);
	samples_add(&s->cpu_ms, r.attached_cpu_ns / 1e6);
	tool_stop(&r);
}

/* What else the machine does makes a run longer, never shorter. NAN without any. */
static double least(const struct samples *s)
{
	double v = s->n ? s->v[0] : NAN;

	for (int i = 1; i < s->n; i++)
		v = s->v[i] < v ? s->v[i] : v;
	return v;
}

/* The dearest first; those that did not attach last. */
static int compare(const void *a, const void *b)
{
	double x = least(&((const struct start *)a)->cpu_ms), y = least(&((const struct start *)b)->cpu_ms);

	return x != x || y != y ? (x != x) - (y != y) : (x < y) - (x > y);
}

void bench_tools(void)
{
	static struct start starts[TOOLS_MAX];
	size_t n = list(starts), above = 0;

	printf("tools: until each is attached\n  the least of %d runs; processor time is the bar's: %d ms\n", ROUNDS, BAR_MS);
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < n; i++)
			measure(&starts[i]);
	qsort(starts, n, sizeof(*starts), compare);
	printf("  %-20s %18s %12s\n", "", "processor time", "attached");
	for (size_t i = 0; i < n; i++) {
		double cpu = least(&starts[i].cpu_ms);

		above += !(cpu <= BAR_MS);
		printf("  %-20s %15.1f ms %9.1f ms\n", starts[i].name, cpu, least(&starts[i].attach_ms));
	}
	printf("  above the bar: %zu of %zu\n", above, n);
}
