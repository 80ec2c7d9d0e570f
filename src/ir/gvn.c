/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Global value numbering: a value that a dominating block (or the same one) already computed is
 * taken from there. Helper calls, keys and map look-ups are values like others; what memory they
 * read counts as one more argument, the epoch: a number that changes with each write of that
 * memory.
 *
 * Blocks are taken in the order of the dominator tree, children by reverse postorder: all ways forward into a block
 * come from blocks before it, and what does not dominate a block dominates none after it.
 */
#include "ir/effects.h"
#include "ir/pass.h"

struct leader {
	struct ir_val *v;
	uint32_t epoch;
	struct leader *next;
};

struct gvn {
	struct ir_fn *fn;
	struct arena arena;
	struct ir_effects *fx;
	unsigned nclasses;
	uint32_t **exit; /* by rpo: epoch of each class at the block's end */
	uint32_t *now;
	uint32_t fresh;
	bool *written;
	struct leader **bucket;
	uint32_t nbuckets; /* a power of two */
};

static uint64_t mix(uint64_t h, uint64_t v)
{
	return (h ^ v) * 0x9e3779b97f4a7c15ull ^ (h >> 29);
}

static uint32_t hash_val(const struct ir_val *v, uint32_t epoch)
{
	uint64_t h = mix(v->op, epoch);

	h = mix(h, (uint64_t)v->imm);
	h = mix(h, (uint64_t)v->width << 32 | v->size);
	h = mix(h, (uintptr_t)v->map ^ v->helper);
	for (uint32_t i = 0; i < v->nargs; i++)
		h = ir_ops[v->op].commutes ? h + mix(1, v->arg[i]->id) : mix(h, v->arg[i]->id);
	return (uint32_t)(h >> 32);
}

static bool same_layout(const struct ir_layout *a, const struct ir_layout *b)
{
	if (a == b)
		return true;
	return a && b && a->size == b->size && a->nparts == b->nparts &&
	       !memcmp(a->part, b->part, a->nparts * sizeof(a->part[0]));
}

static bool same_args(const struct ir_val *a, const struct ir_val *b)
{
	if (a->nargs != b->nargs)
		return false;
	if (ir_ops[a->op].commutes && a->nargs == 2 && a->arg[0] == b->arg[1] &&
	    a->arg[1] == b->arg[0])
		return true;
	for (uint32_t i = 0; i < a->nargs; i++)
		if (a->arg[i] != b->arg[i])
			return false;
	return true;
}

static bool same(const struct ir_val *a, const struct ir_val *b)
{
	return a->op == b->op && a->imm == b->imm && a->width == b->width &&
	       a->is_signed == b->is_signed && a->ptr == b->ptr && a->size == b->size &&
	       a->helper == b->helper && a->map == b->map && a->fn == b->fn && a->core == b->core && same_args(a, b) &&
	       same_layout(a->layout, b->layout) && (a->op != IR_phi || a->block == b->block);
}

/* A call's memory arguments are not in its number: only calls without them may be merged. */
static bool may_merge(const struct gvn *g, const struct ir_val *v, uint32_t *ret_epoch)
{
	enum ir_effect e = ir_effect(v);

	*ret_epoch = 0;
	if (v->op == IR_call)
		return e == IRE_CONST;
	if (e == IRE_PURE || e == IRE_CONST)
		return true;
	if (e != IRE_RMEM && e != IRE_RMAP)
		return false;
	*ret_epoch = g->now[ir_effects_read(g->fx, v)];
	return true;
}

static struct ir_val *find_leader(struct gvn *g, struct ir_val *v, uint32_t epoch)
{
	struct leader **head = &g->bucket[hash_val(v, epoch) & (g->nbuckets - 1)], *l;

	for (struct leader **at = head; (l = *at);) {
		if (!ir_dominates(l->v->block, v->block)) {
			*at = l->next;
			continue;
		}
		if (l->epoch == epoch && same(l->v, v))
			return l->v;
		at = &l->next;
	}
	l = arena_new(&g->arena, struct leader);
	*l = (struct leader){ v, epoch, *head };
	*head = l;
	return NULL;
}

static void advance(struct gvn *g, const struct ir_val *v)
{
	memset(g->written, 0, g->nclasses);
	ir_effects_written(g->fx, v, g->written);
	for (unsigned c = 0; c < g->nclasses; c++)
		if (g->written[c])
			g->now[c] = ++g->fresh;
}

