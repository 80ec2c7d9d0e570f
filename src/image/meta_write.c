/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything in the order of meta_read.c. Maps of the script are named by their position, so are the maps of the
 * module; a file begins with a magic number, the version of this form and a checksum of what follows.
 */
#include <errno.h>
#include <zlib.h>

#include "image/meta.h"
#include "image/types.h"
#include "out/format.h"

struct writer {
	const struct image *im;
	struct strbuf *out;
	struct err *err;
	int rc;
};

static void fail(struct writer *w, const char *text)
{
	if (!w->rc)
		w->rc = err_set(w->err, -EOPNOTSUPP, "%s", text);
}

static void put_span(struct writer *w, struct span at)
{
	pack_u32(w->out, at.start);
	pack_u32(w->out, at.end);
}

static void put_type(struct writer *w, const struct type *t, const char *where)
{
	const char *what = NULL;

	if (!pack_type(w->out, w->im->types, t, &what))
		fail(w, arena_printf(w->im->arena, "%s: values of type %s cannot be kept in a compiled script", where, what));
}

static void put_sources(struct writer *w)
{
	const struct sources *s = w->im->sources;

	pack_u32(w->out, (uint32_t)s->list.n);
	vec_each(s->list, i) {
		pack_text(w->out, s->list.v[i]->name);
		pack_bytes(w->out, s->list.v[i]->text, s->list.v[i]->len);
		pack_u32(w->out, s->list.v[i]->base);
	}
}

static void put_node(struct writer *w, const struct node *n)
{
	pack_u32(w->out, n->kind);
	pack_u64(w->out, (uint64_t)n->ival);
	pack_u32(w->out, n->is_unsigned);
	pack_bytes(w->out, n->str, n->len);
	pack_text(w->out, n->name);
}

static void put_config(struct writer *w)
{
	const struct script *s = w->im->script;

	pack_u32(w->out, (uint32_t)s->config.n);
	vec_each(s->config, i) {
		put_span(w, s->config.v[i]->span);
		pack_text(w->out, s->config.v[i]->key);
		put_node(w, s->config.v[i]->value);
	}
	pack_u32(w->out, w->im->tables->config.unsafe);
}

static void put_module(struct writer *w)
{
	const struct ir_module *m = w->im->module;

	pack_u32(w->out, m->globals_size);
	pack_u32(w->out, m->pcpu_size);
	pack_u32(w->out, m->nloss);
	pack_u32(w->out, m->seed_off);
	pack_u32(w->out, (uint32_t)m->maps.n);
	vec_each(m->maps, i) {
		const struct ir_map *map = m->maps.v[i];

		pack_text(w->out, map->name);
		pack_u32(w->out, map->role);
		pack_u32(w->out, map->type);
		pack_u32(w->out, map->key_size);
		pack_u32(w->out, map->value_size);
		pack_u32(w->out, map->max_entries);
		pack_u32(w->out, map->flags);
		pack_u32(w->out, map->loss);
		pack_u32(w->out, map->keys ? map->keys->index : UINT32_MAX);
	}
}

/* Places whose faults are counted. */
static void put_sites(struct writer *w)
{
	const struct ir_module *m = w->im->module;

	pack_u32(w->out, m->watch);
	pack_u32(w->out, (uint32_t)m->sites.n);
	vec_each(m->sites, i) {
		pack_u32(w->out, m->sites.v[i].kind);
		pack_u32(w->out, m->sites.v[i].what);
		pack_u32(w->out, m->sites.v[i].counter);
		put_span(w, m->sites.v[i].span);
	}
}

static void put_map(struct writer *w, const struct map *m)
{
	pack_text(w->out, m->name);
	put_span(w, m->span);
	pack_u32(w->out, m->keyed);
	put_type(w, m->key, m->name);
	put_type(w, m->value, m->name);
	pack_text(w->out, m->agg ? m->agg->name : "");
	pack_u32(w->out, m->storage);
	pack_u32(w->out, (uint32_t)m->per_cpu | (uint32_t)m->deleted << 1);
	pack_u32(w->out, m->offset);
	pack_u32(w->out, m->max_entries);
	pack_u32(w->out, m->ir ? m->ir->index : UINT32_MAX);
	pack_u32(w->out, m->loss);
}

static void put_strings(struct writer *w, const char *const *v, size_t n)
{
	pack_u32(w->out, (uint32_t)n);
	for (size_t i = 0; i < n; i++)
		pack_text(w->out, v[i]);
}

static void put_late(struct writer *w, const struct late *l)
{
	pack_u32(w->out, l->kind);
	pack_text(w->out, l->name);
	pack_u32(w->out, l->number);
	put_type(w, l->type, l->name);
	pack_u64(w->out, (uint64_t)l->value);
	pack_bytes(w->out, l->text, l->text ? (uint32_t)strlen(l->text) : 0);
	pack_text(w->out, l->doc);
	pack_u32(w->out, l->off);
}

static void put_tables(struct writer *w)
{
	const struct tables *t = w->im->tables;

	pack_u32(w->out, (uint32_t)t->maps.n);
	vec_each(t->maps, i)
		put_map(w, t->maps.v[i]);
	put_strings(w, t->strings.v, t->strings.n);
	put_strings(w, t->probe_names.v, t->probe_names.n);
	pack_u32(w->out, (uint32_t)t->user_symbols | (uint32_t)t->exits << 1);
	pack_u32(w->out, (uint32_t)t->late.n);
	vec_each(t->late, i)
		put_late(w, t->late.v[i]);
}

