/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses as numbers. The verifier takes only additions and subtractions of pointers, and of a pointer into the
 * kernel only by what it knows the bounds of (adjust_ptr_min_max_vals() in kernel/bpf/verifier.c). What a script
 * computes otherwise it computes with a number: the pointer is kept in memory, and what a helper reads from there
 * is a number to the verifier.
 */
#include "ir/pass.h"

/* Bounds that the verifier allows to be added (BPF_MAX_VAR_OFF). */
#define MAX_OFF (1 << 29)

/* Is it a pointer to the verifier, also where it is a number to us? The distance of two is none. */
static bool is_address(const struct ir_val *v)
{
	bool any = false;

	if (v->ptr != PK_NONE)
		return v->ptr == PK_BTF || v->ptr == PK_CTX || v->ptr == PK_STACK || v->ptr == PK_MAPVAL;
	if (v->op == IR_sub)
		return v->arg[0]->mark && !v->arg[1]->mark;
	for (uint32_t i = 0; i < v->nargs && (v->op == IR_add || v->op == IR_phi); i++)
		any |= v->arg[i]->mark;
	return any;
}

static bool mark_addresses(struct ir_fn *fn)
{
	bool any = false;

	each_block(fn, b)
		each_val(b, v) {
			if (v->mark || !is_address(v))
				continue;
			v->mark = any = true;
		}
	return any;
}

static bool is_bounded(const struct ir_val *v)
{
	int64_t lo, hi;

	ir_bounds(v, &lo, &hi);
	return lo > -MAX_OFF && hi < MAX_OFF;
}

/* May argument i of the operation be no pointer? */
static bool wants_number(const struct ir_val *v, uint32_t i)
{
	switch (v->op) {
	case IR_add:
		return v->ptr == PK_NONE && (v->arg[!i]->mark || !is_bounded(v->arg[!i]));
	case IR_sub:
		return !v->arg[!i]->mark && (i == 1 || !is_bounded(v->arg[1]));
	case IR_store:
		return i == 1 && v->width < 8;
	default:
		return v->op >= IR_mul && v->op <= IR_umin;
	}
}

static struct ir_val *put(struct ir_fn *fn, struct ir_val *at, enum ir_op op, uint32_t nargs, struct ir_val *const *args)
{
	struct ir_val *v = ir_val_new(fn, op, nargs);

	for (uint32_t i = 0; i < nargs; i++)
		v->arg[i] = args[i];
	ir_set_kind(v);
	v->span = at->span;
	return ir_insert_before(fn, at, v);
}

static struct ir_val *put_slot(struct ir_fn *fn, struct ir_val *at)
{
	struct ir_val *slot = put(fn, at, IR_slot, 0, NULL);

	slot->size = slot->imm = 8;
	return slot;
}

static struct ir_val *put_number(struct ir_fn *fn, struct ir_val *at, struct ir_val *address)
{
	bool by_space = target_has(fn->module->target, TF_PROBE_READ_KERNEL);
	struct ir_val *kept = put_slot(fn, at), *slot = put_slot(fn, at), *size, *v;

	put(fn, at, IR_store, 2, (struct ir_val *[]){ kept, address })->width = 8;
	size = put(fn, at, IR_iconst, 0, NULL);
	size->imm = 8;
	v = put(fn, at, IR_call, 3, (struct ir_val *[]){ slot, size, kept });
	v->imm = by_space ? IRH_probe_read_kernel : IRH_probe_read;
	v = put(fn, at, IR_load, 1, (struct ir_val *[]){ slot });
	v->width = 8;
	return v;
}

/*
 * requires: level L, SSA
 * keeps:    SSA, edges
 * breaks:   nothing; to be run after the passes that merge and drop what is stored and read
 */
void ir_pass_number(struct ir_fn *fn)
{
	each_block(fn, b)
		each_val(b, v)
			v->mark = false;
	while (mark_addresses(fn))
		;
	each_block(fn, b)
		each_val(b, v)
			for (uint32_t i = 0; i < v->nargs; i++)
				if (v->arg[i]->mark && wants_number(v, i))
					v->arg[i] = put_number(fn, v, v->arg[i]);
}
