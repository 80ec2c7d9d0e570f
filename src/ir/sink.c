/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Moves values down to where they are used: what a filter drops is never computed. */
#include "ir/effects.h"
#include "ir/pass.h"

struct sink {
	struct ir_fn *fn;
	struct ir_effects *fx;
	bool *moved; /* by a value's id */
};

/* data of a value: nearest block that dominates all uses seen so far. */
static void note_uses(struct ir_val *user)
{
	for (uint32_t i = 0; i < user->nargs; i++) {
		struct ir_block *at = user->op == IR_phi ? user->block->preds.v[i] : user->block;

		user->arg[i]->data = ir_common_dominator(user->arg[i]->data, at);
	}
}

static bool may_move(const struct ir_val *v)
{
	enum ir_effect e = ir_effect(v);

	if (v->op == IR_phi || v->op == IR_param || v->op == IR_slot || v->op == IR_scratch)
		return false;
	return e == IRE_PURE || e == IRE_CONST || e == IRE_RMEM || e == IRE_RMAP;
}

/* The first user in the block, or its control. */
static struct ir_val *place_in(struct ir_block *b, const struct ir_val *v)
{
	each_val(b, u) {
		if (u->op == IR_phi)
			continue;
		for (uint32_t i = 0; i < u->nargs; i++)
			if (u->arg[i] == v)
				return u;
	}
	return b->last;
}

/* Nothing between v and its new place writes what it reads. */
static bool unharmed(struct sink *s, const struct ir_val *v, const struct ir_val *to)
{
	enum ir_effect e = ir_effect(v);

	if (e == IRE_PURE || e == IRE_CONST)
		return true;
	for (const struct ir_val *w = v->next; w; w = w->next)
		if (ir_effects_harm(s->fx, w, v))
			return false;
	for (const struct ir_val *w = to->block->first; w != to; w = w->next)
		if (ir_effects_harm(s->fx, w, v))
			return false;
	return !ir_effects_harm_between(s->fx, v->block, to->block, v);
}

/* Deepest block on the way up from the uses that is in no loop that v is not in. */
static struct ir_block *target(const struct ir_val *v)
{
	struct ir_block *t = v->data;

	while (t && t != v->block && t->loop > v->block->loop)
		t = t->idom;
	return t;
}

static void sink_val(struct sink *s, struct ir_val *v)
{
	struct ir_block *t = v->data && may_move(v) ? target(v) : NULL;
	struct ir_val *to;

	if (!t || t == v->block)
		return;
	to = place_in(t, v);
	if (!unharmed(s, v, to))
		return;
	/* What was moved came after v before: it stays so, else all reads would come before the first sum of them. */
	while (to->prev && s->moved[to->prev->id])
		to = to->prev;
	ir_remove(v);
	ir_insert_before(s->fn, to, v);
	s->moved[v->id] = true;
}

static void start(struct ir_fn *fn)
{
	each_block(fn, b)
		each_val(b, v)
			v->data = NULL;
	each_block(fn, b)
		for (struct ir_val *v = b->first; v && v->op == IR_phi; v = v->next)
			note_uses(v);
}

/*
 * requires: SSA
 * keeps:    SSA, edges; nothing enters a loop, reads do not pass writes of what they read
 * breaks:   nothing
 */
void ir_pass_sink(struct ir_fn *fn)
{
	struct sink s = { .fn = fn, .moved = xcalloc(fn->next_val, sizeof(bool)) };

	ir_dominators(fn);
	s.fx = ir_effects_new(fn);
	start(fn);
	for (size_t i = fn->blocks.n; i-- > 0;) {
		struct ir_val *prev;

		for (struct ir_val *v = fn->blocks.v[i]->last; v; v = prev) {
			prev = v->prev;
			sink_val(&s, v);
			if (v->op != IR_phi)
				note_uses(v);
		}
	}
	ir_effects_free(s.fx);
	free(s.moved);
}
