/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machine code as lists: making, linking, asking what an instruction reads and writes. */
#include "bpf/mir.h"

uint32_t mreg_new(struct mfn *mf)
{
	avec_push(mf->arena, &mf->regs, (struct mreg){ 0 });
	return (uint32_t)mf->regs.n - 1;
}

struct mblock *mblock_new(struct mfn *mf)
{
	struct mblock *b = arena_new(mf->arena, struct mblock);

	b->id = (uint32_t)mf->blocks.n;
	avec_push(mf->arena, &mf->blocks, b);
	return b;
}

void mblock_link(struct mfn *mf, struct mblock *from, unsigned k, struct mblock *to)
{
	from->succ[k] = to;
	avec_push(mf->arena, &to->preds, from);
}

struct mi *mi_new(struct mfn *mf, enum mi_kind kind)
{
	struct mi *i = arena_new(mf->arena, struct mi);

	i->kind = kind;
	i->dst = i->src = i->src2 = MR_NONE;
	return i;
}

void mi_insert_before(struct mblock *b, struct mi *at, struct mi *i)
{
	i->next = at;
	i->prev = at ? at->prev : b->last;
	if (i->prev)
		i->prev->next = i;
	else
		b->first = i;
	if (at)
		at->prev = i;
	else
		b->last = i;
}

void mi_append(struct mblock *b, struct mi *i)
{
	mi_insert_before(b, NULL, i);
}

void mi_remove(struct mblock *b, struct mi *i)
{
	if (i->prev)
		i->prev->next = i->next;
	else
		b->first = i->next;
	if (i->next)
		i->next->prev = i->prev;
	else
		b->last = i->prev;
}

bool mi_is_call(const struct mi *i)
{
	return i->kind == MI_BPF && i->code == BPF_CALL_K;
}

bool mi_is_move(const struct mi *i)
{
	return i->kind == MI_BPF && i->code == BPF_MOV64_X;
}

bool mi_is_remat(const struct mi *i)
{
	return i->kind == MI_CONST || i->kind == MI_LEA || i->kind == MI_MAP || i->kind == MI_MAPVAL ||
	       i->kind == MI_FN;
}

bool mblock_is_cond(const struct mblock *b)
{
	return b->last && b->last->kind == MI_BPF && insn_is_cond(b->last->code);
}

bool mi_has_effect(const struct mi *i)
{
	if (i->kind != MI_BPF)
		return false;
	switch (BPF_CLASS(i->code)) {
	case BPF_ALU:
	case BPF_ALU64:
	case BPF_LDX:
		return false;
	default:
		return true;
	}
}

static void add_use(struct mi_operands *o, uint32_t reg)
{
	if (reg != MR_NONE && reg != BPF_REG_10)
		o->use[o->nuse++] = reg;
}

static void jump_operands(const struct mi *i, struct mi_operands *o)
{
	switch (BPF_OP(i->code)) {
	case BPF_CALL:
		o->def = BPF_REG_0;
		for (unsigned k = 0; k < i->nargs; k++)
			add_use(o, BPF_REG_1 + k);
		break;
	case BPF_EXIT:
		add_use(o, BPF_REG_0);
		break;
	case BPF_JA:
		break;
	default:
		add_use(o, i->dst);
		add_use(o, i->src);
	}
}

static void bpf_operands(const struct mi *i, struct mi_operands *o)
{
	switch (BPF_CLASS(i->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		o->def = i->dst;
		if (BPF_OP(i->code) != BPF_MOV)
			add_use(o, i->dst);
		add_use(o, i->src);
		break;
	case BPF_LDX:
		o->def = i->dst;
		add_use(o, i->src);
		break;
	case BPF_ST:
	case BPF_STX:
		if (BPF_MODE(i->code) == BPF_ATOMIC && (i->imm & BPF_FETCH))
			o->def = i->src;
		add_use(o, i->dst);
		add_use(o, i->src);
		break;
	default:
		jump_operands(i, o);
	}
}

void mi_operands(const struct mi *i, struct mi_operands *ret)
{
	ret->nuse = 0;
	ret->def = MR_NONE;
	if (i->kind == MI_BPF) {
		bpf_operands(i, ret);
		return;
	}
	ret->def = i->dst;
	if (i->kind == MI_UMIN)
		add_use(ret, i->dst);
	add_use(ret, i->src);
	add_use(ret, i->src2);
}

void mi_rename(struct mi *i, uint32_t from, uint32_t to)
{
	if (i->dst == from)
		i->dst = to;
	if (i->src == from)
		i->src = to;
	if (i->src2 == from)
		i->src2 = to;
}

uint32_t mi_slots(const struct mi *i)
{
	switch (i->kind) {
	case MI_CONST:
		return fits_s32(i->imm) || fits_u32(i->imm) ? 1 : 2;
	case MI_LEA:
		return i->imm ? 2 : 1;
	case MI_MAP:
	case MI_MAPVAL:
	case MI_FN:
	case MI_UMIN:
		return 2;
	case MI_SET:
		return 3;
	default:
		return 1;
	}
}

bool mfn_has_long_jumps(const struct mfn *mf)
{
	return target_has(mf->fn->module->target, TF_SDIV); /* of the same set of instructions */
}
