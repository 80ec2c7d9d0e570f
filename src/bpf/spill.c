/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Spilling: a value without a register lives in a stack slot, or is made again where it is used.
 *
 * The first time a register is spilled, each stretch of a block between two calls gets a register of its own for
 * it, loaded once and stored once: r0..r5 are free there, what is scarce is only r6..r9. If such a
 * part finds no register either, every single instruction gets one.
 *
 * Values go to the stack as full 8 bytes: kernels keep what they know of a pointer or a number only then.
 * Old ones (before 5.12) forget the bounds of numbers even so, therefore a bounded one is bounded again after each
 * load.
 */
#include "bpf/mir.h"

struct spiller {
	struct mfn *mf;
	const struct colouring *c;
	uint32_t n;               /* registers before */
	uint32_t *leader;         /* the register that stands for this one, which is spilled; MR_NONE: not spilled */
	const struct mi **remat;  /* of a leader: what makes it anew */
	uint32_t *ndefs;
	uint32_t *part;           /* of a leader: register of the current stretch, MR_NONE: none */
	struct mi **dirty;        /* of a leader: last write in the stretch, not stored yet */
	VEC(uint32_t) active;     /* leaders with a part */
};

static struct mreg *reg(struct spiller *s, uint32_t r)
{
	return &s->mf->regs.v[r];
}

/*
 * Registers that were coalesced with a spilled one go to its slot with it, but not those that have another
 * bound (the value before a bound is taken must not come back bounded) or another slot already: they
 * get another chance.
 */
static void choose_leaders(struct spiller *s)
{
	for (size_t i = 0; i < s->c->spills.n; i++)
		s->leader[s->c->spills.v[i]] = s->c->spills.v[i];
	for (uint32_t r = MR_FIRST; r < s->n; r++) {
		uint32_t rep = s->c->alias[r];
		struct mreg *a = reg(s, r), *b = reg(s, rep);

		if (s->leader[rep] != rep || a->bounded != b->bounded || a->umin != b->umin || a->slot != b->slot)
			continue;
		s->leader[r] = rep;
		b->shared |= a->shared;
		if (a->generation > b->generation)
			b->generation = a->generation;
	}
}

static void rename_to_leader(struct spiller *s, struct mi *i)
{
	uint32_t *place[] = { &i->dst, &i->src, &i->src2 };

	for (unsigned k = 0; k < 3; k++)
		if (*place[k] != MR_NONE && *place[k] < s->n && s->leader[*place[k]] != MR_NONE)
			*place[k] = s->leader[*place[k]];
}

static void note_def(struct spiller *s, struct mi *i)
{
	struct mi_operands o;

	mi_operands(i, &o);
	if (o.def == MR_NONE || s->leader[o.def] == MR_NONE)
		return;
	s->ndefs[o.def]++;
	if (mi_is_remat(i) || (i->ctxload && !reg(s, o.def)->shared && s->leader[i->src] == MR_NONE))
		s->remat[o.def] = i;
}

/* What has one definition that can be repeated needs no slot; a part of what has a slot must keep that filled. */
static void choose_homes(struct spiller *s)
{
	for (size_t b = 0; b < s->mf->blocks.n; b++)
		for (struct mi *i = s->mf->blocks.v[b]->first, *next; i; i = next) {
			next = i->next;
			rename_to_leader(s, i);
			if (mi_is_move(i) && i->dst == i->src)
				mi_remove(s->mf->blocks.v[b], i);
			else
				note_def(s, i);
		}
	for (uint32_t r = MR_FIRST; r < s->n; r++) {
		if (s->leader[r] != r)
			continue;
		if (s->ndefs[r] != 1 || reg(s, r)->slot)
			s->remat[r] = NULL;
		if (!s->remat[r] && !reg(s, r)->slot)
			reg(s, r)->slot = ++s->mf->nslots;
	}
}

static struct mi *slot_access(struct spiller *s, uint32_t r, uint32_t part, bool store)
{
	struct mi *i = mi_new(s->mf, MI_BPF);

	i->code = (store ? BPF_STX : BPF_LDX) | BPF_MEM | BPF_DW;
	i->dst = store ? BPF_REG_10 : part;
	i->src = store ? part : BPF_REG_10;
	i->slot = reg(s, r)->slot;
	return i;
}

