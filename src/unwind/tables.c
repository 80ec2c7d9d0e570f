/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See tables.h. */
#include "unwind/tables.h"

#include <errno.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "run/sys.h"
#include "unwind/image.h"

#define SHARD_BYTES (UNWIND_SHARD * sizeof(struct unwind_row))
#define VDSO_BYTES 8192
#define NO_SLOT UNWIND_PROCS

/* Rows of an object from pc on, in one shard. */
struct chunk {
	uint32_t pc, shard, first, n;
};

struct object {
	dev_t dev;
	ino_t ino;
	off_t size;
	int64_t mtime;
	VEC(struct unwind_segment) segments;
	VEC(struct chunk) chunks; /* none: no rows, or no room for them */
};

struct shard {
	struct unwind_row *rows; /* mapped */
	uint32_t used;
};

struct unwind {
	int pids_fd, procs_fd, rows_fd;
	struct unwind_proc *procs; /* mapped */
	pid_t slot[UNWIND_PROCS];  /* whose tables they are, 0: nobody's */
	VEC(struct shard) shards;
	VEC(struct object *) objects;
	struct object *vdso;
	VEC(pid_t) limited;
	uint64_t dropped;
};

int unwind_pids_fd(const struct unwind *u)
{
	return u->pids_fd;
}

int unwind_procs_fd(const struct unwind *u)
{
	return u->procs_fd;
}

int unwind_rows_fd(const struct unwind *u)
{
	return u->rows_fd;
}

uint64_t unwind_dropped(const struct unwind *u)
{
	return u->dropped;
}

/* Shards */

