/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the script's maps. Entries come in batches of many thousands where the kernel has
 * batch look-ups (5.6); values of CPUs are put together while they are read, so memory holds
 * one key, one value and one index entry for each.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdutil.h"
#include "run/internal.h"

#define BATCH_BYTES (4u << 20) /* room for the raw values of a batch */
#define BATCH_MOST 16384
#define BATCH_LEAST 64

struct map_copy {
	struct map_dump dump;
	size_t cap;         /* of dump.entries */
	VEC(void *) blocks; /* keys and values */
	int fd;
	uint32_t key_size;
	uint32_t cpus;      /* values of each entry */
	uint32_t stride;    /* of one CPU's value */
	uint32_t out_size;  /* of a finished value */
	bool plain;         /* raw values serve as they are */
	bool take, took;    /* what is read is to be deleted from the map; it was, all of it */
};

struct batch {
	uint8_t *keys, *raw;
	uint32_t cap;
};

static uint32_t round8(uint32_t n)
{
	return (n + 7) & ~7u;
}

static uint32_t value_bytes(const struct type *t)
{
	return t->kind == TY_AGG ? t->agg->size(t) : t->size;
}

/* Puts the values of all CPUs together; what is no aggregation has one value. */
static void reduce(const struct type *t, void *acc, const uint8_t *raw, uint32_t cpus,
		   uint32_t stride)
{
	if (t->kind != TY_AGG) {
		memcpy(acc, raw, t->size);
		return;
	}
	for (uint32_t i = 0; i < cpus; i++)
		t->agg->reduce(t, acc, raw + (size_t)i * stride);
}

static void *keep(struct map_copy *c, void *block)
{
	vec_push(&c->blocks, block);
	return block;
}

static void add_entry(struct map_copy *c, const void *key, const void *value)
{
	if (c->dump.n == c->cap) {
		c->cap = c->cap ? c->cap * 2 : 256;
		c->dump.entries = xrealloc(c->dump.entries, c->cap * sizeof(*c->dump.entries));
	}
	c->dump.entries[c->dump.n++] = (struct map_entry){ key, value };
}

static void batch_alloc(const struct map_copy *c, struct batch *b, uint32_t cap)
{
	b->cap = cap;
	b->keys = xmalloc((size_t)cap * c->key_size);
	b->raw = xmalloc((size_t)cap * c->cpus * c->stride);
}

static void batch_free(struct batch *b)
{
	free(b->keys);
	free(b->raw);
	b->keys = b->raw = NULL;
}

/* Raw values serve as they are: the batch loses its blocks. */
static void take_plain(struct map_copy *c, struct batch *b, uint32_t n)
{
	uint8_t *keys = keep(c, xrealloc(b->keys, (size_t)n * c->key_size));
	uint8_t *values = keep(c, xrealloc(b->raw, (size_t)n * c->stride));

	b->keys = b->raw = NULL;
	for (uint32_t i = 0; i < n; i++)
		add_entry(c, keys + (size_t)i * c->key_size, values + (size_t)i * c->stride);
}

/* Each key with its value behind it: in the order of the output both are one access to memory far away. */
static void take_reduced(struct map_copy *c, const struct batch *b, uint32_t n)
{
	size_t key_room = round8(c->key_size), step = key_room + c->out_size;
	size_t one = (size_t)c->cpus * c->stride;
	uint8_t *at = keep(c, xcalloc(n, step));

	for (uint32_t i = 0; i < n; i++, at += step) {
		memcpy(at, b->keys + (size_t)i * c->key_size, c->key_size);
		reduce(c->dump.value, at + key_room, b->raw + i * one, c->cpus, c->stride);
		add_entry(c, at, at + key_room);
	}
}

/* Makes entries of the first n. */
static void batch_take(struct map_copy *c, struct batch *b, uint32_t n)
{
	if (c->plain)
		take_plain(c, b, n);
	else
		take_reduced(c, b, n);
}