static uint32_t new_part(struct spiller *s, uint32_t r)
{
	uint32_t part = mreg_new(s->mf);

	*reg(s, part) = *reg(s, r);
	reg(s, part)->generation++;
	s->part[r] = part;
	avec_push(s->mf->arena, &s->active, r);
	return part;
}

static void reload(struct spiller *s, struct mblock *b, struct mi *at, uint32_t r)
{
	uint32_t part = new_part(s, r);
	struct mi *i;

	if (s->remat[r]) {
		i = mi_new(s->mf, MI_BPF);
		*i = *s->remat[r];
		i->dst = part;
		i->span = (struct span){ 0 };
	} else {
		i = slot_access(s, r, part, false);
	}
	mi_insert_before(b, at, i);
	if (!reg(s, r)->bounded)
		return;
	i = mi_new(s->mf, MI_UMIN);
	i->dst = part;
	i->imm = reg(s, r)->umin;
	mi_insert_before(b, at, i);
}

/* Ends the current stretch: what was written is stored after its last write. */
static void flush(struct spiller *s, struct mblock *b)
{
	for (size_t k = 0; k < s->active.n; k++) {
		uint32_t r = s->active.v[k];

		if (s->dirty[r] && !s->remat[r])
			mi_insert_before(b, s->dirty[r]->next, slot_access(s, r, s->part[r], true));
		s->dirty[r] = NULL;
		s->part[r] = MR_NONE;
	}
	s->active.n = 0;
}

static bool is_spilled(const struct spiller *s, uint32_t r)
{
	return r != MR_NONE && r < s->n && s->leader[r] != MR_NONE;
}

/* Loads and stores of the slot of a part that is now spilled itself, and definitions that nobody reads any more. */
static bool is_obsolete(const struct spiller *s, const struct mi *i, const struct mi_operands *o)
{
	if (i->slot && (is_spilled(s, i->dst) || is_spilled(s, i->src)))
		return true;
	return is_spilled(s, o->def) && s->remat[o->def];
}

/* Parts of spilled ones that were spilled again last for one instruction. */
static bool ends_stretch(struct spiller *s, const struct mi_operands *o)
{
	for (uint32_t k = 0; k < o->nuse; k++)
		if (is_spilled(s, o->use[k]) && reg(s, o->use[k])->generation)
			return true;
	return is_spilled(s, o->def) && reg(s, o->def)->generation;
}

static void rewrite(struct spiller *s, struct mblock *b, struct mi *i)
{
	struct mi_operands o;

	mi_operands(i, &o);
	if (is_obsolete(s, i, &o)) {
		mi_remove(b, i);
		return;
	}
	for (uint32_t k = 0; k < o.nuse; k++)
		if (is_spilled(s, o.use[k])) {
			if (s->part[o.use[k]] == MR_NONE)
				reload(s, b, i, o.use[k]);
			mi_rename(i, o.use[k], s->part[o.use[k]]);
		}
	if (is_spilled(s, o.def)) {
		if (s->part[o.def] == MR_NONE)
			new_part(s, o.def);
		mi_rename(i, o.def, s->part[o.def]);
		s->dirty[o.def] = i;
	}
	if (mi_is_call(i) || ends_stretch(s, &o))
		flush(s, b);
}

static void fill_none(uint32_t *v, uint32_t n)
{
	memset(v, 0xff, n * sizeof(*v));
}

void spill(struct mfn *mf, const struct colouring *c)
{
	uint32_t n = (uint32_t)mf->regs.n;
	struct spiller s = { .mf = mf, .c = c, .n = n };

	s.leader = arena_array(mf->arena, uint32_t, n);
	s.part = arena_array(mf->arena, uint32_t, n);
	s.ndefs = arena_array(mf->arena, uint32_t, n);
	s.remat = arena_array(mf->arena, const struct mi *, n);
	s.dirty = arena_array(mf->arena, struct mi *, n);
	fill_none(s.leader, n);
	fill_none(s.part, n);
	choose_leaders(&s);
	choose_homes(&s);
	for (size_t k = 0; k < mf->blocks.n; k++) {
		for (struct mi *i = mf->blocks.v[k]->first, *next; i; i = next) {
			next = i->next;
			rewrite(&s, mf->blocks.v[k], i);
		}
		flush(&s, mf->blocks.v[k]);
	}
}