static void put_data(struct writer *w, const struct action *a)
{
	const char *text;
	size_t n;

	pack_u32(w->out, a->data ? a->fn->data : FD_OWN);
	if (!a->data)
		return;
	switch (a->fn->data) {
	case FD_OWN:
		fail(w, arena_printf(w->im->arena, "%s() cannot be used in a compiled script", a->fn->name));
		break;
	case FD_TEXT:
		pack_text(w->out, a->data);
		break;
	case FD_FORMAT:
		text = format_text(a->data, &n);
		pack_bytes(w->out, text, (uint32_t)n);
		break;
	case FD_PLAIN:
		pack_bytes(w->out, a->data, a->fn->data_size);
	}
}

static uint32_t map_index(const struct tables *t, const struct map *m)
{
	vec_each(t->maps, i)
		if (t->maps.v[i] == m)
			return (uint32_t)i;
	return UINT32_MAX;
}

static void put_layout(struct writer *w, const struct ir_layout *l)
{
	pack_u32(w->out, l->size);
	pack_u32(w->out, l->nparts);
	for (uint32_t i = 0; i < l->nparts; i++) {
		pack_u32(w->out, l->part[i].kind);
		pack_u32(w->out, l->part[i].off);
		pack_u32(w->out, l->part[i].size);
	}
}

static void put_action(struct writer *w, const struct action *a)
{
	if (fn_find(a->fn->name) != a->fn) {
		fail(w, arena_printf(w->im->arena, "%s() cannot be used in a compiled script", a->fn->name));
		return;
	}
	pack_text(w->out, a->fn->name);
	put_span(w, a->span);
	put_layout(w, a->layout);
	pack_u32(w->out, a->nargs);
	for (uint32_t i = 0; i < a->nargs; i++)
		put_type(w, a->arg_types[i], a->fn->name);
	pack_u64(w->out, a->may_cut);
	put_data(w, a);
	pack_u32(w->out, map_index(w->im->tables, a->map));
	pack_bytes(w->out, a->probe, a->probe ? (uint32_t)strlen(a->probe) : 0);
}

static void put_point(struct writer *w, const struct attach_point *ap)
{
	put_span(w, ap->span);
	pack_text(w->out, ap->text);
	pack_u32(w->out, (uint32_t)ap->parts.n);
	vec_each(ap->parts, i) {
		pack_text(w->out, ap->parts.v[i]);
		put_span(w, i < ap->part_spans.n ? ap->part_spans.v[i] : ap->span);
		pack_u32(w->out, i < ap->quoted.n ? (uint32_t)ap->quoted.v[i] : 0);
	}
}

static void put_prog(struct writer *w, const struct bpf_prog *p)
{
	pack_text(w->out, p->name);
	pack_u32(w->out, (uint32_t)p->lines.n);
	vec_each(p->lines, i) {
		pack_u32(w->out, p->lines.v[i].insn);
		put_span(w, p->lines.v[i].span);
	}
}

static void put_fields(struct writer *w, const struct probe_built *b)
{
	size_t n = b ? b->fields.n : 0;

	pack_u32(w->out, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		pack_text(w->out, b->fields.v[i].name);
		pack_u32(w->out, b->fields.v[i].offset);
		pack_u32(w->out, b->fields.v[i].type->size);
	}
}

/* Of its targets only what the code depends on; the kernel that it runs on is asked for them again. */
static void put_probe(struct writer *w, const struct probe *p)
{
	const struct probe_target *t = p->targets.v[0];
	struct prog_kind kind = { 0 };

	p->provider->kind(w->im->module->target, p, &kind);
	pack_text(w->out, p->name);
	pack_u32(w->out, kind.type);
	pack_u32(w->out, t->args || t->retval || t->btf_id);
	pack_bytes(w->out, t->usdt_args, t->usdt_args ? (uint32_t)strlen(t->usdt_args) : 0);
	put_fields(w, p->built);
	put_span(w, p->block->span);
	put_point(w, p->point);
	put_prog(w, p->prog);
}

int meta_write(const struct image *im, struct strbuf *out, struct err *e)
{
	struct strbuf body = { 0 };
	struct writer w = { .im = im, .out = &body, .err = e };

	put_sources(&w);
	put_config(&w);
	put_module(&w);
	put_sites(&w);
	put_tables(&w);
	pack_u32(&body, (uint32_t)im->tables->actions.n);
	vec_each(im->tables->actions, i)
		put_action(&w, im->tables->actions.v[i]);
	pack_u32(&body, (uint32_t)im->tables->probes.n);
	vec_each(im->tables->probes, i)
		put_probe(&w, im->tables->probes.v[i]);
	pack_u32(out, META_MAGIC);
	pack_u32(out, META_VERSION);
	pack_u32(out, (uint32_t)crc32(0, (const Bytef *)body.p, (uInt)body.n));
	sb_add(out, body.p, body.n);
	sb_done(&body);
	return w.rc;
}