static uint32_t batch_room(const struct map_copy *c)
{
	size_t n = BATCH_BYTES / ((size_t)c->cpus * c->stride);

	if (n > BATCH_MOST)
		n = BATCH_MOST;
	return n < BATCH_LEAST ? BATCH_LEAST : (uint32_t)n;
}

/*
 * -EINVAL, -ENOTSUPP and the like before the first entry: this kernel has no batches for the map.
 */
static int read_batches(struct map_copy *c)
{
	_cleanup_free_ void *position = xcalloc(1, c->key_size + 8);
	uint32_t cap = batch_room(c);
	struct batch b = { 0 };
	bool first = true;
	int rc = 0;

	while (!rc) {
		uint32_t n = cap;

		if (!b.keys)
			batch_alloc(c, &b, cap);
		rc = (c->take ? sys_map_take_batch : sys_map_lookup_batch)(c->fd, first, position, b.keys, b.raw, &n);
		/* A bucket holds more than the room. */
		if (rc == -ENOSPC && cap < 1u << 24) {
			cap *= 2;
			rc = 0;
			batch_free(&b);
			continue;
		}
		if ((!rc || rc == -ENOENT) && n)
			batch_take(c, &b, n);
		first = false;
	}
	batch_free(&b);
	c->took = c->take && rc == -ENOENT;
	return rc == -ENOENT ? 0 : rc;
}

/* Key after key. A key that goes away sends the kernel back to the first: the count is bounded. */
static void read_keys(struct map_copy *c, uint32_t max_entries)
{
	_cleanup_free_ uint8_t *key = xcalloc(1, c->key_size);
	bool first = true;

	for (uint64_t left = 2ull * max_entries; left; left--) {
		struct batch b;

		batch_alloc(c, &b, 1);
		if (sys_map_next_key(c->fd, first ? NULL : key, b.keys)) {
			batch_free(&b);
			break;
		}
		memcpy(key, b.keys, c->key_size);
		first = false;
		if (!sys_map_lookup(c->fd, key, b.raw))
			batch_take(c, &b, 1);
		batch_free(&b);
	}
}

static void open_hash(struct runtime *rt, const struct map *m, struct map_copy *c)
{
	c->fd = run_map_fd(rt, m->ir);
	c->key_size = m->ir->key_size;
	c->cpus = m->per_cpu ? rt->target->ncpus : 1;
	c->stride = m->per_cpu ? round8(m->ir->value_size) : m->ir->value_size;
	c->plain = c->cpus == 1 && m->value->kind != TY_AGG;
}

const void *run_map_key(const struct runtime *rt, const struct ir_map *m, uint32_t size, const void *key,
			uint64_t buf[2])
{
	uint64_t seed[2];

	if (!m->keys)
		return key;
	memcpy(seed, rt->globals + rt->module->seed_off, sizeof(seed));
	ir_digest_of(key, size, seed, buf);
	return buf;
}

/* Entries were read under the digests of their keys; the few that have no key yet are left out. */
static void name_entries(struct runtime *rt, const struct ir_map *keys, struct map_copy *c)
{
	int fd = run_map_fd(rt, keys);
	uint8_t *whole = keep(c, xmalloc(c->dump.n * keys->value_size + 1));
	size_t n = 0;

	for (size_t i = 0; i < c->dump.n; i++) {
		uint8_t *key = whole + n * keys->value_size;

		if (sys_map_lookup(fd, c->dump.entries[i].key, key))
			continue;
		c->dump.entries[n++] = (struct map_entry){ key, c->dump.entries[i].value };
	}
	c->dump.n = n;
}

static void read_hash(struct runtime *rt, const struct map *m, struct map_copy *c)
{
	open_hash(rt, m, c);
	if (c->fd < 0 || value_bytes(m->value) > c->stride)
		return;
	if (read_batches(c) && !c->dump.n)
		read_keys(c, m->ir->max_entries);
	if (m->ir->keys)
		name_entries(rt, m->ir->keys, c);
}

