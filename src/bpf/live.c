/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Liveness by iteration over bit sets, and removal of dead code. */
#include "bpf/mir.h"

/* in = uses before definition, or what leaves and is not defined. */
static bool flow_block(struct mblock *b, uint32_t words, uint64_t *tmp, live_fn *operands)
{
	struct mi_operands o;
	bool changed;

	for (unsigned k = 0; k < 2; k++)
		for (uint32_t w = 0; b->succ[k] && w < words; w++)
			b->out[w] |= b->succ[k]->in[w];
	memcpy(tmp, b->out, words * sizeof(*tmp));
	for (struct mi *i = b->last; i; i = i->prev) {
		operands(i, &o);
		if (o.def != MR_NONE)
			bit_clear(tmp, o.def);
		for (uint32_t k = 0; k < o.nuse; k++)
			bit_set(tmp, o.use[k]);
	}
	changed = memcmp(tmp, b->in, words * sizeof(*tmp)) != 0;
	memcpy(b->in, tmp, words * sizeof(*tmp));
	return changed;
}

void live_compute(struct mfn *mf, uint32_t n, live_fn *operands)
{
	uint32_t words = bit_words(n);
	uint64_t *tmp = arena_array(mf->arena, uint64_t, words);
	bool changed = true;

	for (size_t i = 0; i < mf->blocks.n; i++) {
		mf->blocks.v[i]->in = arena_array(mf->arena, uint64_t, words);
		mf->blocks.v[i]->out = arena_array(mf->arena, uint64_t, words);
	}
	while (changed) {
		changed = false;
		for (size_t i = mf->blocks.n; i-- > 0;)
			changed |= flow_block(mf->blocks.v[i], words, tmp, operands);
	}
}

static bool dce_block(struct mfn *mf, struct mblock *b, uint64_t *live)
{
	struct mi_operands o;
	bool removed = false;

	memcpy(live, b->out, bit_words((uint32_t)mf->regs.n) * sizeof(*live));
	for (struct mi *i = b->last, *prev; i; i = prev) {
		prev = i->prev;
		mi_operands(i, &o);
		if (o.def != MR_NONE && !bit_test(live, o.def) && !mi_has_effect(i)) {
			mi_remove(b, i);
			removed = true;
			continue;
		}
		if (o.def != MR_NONE)
			bit_clear(live, o.def);
		for (uint32_t k = 0; k < o.nuse; k++)
			bit_set(live, o.use[k]);
	}
	return removed;
}

void dce(struct mfn *mf)
{
	uint64_t *live = arena_array(mf->arena, uint64_t, bit_words((uint32_t)mf->regs.n));
	bool removed = true;

	while (removed) {
		removed = false;
		live_compute(mf, (uint32_t)mf->regs.n, mi_operands);
		for (size_t i = 0; i < mf->blocks.n; i++)
			removed |= dce_block(mf, mf->blocks.v[i], live);
	}
}
