/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The opposite of meta_write.c. */
#include <errno.h>
#include <linux/bpf.h>
#include <zlib.h>

#include "image/meta.h"
#include "image/types.h"
#include "out/format.h"

struct reader {
	const struct image *im;
	struct arena *arena;
	struct unpack u;
};

static struct span get_span(struct reader *r)
{
	uint32_t start = unpack_u32(&r->u);

	return (struct span){ start, unpack_u32(&r->u) };
}

/* They get the offsets that they had: spans mean them. */
static void get_sources(struct reader *r)
{
	uint32_t n = unpack_count(&r->u, 12), len;

	for (uint32_t i = 0; i < n && !r->u.bad; i++) {
		const char *name = unpack_text(&r->u), *text = unpack_bytes(&r->u, &len);
		struct source *src = sources_add(r->im->sources, name, text ? text : "", len);

		if (unpack_u32(&r->u) != (src ? src->base : 0))
			r->u.bad = true;
		else if (!r->im->script->source)
			r->im->script->source = src;
	}
}

static struct node *get_node(struct reader *r)
{
	struct node *n = arena_new(r->arena, struct node);

	n->kind = unpack_below(&r->u, S_EXPR);
	n->ival = (int64_t)unpack_u64(&r->u);
	n->is_unsigned = unpack_u32(&r->u);
	n->str = unpack_bytes(&r->u, &n->len);
	n->name = unpack_text(&r->u);
	if (n->kind == E_STR && !n->str)
		r->u.bad = true;
	return n;
}

static void get_config(struct reader *r)
{
	uint32_t n = unpack_count(&r->u, 16);

	for (uint32_t i = 0; i < n && !r->u.bad; i++) {
		struct config_item *it = arena_new(r->arena, struct config_item);

		it->span = get_span(r);
		it->key = unpack_text(&r->u);
		it->value = get_node(r);
		avec_push(r->arena, &r->im->script->config, it);
	}
	r->im->tables->config.unsafe = unpack_u32(&r->u);
}

static void set_role(struct ir_module *m, struct ir_map *map)
{
	switch (map->role) {
	case IM_GLOBALS: m->globals = map; break;
	case IM_RODATA: m->rodata_map = map; break;
	case IM_PCPU: m->pcpu = map; break;
	case IM_BULK: m->bulk = map; break;
	case IM_RING: m->ring = map; break;
	default: break;
	}
}

/* Gives the number of the map that has its keys. */
static uint32_t get_ir_map(struct reader *r)
{
	const char *name = unpack_text(&r->u);
	enum ir_map_role role = unpack_below(&r->u, IM_PACKETS + 1);
	uint32_t v[5];

	for (int i = 0; i < 5; i++)
		v[i] = unpack_u32(&r->u);
	if (v[1] > 1u << 20 || v[2] > 1u << 24)
		r->u.bad = true;
	struct ir_map *map = ir_map_new(r->im->module, name, role, v[0], v[1], v[2], v[3], v[4]);

	map->loss = unpack_u32(&r->u);
	set_role(r->im->module, map);
	return unpack_u32(&r->u);
}

/* keys: of each map, the number of the one that has its whole keys, beyond all if there is none. */
static void join_keys(struct ir_module *m, const uint32_t *keys)
{
	vec_each(m->maps, i)
		if (keys[i] < m->maps.n)
			m->maps.v[i]->keys = m->maps.v[keys[i]];
}

static void get_module(struct reader *r)
{
	struct ir_module *m = r->im->module;
	uint32_t n, *keys;

	m->globals_size = unpack_below(&r->u, 1u << 24);
	m->pcpu_size = unpack_below(&r->u, 1u << 16);
	m->nloss = unpack_below(&r->u, IR_MAX_LOSS + 1);
	m->seed_off = unpack_u32(&r->u);
	if (m->globals_size < IR_GLOBAL_FIRST || m->seed_off > m->globals_size - 16)
		r->u.bad = true;
	n = unpack_count(&r->u, 36);
	keys = arena_array(r->arena, uint32_t, n);
	for (uint32_t i = 0; i < n && !r->u.bad; i++)
		keys[i] = get_ir_map(r);
	if (!r->u.bad)
		join_keys(m, keys);
}

static void get_sites(struct reader *r)
{
	struct ir_module *m = r->im->module;
	uint32_t n;

	m->watch = unpack_u32(&r->u);
	n = unpack_count(&r->u, 20);
	for (uint32_t i = 0; i < n; i++) {
		struct ir_site s = { .kind = unpack_below(&r->u, IF_LOSS + 1), .what = unpack_u32(&r->u) };

		s.counter = unpack_below(&r->u, IR_MAX_LOSS);
		s.span = get_span(r);
		avec_push(r->arena, &m->sites, s);
	}
}

static uint32_t value_size(const struct map *m)
{
	return m->value->kind == TY_AGG && m->value->agg->size ? m->value->agg->size(m->value) : m->value->size;
}

static bool has_key(const struct ir_map *m, uint32_t size)
{
	return m->keys ? m->keys->value_size >= size : m->key_size >= size;
}

