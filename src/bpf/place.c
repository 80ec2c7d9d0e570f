/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spill slots: those that are never live together share 8 bytes below the function's own frame. */
#include <errno.h>

#include "bpf/mir.h"

static void slot_operands(const struct mi *i, struct mi_operands *ret)
{
	ret->nuse = 0;
	ret->def = MR_NONE;
	if (!i->slot)
		return;
	if (BPF_CLASS(i->code) == BPF_STX)
		ret->def = i->slot - 1;
	else
		ret->use[ret->nuse++] = i->slot - 1;
}

static void join(uint8_t *clash, uint32_t n, const struct live_set *live, uint32_t slot)
{
	for (uint32_t i = 0; i < live->n; i++)
		if (live->v[i] != slot)
			clash[(size_t)slot * n + live->v[i]] = clash[(size_t)live->v[i] * n + slot] = 1;
}

static void find_clashes(struct mfn *mf, const struct mblock *b, struct live_set *live, uint8_t *clash)
{
	struct mi_operands o;

	live_at_end(live, b);
	for (struct mi *i = b->last; i; i = i->prev) {
		slot_operands(i, &o);
		if (o.def != MR_NONE) {
			live_drop(live, o.def);
			join(clash, mf->nslots, live, o.def);
		}
		if (o.nuse)
			live_add(live, o.use[0]);
	}
}

/* Smallest number that no clashing slot before this one has. */
static uint32_t choose(const uint8_t *clash, const uint32_t *place, uint32_t n, uint32_t slot)
{
	uint32_t p = 0;

	for (uint32_t k = 0; k < slot; k++)
		if (clash[(size_t)slot * n + k] && place[k] == p) {
			p++;
			k = UINT32_MAX;
		}
	return p;
}

static uint32_t choose_places(struct mfn *mf, uint32_t *place)
{
	uint32_t n = mf->nslots, used = 0;
	struct live_set live;
	uint8_t *clash = arena_array(mf->arena, uint8_t, (size_t)n * n);

	live_init(&live, mf->arena, n);
	live_compute(mf, n, slot_operands);
	for (size_t i = 0; i < mf->blocks.n; i++)
		find_clashes(mf, mf->blocks.v[i], &live, clash);
	for (uint32_t k = 0; k < n; k++) {
		place[k] = choose(clash, place, n, k);
		if (place[k] >= used)
			used = place[k] + 1;
	}
	return used;
}

static void set_offsets(struct mfn *mf, struct mblock *b, const uint32_t *place, uint32_t base)
{
	for (struct mi *i = b->first; i; i = i->next)
		if (i->slot)
			i->off = (int16_t)-(int32_t)(base + 8 * (place[i->slot - 1] + 1));
}

/* Where the script makes the value that is put into the last of the places used: stores have no line of their own. */
static struct span last_stored(const struct mfn *mf, const uint32_t *place, uint32_t used)
{
	for (size_t b = 0; b < mf->blocks.n; b++) {
		struct span at = { 0 };

		for (const struct mi *i = mf->blocks.v[b]->first; i; i = i->next) {
			at = i->span.end ? i->span : at;
			if (i->slot && place[i->slot - 1] == used - 1 && at.end)
				return at;
		}
	}
	return mf->fn->span;
}

void spill_place(struct mfn *mf)
{
	uint32_t base = (mf->fn->frame + 7) & ~7u;
	uint32_t *place = arena_array(mf->arena, uint32_t, mf->nslots);
	uint32_t used = mf->nslots ? choose_places(mf, place) : 0;

	mf->frame = used ? base + 8 * used : mf->fn->frame;
	if (mf->frame > BPF_STACK_MAX) {
		bpf_fault(&mf->fault, -E2BIG, used ? last_stored(mf, place, used) : mf->fn->span,
			  arena_printf(mf->fn->module->arena,
				       "%s needs %u bytes of stack (%u for values that find no register); BPF has %d",
				       mf->fn->name, mf->frame, 8 * used, BPF_STACK_MAX));
		return;
	}
	for (size_t i = 0; used && i < mf->blocks.n; i++)
		set_offsets(mf, mf->blocks.v[i], place, base);
}
