/* SPDX-License-Identifier: GPL-2.0-or-later */
/* map dump: by batches where the map has them, with memory that does not grow with the map. */
#include <errno.h>
#include <stdlib.h>

#include "base/fdutil.h"
#include "inspect/map.h"
#include "run/sys.h"

#define BATCH_BYTES (256u << 10)
#define BATCH_MAX 4096
#define BATCH_MOST (1u << 22) /* entries, where a bucket of a hash is that full */

/* One dump of one map. */
struct dump {
	struct inspect *in;
	const struct map_view *m;
	struct jsonw *typed; /* entries go to it; NULL: as hexadecimal text */
	unsigned n;          /* entries that were read */
};

/* error: why the value is not there. */
static int dump_entry(struct dump *d, const void *key, const void *value, int error)
{
	int r = 0;

	if (error) {
		map_entry_error(d->in, d->m, key, error);
		return 0;
	}
	d->n++;
	if (d->in->json)
		r = map_entry_json(d->in, d->m, key, value);
	else if (d->typed)
		r = map_entry_typed(d->m, d->typed, true, key, value);
	else
		map_entry_text(d->in, d->m, key, value);
	if (r)
		return inspect_fail(d->in, r, "the map's BTF does not describe its entries");
	return 0;
}

static int dump_one_by_one(struct dump *d)
{
	const struct map_view *m = d->m;
	_cleanup_free_ uint8_t *key = xcalloc(2, m->info.key_size + 1);
	_cleanup_free_ uint8_t *value = xcalloc(1, m->value_bytes + 8);
	uint8_t *next = key + m->info.key_size, *last = NULL;
	int r;

	while (!(r = sys_map_next_key(m->fd, last, next))) {
		uint8_t *spare = last ? last : key;

		r = dump_entry(d, next, value, sys_map_lookup(m->fd, next, value));
		if (r)
			return r;
		if (!inspect_more(d->in))
			return -EPIPE;
		last = next;
		next = spare;
	}
	return r == -ENOENT ? 0 : inspect_pass(d->in, inspect_fail(d->in, r, "can't get next key: %s", errname(r)));
}

/* Room for a batch of a map. */
struct batch {
	uint8_t *keys, *values, *position;
	uint32_t room;
};

static void batch_size(struct batch *b, const struct map_view *m, uint32_t room)
{
	b->room = room;
	b->keys = xrealloc(b->keys, (size_t)room * m->info.key_size + 8);
	b->values = xrealloc(b->values, room * m->value_bytes + 8);
}

static int dump_batch_entries(struct dump *d, const struct batch *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		int r = dump_entry(d, b->keys + (size_t)i * d->m->info.key_size,
				   b->values + i * d->m->value_bytes, 0);

		if (r)
			return r;
		if (!inspect_more(d->in))
			return -EPIPE;
	}
	return 0;
}

/* -ENOTSUPP-like at the first batch: nothing was put out, the map has no batches. */
static int dump_batches(struct dump *d, struct batch *b)
{
	bool first = true;

	for (;;) {
		uint32_t n = b->room;
		int r = sys_map_lookup_batch(d->m->fd, first, b->position, b->keys, b->values, &n);
		int shown;

		/* A bucket of a hash map must fit as a whole. */
		if (r == -ENOSPC && b->room < BATCH_MOST) {
			batch_size(b, d->m, b->room * 4);
			continue;
		}
		if (r && r != -ENOENT)
			return first ? -ENOTSUP
				     : inspect_fail(d->in, r, "can't read entries: %s", errname(r));
		shown = dump_batch_entries(d, b, n);
		if (shown || r == -ENOENT)
			return shown;
		first = false;
	}
}

/* Maps whose batches read the same as one by one. Others have holes, or no batches at all. */
static bool has_batches(uint32_t type)
{
	switch (type) {
	case BPF_MAP_TYPE_HASH:
	case BPF_MAP_TYPE_LRU_HASH:
	case BPF_MAP_TYPE_PERCPU_HASH:
	case BPF_MAP_TYPE_LRU_PERCPU_HASH:
	case BPF_MAP_TYPE_ARRAY:
	case BPF_MAP_TYPE_PERCPU_ARRAY: return true;
	default: return false;
	}
}

static int dump_entries(struct dump *d)
{
	const struct map_view *m = d->m;
	uint32_t entry = (uint32_t)(m->info.key_size + m->value_bytes), room = BATCH_BYTES / (entry + 1) + 1;
	struct batch b = { 0 };
	int r = -ENOTSUP;

	if (has_batches(m->info.type)) {
		b.position = xcalloc(1, m->info.key_size + 8);
		batch_size(&b, m, room > BATCH_MAX ? BATCH_MAX : room);
		r = dump_batches(d, &b);
		free(b.keys);
		free(b.values);
		free(b.position);
	}
	return r == -ENOTSUP ? dump_one_by_one(d) : r;
}

/* header: one of several maps. */
static int dump_map(struct inspect *in, const struct map_view *m, struct jsonw *w, bool header)
{
	struct dump d = { .in = in, .m = m, .typed = w };
	int r;

	if (w && header) {
		jsonw_object(w);
		map_header_json(w, &m->info);
		jsonw_name(w, "elements");
	} else if (header) {
		map_header_text(in, &m->info);
	}
	if (w)
		jsonw_array(w);
	r = dump_entries(&d);
	if (w)
		jsonw_end_array(w);
	else
		sb_addf(&in->out, "Found %u element%s\n", d.n, d.n == 1 ? "" : "s");
	if (w && header)
		jsonw_end_object(w);
	return r;
}

static int dump_list(struct inspect *in, const struct map_view *maps, size_t n, struct jsonw *w)
{
	int r = 0;

	if (w && n > 1)
		jsonw_array(w);
	for (size_t i = 0; i < n && !r; i++) {
		if (!w && i)
			sb_addc(&in->out, '\n');
		r = dump_map(in, &maps[i], w, n > 1);
	}
	if (w && n > 1)
		jsonw_end_array(w);
	return r;
}

int map_dump(struct inspect *in, struct words *w)
{
	struct jsonw text = { .out = &in->out, .pretty = true }, *out = in->json ? &in->w : &text;
	_cleanup_fds_ fd_list fds = { 0 };
	VEC(struct map_view) maps = { 0 };
	int r;

	if (!w->n)
		return INSPECT_USAGE;
	r = maps_named(in, w, &fds);
	if (!r)
		r = words_end(in, w);
	while (!r && maps.n < fds.n) {
		struct map_view m;

		r = map_view_open(in, fds.v[maps.n], &m);
		fds.v[maps.n] = -1;
		vec_push(&maps, m);
		/* Text is typed only if all of it can be. */
		if (!r && !in->json && !m.btf)
			out = NULL;
	}
	if (!r) {
		r = dump_list(in, maps.v, maps.n, out);
		if (out == &text)
			sb_addc(&in->out, '\n');
	}
	vec_each(maps, i)
		map_view_done(&maps.v[i]);
	vec_done(&maps);
	return r;
}
