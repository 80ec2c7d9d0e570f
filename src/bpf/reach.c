/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses of blocks, and how jumps get where one does not reach (BPF_JUMP_MAX). Where the kernel has long jumps,
 * unconditional only, a conditional jump that goes further leads around one of these. Where it has none (before 6.6), it leads to
 * a block on the way that has a jump and nothing else: a stage, from where another jump goes on.
 */
#include "bpf/emit.h"

#define STRIDE 6000     /* instructions to a stage, about: others come in between later */
#define SEARCHED 2000   /* instructions around there that are looked through for a place that nobody passes */
#define LONG_BLOCK 1024 /* instructions; longer blocks are cut, for stages stand between blocks */

bool mblock_is_exit(const struct mblock *b)
{
	return b->first == b->last && b->last->kind == MI_BPF && b->last->code == BPF_EXIT_K;
}

struct ending mblock_ending(const struct mblock *b, const struct mblock *next)
{
	struct ending e = { NULL, NULL, b->last->code };
	uint8_t opposite = insn_opposite(e.code);

	if (!mblock_is_cond(b)) {
		e.go = b->succ[0] == next ? NULL : b->succ[0];
		return e;
	}
	e.cond = b->succ[0];
	e.go = b->succ[1];
	if (e.cond == next && opposite) {
		e.cond = b->succ[1];
		e.go = NULL;
		e.code = opposite;
	} else if (e.go == next) {
		e.go = NULL;
	}
	return e;
}

const struct mblock *mblock_after(const struct mfn *mf, size_t i)
{
	return i + 1 < mf->blocks.n ? mf->blocks.v[i + 1] : NULL;
}

static uint32_t cond_size(const struct mblock *b, const struct ending *e)
{
	if (!e->cond)
		return 0;
	return !b->far ? 1 : insn_opposite(e->code) ? 2 : 3;
}

static uint32_t block_size(const struct mblock *b, const struct mblock *next)
{
	struct ending e = mblock_ending(b, next);
	uint32_t n = 0;

	for (const struct mi *i = b->first; i != b->last; i = i->next)
		n += mi_slots(i);
	return n + cond_size(b, &e) + (e.go || !b->succ[0]);
}

static uint32_t set_addresses(struct mfn *mf, uint32_t at)
{
	for (size_t i = 0; i < mf->blocks.n; i++) {
		mf->blocks.v[i]->at = at;
		at += block_size(mf->blocks.v[i], mblock_after(mf, i));
	}
	return at;
}

/* Finds conditional jumps that are too far; addresses must be set. */
static bool mark_far(struct mfn *mf)
{
	bool any = false;

	for (size_t i = 0; i < mf->blocks.n; i++) {
		struct mblock *b = mf->blocks.v[i];
		struct ending e = mblock_ending(b, mblock_after(mf, i));
		int64_t behind = (int64_t)b->at + block_size(b, mblock_after(mf, i)) - (e.go != NULL);

		if (!e.cond || b->far || insn_jump_reaches((int64_t)e.cond->at - behind))
			continue;
		b->far = any = true;
	}
	return any;
}

/* The part of b from i on as a block of its own. */
static struct mblock *cut_at(struct mfn *mf, struct mblock *b, struct mi *i)
{
	struct mblock *rest = arena_new(mf->arena, struct mblock);
	struct mi *jump = mi_new(mf, MI_BPF);

	*rest = *b;
	rest->first = i;
	jump->code = BPF_JA_K;
	jump->span = i->span;
	b->last = i->prev;
	b->last->next = NULL;
	i->prev = NULL;
	mi_append(b, jump);
	b->succ[0] = rest;
	b->succ[1] = NULL;
	return rest;
}

/* Appends b to the order of blocks, in parts if it is long. */
static void append_cut(struct mfn *mf, struct mblock *b)
{
	uint32_t n = 0;

	avec_push(mf->arena, &mf->blocks, b);
	for (struct mi *i = b->first; i; i = i->next) {
		n += mi_slots(i);
		if (n <= LONG_BLOCK || i == b->first)
			continue;
		b = cut_at(mf, b, i);
		avec_push(mf->arena, &mf->blocks, b);
		n = mi_slots(i);
	}
}

static void cut_long_blocks(struct mfn *mf)
{
	size_t n = mf->blocks.n;
	struct mblock **old = mf->blocks.v;

	memset(&mf->blocks, 0, sizeof(mf->blocks));
	for (size_t i = 0; i < n; i++)
		append_cut(mf, old[i]);
}

/* Stages of one round, to be put into the order of blocks. */
struct stage {
	struct mblock *block;
	size_t after; /* index of the block that it follows */
};
struct stages {
	struct mfn *mf;
	VEC(struct stage) list;
};

