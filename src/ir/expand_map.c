/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expansion of map operations. */
#include <errno.h>
#include <linux/bpf.h>

#include "ir/expand.h"

#define IN_PLACE_MAX 64 /* longer values are written by the kernel alone */

static struct ir_val *lookup(struct ir_expand *x, struct ir_val *v)
{
	return ir_call(&x->b, IRH_map_lookup_elem, 2, ir_mapaddr(&x->b, v->map), ir_arg(v, 0));
}

/* The pointer that an earlier look-up of the key gave, if there was one. */
static struct ir_val *lookup_once(struct ir_expand *x, struct ir_val *v)
{
	struct ir_plan *p = ir_plan_of(x, v);

	p->found = p->earlier ? ir_plan_of(x, p->earlier)->found : lookup(x, v);
	return p->found;
}

/* A value in memory for map_update_elem(), which reads all of the map's value size. */
static struct ir_val *value_in_slot(struct ir_expand *x, struct ir_map *map, struct ir_val *val,
				    unsigned width)
{
	uint32_t size = map->value_size ? map->value_size : width;
	struct ir_val *slot = ir_slot(&x->b, size, size < 8 ? size : 8);

	if (size > 8)
		ir_expand_zero(x, slot, 8, size - 8);
	ir_store(&x->b, slot, 0, val, size < 8 ? size : 8);
	return slot;
}

/* With BPF_NOEXIST, that another CPU was first is no loss. */
static void count_unless_there(struct ir_expand *x, struct ir_val *r, uint32_t counter)
{
	struct ir_builder *b = &x->b;
	struct ir_block *failed = ir_cold_block(x), *on = ir_block_new(b);

	on->cold = b->block->cold;
	ir_br(b, r, failed, on);
	ir_at(b, failed);
	ir_watch(x, ir_bin(b, IR_ne, r, ir_iconst(b, -EEXIST)), IRH_map_update_elem, r, counter);
	ir_jmp(b, on);
	ir_at(b, on);
}

static struct ir_val *call_update(struct ir_expand *x, struct ir_map *map, struct ir_val *key,
				  struct ir_val *ptr, int64_t how)
{
	struct ir_builder *b = &x->b;
	struct ir_val *addr = ir_mapaddr(b, map), *flags = ir_iconst(b, how);

	return ir_call(b, IRH_map_update_elem, 4, addr, key, ptr, flags);
}

/*
 * Once there is a value under a digest, the whole key is put beside it, unless it is there already. (The key comes
 * last, so that a full map is not filled with keys that have no value; what is read without its key is passed over.)
 */
static void keep_key(struct ir_expand *x, const struct ir_val *v, struct ir_val *failed)
{
	struct ir_map *keys = v->map->keys;
	struct ir_builder *b = &x->b;
	struct ir_block *look, *put, *on;
	struct ir_val *known;

	if (!keys)
		return;
	look = ir_block_new(b);
	put = ir_block_new(b);
	on = ir_block_new(b);
	look->cold = put->cold = on->cold = b->block->cold;
	ir_br(b, failed, on, look);
	ir_at(b, look);
	known = ir_call(b, IRH_map_lookup_elem, 2, ir_mapaddr(b, keys), ir_arg(v, 0));
	ir_br(b, known, on, put);
	ir_at(b, put);
	ir_count_if(x, call_update(x, keys, ir_arg(v, 0), ir_subst_of(v->arg[0]->arg[0]), BPF_ANY), v->map->loss);
	ir_jmp(b, on);
	ir_at(b, on);
}

/* 0 or -errno; a full map is counted. */
static struct ir_val *update(struct ir_expand *x, const struct ir_val *v, struct ir_val *ptr, int64_t how)
{
	struct ir_map *map = v->map;
	struct ir_val *r = call_update(x, map, ir_arg(v, 0), ptr, how);

