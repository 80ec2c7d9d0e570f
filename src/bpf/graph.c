/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interference: two registers do where one is written while the other still matters, except by a copy of
 * it. A call writes r0..r5.
 */
#include <math.h>

#include "bpf/graph.h"

static size_t edge_slot(const struct graph *g, uint64_t key)
{
	size_t i = (size_t)(key * 0x9e3779b97f4a7c15ull >> 20) & (g->cap - 1);

	while (g->edges[i] && g->edges[i] != key)
		i = (i + 1) & (g->cap - 1);
	return i;
}

static uint64_t edge_key(uint32_t a, uint32_t b)
{
	return a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
}

bool graph_adjacent(const struct graph *g, uint32_t a, uint32_t b)
{
	if (a < MR_FIRST && b < MR_FIRST)
		return a != b;
	return g->edges[edge_slot(g, edge_key(a, b))] != 0;
}

static void grow_edges(struct graph *g)
{
	uint64_t *old = g->edges;
	size_t cap = g->cap;

	g->cap = cap ? cap * 2 : 256;
	g->edges = arena_array(g->arena, uint64_t, g->cap);
	for (size_t i = 0; i < cap; i++)
		if (old[i])
			g->edges[edge_slot(g, old[i])] = old[i];
}

static void add_half(struct graph *g, uint32_t a, uint32_t b)
{
	if (a < MR_FIRST)
		return;
	avec_push(g->arena, &g->node[a].adj, b);
	g->node[a].degree++;
}

void graph_add(struct graph *g, uint32_t a, uint32_t b)
{
	size_t i;

	if (a == b || (a < MR_FIRST && b < MR_FIRST))
		return;
	if (g->nedges * 2 >= g->cap)
		grow_edges(g);
	i = edge_slot(g, edge_key(a, b));
	if (g->edges[i])
		return;
	g->edges[i] = edge_key(a, b);
	g->nedges++;
	add_half(g, a, b);
	add_half(g, b, a);
}

static float weight(const struct mblock *b)
{
	float w = b->cold ? 1 : b->rare ? 4 : 16;

	for (uint32_t d = 0; d < b->depth && d < 4; d++)
		w *= 8;
	return w;
}

static void add_cost(struct graph *g, const struct mi *i, const struct mi_operands *o, float w)
{
	for (uint32_t k = 0; k < o->nuse; k++)
		g->node[o->use[k]].cost += w;
	/* Writing the slot is what costs at a definition; what is made anew needs none. */
	if (o->def != MR_NONE && !mi_is_remat(i) && !i->ctxload)
		g->node[o->def].cost += w;
}

/* reg is written while the set is live. */
static void add_def(struct graph *g, uint32_t reg, const struct live_set *live, uint32_t except)
{
	for (uint32_t i = 0; i < live->n; i++)
		if (live->v[i] != except)
			graph_add(g, reg, live->v[i]);
}

static void add_move(struct graph *g, const struct mi *i, float w)
{
	uint32_t at = (uint32_t)g->moves.n;

	if (i->dst == i->src)
		return;
	avec_push(g->arena, &g->moves, ((struct gmove){ i->dst, i->src, w }));
	avec_push(g->arena, &g->node[i->dst].moves, at);
	avec_push(g->arena, &g->node[i->src].moves, at);
}

static void add_insn(struct graph *g, const struct mi *i, struct live_set *live, float w)
{
	struct mi_operands o;

	mi_operands(i, &o);
	add_cost(g, i, &o, w);
	if (mi_is_move(i))
		add_move(g, i, w);
	if (mi_is_call(i))
		for (uint32_t r = BPF_REG_0; r <= BPF_REG_5; r++)
			add_def(g, r, live, r);
	if (o.def != MR_NONE) {
		live_drop(live, o.def);
		add_def(g, o.def, live, mi_is_move(i) ? i->src : MR_NONE);
	}
	/* Its several instructions write dst before they have read the sources. */
	for (uint32_t k = 0; i->kind == MI_SET && k < o.nuse; k++)
		graph_add(g, o.def, o.use[k]);
	for (uint32_t k = 0; k < o.nuse; k++)
		live_add(live, o.use[k]);
}

void graph_build(struct graph *g, struct mfn *mf)
{
	struct live_set live;

	g->arena = mf->arena;
	g->n = (uint32_t)mf->regs.n;
	g->node = arena_array(mf->arena, struct gnode, g->n);
	grow_edges(g);
	live_init(&live, mf->arena, g->n);
	live_compute(mf, g->n, mi_operands);
	for (size_t i = 0; i < mf->blocks.n; i++) {
		struct mblock *b = mf->blocks.v[i];

		live_at_end(&live, b);
		for (struct mi *m = b->last; m; m = m->prev)
			add_insn(g, m, &live, weight(b));
	}
	for (uint32_t r = 0; r < g->n; r++) {
		if (r < MR_FIRST || mf->regs.v[r].generation > 1)
			g->node[r].cost = INFINITY;
		else if (mf->regs.v[r].bounded)
			g->node[r].cost *= 4;
	}
}
