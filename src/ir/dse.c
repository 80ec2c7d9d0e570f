/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stores to slots that the same block overwrites before anything reads them. */
#include "ir/pass.h"

#define MAX_STORES 64

struct later {
	struct ir_val *v[MAX_STORES]; /* stores that come after, nothing in between reads them */
	unsigned n;
};

static bool covers(const struct ir_val *late, const struct ir_val *early)
{
	return late->arg[0] == early->arg[0] && late->imm <= early->imm &&
	       early->imm + early->width <= late->imm + late->width;
}

static bool is_covered(const struct later *l, const struct ir_val *store)
{
	for (unsigned i = 0; i < l->n; i++)
		if (covers(l->v[i], store))
			return true;
	return false;
}

static void forget_loaded(struct later *l, const struct ir_val *load)
{
	unsigned n = 0;

	for (unsigned i = 0; i < l->n; i++) {
		const struct ir_val *s = l->v[i];

		if (s->arg[0] != load->arg[0] || s->imm >= load->imm + load->width ||
		    load->imm >= s->imm + s->width)
			l->v[n++] = l->v[i];
	}
	l->n = n;
}

/* Forgets the stores to this memory: it is read, or a pointer to it is given away. */
static void forget(struct later *l, struct ir_val *ptr)
{
	int64_t off;
	bool exact;
	const struct ir_val *base = ir_base(ptr, &off, &exact);
	unsigned n = 0;

	if (!ir_may_be_stack(ptr))
		return;
	for (unsigned i = 0; i < l->n; i++)
		if (base->op == IR_slot && l->v[i]->arg[0] != base)
			l->v[n++] = l->v[i];
	l->n = n;
}

static bool is_plain_store(const struct ir_val *v)
{
	return v->op == IR_store && v->arg[0]->op == IR_slot && !ir_may_be_stack(v->arg[1]);
}

static void visit(struct later *l, struct ir_val *v)
{
	if (is_plain_store(v)) {
		if (is_covered(l, v))
			ir_remove(v);
		else if (l->n < MAX_STORES)
			l->v[l->n++] = v;
		return;
	}
	if (v->op == IR_load && v->arg[0]->op == IR_slot) {
		forget_loaded(l, v);
		return;
	}
	for (uint32_t i = 0; i < v->nargs; i++)
		forget(l, v->arg[i]);
}

static bool escapes(const struct ir_fn *fn)
{
	each_block(fn, b)
		each_val(b, v)
			if (v->op == IR_store && ir_may_be_stack(v->arg[1]))
				return true;
	return false;
}

/*
 * requires: SSA
 * keeps:    SSA, edges; nothing is done in a function that stores addresses of slots
 * breaks:   nothing
 */
void ir_pass_dse(struct ir_fn *fn)
{
	if (escapes(fn))
		return;
	each_block(fn, b) {
		struct later l = { .n = 0 };
		struct ir_val *prev;

		for (struct ir_val *v = b->last; v; v = prev) {
			prev = v->prev;
			visit(&l, v);
		}
	}
}
