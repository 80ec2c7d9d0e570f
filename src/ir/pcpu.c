/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One look-up of the per-CPU data, and one of the bulk scratch, serve all that a function wants of them. What it must
 * have to itself it claims there.
 */
#include "ir/pass.h"

/* What a look-up gave. */
struct found {
	struct ir_val *base;
	struct ir_val *own; /* base of the copy that was claimed; NULL: nothing was */
	struct ir_val *word;
	struct ir_block *block; /* where it is known */
};

/* map: NULL, or the bulk scratch */
static bool is_of(const struct ir_val *v, const struct ir_map *map)
{
	return v->op == IR_pcpu && v->map == map;
}

static bool has_ops(const struct ir_fn *fn, const struct ir_map *map)
{
	each_block(fn, b)
		each_val(b, v)
			if (is_of(v, map))
				return true;
	return false;
}

/* Nearest block that dominates all uses, out of all loops. */
static struct ir_block *place_block(struct ir_fn *fn, const struct ir_map *map)
{
	struct ir_block *at = NULL;

	each_block(fn, b)
		each_val(b, v)
			for (uint32_t i = 0; i < v->nargs; i++)
				if (is_of(v->arg[i], map))
					at = ir_common_dominator(at, v->op == IR_phi ? b->preds.v[i]
										     : b);
	while (at && at->loop)
		at = at->idom;
	return at;
}

static bool uses_pcpu(const struct ir_val *v, const struct ir_map *map)
{
	for (uint32_t i = 0; v->op != IR_phi && i < v->nargs; i++)
		if (is_of(v->arg[i], map))
			return true;
	return false;
}

static struct ir_val *place_in(struct ir_block *b, const struct ir_map *map)
{
	each_val(b, v)
		if (uses_pcpu(v, map))
			return v;
	return b->last;
}

static bool ends_record(const struct ir_val *v)
{
	return v->op == IR_call && (v->imm == IRH_ringbuf_submit || v->imm == IRH_ringbuf_discard);
}

/* The way from this reserve to the block is the way on which the record is held. */
static bool holds_record(const struct ir_val *reserve, const struct ir_block *b)
{
	const struct ir_block *r = reserve->block;

	if (r == b)
		return true;
	for (int i = 0; i < 2; i++)
		if (r->succ[i] && r->succ[i] != b && r->succ[i]->preds.n == 1 &&
		    ir_dominates(r->succ[i], b))
			return true;
	return r->succ[0] == b && b->preds.n == 1;
}

/*
 * Leaving the program between reserve and submit would leak the record: then the look-up comes
 * before the reserve. From a place backwards, a reserve before any submit on the way up means
 * inside.
 */
static struct ir_val *before_record(struct ir_val *at)
{
	struct ir_block *b = at->block;
	struct ir_val *v = at->prev;

	for (;;) {
		for (; v; v = v->prev) {
			if (ends_record(v))
				return at;
			if (v->op == IR_call && v->imm == IRH_ringbuf_reserve &&
			    holds_record(v, at->block))
				return v;
		}
		b = b->idom;
		if (!b)
			return at;
		v = b->last;
	}
}

/*
 * Leaving between the making of an iterator and its destruction would leak it (verifiers before 6.13 do
 * not know that the look-up succeeds): then the look-up comes before all of them.
 */
static struct ir_val *before_iterators(struct ir_val *at)
{
	struct ir_val *place = at;

	for (struct ir_block *b = at->block; b; b = b->idom)
		for (struct ir_val *v = b == at->block ? at->prev : b->last; v; v = v->prev)
			if (v->op == IR_kcall && !strcmp(v->kfunc, "bpf_iter_num_new"))
				place = v;
	return place;
}

static struct ir_val *key_slot(struct ir_builder *b, const struct ir_map *map)
{
	struct ir_val *slot = ir_slot(b, 4, 4), *index;

	b->fn->frame += 8;
	slot->imm = -(int64_t)b->fn->frame;
	index = map ? ir_call(b, IRH_get_smp_processor_id, 0) : ir_iconst(b, 0);
	ir_store(b, slot, 0, index, 4);
	return slot;
}