/* At a block's start: what its dominator left, but for what the ways in between write. */
static void enter(struct gvn *g, struct ir_block *b)
{
	memset(g->written, 0, g->nclasses);
	if (b->idom)
		ir_effects_between(g->fx, b->idom, b, g->written);
	for (unsigned c = 0; c < g->nclasses; c++)
		g->now[c] = b->idom && !g->written[c] ? g->exit[b->idom->rpo][c] : ++g->fresh;
}

static void number_block(struct gvn *g, struct ir_block *b)
{
	enter(g, b);
	each_val(b, v) {
		struct ir_val *by = NULL;
		uint32_t epoch;

		for (uint32_t i = 0; i < v->nargs; i++)
			v->arg[i] = ir_subst_of(v->arg[i]);
		if (may_merge(g, v, &epoch))
			by = find_leader(g, v, epoch);
		if (by)
			ir_subst(v, by);
		else
			advance(g, v);
	}
	g->exit[b->rpo] = arena_dup(&g->arena, g->now, g->nclasses * sizeof(*g->now));
}

/* A bucket for each value that there is or was. */
static void make_buckets(struct gvn *g)
{
	g->nbuckets = 64;
	while (g->nbuckets < g->fn->next_val)
		g->nbuckets *= 2;
	g->bucket = arena_array(&g->arena, struct leader *, g->nbuckets);
}

/* All blocks in the order of the dominator tree. */
static struct ir_block **tree_order(struct gvn *g)
{
	struct ir_block **order = arena_array(&g->arena, struct ir_block *, g->fn->blocks.n);

	each_block(g->fn, b)
		order[b->dom_in] = b;
	return order;
}

static struct gvn *gvn_new(struct ir_fn *fn)
{
	struct gvn *g = xcalloc(1, sizeof(*g));

	ir_dominators(fn);
	g->fn = fn;
	g->fx = ir_effects_new(fn);
	g->nclasses = ir_effects_classes(g->fx);
	g->exit = arena_array(&g->arena, uint32_t *, fn->blocks.n);
	g->now = arena_array(&g->arena, uint32_t, g->nclasses);
	g->written = arena_array(&g->arena, bool, g->nclasses);
	make_buckets(g);
	return g;
}

static void gvn_free(struct gvn *g)
{
	ir_effects_free(g->fx);
	arena_done(&g->arena);
	free(g);
}

/*
 * requires: SSA
 * keeps:    SSA, edges, order of what has effects
 * breaks:   nothing
 */
void ir_pass_gvn(struct ir_fn *fn)
{
	struct gvn *g = gvn_new(fn);
	struct ir_block **order = tree_order(g);

	ir_subst_start(fn);
	vec_each(fn->blocks, i)
		number_block(g, order[i]);
	ir_subst_apply(fn);
	gvn_free(g);
}

static bool is_lookup(const struct ir_val *v)
{
	return v->op == IR_mapget || v->op == IR_mapptr;
}

/* What an earlier look-up is of use to. */
static bool wants_lookup(const struct ir_val *v)
{
	return is_lookup(v) || v->op == IR_mapset;
}

/* Whether a map is asked for one key more than once, in few steps. */
static bool repeats_lookups(const struct ir_fn *fn)
{
	each_block(fn, b)
		each_val(b, v)
			v->data = NULL;
	each_block(fn, b)
		each_val(b, v) {
			if (!wants_lookup(v))
				continue;
			if (v->arg[0]->data == v->map)
				return true;
			v->arg[0]->data = v->map;
		}
	return false;
}

/* What is read and what is only looked for are found by the same pointer. */
static struct ir_val *earlier_lookup(struct gvn *g, struct ir_val *v)
{
	struct ir_val *twin = arena_dup(&g->arena, v, sizeof(*v)), *by;

	twin->op = IR_mapptr;
	twin->nargs = 1;
	twin->ptr = PK_MAPVAL0;
	twin->width = 0;
	twin->is_signed = false;
	twin->data = v;
	by = find_leader(g, twin, g->now[ir_effects_read(g->fx, twin)]);
	return by ? by->data : NULL;
}

void ir_repeated_lookups(struct ir_fn *fn, void (*found)(void *arg, struct ir_val *v, struct ir_val *earlier), void *arg)
{
	struct gvn *g;
	struct ir_block **order;

	if (!repeats_lookups(fn))
		return;
	g = gvn_new(fn);
	order = tree_order(g);
	vec_each(fn->blocks, i) {
		enter(g, order[i]);
		each_val(order[i], v) {
			struct ir_val *earlier = wants_lookup(v) ? earlier_lookup(g, v) : NULL;

			if (earlier)
				found(arg, v, earlier);
			advance(g, v);
		}
		g->exit[order[i]->rpo] = arena_dup(&g->arena, g->now, g->nclasses * sizeof(*g->now));
	}
	gvn_free(g);
}
