/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Removes what nobody sees: values without uses, slots that are written but never read. */
#include "ir/pass.h"

struct work {
	struct arena arena;
	VEC(struct ir_val *) list;
};

static void need(struct work *w, struct ir_val *v)
{
	if (v->mark)
		return;
	v->mark = 1;
	avec_push(&w->arena, &w->list, v);
}

/* The value writes only to memory that data says is never read. */
static bool writes_unread(const struct ir_val *v)
{
	int64_t off;
	bool exact;

	if (v->op != IR_store && v->op != IR_zero && v->op != IR_copy && v->op != IR_atomadd)
		return false;
	return ir_base(v->arg[0], &off, &exact)->data != NULL;
}

/* data of a slot: itself if all its uses are addresses of plain writes. */
static void find_unread(struct ir_fn *fn)
{
	int64_t off;
	bool exact;

	each_block(fn, b)
		each_val(b, v)
			v->data = v->op == IR_slot || v->op == IR_scratch ? v : NULL;
	each_block(fn, b)
		each_val(b, v)
			for (uint32_t i = 0; i < v->nargs; i++) {
				bool address = i == 0 && (v->op == IR_store || v->op == IR_zero ||
							  v->op == IR_copy || v->op == IR_atomadd);

				if (!address && v->op != IR_add && v->arg[i]->ptr != PK_NONE)
					ir_base(v->arg[i], &off, &exact)->data = NULL;
			}
}

/* A read that is watched is made even if its value is not used: that it fails is what is asked for. */
static bool is_watched(const struct ir_fn *fn, const struct ir_val *v)
{
	return fn->module->watch && (v->op == IR_kread || v->op == IR_uread);
}

static void mark_needed(struct ir_fn *fn)
{
	struct work w = { 0 };

	each_block(fn, b)
		each_val(b, v)
			v->mark = 0;
	each_block(fn, b)
		each_val(b, v)
			if ((!ir_removable(v) && !writes_unread(v)) || is_watched(fn, v))
				need(&w, v);
	while (w.list.n) {
		struct ir_val *v = w.list.v[--w.list.n];

		for (uint32_t i = 0; i < v->nargs; i++)
			need(&w, v->arg[i]);
	}
	arena_done(&w.arena);
}

/*
 * requires: SSA
 * keeps:    SSA, edges, order
 * breaks:   nothing
 */
void ir_pass_dce(struct ir_fn *fn)
{
	bool removed = true;

	while (removed) {
		removed = false;
		find_unread(fn);
		mark_needed(fn);
		each_block(fn, b)
			each_val_safe(b, v, next)
				if (!v->mark) {
					ir_remove(v);
					removed = true;
				}
	}
}
