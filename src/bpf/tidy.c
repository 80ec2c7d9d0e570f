/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * After allocation: copies of a register to itself go, jumps to jumps go straight, equal blocks
 * become one (one exit, one block for each counter of losses), unreachable ones go.
 */
#include "bpf/mir.h"

static bool is_nop(const struct mi *i)
{
	return mi_is_move(i) && i->dst == i->src;
}

static bool is_jump_only(const struct mblock *b)
{
	return b->first == b->last && b->last->code == BPF_JA_K;
}

static struct mblock *thread(struct mfn *mf, struct mblock *to)
{
	for (size_t hops = 0; is_jump_only(to) && hops < mf->blocks.n; hops++)
		to = to->succ[0];
	return to;
}

static bool thread_block(struct mfn *mf, struct mblock *b)
{
	bool changed = false;

	for (unsigned k = 0; k < 2; k++) {
		struct mblock *to = b->succ[k] ? thread(mf, b->succ[k]) : NULL;

		changed |= to != b->succ[k];
		b->succ[k] = to;
	}
	if (!b->succ[1] || b->succ[0] != b->succ[1])
		return changed;
	b->last->code = BPF_JA_K;
	b->last->dst = b->last->src = MR_NONE;
	b->succ[1] = NULL;
	return true;
}

static bool same_insn(const struct mi *a, const struct mi *b)
{
	return a->kind == b->kind && a->code == b->code && a->nargs == b->nargs && a->kcall == b->kcall &&
	       a->negated == b->negated &&
	       a->off == b->off && a->dst == b->dst && a->src == b->src && a->src2 == b->src2 &&
	       a->imm == b->imm && a->map == b->map && a->fn == b->fn && a->kfunc == b->kfunc;
}

static bool same_block(const struct mblock *a, const struct mblock *b)
{
	const struct mi *x = a->first, *y = b->first;

	if (a->succ[0] != b->succ[0] || a->succ[1] != b->succ[1])
		return false;
	for (; x && y && same_insn(x, y); x = x->next)
		y = y->next;
	return !x && !y;
}

static uint64_t mix(uint64_t h, uint64_t x)
{
	return (h ^ x) * 0x9e3779b97f4a7c15ull >> 7;
}

/* Equal blocks have equal numbers. */
static uint64_t hash_block(const struct mblock *b)
{
	uint64_t h = mix((uintptr_t)b->succ[0], (uintptr_t)b->succ[1]);

	for (const struct mi *i = b->first; i; i = i->next) {
		h = mix(h, (uint64_t)i->kind << 32 | i->code);
		h = mix(h, (uint64_t)i->dst << 32 | i->src);
		h = mix(h, (uint64_t)i->imm + (uint16_t)i->off);
	}
	return h;
}

/* The blocks that were looked at, hashed: each is the first of its kind. */
struct kinds {
	struct mblock **v;
	size_t cap; /* a power of two, more than there are blocks */
};

/* The first block equal to b takes b's place; a hot one stays hot. */
static struct mblock *first_equal(struct kinds *kinds, struct mblock *b)
{
	size_t i = hash_block(b) & (kinds->cap - 1);

	while (kinds->v[i] && !same_block(kinds->v[i], b))
		i = (i + 1) & (kinds->cap - 1);
	if (!kinds->v[i]) {
		kinds->v[i] = b;
		return b;
	}
	kinds->v[i]->cold &= b->cold;
	kinds->v[i]->rare &= b->rare;
	return kinds->v[i];
}

static bool follow_merged(struct mblock *b)
{
	bool changed = false;

	for (unsigned k = 0; k < 2; k++)
		if (b->succ[k] && b->succ[k]->same) {
			b->succ[k] = b->succ[k]->same;
			changed = true;
		}
	return changed;
}

/* The entry stays as it is. Successors are followed at once, so that later blocks are found equal. */
static bool merge_equal(struct mfn *mf)
{
	struct kinds kinds = { NULL, 64 };
	bool changed = false;

	while (kinds.cap < mf->blocks.n * 2)
		kinds.cap *= 2;
	kinds.v = xcalloc(kinds.cap, sizeof(*kinds.v));
	for (size_t k = 0; k < mf->blocks.n; k++)
		mf->blocks.v[k]->same = NULL;
	for (size_t k = 1; k < mf->blocks.n; k++) {
		struct mblock *b = mf->blocks.v[k], *first;

		follow_merged(b);
		first = first_equal(&kinds, b);
		if (first != b)
			b->same = first;
	}
	for (size_t k = 0; k < mf->blocks.n; k++)
		changed |= follow_merged(mf->blocks.v[k]);
	free(kinds.v);
	return changed;
}

static void mark(struct mfn *mf)
{
	VEC(struct mblock *) todo = { 0 };

	for (size_t i = 0; i < mf->blocks.n; i++)
		mf->blocks.v[i]->seen = false;
	avec_push(mf->arena, &todo, mf->blocks.v[0]);
	while (todo.n) {
		struct mblock *b = todo.v[--todo.n];

		if (b->seen)
			continue;
		b->seen = true;
		for (unsigned k = 0; k < 2; k++)
			if (b->succ[k])
				avec_push(mf->arena, &todo, b->succ[k]);
	}
}

static void sweep(struct mfn *mf)
{
	size_t n = 0;

	mark(mf);
	for (size_t i = 0; i < mf->blocks.n; i++)
		if (mf->blocks.v[i]->seen)
			mf->blocks.v[n++] = mf->blocks.v[i];
	mf->blocks.n = n;
}

/* r0 = constant; exit: at the end of a longer block it gets a block of its own, so that others find it. */
static void split_exit(struct mfn *mf, struct mblock *b)
{
	struct mi *set = b->last->prev;
	struct mblock *tail;

	if (b->succ[0] || !set || !set->prev || set->kind != MI_CONST || set->dst != BPF_REG_0)
		return;
	tail = mblock_new(mf);
	tail->first = set;
	tail->last = b->last;
	tail->cold = b->cold;
	tail->rare = b->rare;
	b->last = set->prev;
	b->last->next = set->prev = NULL;
	mi_append(b, mi_new(mf, MI_BPF));
	b->last->code = BPF_JA_K;
	b->succ[0] = tail;
}

void tidy(struct mfn *mf)
{
	bool changed = true;

	for (size_t k = 0; k < mf->blocks.n; k++)
		for (struct mi *i = mf->blocks.v[k]->first, *next; i; i = next) {
			next = i->next;
			if (is_nop(i))
				mi_remove(mf->blocks.v[k], i);
		}
	for (size_t k = 0, n = mf->blocks.n; k < n; k++)
		split_exit(mf, mf->blocks.v[k]);
	while (changed) {
		changed = false;
		for (size_t k = 0; k < mf->blocks.n; k++)
			changed |= thread_block(mf, mf->blocks.v[k]);
		sweep(mf);
		changed |= merge_equal(mf);
	}
}
