/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Constants, addresses and access to memory.
 *
 * A constant offset from a base goes into the instruction. Addresses within one map's value are
 * taken from one register if their distance fits an offset.
 */
#include <errno.h>

#include "bpf/isel.h"

struct ir_val *isel_root(struct ir_val *v)
{
	while (v->op == IR_nonnull)
		v = v->arg[0];
	return v;
}

/* base + off is v; off is the sum of constants added on the way. */
struct place {
	struct ir_val *base;
	int64_t off;
};

static struct place peel(struct ir_val *v)
{
	struct place p = { isel_root(v), 0 };
	int64_t c;

	while (p.base->op == IR_add) {
		struct ir_val *x = p.base->arg[0], *y = p.base->arg[1];

		if (isel_const(y, &c))
			p.base = x;
		else if (isel_const(x, &c))
			p.base = y;
		else
			break;
		p.base = isel_root(p.base);
		p.off = (int64_t)((uint64_t)p.off + (uint64_t)c);
	}
	return p;
}

/* How the value is made, if it is made where it is used. */
static bool lazy(struct isel *s, struct ir_val *v, struct isel_cached *ret)
{
	struct place p = peel(v);

	*ret = (struct isel_cached){ 0 };
	switch (p.base->op) {
	case IR_iconst:
		ret->kind = MI_CONST;
		break;
	case IR_slot:
		ret->kind = MI_LEA;
		break;
	case IR_global:
		ret->kind = MI_MAPVAL;
		ret->what = ir_globals(s->fn->module);
		break;
	case IR_rodata:
		ret->kind = MI_MAPVAL;
		ret->what = ir_rodata_map(s->fn->module);
		break;
	case IR_mapaddr:
		ret->kind = MI_MAP;
		ret->what = p.base->map;
		return !p.off;
	case IR_fnaddr:
		ret->kind = MI_FN;
		ret->what = p.base->fn;
		return !p.off;
	default:
		return false;
	}
	ret->imm = (int64_t)((uint64_t)p.base->imm + (uint64_t)p.off);
	return true;
}

bool isel_is_lazy(struct isel *s, struct ir_val *v)
{
	struct isel_cached c;

	return lazy(s, v, &c);
}

static void make(struct isel *s, const struct isel_cached *c, uint32_t dst)
{
	struct mi *i = isel_emit(s, c->kind, dst);

	i->imm = c->imm;
	if (c->kind == MI_FN)
		i->fn = (struct ir_fn *)c->what;
	else
		i->map = c->what;
}

/* One at hand of the same kind, with an imm not further than an offset can bridge if near is set. */
static struct isel_cached *find_cached(struct isel *s, const struct isel_cached *want, bool near)
{
	for (size_t i = 0; i < s->cache.n; i++) {
		struct isel_cached *c = &s->cache.v[i];

		if (c->kind == want->kind && c->what == want->what &&
		    (c->imm == want->imm || (near && fits_s16(want->imm - c->imm))))
			return c;
	}
	return NULL;
}

static struct isel_cached *cached(struct isel *s, const struct isel_cached *want, bool near)
{
	struct isel_cached *c = find_cached(s, want, near);

	if (c)
		return c;
	avec_push(s->mf->arena, &s->cache, *want);
	c = &s->cache.v[s->cache.n - 1];
	c->reg = mreg_new(s->mf);
	make(s, c, c->reg);
	return c;
}

static uint32_t *fixed_reg(struct isel *s, struct ir_val *v)
{
	if (v->op == IR_param && v->imm >= 0 && v->imm < BPF_CALL_ARGS)
		return &s->param[v->imm];
	if (v->op == IR_ctx)
		return &s->param[s->fn->is_callback && s->fn->nparams ? s->fn->nparams - 1 : 0];
	return &s->reg[v->id];
}

uint32_t isel_reg(struct isel *s, struct ir_val *v)
{
	struct isel_cached want;
	uint32_t *reg;

	if (lazy(s, v, &want))
		return cached(s, &want, false)->reg;
	reg = fixed_reg(s, isel_root(v));
	if (*reg == MR_NONE)
		*reg = mreg_new(s->mf);
	if (v->op == IR_nonnull)
		s->mf->regs.v[*reg].shared = true;
	return *reg;
}

static uint32_t raw_reg(struct isel *s, struct ir_val *load)
{
	if (s->raw[load->id] == MR_NONE)
		s->raw[load->id] = mreg_new(s->mf);
	return s->raw[load->id];
}

