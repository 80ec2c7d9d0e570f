/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maps of the interpreter: hashes and arrays of one CPU as lists; each value is an object of its own. */
#include <errno.h>

#include "bpf/interp_int.h"

#define ARRAY_ENTRIES_MAX 4096

static bool is_array(const struct imap *m)
{
	return m->map->type == BPF_MAP_TYPE_ARRAY || m->map->type == BPF_MAP_TYPE_PERCPU_ARRAY;
}

static bool is_hash(const struct imap *m)
{
	return m->map->type == BPF_MAP_TYPE_HASH || m->map->type == BPF_MAP_TYPE_PERCPU_HASH ||
	       m->map->type == BPF_MAP_TYPE_LRU_HASH || m->map->type == BPF_MAP_TYPE_LRU_PERCPU_HASH;
}

static struct imap_entry *add_entry(struct interp *in, struct imap *m, const void *key)
{
	struct region *r = interp_region(in, m->value_size);
	struct imap_entry e = { xmalloc(m->map->key_size), r->addr, r->mem };

	memcpy(e.key, key, m->map->key_size);
	r->readonly = m->map->role == IM_RODATA;
	vec_push(&m->entries, e);
	return &m->entries.v[m->entries.n - 1];
}

static uint32_t value_size(const struct ir_module *mod, const struct ir_map *m)
{
	size_t size = m->value_size;

	if (m->role == IM_GLOBALS)
		size = mod->globals_size;
	else if (m->role == IM_PCPU)
		size = mod->pcpu_size;
	else if (m->role == IM_RODATA)
		size = mod->rodata.n;
	return (uint32_t)((size + 7) / 8 * 8);
}

static void init_map(struct interp *in, struct imap *m)
{
	m->value_size = value_size(in->obj->module, m->map);
	for (uint32_t i = 0; is_array(m) && i < m->map->max_entries && i < ARRAY_ENTRIES_MAX; i++)
		add_entry(in, m, &i);
	if (m->map->role == IM_RODATA && m->entries.n)
		memcpy(m->entries.v[0].value, sb_str(&in->obj->module->rodata), in->obj->module->rodata.n);
}

void interp_maps_init(struct interp *in)
{
	in->nmaps = in->obj->module->maps.n;
	in->maps = xcalloc(in->nmaps, sizeof(*in->maps));
	for (size_t i = 0; i < in->nmaps; i++) {
		in->maps[i].map = in->obj->module->maps.v[i];
		init_map(in, &in->maps[i]);
	}
}

void interp_maps_done(struct interp *in)
{
	for (size_t i = 0; i < in->nmaps; i++) {
		vec_each(in->maps[i].entries, k)
			free(in->maps[i].entries.v[k].key);
		vec_done(&in->maps[i].entries);
	}
	free(in->maps);
}

struct imap *interp_map(struct interp *in, uint64_t handle)
{
	if (handle >= INTERP_MAP_ADDR && handle - INTERP_MAP_ADDR < in->nmaps)
		return &in->maps[handle - INTERP_MAP_ADDR];
	interp_fail(in, "0x%llx is no map", (unsigned long long)handle);
	return NULL;
}

static struct imap_entry *find(struct imap *m, const void *key)
{
	vec_each(m->entries, i)
		if (!memcmp(m->entries.v[i].key, key, m->map->key_size))
			return &m->entries.v[i];
	return NULL;
}

uint64_t interp_lookup(struct interp *in, struct imap *m, const void *key)
{
	struct imap_entry *e = find(m, key);

	return e ? e->addr : 0;
}

int64_t interp_update(struct interp *in, struct imap *m, const void *key, const void *value, uint64_t flags)
{
	struct imap_entry *e = find(m, key);

	if (!is_array(m) && !is_hash(m))
		return -EINVAL;
	if (e && flags == BPF_NOEXIST)
		return -EEXIST;
	if (!e && (flags == BPF_EXIST || is_array(m)))
		return is_array(m) ? -E2BIG : -ENOENT;
	if (!e && m->entries.n >= m->map->max_entries)
		return -E2BIG;
	if (!e)
		e = add_entry(in, m, key);
	memcpy(e->value, value, m->map->value_size < m->value_size ? m->map->value_size : m->value_size);
	return 0;
}

int64_t interp_delete(struct interp *in, struct imap *m, const void *key)
{
	struct imap_entry *e = find(m, key);

	if (!is_hash(m))
		return -EINVAL;
	if (!e)
		return -ENOENT;
	free(e->key);
	memmove(e, e + 1, (size_t)(m->entries.v + --m->entries.n - e) * sizeof(*e));
	return 0;
}

static struct imap *map_of(const struct interp *in, const struct ir_map *m)
{
	return &in->maps[m->index];
}

void *interp_map_get(struct interp *in, const struct ir_map *m, const void *key)
{
	struct imap_entry *e = find(map_of(in, m), key);

	return e ? e->value : NULL;
}

bool interp_map_set(struct interp *in, const struct ir_map *m, const void *key, const void *value)
{
	return !interp_update(in, map_of(in, m), key, value, BPF_ANY);
}

size_t interp_map_count(const struct interp *in, const struct ir_map *m)
{
	return map_of(in, m)->entries.n;
}

bool interp_map_at(struct interp *in, const struct ir_map *m, size_t i, const void **ret_key, void **ret_value)
{
	struct imap *im = map_of(in, m);

	if (i >= im->entries.n)
		return false;
	*ret_key = im->entries.v[i].key;
	*ret_value = im->entries.v[i].value;
	return true;
}
