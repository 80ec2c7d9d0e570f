/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions about one value that several passes ask. */
#include "ir/pass.h"

bool ir_is_const(const struct ir_val *v, int64_t *ret)
{
	if (v->op != IR_iconst)
		return false;
	*ret = v->imm;
	return true;
}

struct ir_val *ir_base(struct ir_val *ptr, int64_t *ret_off, bool *ret_exact)
{
	int64_t off = 0, c;
	bool exact = true;

	while (ptr->op == IR_add || ptr->op == IR_nonnull) {
		if (ptr->op == IR_nonnull) {
			ptr = ptr->arg[0];
			continue;
		}
		unsigned p = ptr->arg[0]->ptr != PK_NONE ? 0 : 1;

		if (ir_is_const(ptr->arg[!p], &c))
			off += c;
		else
			exact = false;
		ptr = ptr->arg[p];
	}
	*ret_off = off;
	*ret_exact = exact;
	return ptr;
}

bool ir_may_be_stack(const struct ir_val *ptr)
{
	const struct ir_val *base;
	int64_t off;
	bool exact;

	if (ptr->ptr != PK_MAPVAL)
		return ptr->ptr == PK_STACK;
	base = ir_base((struct ir_val *)ptr, &off, &exact);
	return base->op == IR_phi || base->op == IR_select;
}

static bool immutable(const struct ir_val *v, int depth)
{
	if (v->op == IR_rodata || v->op == IR_fill || v->op == IR_key ||
	    v->op == IR_digest)
		return true;
	if (!depth)
		return false;
	if (v->op == IR_add)
		return immutable(v->arg[v->arg[0]->ptr == PK_NONE], depth - 1);
	if (v->op == IR_select)
		return immutable(v->arg[1], depth - 1) && immutable(v->arg[2], depth - 1);
	if (v->op != IR_phi || !v->nargs || v->ptr == PK_NONE)
		return false;
	for (uint32_t i = 0; i < v->nargs; i++)
		if (!immutable(v->arg[i], depth - 1))
			return false;
	return true;
}

bool ir_is_immutable(const struct ir_val *v)
{
	return immutable(v, 4);
}

static uint32_t low_bit(int64_t off)
{
	uint64_t u = (uint64_t)off & -(uint64_t)off;

	return u && u < 8 ? (uint32_t)u : 8;
}

static uint32_t alignment(const struct ir_val *ptr, unsigned depth);

/* The least of what comes together. */
static uint32_t phi_alignment(const struct ir_val *phi, unsigned depth)
{
	uint32_t least = 8;

	for (uint32_t i = 0; i < phi->nargs; i++) {
		uint32_t align = phi->arg[i] == phi ? 8 : depth ? alignment(phi->arg[i], depth - 1) : 1;

		if (align < least)
			least = align;
	}
	return least;
}

static uint32_t alignment(const struct ir_val *ptr, unsigned depth)
{
	int64_t off;
	bool exact;
	const struct ir_val *base = ir_base((struct ir_val *)ptr, &off, &exact);
	uint32_t align = 8;

	if (!exact)
		return 1;
	if (base->op == IR_phi)
		align = phi_alignment(base, depth);
	else if (base->op == IR_slot)
		align = base->imm > 0 && base->imm < 8 ? (uint32_t)base->imm : 8;
	else if (base->op == IR_global || base->op == IR_pcpu || base->op == IR_rodata)
		align = low_bit(base->imm);
	else if (base->ptr == PK_NONE)
		align = 1;
	return low_bit(off) < align ? low_bit(off) : align;
}

uint32_t ir_alignment(const struct ir_val *ptr)
{
	return alignment(ptr, 4);
}

uint32_t ir_known_size(const struct ir_val *ptr)
{
	int64_t off;
	bool exact;
	const struct ir_val *base = ir_base((struct ir_val *)ptr, &off, &exact);

	if (!exact || off < 0 || off > base->size)
		return 0;
	if (base->op == IR_slot || base->op == IR_scratch || base->op == IR_fill ||
	    base->op == IR_key || base->op == IR_rodata || base->op == IR_digest)
		return base->size - (uint32_t)off;
	return 0;
}

