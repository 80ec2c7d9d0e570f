/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What processes map while the script runs, for the symbols of those that end before their addresses are printed:
 * perf's records of mappings, forks and programs started. Only for scripts that print user symbols.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "run/internal.h"
#include "sym/seen.h"
#include "sym/usyms.h"

#define BUFFER_SIZE (128u << 10)       /* of one CPU: some 200 programs started */
#define BUFFER_SIZE_MANY (32u << 10)   /* on machines with many CPUs */
#define MANY_CPUS 64
#define SCAN_NS 100000000ll            /* for the processes that are there at the start */

/* perf_event_open(2): PERF_RECORD_MMAP2, behind the header. */
struct mmap2_record {
	uint32_t pid, tid;
	uint64_t addr, len, pgoff;
	uint32_t major, minor;
	uint64_t inode, generation;
	uint32_t prot, flags;
	char path[];
};

static void take_mmap(struct seen *s, const uint8_t *body, size_t n)
{
	struct mmap2_record m;
	const char *path = (const char *)body + sizeof(m);

	if (n <= sizeof(m) || !memchr(path, 0, n - sizeof(m)))
		return;
	memcpy(&m, body, sizeof(m));
	seen_map(s, (pid_t)m.pid, m.addr, m.len, m.pgoff, m.inode, !strcmp(path, "//anon") ? "" : path);
}

/* A record in the order of time; it lies in the bytes of its batch. */
struct timed {
	uint64_t time;
	size_t at;
	uint32_t size;
};

/* The records of all CPUs that were there at one moment. */
struct batch {
	struct strbuf bytes;
	VEC(struct timed) list;
};

/* Behind each record stands its time (sample_id_all). */
static bool collect(void *arg, const void *data, uint32_t n)
{
	struct batch *b = arg;
	struct timed t = { .at = b->bytes.n, .size = n };

	if (n < sizeof(struct perf_event_header) + sizeof(t.time))
		return true;
	memcpy(&t.time, (const char *)data + n - sizeof(t.time), sizeof(t.time));
	t.size -= sizeof(t.time);
	sb_add(&b->bytes, data, n);
	vec_push(&b->list, t);
	return true;
}

/* Processes whose mappings have changed since their tables were made. */
struct changed {
	VEC(pid_t) pids;
};

static void note_change(struct runtime *rt, struct changed *c, pid_t pid)
{
	if (!rt->unwind || !unwind_wants(rt->unwind, pid))
		return;
	vec_each(c->pids, i)
		if (c->pids.v[i] == pid)
			return;
	vec_push(&c->pids, pid);
}

static void remake_tables(struct runtime *rt, struct changed *c)
{
	vec_each(c->pids, i) {
		struct maps maps = { 0 };
		pid_t parent;

		if (seen_maps(rt->seen, c->pids.v[i], &maps, &parent))
			unwind_update(rt->unwind, c->pids.v[i], &maps);
		else
			unwind_forget(rt->unwind, c->pids.v[i]);
		maps_done(&maps);
	}
	vec_done(&c->pids);
}

static void take_record(struct runtime *rt, struct changed *c, const uint8_t *data, size_t n)
{
	struct seen *s = rt->seen;

	struct perf_event_header h;
	const uint8_t *body = data + sizeof(h);
	uint32_t id[2];

	memcpy(&h, data, sizeof(h));
	n -= sizeof(h);
	if (n < sizeof(id))
		return;
	memcpy(id, body, sizeof(id));
	if (h.type == PERF_RECORD_FORK && rt->unwind)
		unwind_forked(rt->unwind, (pid_t)id[0], (pid_t)id[1]);
	if (h.type == PERF_RECORD_MMAP2 || (h.type == PERF_RECORD_FORK && id[0] != id[1]) ||
	    (h.type == PERF_RECORD_COMM && h.misc & PERF_RECORD_MISC_COMM_EXEC))
		note_change(rt, c, (pid_t)id[0]);
	if (h.type == PERF_RECORD_MMAP2)
		take_mmap(s, body, n);
	else if (h.type == PERF_RECORD_FORK)
		seen_fork(s, (pid_t)id[0], (pid_t)id[1]);
	else if (h.type == PERF_RECORD_COMM && h.misc & PERF_RECORD_MISC_COMM_EXEC)
		seen_exec(s, (pid_t)id[0]);
}

