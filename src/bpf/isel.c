/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instruction selection: low-level IR to machine code with virtual registers, and out of SSA.
 *
 * Blocks are walked forward and every value gets code at its place, except constants and addresses
 * (isel_mem.c), which are made where they are used, at most once between two calls: making them again
 * costs what moving them would, and they never need a register over a call. What a use folds into
 * itself (offsets, compares, extensions) leaves code that nobody reads; dce() removes it.
 *
 * A phi has two registers: one that all predecessors write, copied at the head of its block to the other,
 * which is the phi's value. So parallel copies need no order and cycles no care; the allocator
 * coalesces what can be one register.
 */
#include <stdarg.h>

#include <errno.h>

#include "bpf/isel.h"

void isel_fail(struct isel *s, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	bpf_fault(&s->mf->fault, err, s->span, arena_vprintf(s->fn->module->arena, fmt, ap));
	va_end(ap);
}

struct mi *isel_emit(struct isel *s, enum mi_kind kind, uint32_t dst)
{
	struct mi *i = mi_new(s->mf, kind);

	i->dst = dst;
	i->span = s->span;
	mi_append(s->b, i);
	return i;
}

struct mi *isel_insn(struct isel *s, uint8_t code, uint32_t dst, uint32_t src, int64_t imm)
{
	struct mi *i = isel_emit(s, MI_BPF, dst);

	i->code = code;
	i->src = src;
	i->imm = imm;
	return i;
}

/* Arguments in registers first, then those that are made: a made one needs no register of its own. */
static void select_args(struct isel *s, struct ir_val *v)
{
	if (v->nargs > BPF_CALL_ARGS) {
		isel_fail(s, -EINVAL, "a call has %u arguments; %d are possible", v->nargs, BPF_CALL_ARGS);
		return;
	}
	for (uint32_t k = 0; k < v->nargs; k++)
		if (!isel_is_lazy(s, v->arg[k]))
			isel_copy(s, BPF_REG_1 + k, v->arg[k]);
	for (uint32_t k = 0; k < v->nargs; k++)
		if (isel_is_lazy(s, v->arg[k]))
			isel_copy(s, BPF_REG_1 + k, v->arg[k]);
}

static void select_call(struct isel *s, struct ir_val *v)
{
	struct mi *i;

	select_args(s, v);
	i = isel_insn(s, BPF_CALL_K, MR_NONE, MR_NONE, v->imm);
	i->nargs = (uint8_t)v->nargs;
	i->kcall = v->op == IR_kcall;
	i->kfunc = v->kfunc;
	s->cache.n = 0;
	if (s->uses[v->id])
		isel_insn(s, BPF_MOV64_X, isel_reg(s, v), BPF_REG_0, 0);
}

static void select_bswap(struct isel *s, struct ir_val *v)
{
	/* Convert to the order that is not the host's: a swap on either kind of host. */
	uint8_t to = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? BPF_TO_BE : BPF_TO_LE;
	uint32_t dst = isel_reg(s, v);

	isel_copy(s, dst, v->arg[0]);
	isel_insn(s, BPF_ALU | BPF_END | to, dst, MR_NONE, v->width * 8);
}

static void select_val(struct isel *s, struct ir_val *v)
{
	s->span = v->span;
	switch (v->op) {
	case IR_iconst: case IR_global: case IR_rodata: case IR_mapaddr: case IR_fnaddr:
	case IR_ctx: case IR_param: case IR_phi: case IR_nonnull:
		break;
	case IR_slot:
		if (v->imm >= 0)
			isel_fail(s, -EINVAL, "slot %%%u has no place in the frame", v->id);
		else if (s->fn->frame < -v->imm)
			s->fn->frame = (uint32_t)-v->imm;
		break;
	case IR_add: case IR_sub: case IR_mul: case IR_udiv: case IR_umod: case IR_sdiv: case IR_smod:
	case IR_and: case IR_or: case IR_xor: case IR_shl: case IR_shr: case IR_sar: case IR_neg:
		isel_alu(s, v);
		break;
	case IR_core:
		isel_insn(s, BPF_MOV64_K, isel_reg(s, v), MR_NONE, v->imm)->core = v->core;
		break;
	case IR_ext:
		isel_ext(s, v);
		break;
	case IR_bswap:
		select_bswap(s, v);
		break;
	case IR_umin:
		isel_umin(s, v);
		break;
	case IR_eq: case IR_ne: case IR_ult: case IR_ule: case IR_slt: case IR_sle:
		isel_compare(s, v);
		break;
	case IR_load:
		isel_load(s, v);
		break;
	case IR_store:
		isel_store(s, v);
		break;
	case IR_atomadd:
		isel_atomadd(s, v);
		break;
	case IR_xchg:
		isel_xchg(s, v);
		break;
	case IR_call: case IR_kcall:
		select_call(s, v);
		break;
	default:
		isel_fail(s, -EINVAL, "%s is no operation of the back end", ir_ops[v->op].name);
	}
}

