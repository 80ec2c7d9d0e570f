/* SPDX-License-Identifier: GPL-2.0-or-later */
/* print(@m), clear(@m), zero(@m) and the maps shown at the end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdutil.h"
#include "run/internal.h"

#define LOOKUP_AND_DELETE_BATCH 25 /* BPF_MAP_LOOKUP_AND_DELETE_BATCH */

static size_t map_position(const struct runtime *rt, const struct map *m)
{
	vec_each(rt->tables->maps, i)
		if (rt->tables->maps.v[i] == m)
			return i;
	return rt->tables->maps.n;
}

/*
 * Is there nothing to show of this map at the end? Probes may still be attached (finish.c): what an end probe cleared
 * stays so. A scalar is always there; it counts as gone if it is zero and something removed it.
 */
static bool is_gone(struct runtime *rt, const struct map *m, const struct map_dump *d)
{
	enum map_emptied emptied = rt->emptied[map_position(rt, m)];
	const uint8_t *value = d->n ? d->entries[0].value : NULL;
	uint32_t size = m->value->kind == TY_AGG ? m->value->agg->size(m->value) : m->value->size;

	if (!d->n || emptied == ME_AT_END)
		return true;
	if (m->keyed || !(emptied || m->deleted))
		return false;
	for (uint32_t i = 0; i < size; i++)
		if (value[i])
			return false;
	return true;
}

static void show(struct runtime *rt, const struct map *m, const struct map_dump *d)
{
	uint64_t cut = run_cut(rt);

	rt->out->ops->map(rt->out, d);
	run_note_cut(rt, cut, m->value_span.end ? m->value_span : m->span);
}

static void print_map(struct runtime *rt, const struct map *m, uint64_t top, int64_t div,
		      const struct map_order *order, bool final)
{
	struct map_copy *c = map_copy_read(rt, m);
	struct map_dump *d;

	if (!c)
		return;
	d = map_copy_dump(c);
	d->top = top;
	d->div = div;
	if (order)
		d->order = *order;
	if (!final || !is_gone(rt, m, d))
		show(rt, m, d);
	map_copy_free(c);
}

void rt_print_map(struct runtime *rt, const struct map *m, uint64_t top, int64_t div, const struct map_order *order)
{
	print_map(rt, m, top, div, order, false);
}

void rt_print_entry(struct runtime *rt, const struct map *m, const void *key, uint32_t len)
{
	struct map_copy *c = map_copy_entry(rt, m, key, len);

	show(rt, m, map_copy_dump(c));
	map_copy_free(c);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp((*(struct map *const *)a)->name, (*(struct map *const *)b)->name);
}

/* By name. */
void run_print_final_maps(struct runtime *rt)
{
	size_t n = rt->tables->maps.n;
	_cleanup_free_ struct map **sorted = xcalloc(n + 1, sizeof(*sorted));

	for (size_t i = 0; i < n; i++)
		sorted[i] = rt->tables->maps.v[i];
	qsort(sorted, n, sizeof(*sorted), compare_names);
	for (size_t i = 0; i < n && !rt->out->broken; i++)
		if (!map_is_hidden(sorted[i]))
			print_map(rt, sorted[i], 0, 0, NULL, true);
}

/* All entries taken out, batch by batch; -errno if this kernel cannot. */
static int delete_batches(int fd, const struct ir_map *m, size_t value_room)
{
	uint32_t cap = 1024;
	_cleanup_free_ uint8_t *position = xcalloc(1, m->key_size + 8);
	bool first = true;
	int rc = 0;

	while (!rc) {
		_cleanup_free_ uint8_t *keys = xmalloc((size_t)cap * m->key_size);
		_cleanup_free_ uint8_t *values = xmalloc(cap * value_room);
		union bpf_attr attr = {
			.batch = {
				.in_batch = first ? 0 : (uintptr_t)position,
				.out_batch = (uintptr_t)position,
				.keys = (uintptr_t)keys,
				.values = (uintptr_t)values,
				.count = cap,
				.map_fd = (uint32_t)fd,
			},
		};

		rc = sys_bpf(LOOKUP_AND_DELETE_BATCH, &attr, sizeof(attr));
		if (rc == -ENOSPC && cap < 1u << 24) {
			cap *= 2;
			rc = 0;
			continue;
		}
		first = false;
	}
	return rc == -ENOENT ? 0 : rc;
}

/*
 * Always the first key, until there is none; other CPUs may add some all the time, so not forever.
 */
static void delete_keys(int fd, const struct ir_map *m)
{
	_cleanup_free_ uint8_t *key = xcalloc(1, m->key_size);

	for (uint64_t left = 2ull * m->max_entries; left && !sys_map_next_key(fd, NULL, key);
	     left--)
		sys_map_delete(fd, key);
}

static void zero_keys(struct runtime *rt, const struct map *m)
{
	size_t room =
		((m->ir->value_size + 7) & ~7u) * (size_t)(m->per_cpu ? rt->target->ncpus : 1);
	_cleanup_free_ uint8_t *zeros = xcalloc(1, room);
	struct map_copy *c = map_copy_read(rt, m);
	struct map_dump *d;
	uint64_t digest[2];

	if (!c)
		return;
	d = map_copy_dump(c);
	for (size_t i = 0; i < d->n; i++)
		sys_map_update(run_map_fd(rt, m->ir), run_map_key(rt, m->ir, m->key->size, d->entries[i].key, digest),
			       zeros, BPF_EXIST);
	map_copy_free(c);
}

static uint32_t scalar_size(const struct map *m)
{
	return m->value->kind == TY_AGG ? m->value->agg->size(m->value) : m->value->size;
}

static void clear_scalar(struct runtime *rt, const struct map *m)
{
	int rc;

	if (!m->value || m->value->kind == TY_NONE)
		return;
	if (m->storage == MS_GLOBAL) {
		run_globals_clear(rt, m->offset, scalar_size(m));
		return;
	}
	rc = run_pcpu_clear(rt, m->offset, scalar_size(m));
	if (rc)
		rt_warn(rt, "cannot clear @%s: %s", m->name, errname(rc));
}

static void clear_hash(struct runtime *rt, const struct ir_map *m)
{
	int fd = run_map_fd(rt, m);

	if (fd >= 0 && delete_batches(fd, m, ((m->value_size + 7) & ~7u) * (size_t)rt->target->ncpus))
		delete_keys(fd, m);
}

void rt_clear_map(struct runtime *rt, const struct map *m)
{
	rt->emptied[map_position(rt, m)] = rt->ending ? ME_AT_END : ME_ONCE;
	if (m->storage != MS_HASH) {
		clear_scalar(rt, m);
		return;
	}
	if (m->ir->keys)
		clear_hash(rt, m->ir->keys);
	clear_hash(rt, m->ir);
}

struct map_copy *rt_read_map(struct runtime *rt, const struct map *m, bool take)
{
	return take ? map_copy_take(rt, m) : map_copy_read(rt, m);
}

const struct map_dump *rt_map_dump(struct map_copy *c)
{
	return map_copy_dump(c);
}

void rt_free_map(struct map_copy *c)
{
	map_copy_free(c);
}

void rt_zero_map(struct runtime *rt, const struct map *m)
{
	rt->emptied[map_position(rt, m)] = ME_NOT;
	if (m->storage != MS_HASH)
		clear_scalar(rt, m);
	else
		zero_keys(rt, m);
}