/* Where its value lies must be in the memory that it is said to be in. */
static bool is_placed(const struct reader *r, const struct map *m)
{
	const struct ir_module *mod = r->im->module;
	uint32_t size = m->value ? value_size(m) : 0;

	if (!m->value || (m->keyed && !m->key))
		return false;
	if (m->storage == MS_HASH)
		return m->ir && m->key && has_key(m->ir, m->key->size) && m->ir->value_size >= size;
	if (m->storage == MS_GLOBAL)
		return m->offset <= mod->globals_size && size <= mod->globals_size - m->offset;
	return mod->pcpu && m->offset <= mod->pcpu_size && size <= mod->pcpu_size - m->offset;
}

static void get_map(struct reader *r)
{
	struct map *m = arena_new(r->arena, struct map);
	struct ir_module *mod = r->im->module;
	uint32_t ir, flags;

	m->name = unpack_text(&r->u);
	m->span = get_span(r);
	m->keyed = unpack_u32(&r->u);
	m->key = unpack_type(&r->u);
	m->value = unpack_type(&r->u);
	m->agg = fn_find(unpack_text(&r->u));
	m->storage = unpack_below(&r->u, MS_HASH + 1);
	flags = unpack_u32(&r->u);
	m->per_cpu = flags & 1;
	m->deleted = flags >> 1 & 1;
	m->offset = unpack_u32(&r->u);
	m->max_entries = unpack_u32(&r->u);
	ir = unpack_u32(&r->u);
	m->ir = ir < mod->maps.n ? mod->maps.v[ir] : NULL;
	m->loss = unpack_u32(&r->u);
	if (!r->u.bad && !is_placed(r, m))
		r->u.bad = true;
	avec_push(r->arena, &r->im->tables->maps, m);
}

static uint32_t late_size(const struct late *l)
{
	return type_is_scalar(l->type) ? 8 : l->type->size;
}

static void get_late(struct reader *r)
{
	struct late *l = arena_new(r->arena, struct late);

	l->kind = unpack_below(&r->u, LATE_COUNT);
	l->name = unpack_text(&r->u);
	l->number = unpack_u32(&r->u);
	l->type = unpack_type(&r->u);
	l->value = (int64_t)unpack_u64(&r->u);
	l->text = unpack_bytes(&r->u, NULL);
	l->doc = unpack_text(&r->u);
	l->off = unpack_below(&r->u, r->im->module->globals_size);
	if (!l->type || late_size(l) > r->im->module->globals_size - l->off)
		r->u.bad = true;
	avec_push(r->arena, &r->im->tables->late, l);
}

static void get_tables(struct reader *r)
{
	struct tables *t = r->im->tables;
	uint32_t n = unpack_count(&r->u, 48), flags;

	for (uint32_t i = 0; i < n && !r->u.bad; i++)
		get_map(r);
	n = unpack_count(&r->u, 4);
	for (uint32_t i = 0; i < n; i++)
		avec_push(r->arena, &t->strings, unpack_text(&r->u));
	n = unpack_count(&r->u, 4);
	for (uint32_t i = 0; i < n; i++)
		avec_push(r->arena, &t->probe_names, unpack_text(&r->u));
	flags = unpack_u32(&r->u);
	t->user_symbols = flags & 1;
	t->exits = flags >> 1 & 1;
	n = unpack_count(&r->u, 32);
	for (uint32_t i = 0; i < n && !r->u.bad; i++)
		get_late(r);
}

static void get_data(struct reader *r, struct action *a)
{
	enum fn_data kind = unpack_below(&r->u, FD_PLAIN + 1);
	const char *why, *bytes;
	uint32_t n;

	if (kind == FD_OWN)
		return;
	bytes = unpack_bytes(&r->u, &n);
	if (!bytes || !a->fn || kind != a->fn->data || (kind == FD_PLAIN && n != a->fn->data_size)) {
		r->u.bad = true;
		return;
	}
	a->data = (void *)bytes;
	if (kind == FD_FORMAT)
		a->data = format_parse(r->arena, bytes, n, &why);
	if (!a->data || (kind == FD_FORMAT && format_nargs(a->data) > a->nargs))
		r->u.bad = true;
}

static const struct ir_layout *get_layout(struct reader *r)
{
	uint32_t size = unpack_u32(&r->u), n = unpack_count(&r->u, 12);
	struct ir_layout *l = arena_alloc(r->arena, sizeof(*l) + n * sizeof(l->part[0]));

	l->size = size;
	l->nparts = n;
	for (uint32_t i = 0; i < n; i++) {
		struct ir_part *p = &l->part[i];

		p->kind = unpack_below(&r->u, IP_VSTR + 1);
		p->off = unpack_u32(&r->u);
		p->size = unpack_u32(&r->u);
		if (p->off > size || (p->kind == IP_VSTR ? 4 : p->size) > size - p->off)
			r->u.bad = true;
	}
	return l;
}