static struct mblock *block_of(const struct ir_block *b)
{
	return b->data;
}

/* Which predecessor of its target edge k of b is: a block may be there twice. */
static uint32_t edge_index(const struct ir_block *b, unsigned k)
{
	const struct ir_block *to = b->succ[k];
	unsigned skip = k == 1 && b->succ[0] == to;

	for (uint32_t i = 0; i < to->preds.n; i++)
		if (to->preds.v[i] == b && !skip--)
			return i;
	return 0;
}

static void write_phis(struct isel *s, const struct ir_block *to, uint32_t edge)
{
	s->span = (struct span){ 0 };
	for (struct ir_val *v = to->first; v && v->op == IR_phi; v = v->next)
		isel_copy(s, s->phi_in[v->id], v->arg[edge]);
}

/* The block to jump to for edge k: the target, or one of the edge's own that writes the target's phis. */
static struct mblock *edge_block(struct isel *s, const struct ir_block *b, unsigned k)
{
	const struct ir_block *to = b->succ[k];
	struct mblock *target = block_of(to), *here = s->b, *edge;

	if (to->first->op != IR_phi)
		return target;
	edge = mblock_new(s->mf);
	edge->cold = here->cold || target->cold;
	edge->depth = here->depth < target->depth ? here->depth : target->depth;
	s->b = edge;
	s->cache.n = 0;
	write_phis(s, to, edge_index(b, k));
	isel_insn(s, BPF_JA_K, MR_NONE, MR_NONE, 0);
	mblock_link(s->mf, edge, 0, target);
	s->b = here;
	return edge;
}

static void jump_if(struct isel *s, const struct isel_cond *c)
{
	uint32_t a = isel_cond_left(s, c), b = isel_cond_right(s, c);

	isel_insn(s, c->code, a, b, c->imm);
}

/* A map is mostly asked for what it has: the way of a key that is absent is the rare one. */
static void mark_rare(const struct isel_cond *c, const struct ir_block *b, struct mblock *const *to)
{
	unsigned absent = BPF_OP(c->code) != BPF_JEQ;

	if (c->a->ptr != PK_MAPVAL0 || c->b || c->imm || (absent && BPF_OP(c->code) != BPF_JNE))
		return;
	absent ^= c->negated;
	if (b->succ[absent]->preds.n == 1)
		to[absent]->rare = true;
}

static void select_br(struct isel *s, struct ir_val *v)
{
	struct mblock *from = s->b, *to[2];
	struct isel_cond c;

	isel_cond(s, v->arg[0], v->block, &c);
	jump_if(s, &c);
	to[0] = edge_block(s, v->block, 0);
	to[1] = edge_block(s, v->block, 1);
	mark_rare(&c, v->block, to);
	mblock_link(s->mf, from, 0, to[c.negated]);
	mblock_link(s->mf, from, 1, to[!c.negated]);
}

static void select_control(struct isel *s, struct ir_val *v)
{
	s->span = v->span;
	if (v->op == IR_br && v->block->succ[0] != v->block->succ[1]) {
		select_br(s, v);
	} else if (v->op == IR_ret) {
		isel_copy(s, BPF_REG_0, v->arg[0]);
		isel_insn(s, BPF_EXIT_K, MR_NONE, MR_NONE, 0);
	} else {
		write_phis(s, v->block->succ[0], edge_index(v->block, 0));
		isel_insn(s, BPF_JA_K, MR_NONE, MR_NONE, 0);
		mblock_link(s->mf, s->b, 0, block_of(v->block->succ[0]));
	}
}

