/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Order of blocks: reverse postorder in which the likelier way comes directly after its block,
 * so that it falls through; a loop's body before what follows the loop; rare blocks and then cold ones last. In large functions
 * for kernels without long jumps these stay near: every jump to one would need a stage of its own (reach.c).
 */
#include "bpf/mir.h"

static unsigned coldness(const struct mblock *b)
{
	return b->cold ? 2 : b->rare;
}

/* Which successor is to follow directly. */
static unsigned preferred(const struct mblock *b)
{
	const struct mblock *x = b->succ[0], *y = b->succ[1];

	if (!y)
		return 0;
	if (coldness(x) != coldness(y))
		return coldness(x) > coldness(y);
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

static void set_preds(struct mfn *mf)
{
	for (size_t i = 0; i < mf->blocks.n; i++)
		mf->blocks.v[i]->preds.n = 0;
	for (size_t i = 0; i < mf->blocks.n; i++)
		for (unsigned k = 0; k < 2; k++)
			if (mf->blocks.v[i]->succ[k])
				mblock_link(mf, mf->blocks.v[i], k, mf->blocks.v[i]->succ[k]);
}

/* What is only reached from rare or cold blocks is so too; order is a postorder, walked from its end. */
static void spread_coldness(struct mblock **order, size_t n)
{
	for (size_t i = n; i-- > 0;) {
		struct mblock *b = order[i];
		unsigned least = 2;

		for (size_t k = 0; k < b->preds.n; k++)
			if (coldness(b->preds.v[k]) < least)
				least = coldness(b->preds.v[k]);
		b->cold |= b->preds.n && least == 2;
		b->rare |= b->preds.n && least == 1;
	}
}

static void put(struct mfn *mf, struct mblock *b)
{
	b->id = (uint32_t)mf->blocks.n;
	b->seen = true;
	mf->blocks.v[mf->blocks.n++] = b;
}

/* Off the hot way, what only one jump would reach follows directly, and saves that jump. */
static struct mblock *only_way_on(const struct mblock *b)
{
	if (!coldness(b) || !b->succ[1] || b->succ[0]->seen == b->succ[1]->seen)
		return NULL;
	return b->succ[b->succ[0]->seen];
}

static void put_class(struct mfn *mf, struct mblock **order, size_t n, unsigned cold)
{
	for (size_t i = n; i-- > 0;)
		for (struct mblock *b = order[i]; b && !b->seen && coldness(order[i]) == cold; b = only_way_on(b))
			put(mf, b);
}

static bool wants_near(const struct mfn *mf)
{
	uint32_t size = 0;

	if (mfn_has_long_jumps(mf))
		return false;
	vec_each(mf->blocks, b)
		for (const struct mi *i = mf->blocks.v[b]->first; i; i = i->next)
			size += mi_slots(i);
	return size > BPF_JUMP_MAX;
}

void layout(struct mfn *mf)
{
	struct mblock **order = arena_array(mf->arena, struct mblock *, mf->blocks.n);
	size_t n = postorder(mf, order);
	bool near;

	set_preds(mf);
	spread_coldness(order, n);
	n = postorder(mf, order);
	near = wants_near(mf);
	mf->blocks.n = 0;
	for (size_t i = 0; i < n; i++)
		order[i]->seen = false;
	if (near) {
		while (n > 0)
			put(mf, order[--n]);
		return;
	}
	put(mf, order[n - 1]);
	for (unsigned cold = 0; cold < 3; cold++)
		put_class(mf, order, n, cold);
}