/* A shard, entered into the table if there is one. 0 or -errno. */
static int add_shard(struct unwind *u)
{
	_cleanup_fd_ int fd = sys_map_create(BPF_MAP_TYPE_ARRAY, "unwind_rows", 4, SHARD_BYTES, 1, BPF_F_MMAPABLE);
	uint32_t key = (uint32_t)u->shards.n;
	struct shard s = { 0 };
	int rc;

	if (fd < 0)
		return fd;
	if (key >= UNWIND_SHARDS)
		return -ENOSPC;
	if (u->rows_fd < 0)
		u->rows_fd = sys_map_create_outer(BPF_MAP_TYPE_ARRAY_OF_MAPS, "unwind_shards", UNWIND_SHARDS, fd);
	if (u->rows_fd < 0)
		return u->rows_fd;
	s.rows = mmap(NULL, SHARD_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (s.rows == MAP_FAILED)
		return -errno;
	rc = sys_map_update(u->rows_fd, &key, &fd, 0);
	if (rc) {
		munmap(s.rows, SHARD_BYTES);
		return rc;
	}
	vec_push(&u->shards, s);
	return 0;
}

/* The first shard with room for n rows; -1: there can be no more. */
static int shard_with(struct unwind *u, uint32_t n)
{
	vec_each(u->shards, i)
		if (UNWIND_SHARD - u->shards.v[i].used >= n)
			return (int)i;
	return add_shard(u) ? -1 : (int)u->shards.n - 1;
}

static void put_rows(struct unwind *u, struct object *o, const struct unwind_row *rows, size_t n)
{
	while (n) {
		uint32_t part = n < UNWIND_SHARD ? (uint32_t)n : UNWIND_SHARD;
		int at = shard_with(u, part);
		struct shard *s;

		if (at < 0) {
			u->dropped++;
			return;
		}
		s = &u->shards.v[at];
		memcpy(s->rows + s->used, rows, part * sizeof(*rows));
		vec_push(&o->chunks, ((struct chunk){ rows->pc, (uint32_t)at, s->used, part }));
		s->used += part;
		rows += part;
		n -= part;
	}
}

/* Objects */

static struct object *add_object(struct unwind *u, struct object like, struct unwind_image *image)
{
	struct object *o = xcalloc(1, sizeof(*o));

	*o = like;
	vec_each(image->segments, i)
		vec_push(&o->segments, image->segments.v[i]);
	put_rows(u, o, image->rows.list.v, image->rows.list.n);
	unwind_image_done(image);
	return o;
}

static void free_object(struct object *o)
{
	if (!o)
		return;
	vec_done(&o->segments);
	vec_done(&o->chunks);
	free(o);
}

/* Of an open file: as long as it does not change, it is read once. */
static struct object *object_of(struct unwind *u, int fd)
{
	struct unwind_image image;
	struct object like = { 0 };
	struct stat st;

	if (fstat(fd, &st))
		return NULL;
	like.dev = st.st_dev;
	like.ino = st.st_ino;
	like.size = st.st_size;
	like.mtime = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	vec_each(u->objects, i) {
		struct object *o = u->objects.v[i];

		if (o->ino == like.ino && o->dev == like.dev && o->mtime == like.mtime && o->size == like.size)
			return o;
	}
	unwind_image_read(fd, &image);
	vec_push(&u->objects, add_object(u, like, &image));
	return u->objects.v[u->objects.n - 1];
}

/* All processes have this one. */
static struct object *vdso_of(struct unwind *u)
{
	const void *at = (const void *)getauxval(AT_SYSINFO_EHDR); /* NOLINT: an address by definition */
	struct unwind_image image;

	if (!u->vdso && at) {
		unwind_image_memory(at, VDSO_BYTES, &image);
		u->vdso = add_object(u, (struct object){ 0 }, &image);
	}
	return u->vdso;
}

static struct object *range_object(struct unwind *u, pid_t pid, const struct maps *maps, const struct map_range *r)
{
	_cleanup_fd_ int fd = -1;

	if (!strcmp(maps_path(maps, r), "[vdso]"))
		return vdso_of(u);
	fd = r->inode ? maps_open(pid, maps, r) : -1;
	return fd < 0 ? NULL : object_of(u, fd);
}

/* Processes */

struct filling {
	struct unwind_proc *to;
	unsigned n;
	bool full;
};

static void add_range(struct filling *f, uint64_t start, uint64_t end, uint64_t bias, const struct chunk *c)
{
	unsigned i = f->n;

	if (start >= end || start >= UNWIND_NOWHERE) /* as the page of old system calls, in the kernel's half */
		return;
	if (i >= UNWIND_RANGES) {
		f->full = true;
		return;
	}
	f->to->start[i] = start;
	f->to->end[i] = end;
	f->to->bias[i] = bias;
	f->to->shard[i] = c->shard;
	f->to->first[i] = c->first;
	f->to->nrows[i] = c->n;
	f->n++;
}

static bool segment_addr(const struct object *o, uint64_t offset, uint64_t *ret)
{
	struct unwind_image image = { 0 };

	image.segments.v = o->segments.v;
	image.segments.n = o->segments.n;
	return unwind_image_addr(&image, offset, ret);
}

/* A mapping of an object in several chunks is as many ranges. */
static void add_mapping(struct filling *f, const struct object *o, const struct map_range *r)
{
	static const struct chunk none;
	uint64_t addr, bias;

	if (!o || !o->chunks.n || !segment_addr(o, r->offset, &addr)) {
		add_range(f, r->start, r->end, 0, &none);
		return;
	}
	bias = r->start - addr;
	vec_each(o->chunks, i) {
		const struct chunk *c = &o->chunks.v[i];
		uint64_t from = i ? c->pc + bias : r->start;
		uint64_t to = i + 1 < o->chunks.n ? o->chunks.v[i + 1].pc + bias : r->end;

		add_range(f, from > r->start ? from : r->start, to < r->end ? to : r->end, bias, c);
	}
}

/* Tables of processes that have ended. */
static void sweep(struct unwind *u)
{
	for (unsigned i = 0; i < UNWIND_PROCS; i++)
		if (u->slot[i] && kill(u->slot[i], 0) && errno == ESRCH)
			unwind_forget(u, u->slot[i]);
}

static unsigned slot_of(const struct unwind *u, pid_t pid)
{
	unsigned i = 0;

	while (i < UNWIND_PROCS && u->slot[i] != pid)
		i++;
	return i;
}

static unsigned free_slot(struct unwind *u)
{
	unsigned i = slot_of(u, 0);

	if (i < NO_SLOT)
		return i;
	sweep(u);
	return slot_of(u, 0);
}

void unwind_limit(struct unwind *u, pid_t pid)
{
	vec_push(&u->limited, pid);
}

bool unwind_wants(const struct unwind *u, pid_t pid)
{
	vec_each(u->limited, i)
		if (u->limited.v[i] == pid)
			return true;
	return !u->limited.n;
}

void unwind_forked(struct unwind *u, pid_t pid, pid_t parent)
{
	if (u->limited.n && unwind_wants(u, parent) && !unwind_wants(u, pid))
		unwind_limit(u, pid);
}

/* The new tables are written beside the old ones: a program never sees half of them. */
void unwind_update(struct unwind *u, pid_t pid, const struct maps *maps)
{
	unsigned old = slot_of(u, pid), i = free_slot(u);
	struct filling f = { 0 };
	uint32_t number = i;

	if (i == NO_SLOT) {
		u->dropped++;
		return;
	}
	f.to = &u->procs[i];
	vec_each(maps->list, k)
		add_mapping(&f, range_object(u, pid, maps, &maps->list.v[k]), &maps->list.v[k]);
	for (unsigned k = f.n; k < UNWIND_RANGES; k++)
		f.to->start[k] = UNWIND_NOWHERE;
	u->dropped += f.full;
	if (sys_map_update(u->pids_fd, &pid, &number, 0)) {
		u->dropped++;
		return;
	}
	u->slot[i] = pid;
	if (old < NO_SLOT)
		u->slot[old] = 0;
}

void unwind_forget(struct unwind *u, pid_t pid)
{
	unsigned i = slot_of(u, pid);

	if (i == NO_SLOT)
		return;
	sys_map_delete(u->pids_fd, &pid);
	u->slot[i] = 0;
}

/* Making */

static int make_maps(struct unwind *u)
{
	void *p;

	u->pids_fd = sys_map_create(BPF_MAP_TYPE_HASH, "unwind_pids", 4, 4, UNWIND_PROCS, 0);
	if (u->pids_fd < 0)
		return u->pids_fd;
	u->procs_fd = sys_map_create(BPF_MAP_TYPE_ARRAY, "unwind_procs", 4, sizeof(struct unwind_proc), UNWIND_PROCS,
				     BPF_F_MMAPABLE);
	if (u->procs_fd < 0)
		return u->procs_fd;
	p = mmap(NULL, UNWIND_PROCS * sizeof(struct unwind_proc), PROT_READ | PROT_WRITE, MAP_SHARED, u->procs_fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	u->procs = p;
	return add_shard(u);
}

int unwind_new(struct unwind **ret, struct err *e)
{
	struct unwind *u = xcalloc(1, sizeof(*u));
	int rc;

	u->pids_fd = u->procs_fd = u->rows_fd = -1;
	rc = make_maps(u);
	if (rc) {
		unwind_free(u);
		return err_set(e, rc, "cannot make the tables for unwinding: %s", errname(rc));
	}
	*ret = u;
	return 0;
}

void unwind_free(struct unwind *u)
{
	if (!u)
		return;
	vec_each(u->shards, i)
		munmap(u->shards.v[i].rows, SHARD_BYTES);
	vec_each(u->objects, i)
		free_object(u->objects.v[i]);
	free_object(u->vdso);
	if (u->procs)
		munmap(u->procs, UNWIND_PROCS * sizeof(struct unwind_proc));
	fd_close(&u->pids_fd);
	fd_close(&u->procs_fd);
	fd_close(&u->rows_fd);
	vec_done(&u->shards);
	vec_done(&u->objects);
	vec_done(&u->limited);
	free(u);
}
