/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Modules: maps, global and read-only data, functions. */
#include <linux/bpf.h>

#include "ir/pass.h"

void ir_module_init(struct ir_module *m, struct arena *a, struct target *t)
{
	*m = (struct ir_module){ .arena = a, .target = t };
	m->globals_size = IR_GLOBAL_FIRST;
	m->nloss = LOSS_FIRST_MAP;
}

uint32_t ir_site_counter(struct ir_module *m, enum ir_fault kind, uint32_t what, struct span at)
{
	struct ir_site site = { kind, what, m->nloss, at };
	uint32_t n = kind == IF_LOSS ? 1 : 2;

	vec_each(m->sites, i) {
		const struct ir_site *s = &m->sites.v[i];

		if (s->kind == kind && s->what == what && s->span.start == at.start && s->span.end == at.end)
			return s->counter;
	}
	if (m->nloss + n > IR_MAX_LOSS)
		return LOSS_NONE;
	m->nloss += n;
	avec_push(m->arena, &m->sites, site);
	return site.counter;
}

uint32_t ir_loss_counter(struct ir_module *m, enum ir_loss kind, struct span at)
{
	uint32_t counter = at.end ? ir_site_counter(m, IF_LOSS, kind, at) : LOSS_NONE;

	return counter == LOSS_NONE ? kind : counter;
}

void ir_module_done(struct ir_module *m)
{
	sb_done(&m->rodata);
}

struct ir_map *ir_map_new(struct ir_module *m, const char *name, enum ir_map_role role,
			  uint32_t type, uint32_t key_size, uint32_t value_size,
			  uint32_t max_entries, uint32_t flags)
{
	struct ir_map *map = arena_new(m->arena, struct ir_map);

	*map = (struct ir_map){ (uint32_t)m->maps.n,
				arena_strdup(m->arena, name),
				role,
				type,
				key_size,
				value_size,
				max_entries,
				flags,
				LOSS_NONE };
	avec_push(m->arena, &m->maps, map);
	return map;
}

static uint32_t align_up(uint32_t n, uint32_t align)
{
	return align > 1 ? (n + align - 1) / align * align : n;
}

struct ir_map *ir_map_of_keys(struct ir_module *m, const char *name, uint32_t key_size, uint32_t max_entries)
{
	struct ir_map *keys = ir_map_new(m, arena_printf(m->arena, "%s.keys", name), IM_USER, BPF_MAP_TYPE_HASH,
					 IR_DIGEST_SIZE, align_up(key_size, 8), max_entries, 0);

	if (!m->seed_off)
		m->seed_off = ir_global_alloc(m, 16, 8);
	return keys;
}

struct ir_map *ir_globals(struct ir_module *m)
{
	uint32_t flags = target_has(m->target, TF_MMAP_ARRAY) ? BPF_F_MMAPABLE : 0;

	if (!m->globals)
		m->globals = ir_map_new(m, ".globals", IM_GLOBALS, BPF_MAP_TYPE_ARRAY, 4,
					align_up(m->globals_size, 8), 1, flags);
	return m->globals;
}

struct ir_map *ir_rodata_map(struct ir_module *m)
{
	if (!m->rodata_map)
		m->rodata_map = ir_map_new(m, ".rodata", IM_RODATA, BPF_MAP_TYPE_ARRAY, 4,
					   (uint32_t)m->rodata.n, 1, BPF_F_RDONLY_PROG);
	return m->rodata_map;
}

struct ir_map *ir_pcpu_map(struct ir_module *m)
{
	if (!m->pcpu)
		m->pcpu = ir_map_new(m, ".pcpu", IM_PCPU, BPF_MAP_TYPE_PERCPU_ARRAY, 4,
				     align_up(m->pcpu_size, 8), 1, 0);
	return m->pcpu;
}

struct ir_map *ir_ring_map(struct ir_module *m)
{
	if (m->ring)
		return m->ring;
	if (target_has(m->target, TF_RINGBUF))
		m->ring = ir_map_new(m, ".ring", IM_RING, BPF_MAP_TYPE_RINGBUF, 0, 0, 0, 0);
	else
		m->ring = ir_map_new(m, ".ring", IM_RING, BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4,
				     m->target->ncpus, 0);
	return m->ring;
}

struct ir_map *ir_packets_map(struct ir_module *m)
{
	vec_each(m->maps, i)
		if (m->maps.v[i]->role == IM_PACKETS)
			return m->maps.v[i];
	return ir_map_new(m, ".packets", IM_PACKETS, BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, m->target->ncpus, 0);
}

/* What is large, or would leave little for aggregations, is in the other map: its look-up takes the CPU's number. */
#define PCPU_LARGE 4096
#define PCPU_PLENTY (16 * 1024)

static struct ir_map *bulk_map(struct ir_module *m)
{
	if (!m->bulk)
		m->bulk = ir_map_new(m, ".bulk", IM_BULK, BPF_MAP_TYPE_ARRAY, 4, m->bulk_size, m->target->ncpus, 0);
	return m->bulk;
}

uint32_t ir_scratch_alloc(struct ir_module *m, uint32_t size, struct ir_map **ret_map)
{
	uint32_t off = m->bulk_size;

	*ret_map = NULL;
	if (size <= PCPU_LARGE && m->pcpu_size + size <= PCPU_PLENTY)
		return ir_pcpu_alloc(m, size, 8);
	*ret_map = bulk_map(m);
	m->bulk_size = align_up(off + size, 64);
	m->bulk->value_size = m->bulk_size;
	return off;
}

uint32_t ir_global_alloc(struct ir_module *m, uint32_t size, uint32_t align)
{
	uint32_t off = align_up(m->globals_size, align);

	m->globals_size = off + size;
	ir_globals(m)->value_size = align_up(m->globals_size, 8);
	return off;
}

uint32_t ir_pcpu_alloc(struct ir_module *m, uint32_t size, uint32_t align)
{
	uint32_t off = align_up(m->pcpu_size, align);

	m->pcpu_size = off + size;
	ir_pcpu_map(m)->value_size = align_up(m->pcpu_size, 8);
	return off;
}

/* Appends n bytes at an 8-aligned offset, zero padded to 8. */
static uint32_t rodata_append(struct ir_module *m, const void *p, uint32_t n)
{
	uint32_t off = (uint32_t)m->rodata.n;

	sb_add(&m->rodata, p, n);
	sb_fill(&m->rodata, 0, align_up(n, 8) - n);
	if (!m->rodata.n)
		sb_fill(&m->rodata, 0, 8);
	ir_rodata_map(m)->value_size = (uint32_t)m->rodata.n;
	return off;
}

uint32_t ir_rodata_add(struct ir_module *m, const void *p, uint32_t n)
{
	for (size_t off = 0; off + n <= m->rodata.n; off += 8)
		if (!memcmp(m->rodata.p + off, p, n)) {
			ir_rodata_map(m);
			return (uint32_t)off;
		}
	return rodata_append(m, p, n);
}

uint32_t ir_rodata_zeros(struct ir_module *m, uint32_t n)
{
	char *zeros = xcalloc(1, n ? n : 1);
	uint32_t off = ir_rodata_add(m, zeros, n);

	free(zeros);
	return off;
}

struct ir_fn *ir_fn_new(struct ir_module *m, const char *name)
{
	struct ir_fn *fn = arena_new(m->arena, struct ir_fn);

	fn->module = m;
	fn->name = arena_strdup(m->arena, name);
	fn->next_val = 1;
	avec_push(m->arena, &m->fns, fn);
	return fn;
}
