/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What becomes of a loop. Loops over maps call a function of their own for each element (bpf_for_each_map_elem, 5.13).
 * Ranges and `while` are natural loops that the verifier accepts without walking each round where the kernel has open-coded
 * iterators (bpf_iter_num, 6.4). Where it has not, but bpf_loop (5.17), their bodies are functions, too. On older kernels they
 * are natural loops of few rounds, which the verifier walks (5.3).
 */
#include "lower/internal.h"

#define SHORT_ROUNDS 64  /* without branches: that any verifier walks without pain */
#define SHORT_HIDDEN 256 /* of all rounds together, see hidden_branches() */
#define SHORT_TINY 2     /* the same, whatever is in them */

/* Does the verifier have to follow more than one way through it? */
static bool has_branches(const struct node *n)
{
	if (!n)
		return false;
	if (n->kind == S_IF || n->kind == S_WHILE || n->kind == S_FOR_RANGE || n->kind == E_TERNARY ||
	    (n->kind == E_BINOP && (n->op == OP_LAND || n->op == OP_LOR)))
		return true;
	for (size_t i = 0; i < n->list.n; i++)
		if (has_branches(n->list.v[i]))
			return true;
	return has_branches(n->a) || has_branches(n->b) || has_branches(n->c);
}

/* Parts that the verifier follows two ways of without the script saying so: look-ups, comparisons of text, divisions. */
static unsigned hidden_branches(const struct node *n)
{
	unsigned sum;

	if (!n)
		return 0;
	sum = n->kind == E_MAP || n->kind == E_CALL ||
	      (n->kind == E_BINOP && (n->op == OP_DIV || n->op == OP_MOD || !type_is_scalar(n->a->type)));
	for (size_t i = 0; i < n->list.n; i++)
		sum += hidden_branches(n->list.v[i]);
	return sum + hidden_branches(n->a) + hidden_branches(n->b) + hidden_branches(n->c);
}

/* So few rounds that the verifier may walk them all, and needs no limit to be sure of the end. */
static bool is_short(const struct node *n, enum loop_way way, bool nested)
{
	int64_t rounds;

	if (!n->a->is_const || !n->b->is_const || __builtin_sub_overflow(n->b->ival, n->a->ival, &rounds))
		return false;
	if (way == LOOP_WALKED)
		return rounds <= LOOP_MAX_WALKED;
	if (rounds <= SHORT_TINY || (way == LOOP_CALLED && nested && rounds <= SHORT_ROUNDS))
		return true; /* each function in a function takes from the stack that they share */
	return rounds <= SHORT_ROUNDS && !has_branches(n->c) && rounds * hidden_branches(n->c) <= SHORT_HIDDEN;
}

enum loop_way loop_way(const struct lower *lw, const struct node *n, bool nested)
{
	struct target *t = lw->b.module->target;
	enum loop_way way = target_has(t, TF_ITER_NUM) ? LOOP_ITERATED : target_has(t, TF_LOOP) ? LOOP_CALLED : LOOP_WALKED;

	if (n->kind == S_FOR_MAP)
		return LOOP_CALLED;
	if (n->kind == S_FOR_RANGE && is_short(n, way, nested))
		return LOOP_SHORT;
	return way;
}

bool loop_is_function(const struct lower *lw, const struct node *n, bool nested)
{
	bool is_loop = n->kind == S_FOR_MAP || n->kind == S_FOR_RANGE || n->kind == S_WHILE;

	return is_loop && loop_way(lw, n, nested) == LOOP_CALLED;
}