static void width_bounds(unsigned width, bool is_signed, int64_t *lo, int64_t *hi)
{
	*lo = INT64_MIN;
	*hi = INT64_MAX;
	if (width == 0 || width >= 8)
		return;
	*lo = is_signed ? -(1ll << (8 * width - 1)) : 0;
	*hi = is_signed ? (1ll << (8 * width - 1)) - 1 : (1ll << (8 * width)) - 1;
}

/* What helpers return: lengths, small numbers. */
static void helper_bounds(unsigned helper, uint32_t size, int64_t *lo, int64_t *hi)
{
	switch (helper) {
	case IRH_get_smp_processor_id:
	case IRH_get_prandom_u32:
	case IRH_get_numa_node_id:
		width_bounds(4, false, lo, hi);
		break;
	case IRH_ktime_get_ns:
	case IRH_ktime_get_boot_ns:
	case IRH_ktime_get_tai_ns:
		*lo = 0;
		break;
	case IRH_probe_read_str:
	case IRH_probe_read_user_str:
	case IRH_probe_read_kernel_str:
	case IRH_get_stack:
		*lo = -4095;
		*hi = size ? size : INT32_MAX;
		break;
	default:
		break;
	}
}

/* x & mask, x >> n, x % n are bounded whatever x is. */
static void arith_bounds(const struct ir_val *v, int64_t *lo, int64_t *hi)
{
	int64_t c;

	if (!ir_is_const(v->arg[1], &c))
		return;
	if (v->op == IR_and && c >= 0) {
		*lo = 0;
		*hi = c;
	} else if (v->op == IR_shr && c > 0 && c < 64) {
		*lo = 0;
		*hi = (int64_t)(UINT64_MAX >> c);
	} else if (v->op == IR_umod && c > 0) {
		*lo = 0;
		*hi = c - 1;
	} else if (v->op == IR_udiv && c > 1) {
		*lo = 0;
		*hi = (int64_t)(UINT64_MAX / (uint64_t)c);
	}
}

void ir_bounds(const struct ir_val *v, int64_t *ret_lo, int64_t *ret_hi)
{
	*ret_lo = v->lo;
	*ret_hi = v->hi;
	if (v->lo != INT64_MIN || v->hi != INT64_MAX)
		return;
	switch (v->op) {
	case IR_iconst:
		*ret_lo = *ret_hi = v->imm;
		break;
	case IR_load:
	case IR_kread:
	case IR_uread:
	case IR_mapget:
	case IR_ext:
		width_bounds(v->width, v->is_signed, ret_lo, ret_hi);
		break;
	case IR_bswap:
		width_bounds(v->width, false, ret_lo, ret_hi);
		break;
	case IR_eq:
	case IR_ne:
	case IR_ult:
	case IR_ule:
	case IR_slt:
	case IR_sle:
	case IR_streq:
	case IR_memeq:
		*ret_lo = 0;
		*ret_hi = 1;
		break;
	case IR_log2:
		*ret_lo = 0;
		*ret_hi = 63;
		break;
	case IR_umin:
		if (v->imm >= 0) {
			*ret_lo = 0;
			*ret_hi = v->imm;
		}
		break;
	case IR_filllen:
		helper_bounds(v->arg[0]->helper, v->arg[0]->size, ret_lo, ret_hi);
		break;
	case IR_call:
		helper_bounds((unsigned)v->imm, 0, ret_lo, ret_hi);
		break;
	case IR_and:
	case IR_shr:
	case IR_umod:
	case IR_udiv:
		arith_bounds(v, ret_lo, ret_hi);
		break;
	default:
		break;
	}
}

unsigned ir_fill_lead(enum ir_helper h)
{
	if (h == IRH_get_stack)
		return 1;
	return h == IRH_get_ns_current_pid_tgid ? 2 : 0;
}
