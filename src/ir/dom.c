/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reverse postorder, dominators (Cooper, Harvey, Kennedy: "A simple, fast dominance algorithm"),
 * natural loops.
 */
#include "ir/pass.h"

#define UNSEEN UINT32_MAX

struct order {
	struct ir_block **v; /* reverse postorder of what the entry reaches */
	size_t n;
};

struct frame {
	struct ir_block *block;
	int next;
};

/*
 * Depth first without recursion: scripts may have long chains of blocks. succ[1] first, so succ[0]
 * comes early.
 */
static void postorder(struct ir_fn *fn, struct order *o)
{
	struct frame *stack = xcalloc(fn->blocks.n + 1, sizeof(*stack));
	size_t depth = 0, at = fn->blocks.n;

	each_block(fn, b) {
		b->rpo = b->dom_in = UNSEEN;
		b->dom_out = 0;
	}
	stack[depth++] = (struct frame){ fn->blocks.v[0], 1 };
	fn->blocks.v[0]->rpo = 0;
	while (depth) {
		struct frame *f = &stack[depth - 1];
		struct ir_block *s;

		if (f->next < 0) {
			o->v[--at] = f->block;
			depth--;
			continue;
		}
		s = f->block->succ[f->next--];
		if (s && s->rpo == UNSEEN) {
			s->rpo = 0;
			stack[depth++] = (struct frame){ s, 1 };
		}
	}
	o->n = fn->blocks.n - at;
	memmove(o->v, o->v + at, o->n * sizeof(*o->v));
	for (size_t i = 0; i < o->n; i++)
		o->v[i]->rpo = (uint32_t)i;
	free(stack);
}

static struct ir_block *common(struct ir_block *a, struct ir_block *b)
{
	while (a != b) {
		while (a->rpo > b->rpo)
			a = a->idom;
		while (b->rpo > a->rpo)
			b = b->idom;
	}
	return a;
}

struct ir_block *ir_common_dominator(struct ir_block *a, struct ir_block *b)
{
	return a ? b ? common(a, b) : a : b;
}

static struct ir_block *new_idom(const struct ir_block *b)
{
	struct ir_block *d = NULL;

	vec_each(b->preds, i) {
		struct ir_block *p = b->preds.v[i];

		if (p->rpo != UNSEEN && p->idom)
			d = d ? common(d, p) : p;
	}
	return d;
}

static void find_idoms(const struct order *o)
{
	bool changed = true;

	for (size_t i = 0; i < o->n; i++)
		o->v[i]->idom = NULL;
	o->v[0]->idom = o->v[0];
	while (changed) {
		changed = false;
		for (size_t i = 1; i < o->n; i++) {
			struct ir_block *d = new_idom(o->v[i]);

			changed |= d != o->v[i]->idom;
			o->v[i]->idom = d;
		}
	}
	o->v[0]->idom = NULL;
	o->v[0]->depth = 0;
	for (size_t i = 1; i < o->n; i++)
		o->v[i]->depth = o->v[i]->idom->depth + 1;
}

/* Preorder numbers of the dominator tree; sizes of subtrees are kept in dom_out meanwhile. */
static void number_tree(const struct order *o)
{
	uint32_t *next = xcalloc(o->n + 1, sizeof(*next));

	for (size_t i = 0; i < o->n; i++)
		o->v[i]->dom_out = 1;
	for (size_t i = o->n; i-- > 1;)
		o->v[i]->idom->dom_out += o->v[i]->dom_out;
	for (size_t i = 0; i < o->n; i++) {
		struct ir_block *b = o->v[i];

		b->dom_in = b->idom ? next[b->idom->rpo] : 0;
		if (b->idom)
			next[b->idom->rpo] += b->dom_out;
		next[i] = b->dom_in + 1;
		b->dom_out += b->dom_in;
	}
	free(next);
}

bool ir_dominates(const struct ir_block *a, const struct ir_block *b)
{
	return a->dom_in <= b->dom_in && b->dom_in < a->dom_out;
}

/* Adds 1 to the nesting of all blocks of the natural loop of header h. */
static void mark_loop(const struct order *o, struct ir_block *h)
{
	struct ir_block **work = xcalloc(o->n + 1, sizeof(*work));
	bool *in = xcalloc(o->n, 1);
	size_t n = 0;

	in[h->rpo] = true;
	h->loop++;
	vec_each(h->preds, i)
		if (h->preds.v[i]->rpo != UNSEEN && ir_dominates(h, h->preds.v[i]) &&
		    !in[h->preds.v[i]->rpo]) {
			in[h->preds.v[i]->rpo] = true;
			work[n++] = h->preds.v[i];
		}
	while (n) {
		struct ir_block *b = work[--n];

		b->loop++;
		vec_each(b->preds, i) {
			struct ir_block *p = b->preds.v[i];

			if (p->rpo != UNSEEN && !in[p->rpo]) {
				in[p->rpo] = true;
				work[n++] = p;
			}
		}
	}
	free(work);
	free(in);
}

static bool is_header(const struct ir_block *b)
{
	vec_each(b->preds, i)
		if (b->preds.v[i]->rpo != UNSEEN && ir_dominates(b, b->preds.v[i]))
			return true;
	return false;
}

/* Fills the analyses of reachable blocks; of the others rpo is UINT32_MAX. */
static void analyse(struct ir_fn *fn, struct order *o)
{
	o->v = xcalloc(fn->blocks.n, sizeof(*o->v));
	postorder(fn, o);
	find_idoms(o);
	number_tree(o);
	for (size_t i = 0; i < o->n; i++)
		o->v[i]->loop = 0;
	for (size_t i = 0; i < o->n; i++)
		if (is_header(o->v[i]))
			mark_loop(o, o->v[i]);
}

void ir_analyse(struct ir_fn *fn)
{
	struct order o;

	analyse(fn, &o);
	free(o.v);
}

static void drop_unreachable_edges(struct ir_block *dead)
{
	for (int i = 0; i < 2; i++) {
		struct ir_block *s = dead->succ[i];

		if (s)
			ir_remove_pred(s, ir_pred_index(s, dead));
		dead->succ[i] = NULL;
	}
}

void ir_dominators(struct ir_fn *fn)
{
	struct order o;

	analyse(fn, &o);
	if (o.n != fn->blocks.n) {
		each_block(fn, b)
			if (b->rpo == UNSEEN)
				drop_unreachable_edges(b);
	}
	memcpy(fn->blocks.v, o.v, o.n * sizeof(*o.v));
	fn->blocks.n = o.n;
	free(o.v);
}

/* True if going from pred to b says that x is not 0. */
static bool edge_says_nonnull(const struct ir_block *pred, const struct ir_block *b,
			      const struct ir_val *x)
{
	const struct ir_val *cond = pred->last->nargs ? pred->last->arg[0] : NULL;

	if (pred->last->op != IR_br || pred->succ[0] == pred->succ[1])
		return false;
	if (cond == x)
		return pred->succ[0] == b;
	if ((cond->op != IR_ne && cond->op != IR_eq) || cond->arg[0] != x ||
	    !ir_is_iconst(cond->arg[1], 0))
		return false;
	return pred->succ[cond->op == IR_eq] == b;
}

bool ir_told_nonnull(const struct ir_block *b, const struct ir_val *x)
{
	for (; b; b = b->idom)
		if (b->preds.n == 1 && edge_says_nonnull(b->preds.v[0], b, x))
			return true;
	return false;
}
