/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When slots are alive: where some access (through any pointer made from the slot) came before on
 * some path and another comes after.
 *
 * 64 slots at a time, as bits of a word of each block, and only in the blocks from their first access to their last,
 * loops that reach in there included: no way from one access to another leaves those.
 */
#include "ir/pass.h"
#include "ir/slots.h"

/* First and last access in a block. */
struct touch {
	uint32_t rpo, first, last;
};

/* Blocks by rpo, both ends included. */
struct blocks {
	uint32_t first, last;
};

struct live {
	struct ir_slots *s;
	struct arena arena;
	/* users of each value: user[start[id]] .. user[start[id + 1]] */
	uint32_t *start;
	struct ir_val **user;
	VEC(struct touch) *touches; /* by slot */
	uint32_t *first, *last;     /* by rpo, of the slot in hand; first UINT32_MAX: none */
	VEC(uint32_t) found;        /* the blocks that have one, by rpo */
	uint32_t *begin;            /* by rpo: number of the block's first instruction */
	VEC(struct ir_val *) work;
	VEC(struct blocks) loops;   /* for each edge back, what lies between its ends */
	uint64_t *touched, *from, *to; /* by rpo, a bit for each slot in hand: accessed in it; before its start; after its end */
};

static void number(struct live *l)
{
	uint32_t n = 0;

	each_block(l->s->fn, b) {
		l->begin[b->rpo] = n;
		each_val(b, v)
			v->mark = n++;
	}
}

static void collect_users(struct live *l)
{
	struct ir_fn *fn = l->s->fn;
	uint32_t *fill;

	l->start = arena_array(&l->arena, uint32_t, fn->next_val + 2);
	each_block(fn, b)
		each_val(b, v)
			for (uint32_t i = 0; i < v->nargs; i++)
				l->start[v->arg[i]->id + 1]++;
	for (uint32_t i = 0; i <= fn->next_val; i++)
		l->start[i + 1] += l->start[i];
	fill = arena_dup(&l->arena, l->start, (fn->next_val + 1) * sizeof(*fill));
	l->user = arena_array(&l->arena, struct ir_val *, l->start[fn->next_val + 1] + 1);
	each_block(fn, b)
		each_val(b, v)
			for (uint32_t i = 0; i < v->nargs; i++)
				l->user[fill[v->arg[i]->id]++] = v;
}

/* Helpers and kernel functions that only take stack memory. */
static bool wants_stack(const struct ir_val *user)
{
	if (user->op == IR_call)
		return user->imm == IRH_loop || user->imm == IRH_for_each_map_elem;
	return user->op == IR_kcall && user->imm == IR_OF_KERNEL;
}

static void access(struct live *l, const struct ir_val *user)
{
	uint32_t rpo = user->block->rpo;

	if (l->first[rpo] == UINT32_MAX)
		avec_push(&l->arena, &l->found, rpo);
	if (user->mark < l->first[rpo])
		l->first[rpo] = user->mark;
	if (user->mark > l->last[rpo])
		l->last[rpo] = user->mark;
}