/* The block that ends nearest below an address. */
static size_t block_below(const struct mfn *mf, int64_t at)
{
	size_t lo = 0, hi = mf->blocks.n - 1;

	while (hi - lo > 1) {
		size_t mid = (lo + hi) / 2;

		if (mf->blocks.v[mid]->at > at)
			hi = mid;
		else
			lo = mid;
	}
	return lo;
}

/* After which block a stage for a jump is to stand: one that does not go on to the next, if there is one near by. */
static size_t choose_place(const struct mfn *mf, uint32_t from, uint32_t to)
{
	int64_t at = (int64_t)from + (to > from ? STRIDE : -STRIDE);
	size_t k = block_below(mf, at);

	for (size_t i = k; i > 0 && mf->blocks.v[i]->at + SEARCHED > at; i--) {
		const struct mblock *b = mf->blocks.v[i], *next = mblock_after(mf, i);
		struct ending e = mblock_ending(b, next);

		if (e.go || !b->succ[0])
			return i;
	}
	return k;
}

static struct mblock *find_stage(const struct stages *s, size_t after, const struct mblock *to)
{
	vec_each(s->list, i)
		if (s->list.v[i].after == after && s->list.v[i].block->succ[0] == to)
			return s->list.v[i].block;
	return NULL;
}

/* The block with a jump to `to` on the way there from b, an older one if it stands at the same place. */
static struct mblock *stage_to(struct stages *s, const struct mblock *b, struct mblock *to)
{
	size_t after = choose_place(s->mf, b->at, to->at);
	struct mblock *stage = find_stage(s, after, to);
	struct mi *jump;

	if (stage)
		return stage;
	stage = arena_new(s->mf->arena, struct mblock);
	jump = mi_new(s->mf, MI_BPF);
	jump->code = BPF_JA_K;
	jump->span = b->last->span;
	mi_append(stage, jump);
	stage->succ[0] = to;
	avec_push(s->mf->arena, &s->list, ((struct stage){ stage, after }));
	return stage;
}

/* Is a jump of block b, of so many instructions, too far? The stages of this round are not counted: STRIDE leaves room. */
static bool is_far(const struct mblock *b, uint32_t size, const struct mblock *to)
{
	int64_t d = (int64_t)to->at - b->at;

	return !insn_jump_reaches(d) || !insn_jump_reaches(d - size);
}

/* A jump to the exit is one itself, a conditional one is not. */
static bool is_jump(const struct ending *e, const struct mblock *to)
{
	return to && (to == e->cond || (to == e->go && !mblock_is_exit(to)));
}

static void find_far(struct stages *s)
{
	const struct mfn *mf = s->mf;

	for (size_t i = 0; i < mf->blocks.n; i++) {
		struct mblock *b = mf->blocks.v[i];
		struct ending e = mblock_ending(b, mblock_after(mf, i));
		uint32_t size = block_size(b, mblock_after(mf, i));

		for (unsigned k = 0; k < 2; k++)
			if (is_jump(&e, b->succ[k]) && is_far(b, size, b->succ[k]))
				b->succ[k] = stage_to(s, b, b->succ[k]);
	}
}

static int by_place(const void *a, const void *b)
{
	const struct stage *x = a, *y = b;

	return (x->after > y->after) - (x->after < y->after);
}

static void insert_stages(struct stages *s)
{
	struct mfn *mf = s->mf;
	struct mblock **old = mf->blocks.v;
	size_t n = mf->blocks.n, k = 0;

	qsort(s->list.v, s->list.n, sizeof(*s->list.v), by_place);
	memset(&mf->blocks, 0, sizeof(mf->blocks));
	for (size_t i = 0; i < n; i++) {
		avec_push(mf->arena, &mf->blocks, old[i]);
		for (; k < s->list.n && s->list.v[k].after == i; k++)
			avec_push(mf->arena, &mf->blocks, s->list.v[k].block);
	}
}

/* One round of stages; false: all jumps reach. */
static bool add_stages(struct mfn *mf)
{
	struct stages s = { .mf = mf };

	find_far(&s);
	if (!s.list.n)
		return false;
	insert_stages(&s);
	return true;
}

uint32_t reach_place(struct mfn *mf, uint32_t at)
{
	uint32_t end = set_addresses(mf, at);

	if (end - at <= BPF_JUMP_MAX)
		return end;
	if (mfn_has_long_jumps(mf)) {
		while (mark_far(mf))
			end = set_addresses(mf, at);
		return end;
	}
	cut_long_blocks(mf);
	end = set_addresses(mf, at);
	while (end - at <= BPF_INSNS_MAX && add_stages(mf))
		end = set_addresses(mf, at);
	return end;
}
