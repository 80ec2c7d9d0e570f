/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Emission: jumps with their offsets, pseudo instructions as what they stand for, relocations and line entries.
 * reach.c has given every block its address.
 */
#include <errno.h>

#include "bpf/emit.h"

static void put(struct emitter *e, uint8_t code, uint32_t dst, uint32_t src, int16_t off, int64_t imm)
{
	struct bpf_insn in = { .code = code, .off = off, .imm = (int32_t)imm };

	in.dst_reg = dst == MR_NONE ? 0 : dst;
	in.src_reg = src == MR_NONE ? 0 : src;
	avec_push(e->arena, &e->out, in);
}

static void put_imm64(struct emitter *e, uint32_t dst, uint32_t pseudo, uint32_t low, uint32_t high)
{
	put(e, BPF_LD_IMM64, dst, pseudo, 0, (int32_t)low);
	put(e, 0, MR_NONE, MR_NONE, 0, (int32_t)high);
}

static void add_reloc(struct emitter *e, struct bpf_reloc r)
{
	r.insn = (uint32_t)e->out.n;
	avec_push(e->arena, &e->prog->relocs, r);
}

static void put_const(struct emitter *e, const struct mi *i)
{
	if (fits_s32(i->imm))
		put(e, BPF_MOV64_K, i->dst, MR_NONE, 0, i->imm);
	else if (fits_u32(i->imm))
		put(e, BPF_MOV32_K, i->dst, MR_NONE, 0, i->imm);
	else
		put_imm64(e, i->dst, 0, (uint32_t)i->imm, (uint32_t)((uint64_t)i->imm >> 32));
}

static void put_map(struct emitter *e, const struct mi *i)
{
	bool value = i->kind == MI_MAPVAL;

	add_reloc(e, (struct bpf_reloc){ .kind = value ? BR_MAP_VALUE : BR_MAP_FD,
					 .index = i->map->index, .off = (uint32_t)i->imm });
	put_imm64(e, i->dst, value ? BPF_PSEUDO_MAP_VALUE : BPF_PSEUDO_MAP_FD, 0, (uint32_t)i->imm);
}

static void put_fn(struct emitter *e, const struct mi *i)
{
	uint32_t at = 0;

	for (size_t k = 0; k < e->fns.n; k++)
		if (e->fns.v[k].mf->fn == i->fn)
			at = e->fns.v[k].at;
	add_reloc(e, (struct bpf_reloc){ .kind = BR_FN, .off = at, .name = i->fn->name });
	put_imm64(e, i->dst, BPF_PSEUDO_FUNC, at - (uint32_t)e->out.n - 1, 0);
}

/* Where to is not known yet. */
static void put_kcall(struct emitter *e, const struct mi *i)
{
	bool linked = i->imm == IR_OF_OBJECT;

	add_reloc(e, (struct bpf_reloc){ .kind = linked ? BR_LINKED : BR_KFUNC, .name = i->kfunc });
	put(e, i->code, i->dst, linked ? BPF_PSEUDO_CALL : BPF_PSEUDO_KFUNC_CALL, 0, 0);
}

static void put_bpf(struct emitter *e, const struct mi *i)
{
	if (i->core)
		add_reloc(e, (struct bpf_reloc){ .kind = BR_CORE, .core = i->core });
	e->prog->stats.helpers += mi_is_call(i);
	if (i->kcall)
		put_kcall(e, i);
	else
		put(e, i->code, i->dst, i->src, i->off, i->imm);
}

static void put_pseudo(struct emitter *e, const struct mi *i)
{
	bool by_reg = i->src != MR_NONE;

	switch (i->kind) {
	case MI_LEA:
		put(e, BPF_MOV64_X, i->dst, BPF_REG_10, 0, 0);
		if (i->imm)
			put(e, BPF_ALU64 | BPF_ADD | BPF_K, i->dst, MR_NONE, 0, i->imm);
		break;
	case MI_UMIN:
		put(e, BPF_JMP | BPF_JLE | (by_reg ? BPF_X : BPF_K), i->dst, i->src, 1, by_reg ? 0 : i->imm);
		put(e, by_reg ? BPF_MOV64_X : BPF_MOV64_K, i->dst, i->src, 0, by_reg ? 0 : i->imm);
		break;
	default: /* MI_SET */
		put(e, BPF_MOV64_K, i->dst, MR_NONE, 0, !i->negated);
		put(e, i->code, i->src, i->src2, 1, i->imm);
		put(e, BPF_MOV64_K, i->dst, MR_NONE, 0, i->negated);
	}
}

