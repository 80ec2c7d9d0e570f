/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control flow: known branches, jump threading, block merging, trivial phis. */
#include "ir/fold.h"
#include "ir/pass.h"

#define MAX_CLONED 6 /* values of a threaded block that are computed again on the new path */
#define MAX_ROUNDS 32

/* Turns br into jmp to succ[keep]; the other edge goes. */
static void make_jmp(struct ir_block *b, int keep)
{
	struct ir_block *gone = b->succ[!keep];

	ir_remove_pred(gone, ir_pred_index(gone, b));
	b->succ[0] = b->succ[keep];
	b->succ[1] = NULL;
	b->last->op = IR_jmp;
	b->last->nargs = 0;
}

static bool known_branch(struct ir_block *b)
{
	int64_t c;

	if (b->last->op != IR_br)
		return false;
	if (ir_is_const(b->last->arg[0], &c))
		make_jmp(b, c ? 0 : 1);
	else if (b->succ[0] == b->succ[1] && b->succ[0]->first->op != IR_phi)
		make_jmp(b, 0);
	else
		return false;
	return true;
}

/* The one value that all arguments of a phi are, NULL if they differ. */
static struct ir_val *only_arg(struct ir_val *phi)
{
	struct ir_val *one = NULL;

	for (uint32_t i = 0; i < phi->nargs; i++) {
		struct ir_val *a = ir_subst_of(phi->arg[i]);

		if (a == phi || a == one)
			continue;
		if (one)
			return NULL;
		one = a;
	}
	return one;
}

static bool all_same_const(const struct ir_val *phi)
{
	for (uint32_t i = 0; i < phi->nargs; i++)
		if (phi->arg[i]->op != IR_iconst || phi->arg[i]->imm != phi->arg[0]->imm)
			return false;
	return phi->nargs > 0;
}

static void phi_to_const(struct ir_fn *fn, struct ir_val *phi)
{
	struct ir_val *c = ir_val_new(fn, IR_iconst, 0), *at = phi;

	while (at->op == IR_phi)
		at = at->next;
	c->imm = phi->arg[0]->imm;
	c->span = phi->span;
	ir_insert_before(fn, at, c);
	ir_subst(phi, c);
}

static bool trivial_phis(struct ir_fn *fn)
{
	bool changed = false;

	ir_subst_start(fn);
	each_block(fn, b)
		for (struct ir_val *v = b->first; v && v->op == IR_phi; v = v->next) {
			struct ir_val *one = only_arg(v);

			if (one && one->ptr == v->ptr)
				ir_subst(v, one);
			else if (all_same_const(v))
				phi_to_const(fn, v);
			changed |= v->data != NULL;
		}
	if (changed)
		ir_subst_apply(fn);
	return changed;
}

/* b ends in a jump to a block that only it reaches: the two become one. Phis are gone by then. */
static bool merge_next(struct ir_fn *fn, struct ir_block *b)
{
	struct ir_block *s = b->succ[0];

	if (b->last->op != IR_jmp || s->preds.n != 1 || s == b || s->first->op == IR_phi)
		return false;
	ir_remove(b->last);
	b->succ[0] = NULL;
	each_val_safe(s, v, next) {
		ir_remove(v);
		ir_append(b, v);
	}
	s->preds.n = 0;
	ir_move_succs(s, b);
	vec_each(fn->blocks, i)
		if (fn->blocks.v[i] == s) {
			memmove(fn->blocks.v + i, fn->blocks.v + i + 1,
				(fn->blocks.n - i - 1) * sizeof(*fn->blocks.v));
			fn->blocks.n--;
			break;
		}
	return true;
}

static bool is_pred(const struct ir_block *b, const struct ir_block *p)
{
	vec_each(b->preds, i)
		if (b->preds.v[i] == p)
			return true;
	return false;
}

