/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Register allocation by graph colouring with iterated coalescing (George and Appel, TOPLAS 18(3),
 * 1996): simplify, coalesce conservatively, freeze, choose what may spill, in turns; then colours are given
 * in reverse. Values live over a call interfere with r0..r5, so they get r6..r9 of themselves.
 *
 * Work lists are stacks whose entries may be stale: a node's or move's state says whether one counts.
 */
#include <math.h>

#include "bpf/graph.h"

enum node_state {
	NS_FIXED,     /* r0..r10 */
	NS_SIMPLIFY,  /* few neighbours, in no copy */
	NS_FREEZE,    /* few neighbours, in copies */
	NS_SPILL,     /* many neighbours */
	NS_STACKED,   /* taken out of the graph, waits for its colour */
	NS_COALESCED,
};

enum move_state {
	MS_WAITING, /* on the work list */
	MS_ACTIVE,  /* not now; perhaps when a degree falls */
	MS_DONE,    /* coalesced, or never will be */
};

struct colourer {
	struct graph g;
	struct mfn *mf;
	enum node_state *state;
	enum move_state *move;
	uint32_t *alias;
	uint8_t *seen; /* briggs(): counted already */
	VEC(uint32_t) simplify, freeze, stack, moves;
};

static uint32_t find(const struct colourer *c, uint32_t r)
{
	while (c->state[r] == NS_COALESCED)
		r = c->alias[r];
	return r;
}

static bool in_graph(const struct colourer *c, uint32_t r)
{
	return c->state[r] != NS_STACKED && c->state[r] != NS_COALESCED;
}

static bool is_move_related(const struct colourer *c, uint32_t r)
{
	for (size_t i = 0; i < c->g.node[r].moves.n; i++)
		if (c->move[c->g.node[r].moves.v[i]] != MS_DONE)
			return true;
	return false;
}

static void set_state(struct colourer *c, uint32_t r, enum node_state s)
{
	c->state[r] = s;
	if (s == NS_SIMPLIFY)
		avec_push(c->g.arena, &c->simplify, r);
	else if (s == NS_FREEZE)
		avec_push(c->g.arena, &c->freeze, r);
	else if (s == NS_STACKED)
		avec_push(c->g.arena, &c->stack, r);
}

static void wake_moves(struct colourer *c, uint32_t r)
{
	for (size_t i = 0; i < c->g.node[r].moves.n; i++) {
		uint32_t m = c->g.node[r].moves.v[i];

		if (c->move[m] == MS_ACTIVE) {
			c->move[m] = MS_WAITING;
			avec_push(c->g.arena, &c->moves, m);
		}
	}
}

static void drop_degree(struct colourer *c, uint32_t r)
{
	struct gnode *n = &c->g.node[r];

	if (r < MR_FIRST || n->degree-- != MR_COLOURS)
		return;
	wake_moves(c, r);
	for (size_t i = 0; i < n->adj.n; i++)
		if (in_graph(c, n->adj.v[i]))
			wake_moves(c, n->adj.v[i]);
	if (c->state[r] == NS_SPILL)
		set_state(c, r, is_move_related(c, r) ? NS_FREEZE : NS_SIMPLIFY);
}

static void take_out(struct colourer *c, uint32_t r)
{
	set_state(c, r, NS_STACKED);
	for (size_t i = 0; i < c->g.node[r].adj.n; i++)
		if (in_graph(c, c->g.node[r].adj.v[i]))
			drop_degree(c, c->g.node[r].adj.v[i]);
}

/* A copy less: r may have become simple. */
static void maybe_simple(struct colourer *c, uint32_t r)
{
	if (c->state[r] == NS_FREEZE && !is_move_related(c, r))
		set_state(c, r, NS_SIMPLIFY);
}

/* Every neighbour of v is harmless to the fixed register r. */
static bool george(const struct colourer *c, uint32_t r, uint32_t v)
{
	const struct gnode *n = &c->g.node[v];

	for (size_t i = 0; i < n->adj.n; i++) {
		uint32_t t = n->adj.v[i];

		if (in_graph(c, t) && t >= MR_FIRST && c->g.node[t].degree >= MR_COLOURS &&
		    !graph_adjacent(&c->g, t, r))
			return false;
	}
	return true;
}

static uint32_t count_significant(struct colourer *c, uint32_t r)
{
	const struct gnode *n = &c->g.node[r];
	uint32_t count = 0;

	for (size_t i = 0; i < n->adj.n; i++) {
		uint32_t t = n->adj.v[i];

		if (!in_graph(c, t) || c->seen[t])
			continue;
		c->seen[t] = 1;
		count += t < MR_FIRST || c->g.node[t].degree >= MR_COLOURS;
	}
	return count;
}

