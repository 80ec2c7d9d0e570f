/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changing edges; an edge and the phi arguments that belong to it change together. */
#include "ir/pass.h"

unsigned ir_pred_index(const struct ir_block *block, const struct ir_block *pred)
{
	unsigned i = 0;

	while (block->preds.v[i] != pred)
		i++;
	return i;
}

void ir_remove_pred(struct ir_block *block, unsigned index)
{
	block->preds.n--;
	for (size_t i = index; i < block->preds.n; i++)
		block->preds.v[i] = block->preds.v[i + 1];
	for (struct ir_val *v = block->first; v && v->op == IR_phi; v = v->next) {
		v->nargs--;
		for (uint32_t i = index; i < v->nargs; i++)
			v->arg[i] = v->arg[i + 1];
	}
}

void ir_move_succs(struct ir_block *old, struct ir_block *by)
{
	for (int i = 0; i < 2; i++) {
		struct ir_block *s = old->succ[i];

		by->succ[i] = s;
		old->succ[i] = NULL;
		if (s)
			s->preds.v[ir_pred_index(s, old)] = by;
	}
}

struct ir_block *ir_split_before(struct ir_fn *fn, struct ir_val *v)
{
	struct ir_block *old = v->block, *block = ir_new_block(fn);

	block->cold = old->cold;
	block->first = v;
	block->last = old->last;
	old->last = v->prev;
	if (v->prev)
		v->prev->next = NULL;
	else
		old->first = NULL;
	v->prev = NULL;
	each_val(block, w)
		w->block = block;
	ir_move_succs(old, block);
	return block;
}

struct ir_block *ir_split_edge(struct ir_fn *fn, struct ir_block *block, unsigned k)
{
	struct ir_block *to = block->succ[k], *between = ir_new_block(fn);
	struct ir_val *jmp = ir_val_new(fn, IR_jmp, 0);

	between->cold = to->cold;
	ir_append(between, jmp);
	between->succ[0] = to;
	to->preds.v[ir_pred_index(to, block)] = between;
	block->succ[k] = between;
	ir_add_pred(fn, between, block);
	return between;
}
