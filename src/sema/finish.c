/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where each map lives, now that its types are known. Scalars share one array that user space maps;
 * scalar aggregations share one per-CPU array, so one look-up serves all of them; keyed maps are hashes.
 * Aggregations in hashes have a value for each CPU, but large ones (histograms) are shared and
 * updated atomically: kept for each CPU they would cost megabytes on large machines.
 */
#include <linux/bpf.h>

#include "sema/internal.h"

#define SHARED_ABOVE 128 /* bytes of a value */

static uint32_t value_size(const struct type *t)
{
	uint32_t size = t->kind == TY_AGG ? t->agg->size(t) : type_is_int(t) ? 8 : t->size;

	return size ? size : 1; /* an empty tuple */
}

static uint32_t round8(uint32_t n)
{
	return (n + 7) & ~7u;
}

static void place_scalar(struct check *ck, struct map *m)
{
	if (m->value->kind == TY_AGG) {
		m->storage = MS_PCPU;
		m->offset = ir_pcpu_alloc(ck->in->module, round8(value_size(m->value)), 8);
	} else {
		m->storage = MS_GLOBAL;
		m->offset = ir_global_alloc(ck->in->module, round8(value_size(m->value)), 8);
	}
}

static uint32_t loss_counter(struct ir_module *mod)
{
	return mod->nloss < IR_MAX_LOSS ? mod->nloss++ : LOSS_NONE;
}

#define SHORT_KEY 512 /* the longest on kernels without TF_LONG_KEYS */

/* Where the kernel does not take such keys, the map has their digests, and another one has the keys. */
static bool needs_digests(struct check *ck, const struct map *m)
{
	struct diag *d;

	if (m->key->size <= SHORT_KEY || target_has(ck->in->env->target, TF_LONG_KEYS))
		return false;
	if (!m->lru)
		return true;
	d = diag_error(ck->diags, m->span, DT_kernel_lacks,
		       "The keys of @%s have %u bytes, this kernel allows %d for maps that make room (5.18 allows more)",
		       m->name, m->key->size, SHORT_KEY);
	diag_hint(ck->diags, d, "declare it as hash, give str() a length, or set max_strlen");
	return false;
}

#define LAZY_ABOVE 1024

/*
 * Elements are made when their keys come: where a map is declared so; and in tools, for large maps of aggregations. Getting
 * memory of each CPU for all elements takes longer than all else at a tool's start, and their keys are few and stay.
 */
static bool wants_lazy(struct check *ck, const struct map *m)
{
	return (m->lazy || (ck->in->env->fixed && m->per_cpu && !m->lru && m->max_entries > LAZY_ABOVE)) &&
	       target_has(ck->in->module->target, TF_LAZY_HASH);
}

static struct ir_map *place_hash(struct check *ck, const struct map *m, uint32_t type)
{
	struct ir_module *mod = ck->in->module;
	uint32_t size = value_size(m->value), value = m->value->kind == TY_AGG ? round8(size) : size;
	uint32_t flags = wants_lazy(ck, m) ? BPF_F_NO_PREALLOC : 0;
	struct ir_map *keys, *map;

	if (!needs_digests(ck, m))
		return ir_map_new(mod, m->name, IM_USER, type, m->key->size, value, m->max_entries, flags);
	keys = ir_map_of_keys(mod, m->name, m->key->size, m->max_entries);
	map = ir_map_new(mod, m->name, IM_USER, type, IR_DIGEST_SIZE, value, m->max_entries, flags);
	map->keys = keys;
	return map;
}

static void place_keyed(struct check *ck, struct map *m)
{
	uint32_t size = value_size(m->value), type = BPF_MAP_TYPE_HASH;

	m->storage = MS_HASH;
	m->per_cpu = m->value->kind == TY_AGG && size <= SHARED_ABOVE;
	if (m->declared_per_cpu && m->value->kind != TY_AGG)
		diag_error(ck->diags, m->span, DT_type_mismatch,
			   "@%s is declared to have a value for each CPU, which only aggregations have, not values of type '%s'",
			   m->name, type_text(ck->arena, m->value));
	if (m->per_cpu)
		type = m->lru ? BPF_MAP_TYPE_LRU_PERCPU_HASH : BPF_MAP_TYPE_PERCPU_HASH;
	else if (m->lru)
		type = BPF_MAP_TYPE_LRU_HASH;
	m->ir = place_hash(ck, m, type);
	m->loss = loss_counter(ck->in->module);
	m->ir->loss = m->loss;
}

static bool is_call_of(const struct node *n, const char *name)
{
	return n->kind == S_EXPR && n->a->kind == E_CALL && !strcmp(n->a->name, name);
}

/* Nothing behind it in its block is run. */
static bool ends_block(const struct node *n)
{
	return is_call_of(n, "exit") || n->kind == S_RETURN || n->kind == S_BREAK || n->kind == S_CONTINUE;
}

/* arg: the diagnostics. For all blocks: false. */
static bool warn_unreachable(const struct node *n, const void *arg)
{
	struct diags *d = *(struct diags *const *)arg;

	for (size_t i = 1; (n->kind == S_BLOCK || n->kind == E_BLOCK) && i < n->list.n; i++) {
		if (!ends_block(n->list.v[i - 1]))
			continue;
		diag_warning(d, n->list.v[i]->span, DT_unreachable, "Unreachable statement.");
		break;
	}
	return false;
}

static bool only_deletes(const struct node *body)
{
	vec_each(body->list, i)
		if (!is_call_of(body->list.v[i], "delete"))
			return false;
	return body->list.n > 0;
}

static void finish_probe(struct check *ck, struct probe *p)
{
	node_any(p->block->body, warn_unreachable, &ck->diags);
	p->tidies = only_deletes(p->block->body);
}

bool sema_finish(struct check *ck)
{
	vec_each(ck->tables->probes, i)
		finish_probe(ck, ck->tables->probes.v[i]);
	vec_each(ck->tables->maps, i) {
		struct map *m = ck->tables->maps.v[i];

		if (!m->value || (m->keyed && !m->key))
			undefined_map(ck, m->span, m);
		else if (m->keyed)
			place_keyed(ck, m);
		else
			place_scalar(ck, m);
	}
	return !ck->diags->nerrors;
}
