/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When slots are alive: where some access (through any pointer made from the slot) came before on
 * some path and another comes after.
 */
#include "ir/pass.h"
#include "ir/slots.h"

/* First and last access in a block. */
struct touch {
	uint32_t rpo, first, last;
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
	uint32_t words;             /* of a set of slots */
	uint64_t *touched, *from, *to; /* by rpo: accessed in it; before its start; after its end */
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
	return user->op == IR_kcall;
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
		l->touched[(size_t)rpo * l->words + i / 64] |= 1ull << i % 64;
		l->first[rpo] = UINT32_MAX;
		l->last[rpo] = 0;
	}
	l->found.n = 0;
}

/* into |= a | b; true if that changed something */
static bool join(uint64_t *into, const uint64_t *a, const uint64_t *b, uint32_t words)
{
	uint64_t changed = 0;

	for (uint32_t i = 0; i < words; i++) {
		uint64_t now = into[i] | a[i] | b[i];

		changed |= now ^ into[i];
		into[i] = now;
	}
	return changed;
}

static uint64_t *set_of(const struct live *l, uint64_t *sets, const struct ir_block *b)
{
	return sets + (size_t)b->rpo * l->words;
}

static bool spread_edges(struct live *l, struct ir_block *b)
{
	bool changed = false;

	vec_each(b->preds, i) {
		struct ir_block *p = b->preds.v[i];
		const uint64_t *in_p = set_of(l, l->touched, p), *in_b = set_of(l, l->touched, b);

		changed |= join(set_of(l, l->from, b), set_of(l, l->from, p), in_p, l->words);
		changed |= join(set_of(l, l->to, p), set_of(l, l->to, b), in_b, l->words);
	}
	return changed;
}

/* Forwards and backwards in turn, so that either direction needs few rounds. */
static void spread(struct live *l)
{
	struct ir_fn *fn = l->s->fn;
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < fn->blocks.n; i++)
			changed |= spread_edges(l, fn->blocks.v[i]);
		for (size_t i = fn->blocks.n; i-- > 0;)
			changed |= spread_edges(l, fn->blocks.v[i]);
	}
}

/* The slot in this block: it is touched there, or alive all through. */
static void add_interval(struct live *l, size_t slot, const struct ir_block *b, uint32_t *next_touch)
{
	size_t at = (size_t)b->rpo * l->words + slot / 64;
	uint64_t bit = 1ull << slot % 64;
	struct ir_slot *o = l->s->list.v[slot];
	struct ir_interval in = { l->begin[b->rpo], b->last->mark };

	if (l->touched[at] & bit) {
		const struct touch *t = &l->touches[slot].v[next_touch[slot]++];

		if (!(l->from[at] & bit))
			in.start = t->first;
		if (!(l->to[at] & bit))
			in.end = t->last;
	}
	avec_push(&l->s->arena, &o->live, in);
	o->first = in.start < o->first ? in.start : o->first;
	o->last = in.end > o->last ? in.end : o->last;
}

static void make_intervals(struct live *l)
{
	uint32_t *next_touch = arena_array(&l->arena, uint32_t, l->s->list.n + 1);

	vec_each(l->s->list, i)
		l->s->list.v[i]->first = UINT32_MAX;
	each_block(l->s->fn, b)
		for (uint32_t w = 0; w < l->words; w++) {
			size_t at = (size_t)b->rpo * l->words + w;
			uint64_t bits = l->touched[at] | (l->from[at] & l->to[at]);

			for (; bits; bits &= bits - 1)
				add_interval(l, w * 64 + (size_t)__builtin_ctzll(bits), b, next_touch);
		}
}

void ir_slots_live(struct ir_slots *s)
{
	struct live l = { .s = s, .words = (uint32_t)(s->list.n + 63) / 64 };
	size_t n = s->fn->blocks.n;

	l.first = arena_array(&l.arena, uint32_t, n);
	l.last = arena_array(&l.arena, uint32_t, n);
	l.begin = arena_array(&l.arena, uint32_t, n);
	l.touched = arena_array(&l.arena, uint64_t, n * l.words);
	l.from = arena_array(&l.arena, uint64_t, n * l.words);
	l.to = arena_array(&l.arena, uint64_t, n * l.words);
	l.touches = arena_alloc(&l.arena, s->list.n * sizeof(*l.touches));
	memset(l.first, 0xff, n * sizeof(*l.first));
	number(&l);
	collect_users(&l);
	ir_subst_start(s->fn); /* clears data */
	for (size_t i = 0; i < s->list.n; i++)
		find_touches(&l, i);
	spread(&l);
	make_intervals(&l);
	arena_done(&l.arena);
}
