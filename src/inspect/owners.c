/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/owners.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"

struct owners {
	hold_list holds;        /* by kind, id, pid */
	VEC(struct owner) list; /* the same owners in a row, so that some can be handed out */
	struct arena arena;
};

/* The line of fdinfo that has the id. */
static const char *const id_keys[] = {
	[OBJECT_PROG] = "prog_id", [OBJECT_MAP] = "map_id", [OBJECT_LINK] = "link_id", [OBJECT_BTF] = "btf_id",
};

static bool fdinfo_id(int proc, int pid, const char *fd, const char *key, uint32_t *ret)
{
	char path[64], text[1024], *at;
	ssize_t n;
	_cleanup_fd_ int info = -1;

	snprintf(path, sizeof(path), "%d/fdinfo/%.16s", pid, fd);
	info = openat(proc, path, O_RDONLY | O_CLOEXEC);
	n = info < 0 ? -1 : read(info, text, sizeof(text) - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	at = strstr(text, key);
	if (!at || at[strlen(key)] != ':')
		return false;
	*ret = (uint32_t)strtoul(at + strlen(key) + 1, NULL, 10);
	return true;
}

static const char *read_comm(struct owners *o, int proc, int pid)
{
	char path[32], text[64];
	_cleanup_fd_ int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "%d/comm", pid);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, text, sizeof(text));
	while (n > 0 && text[n - 1] == '\n')
		n--;
	return arena_strndup(&o->arena, text, n > 0 ? (size_t)n : 0);
}

/* The fds of one process; most processes hold nothing, so their names are not asked for. */
static void scan_process(struct owners *o, int proc, int pid)
{
	char path[32], target[32];
	const char *comm = NULL;
	int fd;
	DIR *d;

	snprintf(path, sizeof(path), "%d/fd", pid);
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		fd_close(&fd);
		return;
	}
	for (struct dirent *e; (e = readdir(d));) {
		ssize_t n = *e->d_name == '.' ? 0 : readlinkat(fd, e->d_name, target, sizeof(target) - 1);
		struct hold h = { 0 };
		int kind;

		if (n <= 0)
			continue;
		target[n] = '\0';
		kind = object_kind_of_text(target);
		if (kind < 0 || !fdinfo_id(proc, pid, e->d_name, id_keys[kind], &h.id))
			continue;
		comm = comm ? comm : read_comm(o, proc, pid);
		h.kind = (enum object_kind)kind;
		h.by = (struct owner){ pid, comm };
		vec_push(&o->holds, h);
	}
	closedir(d);
}

static int by_object(const void *a, const void *b)
{
	const struct hold *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->by.pid - y->by.pid;
}

/* Sorts, and drops what a process holds twice. */
static void put_in_order(struct owners *o)
{
	size_t n = 0;

	if (o->holds.n)
		qsort(o->holds.v, o->holds.n, sizeof(*o->holds.v), by_object);
	vec_each(o->holds, i)
		if (!n || by_object(&o->holds.v[n - 1], &o->holds.v[i]))
			o->holds.v[n++] = o->holds.v[i];
	o->holds.n = n;
	vec_each(o->holds, i)
		vec_push(&o->list, o->holds.v[i].by);
}

/* Names of the processes that hold something. */
static void read_comms(struct owners *o)
{
	_cleanup_fd_ int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct owner *last = NULL;

	vec_each(o->holds, i) {
		struct owner *by = &o->holds.v[i].by;

		by->comm = last && last->pid == by->pid ? last->comm : read_comm(o, proc, by->pid);
		last = by;
	}
}

static void scan_proc(struct owners *o)
{
	DIR *d = opendir("/proc");
	int self = getpid();

	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d));)
		if (isdigit((unsigned char)*e->d_name) && atoi(e->d_name) != self)
			scan_process(o, dirfd(d), atoi(e->d_name));
	closedir(d);
}

/* BTF is held by few, and its holders are seen in /proc only. */
static struct owners *scan(struct inspect *in, enum object_kind kind)
{
	struct owners *o = xcalloc(1, sizeof(*o));

	if (kind != OBJECT_BTF && !owners_iterate(in, &o->holds))
		read_comms(o);
	else
		scan_proc(o);
	put_in_order(o);
	return o;
}

/* The first hold of an object, or of the one behind it. */
static size_t find(struct inspect *in, enum object_kind kind, uint32_t id)
{
	struct hold key = { .kind = kind, .id = id };
	size_t lo = 0, hi;

	if (!in->owners)
		in->owners = scan(in, kind);
	for (hi = in->owners->holds.n; lo < hi;) {
		size_t mid = lo + (hi - lo) / 2;

		if (by_object(&in->owners->holds.v[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

size_t owners_of(struct inspect *in, enum object_kind kind, uint32_t id, const struct owner **ret)
{
	size_t first = find(in, kind, id), n = first;
	struct owners *o = in->owners;

	while (n < o->holds.n && o->holds.v[n].kind == kind && o->holds.v[n].id == id)
		n++;
	*ret = n > first ? o->list.v + first : NULL;
	return n - first;
}

bool owners_memlock(struct inspect *in, uint32_t prog_id, uint64_t *ret)
{
	size_t i = find(in, OBJECT_PROG, prog_id);
	const struct hold *h = &in->owners->holds.v[i];

	if (i >= in->owners->holds.n || h->kind != OBJECT_PROG || h->id != prog_id || !h->memlock)
		return false;
	*ret = h->memlock;
	return true;
}

void owners_text(struct inspect *in, enum object_kind kind, uint32_t id, const char *prefix)
{
	const struct owner *o;
	size_t n = owners_of(in, kind, id, &o);

	for (size_t i = 0; i < n; i++) {
		sb_adds(&in->out, i ? ", " : prefix);
		inspect_text(in, o[i].comm);
		sb_addc(&in->out, '(');
		sb_addi(&in->out, o[i].pid);
		sb_addc(&in->out, ')');
	}
}

void owners_json(struct inspect *in, enum object_kind kind, uint32_t id)
{
	const struct owner *o;
	size_t n = owners_of(in, kind, id, &o);

	if (!n)
		return;
	jsonw_array_at(&in->w, "pids");
	for (size_t i = 0; i < n; i++) {
		jsonw_object(&in->w);
		jsonw_i64_at(&in->w, "pid", o[i].pid);
		jsonw_string_at(&in->w, "comm", o[i].comm);
		jsonw_end_object(&in->w);
	}
	jsonw_end_array(&in->w);
}

void owners_free(struct owners *o)
{
	if (!o)
		return;
	vec_done(&o->holds);
	vec_done(&o->list);
	arena_done(&o->arena);
	free(o);
}
