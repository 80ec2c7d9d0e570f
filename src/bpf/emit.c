/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Emission: addresses of blocks, jumps with their offsets, pseudo instructions as what they stand for,
 * relocations and line entries. A jump has 16 bits for its distance. Where the kernel has long ones, unconditional only,
 * a conditional jump that goes further leads around one of these.
 */
#include <errno.h>

#include "bpf/emit.h"

static bool is_exit_only(const struct mblock *b)
{
	return b->first == b->last && b->last->kind == MI_BPF && b->last->code == BPF_EXIT_K;
}

/* What ends a block: a conditional jump to cond (if any), then a jump to go (if any). */
struct ending {
	struct mblock *cond, *go;
	uint8_t code;
};

static struct ending ending_of(const struct mblock *b, const struct mblock *next)
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

static uint32_t cond_size(const struct mblock *b, const struct ending *e)
{
	if (!e->cond)
		return 0;
	return !b->far ? 1 : insn_opposite(e->code) ? 2 : 3;
}

static uint32_t block_size(const struct mblock *b, const struct mblock *next)
{
	struct ending e = ending_of(b, next);
	uint32_t n = 0;

	for (const struct mi *i = b->first; i != b->last; i = i->next)
		n += mi_slots(i);
	return n + cond_size(b, &e) + (e.go || !b->succ[0]);
}

static const struct mblock *next_of(const struct mfn *mf, size_t i)
{
	return i + 1 < mf->blocks.n ? mf->blocks.v[i + 1] : NULL;
}

static uint32_t set_addresses(struct mfn *mf, uint32_t at)
{
	for (size_t i = 0; i < mf->blocks.n; i++) {
		mf->blocks.v[i]->at = at;
		at += block_size(mf->blocks.v[i], next_of(mf, i));
	}
	return at;
}

static bool has_long_jumps(const struct mfn *mf)
{
	return target_has(mf->fn->module->target, TF_SDIV); /* of the same set of instructions */
}

/* Finds conditional jumps that are too far; addresses must be set. */
static bool mark_far(struct mfn *mf)
{
	bool any = false;

	for (size_t i = 0; i < mf->blocks.n; i++) {
		struct mblock *b = mf->blocks.v[i];
		struct ending e = ending_of(b, next_of(mf, i));
		int64_t behind = (int64_t)b->at + block_size(b, next_of(mf, i)) - (e.go != NULL);

		if (!e.cond || b->far || fits_s16((int64_t)e.cond->at - behind))
			continue;
		b->far = any = true;
	}
	return any;
}

static uint32_t place_function(struct mfn *mf, uint32_t at)
{
	uint32_t end = set_addresses(mf, at);

	while (end - at > BPF_JUMP_MAX && has_long_jumps(mf) && mark_far(mf))
		end = set_addresses(mf, at);
	return end;
}

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

static void put_bpf(struct emitter *e, const struct mi *i)
{
	uint32_t src = i->src;

	if (i->kcall) {
		add_reloc(e, (struct bpf_reloc){ .kind = BR_KFUNC, .name = i->kfunc });
		src = BPF_PSEUDO_KFUNC_CALL;
	}
	if (i->core)
		add_reloc(e, (struct bpf_reloc){ .kind = BR_CORE, .core = i->core });
	e->prog->stats.helpers += mi_is_call(i);
	put(e, i->code, i->dst, src, i->off, i->imm);
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

static int16_t distance(struct emitter *e, const struct mblock *to)
{
	int64_t d = (int64_t)to->at - (int64_t)e->out.n - 1;

	if (!fits_s16(d) && !e->err) {
		e->err = -E2BIG;
		e->error = arena_printf(e->arena, "%s is too large: a jump over %lld instructions, BPF jumps over %d at most",
					e->prog->name, (long long)d, BPF_JUMP_MAX);
	}
	return (int16_t)d;
}

static void put_jump(struct emitter *e, const struct mfn *mf, const struct mblock *to)
{
	int64_t d = (int64_t)to->at - (int64_t)e->out.n - 1;

	if (fits_s16(d) || !has_long_jumps(mf))
		put(e, BPF_JA_K, MR_NONE, MR_NONE, distance(e, to), 0);
	else
		put(e, BPF_JA_LONG, MR_NONE, MR_NONE, 0, d);
}

static void put_cond(struct emitter *e, const struct mfn *mf, const struct mblock *b, const struct ending *end)
{
	const struct mi *i = b->last;
	uint8_t opposite = insn_opposite(end->code);

	if (!b->far) {
		put(e, end->code, i->dst, i->src, distance(e, end->cond), i->imm);
		return;
	}
	put(e, opposite ? opposite : end->code, i->dst, i->src, 1, i->imm);
	if (!opposite)
		put(e, BPF_JA_K, MR_NONE, MR_NONE, 1, 0);
	put_jump(e, mf, end->cond);
}

static void put_ending(struct emitter *e, const struct mfn *mf, const struct mblock *b, const struct mblock *next)
{
	struct ending end = ending_of(b, next);
	const struct mi *i = b->last;

	if (end.cond || end.go || !b->succ[0])
		note_line(e, i->span);
	if (end.cond)
		put_cond(e, mf, b, &end);
	if (!b->succ[0] || (end.go && is_exit_only(end.go)))
		put(e, BPF_EXIT_K, MR_NONE, MR_NONE, 0, 0);
	else if (end.go)
		put_jump(e, mf, end.go);
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
		put_ending(e, mf, mf->blocks.v[k], next_of(mf, k));
	}
}

int emit_program(struct emitter *e)
{
	uint32_t at = 0;

	for (size_t k = 0; k < e->fns.n; k++) {
		e->fns.v[k].at = at;
		at = place_function(e->fns.v[k].mf, at);
	}
	for (size_t k = 0; k < e->fns.n; k++)
		put_function(e, &e->fns.v[k]);
	e->prog->insns = e->out.v;
	e->prog->n = (uint32_t)e->out.n;
	return e->err;
}
