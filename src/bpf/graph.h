/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interference graph that colour.c colours. */
#ifndef BPF_GRAPH_H
#define BPF_GRAPH_H

#include "bpf/mir.h"

struct gnode {
	VEC(uint32_t) adj;   /* not kept for r0..r9: their degree counts as infinite */
	VEC(uint32_t) moves; /* indices into graph.moves */
	uint32_t degree;
	float cost;          /* of spilling; INFINITY: never */
};

struct gmove {
	uint32_t dst, src;
	float weight;        /* how often it runs, about */
};

struct graph {
	struct arena *arena;
	struct gnode *node;
	uint32_t n;
	uint64_t *edges;     /* open hash of pairs (low << 32 | high), 0: free */
	size_t nedges, cap;
	VEC(struct gmove) moves;
};

/* Needs nothing, computes liveness anew. */
void graph_build(struct graph *g, struct mfn *mf);
bool graph_adjacent(const struct graph *g, uint32_t a, uint32_t b);
void graph_add(struct graph *g, uint32_t a, uint32_t b);

#endif