/* Adds an edge's entry for pred, with the phi arguments that another edge (index) has. */
static void copy_pred(struct ir_fn *fn, struct ir_block *b, struct ir_block *pred, unsigned index)
{
	struct ir_builder bld = { fn->module, fn, NULL, { 0, 0 } };

	ir_add_pred(fn, b, pred);
	for (struct ir_val *v = b->first; v && v->op == IR_phi; v = v->next) {
		enum ir_ptr kind = v->ptr;

		ir_phi_add(&bld, v, v->arg[index]);
		v->ptr = kind;
	}
}

/*
 * A block that only jumps: its predecessors jump to where it does, unless a phi there tells them
 * apart.
 */
static bool skip_empty(struct ir_fn *fn, struct ir_block *b)
{
	struct ir_block *s = b->succ[0];

	if (b == fn->blocks.v[0] || b->first->op != IR_jmp || s == b || !b->preds.n)
		return false;
	vec_each(b->preds, i)
		if (s->first->op == IR_phi &&
		    (is_pred(s, b->preds.v[i]) || b->preds.v[i]->succ[0] == b->preds.v[i]->succ[1]))
			return false;
	vec_each(b->preds, i) {
		struct ir_block *p = b->preds.v[i];

		p->succ[p->succ[0] != b] = s;
		copy_pred(fn, s, p, ir_pred_index(s, b));
	}
	b->preds.n = 0;
	return true; /* unreachable now, with its edge to s */
}

/* Threading */

struct thread {
	struct ir_fn *fn;
	struct ir_block *b, *pred;
	unsigned index; /* of pred in b->preds */
};

/*
 * Some edge comes back from below. Numbers may be older than the edges, but threading adds no way
 * that was not there, so every loop still has such an edge at its head.
 */
static bool is_loop_header(const struct ir_block *b)
{
	vec_each(b->preds, i)
		if (b->preds.v[i]->rpo >= b->rpo)
			return true;
	return false;
}

/* Phis, a few values that are cheap to compute twice, and a branch. */
static bool can_thread(const struct ir_block *b)
{
	unsigned n = 0;

	if (b->last->op != IR_br || b->first->op != IR_phi || b->preds.n < 2 || is_loop_header(b) ||
	    b->succ[0] == b->succ[1])
		return false;
	each_val(b, v) {
		if (v->op == IR_phi || v == b->last)
			continue;
		if (++n > MAX_CLONED || ir_effect(v) != IRE_PURE || v->op == IR_nonnull ||
		    v->op == IR_filllen || v->op == IR_key || v->op == IR_digest)
			return false;
	}
	return true;
}

/* Value of v when the block is entered from the predecessor, if it is a known number. */
static bool known_from(const struct thread *t, const struct ir_val *v, int64_t *ret)
{
	int64_t arg[2] = { 0, 0 };

	if (ir_is_const(v, ret))
		return true;
	if (v->block != t->b)
		return false;
	if (v->op == IR_phi)
		return ir_is_const(v->arg[t->index], ret);
	if (v->nargs < 1 || v->nargs > 2)
		return false;
	for (uint32_t i = 0; i < v->nargs; i++)
		if (!known_from(t, v->arg[i], &arg[i]))
			return false;
	return ir_fold_number(v, arg[0], arg[1], ret);
}

/* What stands for value v of the block on the new path; copies of its values are in data. */
static struct ir_val *on_path(const struct thread *t, struct ir_val *v)
{
	if (v->block != t->b)
		return v;
	return v->op == IR_phi ? v->arg[t->index] : v->data;
}

static void clone_values(const struct thread *t, struct ir_block *edge)
{
	each_val(t->b, v) {
		struct ir_val *c;

		if (v->op == IR_phi || v == t->b->last)
			continue;
		c = ir_val_new(t->fn, v->op, v->nargs);
		struct ir_val copy = *v;

		copy.id = c->id;
		copy.arg = c->arg;
		*c = copy;
		c->data = NULL;
		c->mark = 1;
		for (uint32_t i = 0; i < v->nargs; i++)
			c->arg[i] = on_path(t, v->arg[i]);
		ir_append(edge, c);
		v->data = c;
	}
}