/*
 * Splits before at: key, look-up, and a way out of the program that is never taken (the key
 * exists).
 */
static struct found look_up(struct ir_fn *fn, struct ir_map *map, struct ir_val *at)
{
	struct ir_builder b = { fn->module, fn, at->block, at->span };
	struct ir_block *rest = ir_split_before(fn, at), *out = ir_block_new(&b),
			*on = ir_block_new(&b);
	struct ir_val *key = key_slot(&b, map), *p;
	struct found f = { NULL };

	out->cold = true;
	on->cold = rest->cold;
	p = ir_call(&b, IRH_map_lookup_elem, 2, ir_mapaddr(&b, map ? map : ir_pcpu_map(fn->module)), key);
	ir_br(&b, p, on, out);
	ir_at(&b, out);
	ir_ret(&b, NULL);
	ir_at(&b, on);
	f.base = ir_nonnull(&b, p);
	if (fn->claim.copies && fn->claim.map == map)
		f.own = ir_claim_take(&b, f.base, &f.word);
	f.block = b.block;
	ir_jmp(&b, rest);
	return f;
}

/* base + imm at each use; loads and stores take the offset themselves. */
static void replace_use(struct ir_fn *fn, struct ir_val *user, uint32_t i, struct ir_val *base)
{
	int64_t off = user->arg[i]->imm;
	struct ir_val *at = user->op == IR_phi ? user->block->preds.v[i]->last : user, *sum, *k;
	bool access = i == 0 && (user->op == IR_load || user->op == IR_store || user->op == IR_atomadd || user->op == IR_xchg);

	if (access && user->imm + off <= INT16_MAX) {
		user->imm += off;
		user->arg[i] = base;
		return;
	}
	user->arg[i] = base;
	if (!off)
		return;
	k = ir_val_new(fn, IR_iconst, 0);
	k->imm = off;
	k->span = user->span;
	sum = ir_val_new(fn, IR_add, 2);
	sum->arg[0] = base;
	sum->arg[1] = k;
	sum->ptr = PK_MAPVAL;
	sum->span = user->span;
	ir_insert_before(fn, at, k);
	ir_insert_before(fn, at, sum);
	user->arg[i] = sum;
}

static bool is_claimed(const struct ir_fn *fn, const struct ir_val *v)
{
	const struct ir_claim *c = &fn->claim;

	return c->copies > 1 && v->imm >= c->first && v->imm < c->first + c->size;
}

static void replace_all(struct ir_fn *fn, const struct ir_map *map, const struct found *f)
{
	each_block(fn, b)
		each_val(b, v)
			for (uint32_t i = 0; i < v->nargs; i++)
				if (is_of(v->arg[i], map))
					replace_use(fn, v, i, f->own && is_claimed(fn, v->arg[i]) ? f->own : f->base);
	each_block(fn, b)
		each_val_safe(b, v, next)
			if (is_of(v, map))
				ir_remove(v);
}

/* Where the look-up is to be: NULL if nothing is wanted of the map. */
static struct ir_val *place_of(struct ir_fn *fn, const struct ir_map *map)
{
	struct ir_block *at;

	if (fn->claim.whole && fn->claim.map == map)
		return fn->blocks.v[0]->first;
	if (!has_ops(fn, map))
		return NULL;
	at = place_block(fn, map);
	return at ? before_iterators(before_record(place_in(at, map))) : NULL;
}

static void serve(struct ir_fn *fn, struct ir_map *map)
{
	struct ir_val *at;
	struct found f;

	ir_dominators(fn);
	at = place_of(fn, map);
	if (!at)
		return;
	f = look_up(fn, map, at);
	replace_all(fn, map, &f);
	if (f.own)
		ir_claim_end(fn, f.block, f.word);
}

/*
 * requires: level L, slots placed
 * keeps:    SSA; frame grows by 8 bytes for the key of each look-up
 * breaks:   analyses; pcpu operations are gone
 */
void ir_pass_pcpu(struct ir_fn *fn)
{
	serve(fn, NULL);
	if (fn->module->bulk)
		serve(fn, fn->module->bulk);
	ir_dominators(fn);
}