	if (how == BPF_NOEXIST && map->loss != LOSS_NONE)
		count_unless_there(x, r, map->loss);
	else
		ir_watch(x, r, IRH_map_update_elem, r, map->loss);
	keep_key(x, v, r);
	return r;
}

static struct ir_val *expand_delete(struct ir_expand *x, const struct ir_val *v)
{
	struct ir_builder *b = &x->b;
	struct ir_val *key = ir_arg(v, 0);

	struct ir_val *r;

	if (v->map->keys)
		ir_call(b, IRH_map_delete_elem, 2, ir_mapaddr(b, v->map->keys), key);
	r = ir_call(b, IRH_map_delete_elem, 2, ir_mapaddr(b, v->map), key);
	ir_watch(x, r, IRH_map_delete_elem, r, LOSS_NONE);
	return r;
}

static struct ir_val *is_null(struct ir_expand *x, struct ir_val *p)
{
	return ir_bin(&x->b, IR_eq, p, ir_iconst(&x->b, 0));
}

/* lookup; null: 0. The miss goes straight to the join, where jump threading finds the constant. */
static struct ir_val *expand_get(struct ir_expand *x, struct ir_val *v)
{
	struct ir_builder *b = &x->b;
	struct ir_block *hit = ir_block_new(b), *join = ir_block_new(b);
	struct ir_val *zero = ir_iconst(b, 0), *p = lookup_once(x, v), *val, *phi;

	if (b->module->watch)
		ir_watch(x, is_null(x, p), IRH_map_lookup_elem, zero, LOSS_NONE);

	hit->cold = join->cold = b->block->cold;
	ir_br(b, p, hit, join);
	ir_at(b, hit);
	val = ir_load(b, ir_nonnull(b, p), 0, v->width, v->is_signed);
	ir_jmp(b, join);
	phi = ir_phi(b, join);
	ir_phi_add(b, phi, zero);
	ir_phi_add(b, phi, val);
	ir_at(b, join);
	return phi;
}

static void insert_value(struct ir_expand *x, struct ir_val *v)
{
	struct ir_val *ptr = ir_arg(v, 1);

	if (v->width)
		ptr = value_in_slot(x, v->map, ptr, v->width);
	update(x, v, ptr, BPF_ANY);
}

/* The thread's number is part of the key: no other CPU reads, writes or removes the entry meanwhile. */
static bool is_of_thread(const struct ir_val *key)
{
	if (key->op != IR_key)
		return false;
	for (uint32_t i = 0; i < key->nargs; i++)
		if (key->arg[i]->op == IR_call && key->arg[i]->imm == IRH_get_current_pid_tgid && key->layout->part[i].size >= 4)
			return true;
	return false;
}

/* What is longer than a word must not be met half written; elements of other kinds of maps may be taken for other keys at any time. */
static bool may_set_in_place(struct ir_expand *x, const struct ir_val *v)
{
	return ir_plan_of(x, v)->earlier && v->map->type == BPF_MAP_TYPE_HASH && is_of_thread(v->arg[0]) && v->map->value_size <= IN_PLACE_MAX &&
	       (v->width == v->map->value_size || (!v->width && x->b.fn->preemptible && !v->map->interrupts));
}

/* An entry that was looked for before is written where it is: that saves the kernel's second search and a new element. */
static void expand_set(struct ir_expand *x, struct ir_val *v)
{
	struct ir_builder *b = &x->b;
	struct ir_block *hit, *miss, *join;
	struct ir_val *p;

	if (!may_set_in_place(x, v)) {
		insert_value(x, v);
		return;
	}
	hit = ir_block_new(b);
	miss = ir_block_new(b);
	join = ir_block_new(b);
	hit->cold = miss->cold = join->cold = b->block->cold;
	p = lookup_once(x, v);
	ir_br(b, p, hit, miss);
	ir_at(b, hit);
	if (v->width)
		ir_store(b, ir_nonnull(b, p), 0, ir_arg(v, 1), v->width);
	else
		ir_expand_copy(x, ir_nonnull(b, p), 0, ir_arg(v, 1), v->map->value_size);
	ir_jmp(b, join);
	ir_at(b, miss);
	insert_value(x, v);
	ir_jmp(b, join);
	ir_at(b, join);
}