static void read_global(struct runtime *rt, const struct map *m, struct map_copy *c)
{
	uint32_t size = value_bytes(m->value);
	uint8_t *value = keep(c, xcalloc(1, c->out_size));

	run_globals_sync(rt);
	if (rt->globals && size <= rt->globals_size && m->offset <= rt->globals_size - size)
		reduce(m->value, value, rt->globals + m->offset, 1, size);
	add_entry(c, NULL, value);
}

static void read_pcpu(struct runtime *rt, const struct map *m, struct map_copy *c)
{
	const struct ir_module *mod = rt->module;
	uint32_t key = 0, size = value_bytes(m->value), stride = round8(mod->pcpu_size);
	_cleanup_free_ uint8_t *raw = xcalloc(rt->target->ncpus, stride + 8);
	uint8_t *value = keep(c, xcalloc(1, c->out_size));

	if (size <= stride && m->offset <= stride - size &&
	    !sys_map_lookup(run_map_fd(rt, mod->pcpu), &key, raw))
		reduce(m->value, value, raw + m->offset, rt->target->ncpus, stride);
	add_entry(c, NULL, value);
}

static struct map_copy *copy_new(const struct map *m)
{
	struct map_copy *c = xcalloc(1, sizeof(*c));

	c->dump = (struct map_dump){ .name = m->name, .key = m->key, .value = m->value };
	c->out_size = round8(value_bytes(m->value) + (m->value->kind != TY_AGG)); /* text gets a NUL */
	return c;
}

struct map_copy *map_copy_entry(struct runtime *rt, const struct map *m, const void *key, uint32_t len)
{
	struct map_copy *c = copy_new(m);
	uint64_t digest[2];
	struct batch b;

	open_hash(rt, m, c);
	c->key_size = m->ir->keys ? m->ir->keys->value_size : c->key_size;
	batch_alloc(c, &b, 1);
	memset(b.keys, 0, c->key_size);
	memcpy(b.keys, key, len < c->key_size ? len : c->key_size);
	if (sys_map_lookup(c->fd, run_map_key(rt, m->ir, m->key->size, b.keys, digest), b.raw))
		memset(b.raw, 0, (size_t)c->cpus * c->stride);
	batch_take(c, &b, 1);
	batch_free(&b);
	return c;
}

static void align_values(struct map_copy *c)
{
	const struct type *t = c->dump.value;
	int64_t greatest = INT64_MIN;

	if (t->kind != TY_AGG || !t->agg->align)
		return;
	for (size_t i = 0; i < c->dump.n; i++) {
		int64_t order = t->agg->order(t, c->dump.entries[i].value);

		greatest = order > greatest ? order : greatest;
	}
	for (size_t i = 0; i < c->dump.n; i++)
		t->agg->align(t, (void *)c->dump.entries[i].value, greatest); /* in blocks of ours */
}

static struct map_copy *read_map(struct runtime *rt, const struct map *m, bool take)
{
	struct map_copy *c;

	if (!m->value || m->value->kind == TY_NONE)
		return NULL;
	c = copy_new(m);
	c->take = take;
	switch (m->storage) {
	case MS_GLOBAL: read_global(rt, m, c); break;
	case MS_PCPU: read_pcpu(rt, m, c); break;
	case MS_HASH: read_hash(rt, m, c); break;
	}
	align_values(c);
	return c;
}

struct map_copy *map_copy_read(struct runtime *rt, const struct map *m)
{
	return read_map(rt, m, false);
}

struct map_copy *map_copy_take(struct runtime *rt, const struct map *m)
{
	bool at_once = m->storage == MS_HASH && !m->ir->keys;
	struct map_copy *c = read_map(rt, m, at_once);

	if (!c || !c->took)
		rt_clear_map(rt, m);
	return c;
}

struct map_dump *map_copy_dump(struct map_copy *c)
{
	return &c->dump;
}

void map_copy_free(struct map_copy *c)
{
	if (!c)
		return;
	vec_each(c->blocks, i)
		free(c->blocks.v[i]);
	vec_done(&c->blocks);
	free(c->dump.entries);
	free(c);
}