/* Address stored: from then on anything may use it. */
static void access_everywhere(struct live *l)
{
	l->found.n = 0;
	each_block(l->s->fn, b) {
		l->first[b->rpo] = l->begin[b->rpo];
		l->last[b->rpo] = b->last->mark;
		avec_push(&l->arena, &l->found, b->rpo);
	}
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static bool makes_pointer(enum ir_op op)
{
	return op == IR_add || op == IR_sub || op == IR_phi || op == IR_nonnull;
}

static void visit_user(struct live *l, struct ir_slot *o, struct ir_val *user,
		       const struct ir_val *ptr)
{
	if (makes_pointer(user->op)) {
		if (user->data != o)
			avec_push(&l->arena, &l->work, user);
		user->data = o; /* a pointer into the slot, seen */
		return;
	}
	access(l, user);
	if (user->op == IR_store && user->arg[1] == ptr) {
		o->pinned = true;
		access_everywhere(l);
	}
	o->pinned |= wants_stack(user);
}

static void find_touches(struct live *l, size_t i)
{
	struct ir_slot *o = l->s->list.v[i];

	l->work.n = 0;
	avec_push(&l->arena, &l->work, o->v);
	while (l->work.n) {
		struct ir_val *p = l->work.v[--l->work.n];

		for (uint32_t u = l->start[p->id]; u < l->start[p->id + 1]; u++)
			visit_user(l, o, l->user[u], p);
	}
	if (l->found.n)
		qsort(l->found.v, l->found.n, sizeof(*l->found.v), by_number);
	vec_each(l->found, k) {
		uint32_t rpo = l->found.v[k];
		struct touch t = { rpo, l->first[rpo], l->last[rpo] };

		avec_push(&l->arena, &l->touches[i], t);
		l->touched[rpo] |= 1ull << i % 64;
		l->first[rpo] = UINT32_MAX;
		l->last[rpo] = 0;
	}
	l->found.n = 0;
}

static void find_loops(struct live *l)
{
	each_block(l->s->fn, b)
		vec_each(b->preds, i)
			if (b->preds.v[i]->rpo >= b->rpo)
				avec_push(&l->arena, &l->loops, ((struct blocks){ b->rpo, b->preds.v[i]->rpo }));
}

/* The part of the function that matters to slots first..end - 1; first > last if nothing does. */
static struct blocks blocks_of(const struct live *l, size_t first, size_t end)
{
	struct blocks ret = { UINT32_MAX, 0 };
	bool grown = true;

	for (size_t i = first; i < end; i++)
		vec_each(l->touches[i], k) {
			uint32_t rpo = l->touches[i].v[k].rpo;

			ret.first = rpo < ret.first ? rpo : ret.first;
			ret.last = rpo > ret.last ? rpo : ret.last;
		}
	while (grown) {
		grown = false;
		vec_each(l->loops, i) {
			struct blocks in = l->loops.v[i];

			if (in.first > ret.last || in.last < ret.first || (in.first >= ret.first && in.last <= ret.last))
				continue;
			ret.first = in.first < ret.first ? in.first : ret.first;
			ret.last = in.last > ret.last ? in.last : ret.last;
			grown = true;
		}
	}
	return ret;
}

/* *into |= bits; true if that changed something */
static bool join(uint64_t *into, uint64_t bits)
{
	bool changed = (bits & ~*into) != 0;

	*into |= bits;
	return changed;
}

static bool spread_edges(struct live *l, const struct ir_block *b, struct blocks in)
{
	bool changed = false;

	vec_each(b->preds, i) {
		uint32_t p = b->preds.v[i]->rpo;

		if (p < in.first || p > in.last)
			continue;
		changed |= join(&l->from[b->rpo], l->from[p] | l->touched[p]);
		changed |= join(&l->to[p], l->to[b->rpo] | l->touched[b->rpo]);
	}
	return changed;
}

/* Forwards and backwards in turn, so that either direction needs few rounds. */
static void spread(struct live *l, struct blocks in)
{
	struct ir_block **block = l->s->fn->blocks.v;
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = in.first; i <= in.last; i++)
			changed |= spread_edges(l, block[i], in);
		for (size_t i = (size_t)in.last + 1; i-- > in.first;)
			changed |= spread_edges(l, block[i], in);
	}
}

/* The slot in this block: it is touched there, or alive all through. */
static void add_interval(struct live *l, size_t slot, const struct ir_block *b, uint32_t *next_touch)
{
	uint64_t bit = 1ull << slot % 64;
	struct ir_slot *o = l->s->list.v[slot];
	struct ir_interval in = { l->begin[b->rpo], b->last->mark };

	if (l->touched[b->rpo] & bit) {
		const struct touch *t = &l->touches[slot].v[next_touch[slot % 64]++];

		if (!(l->from[b->rpo] & bit))
			in.start = t->first;
		if (!(l->to[b->rpo] & bit))
			in.end = t->last;
	}
	if (o->live.n && o->live.v[o->live.n - 1].end + 1 == in.start)
		o->live.v[o->live.n - 1].end = in.end; /* blocks that follow one another are one */
	else
		avec_push(&l->s->arena, &o->live, in);
	o->first = in.start < o->first ? in.start : o->first;
	o->last = in.end > o->last ? in.end : o->last;
}

/* And makes the words of these blocks ready for the next slots. */
static void make_intervals(struct live *l, size_t slot, struct blocks in)
{
	uint32_t next_touch[64] = { 0 };

	for (size_t i = in.first; i <= in.last; i++) {
		uint64_t bits = l->touched[i] | (l->from[i] & l->to[i]);

		for (; bits; bits &= bits - 1)
			add_interval(l, slot + (size_t)__builtin_ctzll(bits), l->s->fn->blocks.v[i], next_touch);
		l->touched[i] = l->from[i] = l->to[i] = 0;
	}
}

/* Up to 64 slots, from this one on. */
static void find_live(struct live *l, size_t slot)
{
	size_t end = slot + 64 < l->s->list.n ? slot + 64 : l->s->list.n;
	struct blocks in;

	for (size_t i = slot; i < end; i++) {
		l->s->list.v[i]->first = UINT32_MAX;
		find_touches(l, i);
	}
	in = blocks_of(l, slot, end);
	if (in.first > in.last)
		return;
	spread(l, in);
	make_intervals(l, slot, in);
}

void ir_slots_live(struct ir_slots *s)
{
	struct live l = { .s = s };
	size_t n = s->fn->blocks.n;

	l.first = arena_array(&l.arena, uint32_t, n);
	l.last = arena_array(&l.arena, uint32_t, n);
	l.begin = arena_array(&l.arena, uint32_t, n);
	l.touched = arena_array(&l.arena, uint64_t, n);
	l.from = arena_array(&l.arena, uint64_t, n);
	l.to = arena_array(&l.arena, uint64_t, n);
	l.touches = arena_alloc(&l.arena, s->list.n * sizeof(*l.touches));
	memset(l.first, 0xff, n * sizeof(*l.first));
	number(&l);
	collect_users(&l);
	find_loops(&l);
	ir_subst_start(s->fn); /* clears data */
	for (size_t i = 0; i < s->list.n; i += 64)
		find_live(&l, i);
	arena_done(&l.arena);
}