/* Adds at p if it is not null, else goes to the other block; ends at join. */
static void add_at(struct ir_expand *x, struct ir_val *p, struct ir_val *delta,
		   struct ir_block *null, struct ir_block *join)
{
	struct ir_builder *b = &x->b;
	struct ir_block *hit = ir_block_new(b);

	hit->cold = b->block->cold;
	ir_br(b, p, hit, null);
	ir_at(b, hit);
	ir_atomadd(b, ir_nonnull(b, p), 0, delta, 8);
	ir_jmp(b, join);
}

/*
 * Nobody wants the old value: an atomic addition, so that no CPU's share is lost. If the key is
 * absent another CPU may insert it meanwhile; then the addition is made to that.
 */
static void expand_add_only(struct ir_expand *x, struct ir_val *v)
{
	struct ir_builder *b = &x->b;
	struct ir_block *miss = ir_block_new(b), *join = ir_block_new(b), *again = ir_cold_block(x),
			*full;
	struct ir_val *r;

	miss->cold = join->cold = b->block->cold;
	add_at(x, lookup(x, v), ir_arg(v, 1), miss, join);
	ir_at(b, miss);
	r = call_update(x, v->map, ir_arg(v, 0), value_in_slot(x, v->map, ir_arg(v, 1), 8),
			BPF_NOEXIST);
	keep_key(x, v, r);
	ir_br(b, r, again, join);
	ir_at(b, again);
	full = ir_cold_block(x);
	add_at(x, lookup(x, v), ir_arg(v, 1), full, join);
	ir_at(b, full);
	if (v->map->loss != LOSS_NONE)
		ir_count_loss(x, v->map->loss);
	ir_jmp(b, join);
	ir_at(b, join);
}

/* In place if the key is there (not atomic where the old value is wanted), else inserted. */
static struct ir_val *expand_add(struct ir_expand *x, struct ir_val *v)
{
	struct ir_builder *b = &x->b;
	struct ir_block *hit = ir_block_new(b), *miss = ir_block_new(b), *join = ir_block_new(b);
	struct ir_val *p = lookup(x, v), *old, *nn, *zero, *phi;
	bool cold = b->block->cold;

	hit->cold = miss->cold = join->cold = cold;
	ir_br(b, p, hit, miss);
	ir_at(b, hit);
	nn = ir_nonnull(b, p);
	old = ir_load(b, nn, 0, 8, false);
	ir_store(b, nn, 0, ir_bin(b, IR_add, old, ir_arg(v, 1)), 8);
	ir_jmp(b, join);
	ir_at(b, miss);
	zero = ir_iconst(b, 0);
	update(x, v, value_in_slot(x, v->map, ir_arg(v, 1), 8), BPF_ANY);
	ir_jmp(b, join);
	phi = ir_phi(b, join);
	ir_phi_add(b, phi, old);
	ir_phi_add(b, phi, zero);
	ir_at(b, join);
	return phi;
}

struct ir_val *ir_expand_map(struct ir_expand *x, struct ir_val *v)
{
	switch (v->op) {
	case IR_mapget:
		return expand_get(x, v);
	case IR_mapptr:
		return lookup_once(x, v);
	case IR_mapset:
		expand_set(x, v);
		return NULL;
	case IR_mapadd:
		if (v->mark)
			return expand_add(x, v);
		expand_add_only(x, v);
		return NULL;
	case IR_mapins:
		return update(x, v, ir_arg(v, 1), v->imm);
	case IR_mapdel:
		return expand_delete(x, v);
	default:
		return NULL;
	}
}