/* A block on the edge from pred to the known successor; phis there get the values of this path. */
static struct ir_block *make_edge(const struct thread *t, struct ir_block *to)
{
	struct ir_block *edge = ir_new_block(t->fn);
	unsigned old = ir_pred_index(to, t->b);

	edge->cold = t->pred->cold || to->cold;
	edge->rpo = t->pred->rpo;
	clone_values(t, edge);
	ir_append(edge, ir_val_new(t->fn, IR_jmp, 0));
	edge->succ[0] = to;
	copy_pred(t->fn, to, edge, old);
	for (struct ir_val *v = to->first; v && v->op == IR_phi; v = v->next)
		v->arg[v->nargs - 1] = on_path(t, v->arg[old]);
	return edge;
}

static void thread_edge(struct thread *t, struct ir_block *to)
{
	struct ir_block *edge = make_edge(t, to);
	unsigned n = 0;
	struct ir_val *defs[64];

	each_val(t->b, v)
		if (v != t->b->last && n < ARRAY_SIZE(defs))
			defs[n++] = on_path(t, v);
	t->pred->succ[t->pred->succ[0] != t->b] = edge;
	ir_add_pred(t->fn, edge, t->pred);
	ir_remove_pred(t->b, t->index);
	n = 0;
	each_val_safe(t->b, v, next) {
		if (v == t->b->last || n == ARRAY_SIZE(defs))
			continue;
		if (v->mark)
			ir_ssa_repair(t->fn, v, edge, defs[n]);
		n++;
	}
}

static unsigned count_vals(const struct ir_block *b)
{
	unsigned n = 0;

	each_val(b, v)
		n++;
	return n;
}

/* One edge at a time: indices of predecessors change. */
static bool thread_block(struct ir_fn *fn, struct ir_block *b)
{
	int64_t cond;

	if (!can_thread(b) || count_vals(b) > 60)
		return false;
	vec_each(b->preds, i) {
		struct thread t = { fn, b, b->preds.v[i], (unsigned)i };

		if (t.pred->succ[0] == t.pred->succ[1] || !known_from(&t, b->last->arg[0], &cond))
			continue;
		thread_edge(&t, b->succ[cond ? 0 : 1]);
		return true;
	}
	return false;
}

/*
 * Marks the values that are used outside of their block, or by a phi. Threading makes such uses only of values that
 * have some already and of new values, which are marked when they are made: one look at the function serves all edges.
 */
static void mark_outside(struct ir_fn *fn)
{
	each_block(fn, b)
		each_val(b, v)
			v->mark = 0;
	each_block(fn, b)
		each_val(b, v)
			for (uint32_t i = 0; i < v->nargs; i++)
				v->arg[i]->mark |= v->arg[i]->block != b || v->op == IR_phi;
}

static bool thread_jumps(struct ir_fn *fn)
{
	size_t n = fn->blocks.n; /* new edges need none */
	bool changed = false;

	mark_outside(fn);
	for (size_t i = 0; i < n; i++)
		while (thread_block(fn, fn->blocks.v[i]))
			changed = true;
	return changed;
}

static bool simplify(struct ir_fn *fn)
{
	bool changed = false;

	vec_each(fn->blocks, i)
		changed |= known_branch(fn->blocks.v[i]);
	vec_each(fn->blocks, i)
		changed |= skip_empty(fn, fn->blocks.v[i]);
	ir_dominators(fn);
	changed |= trivial_phis(fn);
	vec_each(fn->blocks, i)
		while (merge_next(fn, fn->blocks.v[i]))
			changed = true;
	return changed;
}

/*
 * requires: SSA
 * keeps:    SSA, what the program does
 * breaks:   analyses; blocks and values may be gone
 */
void ir_pass_cfg(struct ir_fn *fn)
{
	int rounds = 0;

	do {
		for (int i = 0; i < MAX_ROUNDS && simplify(fn); i++)
			;
		ir_dominators(fn);
	} while (rounds++ < MAX_ROUNDS && thread_jumps(fn));
	ir_dominators(fn);
}
