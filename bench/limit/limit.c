/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limit NAME: loads NAME.bpf.o from its own folder, attaches its programs, says so, and prints its
 * maps when interrupted: the least that a program of this kind can do, with libbpf. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stream.h"

#define BATCH 16384

static volatile sig_atomic_t stopped;

static void die(const char *what)
{
	fprintf(stderr, "limit: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void on_signal(int sig)
{
	stopped = 1;
}

static struct bpf_object *load(const char *name)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	struct bpf_object *obj;

	if (n < 0)
		die("/proc/self/exe");
	path[n] = 0;
	*strrchr(path, '/') = 0;
	n = strlen(path);
	snprintf(path + n, sizeof(path) - n, "/%s.bpf.o", name);
	obj = bpf_object__open_file(path, NULL);
	if (!obj || bpf_object__load(obj))
		die(path);
	return obj;
}

/* A raw tracepoint's program without a tracepoint is what runs at the beginning. */
static void run_once(struct bpf_program *prog)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	if (bpf_prog_test_run_opts(bpf_program__fd(prog), &opts))
		die(bpf_program__name(prog));
	stopped = 1;
}

static void attach(struct bpf_object *obj)
{
	struct bpf_program *prog;

	bpf_object__for_each_program(prog, obj) {
		if (bpf_program__type(prog) == BPF_PROG_TYPE_RAW_TRACEPOINT)
			run_once(prog);
		else if (!bpf_program__attach(prog))
			die(bpf_program__name(prog));
	}
}

static void print_key(const char *key, size_t size)
{
	__u32 number;

	memcpy(&number, key, sizeof(number));
	if (size == 4)
		printf("@[%u]: ", number);
	else if (size == 16)
		printf("@[%.16s]: ", key);
	else
		printf("@[%u, %.16s]: ", number, key + 4);
}

static __u64 sum(const __u64 *values, int n)
{
	__u64 total = 0;

	while (n--)
		total += *values++;
	return total;
}

/* Prints a map of counters, as many keys at once as fit a batch. */
static void print_batches(const struct bpf_map *map, int cpus)
{
	size_t key_size = bpf_map__key_size(map);
	char *keys = malloc(BATCH * key_size);
	__u64 *values = malloc(BATCH * cpus * sizeof(*values));
	__u32 position, *from = NULL, n;
	int err;

	if (!keys || !values)
		die("memory");
	do {
		n = BATCH;
		err = bpf_map_lookup_batch(bpf_map__fd(map), from, &position, keys, values, &n,
					   NULL);
		if (err && errno != ENOENT)
			die(bpf_map__name(map));
		for (__u32 i = 0; i < n; i++) {
			print_key(keys + i * key_size, key_size);
			printf("%llu\n", sum(values + i * cpus, cpus));
		}
		from = &position;
	} while (!err);
	free(keys);
	free(values);
}

static void print_array(const struct bpf_map *map, int cpus)
{
	__u64 values[cpus], n;

	for (__u32 i = 0; i < bpf_map__max_entries(map); i++) {
		if (bpf_map_lookup_elem(bpf_map__fd(map), &i, values))
			die(bpf_map__name(map));
		n = sum(values, cpus);
		if (n && !strcmp(bpf_map__name(map), "lost"))
			printf("Lost %llu events\n", n);
		else if (n)
			printf("@[%u]: %llu\n", i, n);
	}
}

static void print_maps(struct bpf_object *obj)
{
	int cpus = libbpf_num_possible_cpus();
	struct bpf_map *map;

	bpf_object__for_each_map(map, obj) {
		if (bpf_map__type(map) == BPF_MAP_TYPE_PERCPU_HASH)
			print_batches(map, cpus);
		else if (bpf_map__type(map) == BPF_MAP_TYPE_PERCPU_ARRAY && bpf_map__value_size(map) == sizeof(__u64))
			print_array(map, cpus); /* what is longer is scratch */
	}
}

static int on_record(void *ctx, void *data, size_t size)
{
	const struct line *line = data;

	printf("%d %.16s\n", line->pid, line->comm);
	return 0;
}

/* Prints records as they come, until interrupted and the ring is empty. */
static void follow(struct bpf_map *ring)
{
	struct ring_buffer *rb = ring_buffer__new(bpf_map__fd(ring), on_record, NULL, NULL);

	if (!rb)
		die("ring buffer");
	while (!stopped) {
		ring_buffer__poll(rb, 100);
		fflush(stdout);
	}
	ring_buffer__consume(rb);
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_signal };
	sigset_t interrupt, none;
	struct bpf_object *obj;
	struct bpf_map *ring;

	if (argc != 2) {
		fprintf(stderr, "usage: limit NAME\n");
		return 2;
	}
	sigemptyset(&none);
	sigemptyset(&interrupt);
	sigaddset(&interrupt, SIGINT);
	sigprocmask(SIG_BLOCK, &interrupt, NULL);
	sigaction(SIGINT, &act, NULL);
	obj = load(argv[1]);
	attach(obj);
	puts("__BPFTRACE_NOTIFY_PROBES_ATTACHED");
	fflush(stdout);
	ring = bpf_object__find_map_by_name(obj, "ring");
	if (ring) {
		sigprocmask(SIG_UNBLOCK, &interrupt, NULL);
		follow(ring);
	}
	while (!stopped)
		sigsuspend(&none);
	print_maps(obj);
	return 0;
}