static void forget_seen(struct colourer *c, uint32_t r)
{
	for (size_t i = 0; i < c->g.node[r].adj.n; i++)
		c->seen[c->g.node[r].adj.v[i]] = 0;
}

/* Both together have fewer than MR_COLOURS neighbours that matter. */
static bool briggs(struct colourer *c, uint32_t a, uint32_t b)
{
	uint32_t count = count_significant(c, a) + count_significant(c, b);

	forget_seen(c, a);
	forget_seen(c, b);
	return count < MR_COLOURS;
}

/* v becomes u. */
static void combine(struct colourer *c, uint32_t u, uint32_t v)
{
	struct gnode *n = &c->g.node[v];

	c->state[v] = NS_COALESCED;
	c->alias[v] = u;
	for (size_t i = 0; i < n->moves.n; i++)
		avec_push(c->g.arena, &c->g.node[u].moves, n->moves.v[i]);
	c->g.node[u].cost += n->cost;
	wake_moves(c, v);
	for (size_t i = 0; i < n->adj.n; i++) {
		if (!in_graph(c, n->adj.v[i]))
			continue;
		graph_add(&c->g, n->adj.v[i], u);
		drop_degree(c, n->adj.v[i]);
	}
	if (c->state[u] == NS_FREEZE && c->g.node[u].degree >= MR_COLOURS)
		c->state[u] = NS_SPILL;
}

static void coalesce(struct colourer *c, uint32_t m)
{
	uint32_t u = find(c, c->g.moves.v[m].dst), v = find(c, c->g.moves.v[m].src), t = u;

	/* Neighbours of v are added to those of u: let it be the one that has few. */
	if (v < MR_FIRST || (u >= MR_FIRST && c->g.node[u].adj.n < c->g.node[v].adj.n / 8)) {
		u = v;
		v = t;
	}
	c->move[m] = MS_DONE;
	if (u == v) {
		maybe_simple(c, u);
	} else if (v < MR_FIRST || graph_adjacent(&c->g, u, v)) {
		maybe_simple(c, u);
		maybe_simple(c, v);
	} else if (u < MR_FIRST ? george(c, u, v) : briggs(c, u, v)) {
		combine(c, u, v);
		maybe_simple(c, u);
	} else {
		c->move[m] = MS_ACTIVE;
	}
}

static void freeze(struct colourer *c, uint32_t r)
{
	set_state(c, r, NS_SIMPLIFY);
	for (size_t i = 0; i < c->g.node[r].moves.n; i++) {
		uint32_t m = c->g.node[r].moves.v[i];

		if (c->move[m] == MS_DONE)
			continue;
		c->move[m] = MS_DONE;
		maybe_simple(c, find(c, c->g.moves.v[m].dst));
		maybe_simple(c, find(c, c->g.moves.v[m].src));
	}
}

/* The one of many neighbours that costs least, for each neighbour it frees; MR_NONE if none is left. */
static uint32_t choose_spill(const struct colourer *c)
{
	uint32_t best = MR_NONE;
	float cost = INFINITY;

	for (uint32_t r = MR_FIRST; r < c->g.n; r++) {
		const struct gnode *n = &c->g.node[r];

		if (c->state[r] != NS_SPILL)
			continue;
		if (best == MR_NONE || n->cost / n->degree < cost) {
			best = r;
			cost = n->cost / n->degree;
		}
	}
	return best;
}

/* Next entry of a work list that still counts; MR_NONE if there is none. */
#define POP(c, list, state_of, wanted)                                                             \
	({                                                                                         \
		uint32_t r_ = MR_NONE;                                                             \
		while ((c)->list.n && r_ == MR_NONE) {                                             \
			r_ = (c)->list.v[--(c)->list.n];                                           \
			if ((c)->state_of[r_] != (wanted))                                         \
				r_ = MR_NONE;                                                      \
		}                                                                                  \
		r_;                                                                                \
	})

static void reduce(struct colourer *c)
{
	uint32_t r;

	for (;;) {
		if ((r = POP(c, simplify, state, NS_SIMPLIFY)) != MR_NONE)
			take_out(c, r);
		else if ((r = POP(c, moves, move, MS_WAITING)) != MR_NONE)
			coalesce(c, r);
		else if ((r = POP(c, freeze, state, NS_FREEZE)) != MR_NONE)
			freeze(c, r);
		else if ((r = choose_spill(c)) != MR_NONE)
			freeze(c, r);
		else
			return;
	}
}

