/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Order of blocks: reverse postorder in which the likelier way comes directly after its block,
 * so that it falls through; a loop's body before what follows the loop; cold blocks last.
 */
#include "bpf/mir.h"

/* Which successor is to follow directly. */
static unsigned preferred(const struct mblock *b)
{
	const struct mblock *x = b->succ[0], *y = b->succ[1];

	if (!y)
		return 0;
	if (x->cold != y->cold)
		return x->cold;
	if (x->depth != y->depth)
		return x->depth < y->depth;
	return BPF_OP(b->last->code) == BPF_JSET; /* a mask's jump cannot be turned round */
}

/* Depth first; of two ways the preferred one is walked last, so that it ends up first. */
static size_t postorder(struct mfn *mf, struct mblock **order)
{
	VEC(struct mblock *) path = { 0 };
	uint8_t *step = arena_array(mf->arena, uint8_t, mf->blocks.n);
	size_t n = 0;

	for (size_t i = 0; i < mf->blocks.n; i++) {
		mf->blocks.v[i]->seen = false;
		mf->blocks.v[i]->id = (uint32_t)i;
	}
	avec_push(mf->arena, &path, mf->blocks.v[0]);
	mf->blocks.v[0]->seen = true;
	while (path.n) {
		struct mblock *b = path.v[path.n - 1], *to;
		uint8_t k = step[b->id]++;

		if (k == 2) {
			order[n++] = b;
			path.n--;
			continue;
		}
		to = b->succ[k ? preferred(b) : !preferred(b)];
		if (to && !to->seen) {
			to->seen = true;
			avec_push(mf->arena, &path, to);
		}
	}
	return n;
}

void layout(struct mfn *mf)
{
	struct mblock **order = arena_array(mf->arena, struct mblock *, mf->blocks.n);
	size_t n = postorder(mf, order), at = 0;

	for (int cold = 0; cold < 2; cold++)
		for (size_t i = n; i-- > 0;)
			if ((order[i]->cold && i != n - 1) == cold)
				mf->blocks.v[at++] = order[i];
	mf->blocks.n = at;
	for (size_t i = 0; i < at; i++)
		mf->blocks.v[i]->id = (uint32_t)i;
}