/* Of two entries at one instruction the later counts. */
static void add_line(struct emitter *e, struct span at)
{
	struct bpf_line line = { (uint32_t)e->out.n, at };

	if (e->prog->lines.n && e->prog->lines.v[e->prog->lines.n - 1].insn == line.insn)
		e->prog->lines.n--;
	avec_push(e->arena, &e->prog->lines, line);
	e->last = at;
}

static void note_line(struct emitter *e, struct span at)
{
	if (at.end && (at.start != e->last.start || at.end != e->last.end))
		add_line(e, at);
}

static void put_insn(struct emitter *e, const struct mi *i)
{
	note_line(e, i->span);
	switch (i->kind) {
	case MI_BPF:
		put_bpf(e, i);
		break;
	case MI_CONST:
		put_const(e, i);
		break;
	case MI_MAP:
	case MI_MAPVAL:
		put_map(e, i);
		break;
	case MI_FN:
		put_fn(e, i);
		break;
	default:
		put_pseudo(e, i);
	}
}

static int64_t distance(const struct emitter *e, const struct mblock *to)
{
	return (int64_t)to->at - (int64_t)e->out.n - 1;
}

static void put_jump(struct emitter *e, const struct mblock *to)
{
	int64_t d = distance(e, to);

	if (insn_jump_reaches(d))
		put(e, BPF_JA_K, MR_NONE, MR_NONE, (int16_t)d, 0);
	else
		put(e, BPF_JA_LONG, MR_NONE, MR_NONE, 0, d);
}

static void put_cond(struct emitter *e, const struct mblock *b, const struct ending *end)
{
	const struct mi *i = b->last;
	uint8_t opposite = insn_opposite(end->code);

	if (!b->far) {
		put(e, end->code, i->dst, i->src, (int16_t)distance(e, end->cond), i->imm);
		return;
	}
	put(e, opposite ? opposite : end->code, i->dst, i->src, 1, i->imm);
	if (!opposite)
		put(e, BPF_JA_K, MR_NONE, MR_NONE, 1, 0);
	put_jump(e, end->cond);
}

static void put_ending(struct emitter *e, const struct mblock *b, const struct mblock *next)
{
	struct ending end = mblock_ending(b, next);
	const struct mi *i = b->last;

	if (end.cond || end.go || !b->succ[0])
		note_line(e, i->span);
	if (end.cond)
		put_cond(e, b, &end);
	if (!b->succ[0] || (end.go && mblock_is_exit(end.go)))
		put(e, BPF_EXIT_K, MR_NONE, MR_NONE, 0, 0);
	else if (end.go)
		put_jump(e, end.go);
}

/* The first line entry of a function is at its first instruction, always: the kernel insists. */
static void start_lines(struct emitter *e, const struct mfn *mf)
{
	struct span at = mf->fn->span;

	for (size_t b = 0; b < mf->blocks.n && !at.end; b++)
		for (const struct mi *i = mf->blocks.v[b]->first; i && !at.end; i = i->next)
			at = i->span;
	if (mf->blocks.v[0]->first && mf->blocks.v[0]->first->span.end)
		at = mf->blocks.v[0]->first->span;
	add_line(e, at);
}

static void put_function(struct emitter *e, const struct efn *f)
{
	struct mfn *mf = f->mf;
	struct bpf_func func = { (uint32_t)e->out.n, mf->fn->name,
				 mf->fn->is_callback ? mf->fn->nparams : 1 };

	avec_push(e->arena, &e->prog->funcs, func);
	start_lines(e, mf);
	for (size_t k = 0; k < mf->blocks.n; k++) {
		for (struct mi *i = mf->blocks.v[k]->first; i != mf->blocks.v[k]->last; i = i->next)
			put_insn(e, i);
		put_ending(e, mf->blocks.v[k], mblock_after(mf, k));
	}
}

int emit_program(struct emitter *e)
{
	uint32_t at = 0;

	for (size_t k = 0; k < e->fns.n; k++) {
		e->fns.v[k].at = at;
		at = reach_place(e->fns.v[k].mf, at);
	}
	if (at > BPF_INSNS_MAX)
		return bpf_fault(e->fault, -E2BIG, e->fns.v[0].mf->fn->span,
				 arena_printf(e->arena, "%s has %u instructions; BPF takes %d", e->prog->name, at, BPF_INSNS_MAX));
	for (size_t k = 0; k < e->fns.n; k++)
		put_function(e, &e->fns.v[k]);
	e->prog->insns = e->out.v;
	e->prog->n = (uint32_t)e->out.n;
	return 0;
}