static uint16_t forbidden(const struct colourer *c, uint32_t r, const struct colouring *ret)
{
	uint16_t mask = 0;

	for (size_t i = 0; i < c->g.node[r].adj.n; i++) {
		uint32_t t = find(c, c->g.node[r].adj.v[i]);

		if (t < MR_FIRST || ret->reg[t] != UINT8_MAX)
			mask |= 1u << ret->reg[t];
	}
	return mask;
}

/* A colour that makes a copy vanish, else the first free. */
static uint8_t pick(const struct colourer *c, uint32_t r, uint16_t taken, const struct colouring *ret)
{
	static const uint8_t order[MR_COLOURS] = { 1, 2, 3, 4, 5, 0, 6, 7, 8, 9 };
	float best = 0;
	uint8_t reg = UINT8_MAX;

	for (size_t i = 0; i < c->g.node[r].moves.n; i++) {
		const struct gmove *m = &c->g.moves.v[c->g.node[r].moves.v[i]];
		uint32_t u = find(c, m->dst), v = find(c, m->src);
		uint8_t other = ret->reg[u == r ? v : u];

		if (other != UINT8_MAX && !(taken >> other & 1) && m->weight > best) {
			best = m->weight;
			reg = other;
		}
	}
	for (unsigned i = 0; i < MR_COLOURS && reg == UINT8_MAX; i++)
		if (!(taken >> order[i] & 1))
			reg = order[i];
	return reg;
}

static void assign(struct colourer *c, struct colouring *ret)
{
	while (c->stack.n) {
		uint32_t r = c->stack.v[--c->stack.n];

		ret->reg[r] = pick(c, r, forbidden(c, r, ret), ret);
		if (ret->reg[r] == UINT8_MAX)
			avec_push(c->g.arena, &ret->spills, r);
	}
	for (uint32_t r = 0; r < c->g.n; r++) {
		ret->alias[r] = find(c, r);
		ret->reg[r] = ret->reg[ret->alias[r]];
	}
}

static int by_weight(const void *a, const void *b, void *arg)
{
	const struct gmove *m = arg;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	if (m[x].weight != m[y].weight)
		return m[x].weight < m[y].weight ? -1 : 1;
	return x < y ? 1 : -1; /* of equal ones the first in the program is taken first */
}

static void start(struct colourer *c)
{
	struct arena *a = c->g.arena;

	c->state = arena_array(a, enum node_state, c->g.n);
	c->move = arena_array(a, enum move_state, c->g.moves.n);
	c->alias = arena_array(a, uint32_t, c->g.n);
	c->seen = arena_array(a, uint8_t, c->g.n);
	for (uint32_t m = 0; m < c->g.moves.n; m++)
		avec_push(a, &c->moves, m);
	if (c->moves.n)
		qsort_r(c->moves.v, c->moves.n, sizeof(*c->moves.v), by_weight, c->g.moves.v);
	for (uint32_t r = MR_FIRST; r < c->g.n; r++) {
		if (c->g.node[r].degree >= MR_COLOURS)
			set_state(c, r, NS_SPILL);
		else
			set_state(c, r, is_move_related(c, r) ? NS_FREEZE : NS_SIMPLIFY);
	}
}

void colour(struct mfn *mf, struct colouring *ret)
{
	struct colourer c = { .mf = mf };

	graph_build(&c.g, mf);
	start(&c);
	*ret = (struct colouring){ .alias = arena_array(mf->arena, uint32_t, c.g.n),
				   .reg = arena_array(mf->arena, uint8_t, c.g.n) };
	memset(ret->reg, UINT8_MAX, c.g.n);
	for (uint8_t r = 0; r < MR_FIRST; r++)
		ret->reg[r] = r;
	reduce(&c);
	assign(&c, ret);
}

static void apply_insn(struct mi *i, const uint8_t *reg)
{
	if (i->dst != MR_NONE)
		i->dst = reg[i->dst];
	if (i->src != MR_NONE)
		i->src = reg[i->src];
	if (i->src2 != MR_NONE)
		i->src2 = reg[i->src2];
}

void colour_apply(struct mfn *mf, const struct colouring *c)
{
	for (size_t i = 0; i < mf->blocks.n; i++)
		for (struct mi *m = mf->blocks.v[i]->first; m; m = m->next)
			apply_insn(m, c->reg);
}