uint32_t isel_low(struct isel *s, struct ir_val *v, unsigned width)
{
	while (v->op == IR_ext && v->width >= width)
		v = v->arg[0];
	if (v->op == IR_load && v->is_signed && v->width < 8 && v->width >= width &&
	    s->low_uses[v->id] == s->uses[v->id])
		return raw_reg(s, v);
	return isel_reg(s, v);
}

void isel_copy(struct isel *s, uint32_t dst, struct ir_val *v)
{
	struct isel_cached want;

	if (lazy(s, v, &want))
		make(s, &want, dst);
	else
		isel_insn(s, BPF_MOV64_X, dst, isel_reg(s, v), 0);
}

/* A register and a 16-bit offset that together are ptr + off. */
static uint32_t address(struct isel *s, struct ir_val *ptr, int64_t off, int16_t *ret_off)
{
	struct place p = peel(ptr);
	struct isel_cached want, *c;
	int64_t sum = off + p.off;
	uint32_t t;

	if (p.base->op == IR_slot && fits_s16(p.base->imm + sum)) {
		*ret_off = (int16_t)(p.base->imm + sum);
		return BPF_REG_10;
	}
	if (lazy(s, p.base, &want) && want.kind == MI_MAPVAL) {
		want.imm += sum;
		c = cached(s, &want, true);
		*ret_off = (int16_t)(want.imm - c->imm);
		return c->reg;
	}
	if (fits_s16(sum)) {
		*ret_off = (int16_t)sum;
		return isel_reg(s, p.base);
	}
	if (!fits_s32(sum))
		isel_fail(s, -EINVAL, "an offset of %lld bytes is too far", (long long)sum);
	t = mreg_new(s->mf);
	isel_copy(s, t, p.base);
	isel_insn(s, BPF_ALU64 | BPF_ADD | BPF_K, t, MR_NONE, sum);
	*ret_off = 0;
	return t;
}

/* Loads of plain numbers from the context give the same each time: rather repeated than spilled. */
static bool may_repeat(struct ir_val *v)
{
	return peel(v->arg[0]).base->op == IR_ctx && v->ptr == PK_NONE;
}

void isel_load(struct isel *s, struct ir_val *v)
{
	bool extend = v->is_signed && v->width < 8;
	uint32_t dst = extend ? raw_reg(s, v) : isel_reg(s, v);
	int16_t off = 0;
	uint32_t base = v->core ? isel_reg(s, v->arg[0]) : address(s, v->arg[0], v->imm, &off);
	struct mi *i = isel_insn(s, BPF_LDX | BPF_MEM | insn_size_code(v->width), dst, base, 0);

	i->off = v->core ? (int16_t)v->imm : off;
	i->core = v->core;
	i->ctxload = may_repeat(v);
	if (!extend)
		return;
	isel_insn(s, BPF_MOV64_X, isel_reg(s, v), dst, 0);
	isel_insn(s, BPF_ALU64 | BPF_LSH | BPF_K, isel_reg(s, v), MR_NONE, 64 - 8 * v->width);
	isel_insn(s, BPF_ALU64 | BPF_ARSH | BPF_K, isel_reg(s, v), MR_NONE, 64 - 8 * v->width);
}

void isel_store(struct isel *s, struct ir_val *v)
{
	uint8_t mode = BPF_MEM | insn_size_code(v->width);
	int16_t off;
	uint32_t base = address(s, v->arg[0], v->imm, &off);
	int64_t c;

	if (isel_const(v->arg[1], &c) && (v->width < 8 || fits_s32(c)))
		isel_insn(s, BPF_ST | mode, base, MR_NONE, (int32_t)c)->off = off;
	else
		isel_insn(s, BPF_STX | mode, base, isel_low(s, v->arg[1], v->width), 0)->off = off;
}

void isel_atomadd(struct isel *s, struct ir_val *v)
{
	uint8_t mode = BPF_ATOMIC | insn_size_code(v->width);
	int16_t off;
	uint32_t base = address(s, v->arg[0], v->imm, &off);
	uint32_t what = isel_reg(s, v->arg[1]);

	isel_insn(s, BPF_STX | mode, base, what, BPF_ADD)->off = off;
}

/* The register of the new value receives the old one. */
void isel_xchg(struct isel *s, struct ir_val *v)
{
	int16_t off;
	uint32_t base = address(s, v->arg[0], v->imm, &off), value = isel_reg(s, v);

	isel_copy(s, value, v->arg[1]);
	isel_insn(s, BPF_STX | BPF_ATOMIC | BPF_DW, base, value, BPF_XCHG)->off = off;
}