/* An argument's bytes must be as many as its type has. */
static bool fits(const struct action *a)
{
	for (uint32_t i = 0; i < a->nargs; i++)
		if (!a->arg_types[i] || (a->layout->part[i].size < a->arg_types[i]->size))
			return false;
	return a->fn && a->fn->handle;
}

static void get_action(struct reader *r, uint32_t id)
{
	struct action *a = arena_new(r->arena, struct action);
	struct tables *t = r->im->tables;
	uint32_t map;

	a->id = id;
	a->fn = fn_find(unpack_text(&r->u));
	a->span = get_span(r);
	a->layout = get_layout(r);
	a->nargs = unpack_below(&r->u, a->layout->nparts + 1);
	a->arg_types = arena_array(r->arena, const struct type *, a->nargs + 1);
	for (uint32_t i = 0; i < a->nargs; i++)
		a->arg_types[i] = unpack_type(&r->u);
	a->may_cut = unpack_u64(&r->u);
	get_data(r, a);
	map = unpack_u32(&r->u);
	a->map = map < t->maps.n ? t->maps.v[map] : NULL;
	a->probe = unpack_bytes(&r->u, NULL);
	if (!r->u.bad && !fits(a))
		r->u.bad = true;
	avec_push(r->arena, &t->actions, a);
}

static struct attach_point *get_point(struct reader *r)
{
	struct attach_point *ap = arena_new(r->arena, struct attach_point);
	uint32_t n;

	ap->span = get_span(r);
	ap->text = unpack_text(&r->u);
	n = unpack_count(&r->u, 16);
	for (uint32_t i = 0; i < n; i++) {
		avec_push(r->arena, &ap->parts, unpack_text(&r->u));
		avec_push(r->arena, &ap->part_spans, get_span(r));
		avec_push(r->arena, &ap->quoted, (size_t)unpack_u32(&r->u));
	}
	return ap;
}

static struct bpf_prog *get_prog(struct reader *r)
{
	struct bpf_prog *p = arena_new(r->arena, struct bpf_prog);
	uint32_t n;

	p->name = unpack_text(&r->u);
	n = unpack_count(&r->u, 12);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t insn = unpack_u32(&r->u);

		avec_push(r->arena, &p->lines, ((struct bpf_line){ insn, get_span(r) }));
	}
	return p;
}

static void get_fields(struct reader *r, struct probe_built *b)
{
	uint32_t n = unpack_count(&r->u, 12);

	for (uint32_t i = 0; i < n; i++) {
		struct field f = { .name = unpack_text(&r->u), .offset = unpack_u32(&r->u) };
		struct type *t = arena_new(r->arena, struct type);

		t->size = unpack_u32(&r->u);
		f.type = t;
		avec_push(r->arena, &b->fields, f);
	}
}

static void get_probe(struct reader *r)
{
	struct probe *p = arena_new(r->arena, struct probe);
	struct probe_built *built = arena_new(r->arena, struct probe_built);

	p->name = unpack_text(&r->u);
	p->built = built;
	built->prog_type = unpack_u32(&r->u);
	built->described = unpack_u32(&r->u);
	built->usdt_args = unpack_bytes(&r->u, NULL);
	get_fields(r, built);
	p->block = arena_new(r->arena, struct probe_block);
	p->block->span = get_span(r);
	p->point = get_point(r);
	avec_push(r->arena, &p->block->points, p->point);
	p->provider = p->point->parts.n ? provider_find(p->point->parts.v[0]) : NULL;
	p->prog = get_prog(r);
	p->prog_fd = -1;
	p->index = (uint32_t)r->im->tables->probes.n;
	if (!p->provider)
		r->u.bad = true;
	avec_push(r->arena, &r->im->tables->probes, p);
}

static void get_all(struct reader *r)
{
	uint32_t n;

	get_sources(r);
	get_config(r);
	get_module(r);
	get_sites(r);
	get_tables(r);
	n = unpack_count(&r->u, 48);
	for (uint32_t i = 0; i < n && !r->u.bad; i++)
		get_action(r, i);
	n = unpack_count(&r->u, 32);
	for (uint32_t i = 0; i < n && !r->u.bad; i++)
		get_probe(r);
}

int meta_read(const struct image *im, const void *bytes, size_t n, struct err *e)
{
	struct reader r = { .im = im, .arena = im->arena,
			    .u = { .at = bytes, .end = (const uint8_t *)bytes + n, .arena = im->arena } };
	uint32_t magic = unpack_u32(&r.u), version = unpack_u32(&r.u), sum = unpack_u32(&r.u);

	if (r.u.bad || magic != META_MAGIC)
		return err_set(e, -EINVAL, "its section " META_SECTION " is not of Sonde");
	if (version != META_VERSION)
		return err_set(e, -EINVAL, "it was compiled by another version of Sonde (form %u, this one reads %u)",
			       version, META_VERSION);
	if (sum != (uint32_t)crc32(0, r.u.at, (uInt)(r.u.end - r.u.at)))
		return err_set(e, -EINVAL, "its section " META_SECTION " is damaged");
	get_all(&r);
	return r.u.bad ? err_set(e, -EINVAL, "its section " META_SECTION " makes no sense") : 0;
}
