/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Scratch that a run must have to itself although another task may run the same program on the CPU meanwhile: there
 * are copies of it, each with a word in front of them that is not 0 while a run holds it. Taking one is an atomic
 * exchange, for tasks are preempted anywhere; giving it back is a plain store. Which copy it is the verifier is not told
 * (a zero that it does not know is added), else it would follow the program once for each.
 */
#include "ir/pass.h"

/* Skipped and counted: all copies are held. */
static void give_up(struct ir_builder *b)
{
	uint32_t counter = ir_loss_counter(b->module, LOSS_BUSY, b->fn->span);

	ir_atomadd(b, ir_global_ptr(b, counter * 8), 0, ir_iconst(b, 1), 8);
	ir_ret(b, NULL);
}

/* The number of a copy that nobody held; goes on at a block of its own. */
static struct ir_val *take(struct ir_builder *b, struct ir_val *words, uint32_t copies)
{
	struct ir_block *taken = ir_block_new(b), *next;
	struct ir_val *numbers[IR_COPIES], *which;

	taken->cold = b->block->cold;
	for (uint32_t i = 0; i < copies; i++) {
		numbers[i] = ir_iconst(b, i);
		next = ir_block_new(b);
		next->cold = true;
		which = ir_op(b, IR_xchg, 2, words, ir_iconst(b, 1));
		which->imm = i * 8;
		ir_br(b, which, next, taken);
		ir_at(b, next);
	}
	give_up(b);
	which = ir_phi(b, taken);
	for (uint32_t i = 0; i < copies; i++)
		ir_phi_add(b, which, numbers[i]);
	ir_at(b, taken);
	return which;
}

static void give_back(struct ir_fn *fn, struct ir_val *at, struct ir_val *word)
{
	struct ir_val *store = ir_val_new(fn, IR_store, 2), *zero = ir_val_new(fn, IR_iconst, 0);

	store->arg[0] = word;
	store->arg[1] = zero;
	store->width = 8;
	ir_insert_before(fn, at, zero);
	ir_insert_before(fn, at, store);
}

void ir_claim_end(struct ir_fn *fn, struct ir_block *taken, struct ir_val *word)
{
	ir_dominators(fn);
	for (size_t i = 0, n = fn->blocks.n; i < n; i++) {
		struct ir_block *b = fn->blocks.v[i];

		if (!ir_dominates(taken, b))
			continue;
		if (b->last->op == IR_ret)
			give_back(fn, b->last, word);
		for (unsigned k = 0; k < 2; k++)
			if (b->succ[k] && !ir_dominates(taken, b->succ[k]))
				give_back(fn, ir_split_edge(fn, b, k)->last, word);
	}
}

struct ir_val *ir_claim_take(struct ir_builder *b, struct ir_val *base, struct ir_val **ret_word)
{
	const struct ir_claim *c = &b->fn->claim;
	struct ir_val *words = ir_addi(b, base, c->off), *which = take(b, words, c->copies);

	if (c->copies == 1) {
		*ret_word = words;
		return base;
	}
	which = ir_bin(b, IR_add, which, ir_unknown_zero(b));
	which = ir_op(b, IR_umin, 1, which);
	which->imm = c->copies - 1;
	*ret_word = ir_bin(b, IR_add, words, ir_bin(b, IR_mul, which, ir_iconst(b, 8)));
	return ir_bin(b, IR_add, base, ir_bin(b, IR_mul, which, ir_iconst(b, c->size)));
}