static void read_phis(struct isel *s, struct ir_block *b)
{
	s->span = (struct span){ 0 };
	for (struct ir_val *v = b->first; v && v->op == IR_phi; v = v->next)
		isel_insn(s, BPF_MOV64_X, isel_reg(s, v), s->phi_in[v->id], 0);
}

static void select_block(struct isel *s, struct ir_block *b)
{
	s->b = block_of(b);
	s->cache.n = 0;
	read_phis(s, b);
	for (struct ir_val *v = b->first; v != b->last; v = v->next)
		select_val(s, v);
	select_control(s, b->last);
}

/* Arguments of the function, in a block before all others: the entry may be the head of a loop. */
static void select_entry(struct isel *s)
{
	uint32_t n = s->fn->is_callback ? s->fn->nparams : 1;
	struct mblock *entry = mblock_new(s->mf);

	if (n > BPF_CALL_ARGS) {
		isel_fail(s, -EINVAL, "a callback has %u parameters; %d are possible", n, BPF_CALL_ARGS);
		return;
	}
	s->b = entry;
	for (uint32_t k = 0; k < n; k++) {
		s->param[k] = mreg_new(s->mf);
		isel_insn(s, BPF_MOV64_X, s->param[k], BPF_REG_1 + k, 0);
	}
	isel_insn(s, BPF_JA_K, MR_NONE, MR_NONE, 0);
}

/* v looks at the low bytes of its argument k alone, and these a sign-extending load or an extension leaves alone. */
static bool is_low_use(const struct ir_val *v, uint32_t k)
{
	const struct ir_val *x = v->arg[k];

	if (v->op == IR_store)
		return k == 1 && v->width <= x->width;
	return v->op == IR_ext ? v->width <= x->width : isel_compares_low(v, k);
}

static void count_uses(struct isel *s, const struct ir_block *b)
{
	for (struct ir_val *v = b->first; v; v = v->next)
		for (uint32_t i = 0; i < v->nargs; i++) {
			s->uses[isel_root(v->arg[i])->id]++;
			s->br_uses[v->arg[i]->id] += v->op == IR_br;
			s->low_uses[v->arg[i]->id] += is_low_use(v, i);
		}
}

static void prepare(struct isel *s)
{
	struct arena *a = s->mf->arena;
	uint32_t n = s->fn->next_val;

	s->reg = arena_array(a, uint32_t, n);
	s->phi_in = arena_array(a, uint32_t, n);
	s->uses = arena_array(a, uint32_t, n);
	s->br_uses = arena_array(a, uint32_t, n);
	s->low_uses = arena_array(a, uint32_t, n);
	s->raw = arena_array(a, uint32_t, n);
	memset(s->reg, 0xff, n * sizeof(*s->reg));
	memset(s->raw, 0xff, n * sizeof(*s->raw));
	for (size_t i = 0; i < s->fn->blocks.n; i++) {
		struct ir_block *b = s->fn->blocks.v[i];
		struct mblock *mb = mblock_new(s->mf);

		b->data = mb;
		mb->cold = b->cold;
		mb->depth = b->loop;
		count_uses(s, b);
		for (struct ir_val *v = b->first; v && v->op == IR_phi; v = v->next)
			s->phi_in[v->id] = mreg_new(s->mf);
	}
}

struct mfn *isel(struct arena *a, struct ir_fn *fn)
{
	struct mfn *mf = arena_new(a, struct mfn);
	struct isel s = { .mf = mf, .fn = fn };

	mf->arena = a;
	mf->fn = fn;
	for (unsigned i = 0; i < MR_FIRST; i++)
		mreg_new(mf);
	select_entry(&s);
	prepare(&s);
	mblock_link(mf, mf->blocks.v[0], 0, block_of(fn->blocks.v[0]));
	for (size_t i = 0; i < fn->blocks.n; i++)
		select_block(&s, fn->blocks.v[i]);
	return mf;
}