static int by_time(const void *a, const void *b)
{
	const struct timed *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* A process moves: it was forked on one CPU and has mapped its files on others. */
void run_procs_take(struct runtime *rt)
{
	struct batch b = { 0 };
	struct changed c = { 0 };

	if (!rt->procs.ncpus || !perfbuf_consume(&rt->procs, collect, &b))
		return;
	if (b.list.n)
		qsort(b.list.v, b.list.n, sizeof(*b.list.v), by_time);
	vec_each(b.list, i)
		take_record(rt, &c, (const uint8_t *)b.bytes.p + b.list.v[i].at, b.list.v[i].size);
	remake_tables(rt, &c);
	vec_done(&b.list);
	sb_done(&b.bytes);
}

static void catch_up(void *rt)
{
	run_procs_take(rt);
}

void run_procs_open(struct runtime *rt)
{
	struct usyms *usyms = rt->out->render->usyms;
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_DUMMY,
		.sample_type = PERF_SAMPLE_TIME,
		.sample_id_all = 1,
		.mmap = 1,
		.mmap2 = 1,
		.comm = 1,
		.comm_exec = 1,
		.task = 1,
	};

	if (!rt->tables->user_symbols || !usyms)
		return;
	attr.wakeup_watermark = rt->unwind != NULL; /* tables are needed at once, names when they are printed */
	if (perfbuf_open_events(&rt->procs, &attr, rt->target->ncpus > MANY_CPUS ? BUFFER_SIZE_MANY : BUFFER_SIZE))
		return; /* symbols of processes that end are not known then */
	rt->seen = seen_new();
	usyms_watch(usyms, rt->seen, catch_up, rt);
}

static void scan_all(struct runtime *rt)
{
	int64_t end = run_now() + SCAN_NS;
	DIR *d = opendir("/proc");
	struct dirent *ent;

	while (d && (ent = readdir(d)) && run_now() < end)
		if (isdigit((unsigned char)*ent->d_name))
			seen_read(rt->seen, atoi(ent->d_name));
	if (d)
		closedir(d);
}

/* Tables of a process that is there already. */
static void add_tables(struct runtime *rt, pid_t pid)
{
	struct maps maps = { 0 };

	if (unwind_wants(rt->unwind, pid) && !maps_read(pid, &maps) && maps.list.n)
		unwind_update(rt->unwind, pid, &maps);
	maps_done(&maps);
}

static void limit_tables(struct runtime *rt)
{
	for (size_t i = 0; i < rt->opt->nunwind_pids; i++)
		unwind_limit(rt->unwind, rt->opt->unwind_pids[i]);
	if (rt->opt->pid > 0)
		unwind_limit(rt->unwind, rt->opt->pid);
	if (rt->child)
		unwind_limit(rt->unwind, child_pid(rt->child));
}

void run_unwind_child(void *arg)
{
	struct runtime *rt = arg;

	run_procs_take(rt);
	add_tables(rt, child_pid(rt->child));
}

void run_unwind_start(struct runtime *rt)
{
	DIR *d = rt->unwind ? opendir("/proc") : NULL;
	struct dirent *ent;

	if (!d)
		return;
	limit_tables(rt);
	while ((ent = readdir(d)))
		if (isdigit((unsigned char)*ent->d_name))
			add_tables(rt, atoi(ent->d_name));
	closedir(d);
}

void run_procs_scan(struct runtime *rt)
{
	if (!rt->seen)
		return;
	run_procs_take(rt);
	if (rt->opt->pid > 0)
		usyms_note(rt->out->render->usyms, rt->opt->pid);
	else if (!rt->child)
		scan_all(rt);
}

void run_procs_close(struct runtime *rt)
{
	if (!rt->seen)
		return;
	usyms_watch(rt->out->render->usyms, NULL, NULL, NULL);
	seen_free(rt->seen);
	perfbuf_close(&rt->procs);
	rt->seen = NULL;
}
