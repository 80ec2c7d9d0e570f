/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Slots that are only loaded and stored as numbers become SSA values: variables of the script,
 * fields of tuples. On-demand phis as in ssa.c.
 */
#include "ir/pass.h"

struct field {
	int64_t off;
	unsigned width;
};

struct promo {
	struct ir_val *slot;
	bool refused;
	VEC(struct field) fields;
};

struct promote {
	struct ir_fn *fn;
	struct arena *arena;
	VEC(struct promo *) promos;
	/* of the field in hand */
	struct ir_val *slot;
	struct field field;
	struct ir_val **end; /* by block id: value at its end */
	bool *own;           /* by block id: the block itself stores it */
	struct ir_val *undefined;
	VEC(struct ir_val *) phis; /* of all fields */
};

static void add_field(struct promote *p, struct promo *o, int64_t off, unsigned width)
{
	struct field f = { off, width };

	vec_each(o->fields, i) {
		struct field *g = &o->fields.v[i];

		if (g->off == off && g->width == width)
			return;
		if (g->off < off + width && off < g->off + g->width)
			o->refused = true;
	}
	if (off < 0 || off + width > o->slot->size)
		o->refused = true;
	avec_push(p->arena, &o->fields, f);
}

static void note_use(struct promote *p, struct ir_val *user, uint32_t i)
{
	struct promo *o = user->arg[i]->data;

	if (user->arg[i]->op != IR_slot || !o)
		return;
	if (i == 0 && ((user->op == IR_load && user->ptr == PK_NONE) || user->op == IR_store))
		add_field(p, o, user->imm, user->width);
	else if (i != 0 || user->op != IR_zero)
		o->refused = true;
}

/* A zero has to cover each field wholly or not at all. */
static void check_zero(struct ir_val *v)
{
	struct promo *o = v->arg[0]->data;

	if (v->arg[0]->op != IR_slot || !o)
		return;
	vec_each(o->fields, i) {
		struct field *f = &o->fields.v[i];
		bool apart = f->off >= v->imm + v->size || f->off + f->width <= v->imm;
		bool inside = f->off >= v->imm && f->off + f->width <= v->imm + v->size;

		if (!apart && !inside)
			o->refused = true;
	}
}

static void find_slots(struct promote *p)
{
	each_block(p->fn, b)
		each_val(b, v) {
			v->data = NULL;
			if (v->op != IR_slot)
				continue;
			struct promo *o = arena_new(p->arena, struct promo);

			o->slot = v;
			v->data = o;
			avec_push(p->arena, &p->promos, o);
		}
	each_block(p->fn, b)
		each_val(b, v)
			for (uint32_t i = 0; i < v->nargs; i++)
				note_use(p, v, i);
	each_block(p->fn, b)
		each_val(b, v)
			if (v->op == IR_zero)
				check_zero(v);
}

static bool is_access(const struct promote *p, const struct ir_val *v)
{
	if (!v->nargs || v->arg[0] != p->slot)
		return false;
	if (v->op == IR_zero)
		return v->imm <= p->field.off && p->field.off < v->imm + v->size;
	return v->imm == p->field.off;
}

static struct ir_val *konst(struct ir_fn *fn, struct ir_val *before)
{
	struct ir_val *c = ir_val_new(fn, IR_iconst, 0);

	return ir_insert_before(fn, before, c);
}

static struct ir_val *value_at_end(struct promote *p, struct ir_block *b);

static struct ir_val *value_at_start(struct promote *p, struct ir_block *b)
{
	struct ir_val *phi;

	if (!b->preds.n) {
		if (!p->undefined)
			p->undefined = konst(p->fn, b->first);
		return p->undefined;
	}
	if (b->preds.n == 1)
		return value_at_end(p, b->preds.v[0]);
	phi = ir_val_new(p->fn, IR_phi, (uint32_t)b->preds.n);
	ir_insert_before(p->fn, b->first, phi);
	if (!p->end[b->id])
		p->end[b->id] = phi;
	vec_each(b->preds, i)
		phi->arg[i] = value_at_end(p, b->preds.v[i]);
	avec_push(p->arena, &p->phis, phi);
	return phi;
}

static struct ir_val *value_at_end(struct promote *p, struct ir_block *b)
{
	if (!p->end[b->id])
		p->end[b->id] = value_at_start(p, b);
	return p->end[b->id];
}

static struct ir_val *stored_value(struct promote *p, struct ir_val *v)
{
	return v->op == IR_store ? v->arg[1] : konst(p->fn, v);
}

/* A load becomes the value, extended if it is narrow. */
static void replace_load(struct ir_val *load, struct ir_val *val)
{
	if (load->width == 8) {
		ir_subst(load, val);
		return;
	}
	load->op = IR_ext;
	load->imm = 0;
	load->arg[0] = val;
}

static void rewrite_block(struct promote *p, struct ir_block *b)
{
	struct ir_val *now = NULL;

	each_val_safe(b, v, next) {
		if (v->op == IR_load && is_access(p, v)) {
			if (!now)
				now = p->own[b->id] ? value_at_start(p, b) : value_at_end(p, b);
			replace_load(v, now);
		} else if ((v->op == IR_store || v->op == IR_zero) && is_access(p, v)) {
			now = v->op == IR_store ? v->arg[1] : v->data;
		}
	}
}

static void find_ends(struct promote *p)
{
	each_block(p->fn, b)
		each_val_safe(b, v, next)
			if ((v->op == IR_store || v->op == IR_zero) && is_access(p, v)) {
				struct ir_val *val = stored_value(p, v);

				if (v->op == IR_zero)
					v->data = val;
				p->end[b->id] = val;
				p->own[b->id] = true;
			}
}

static void promote_field(struct promote *p, struct ir_val *slot, struct field f)
{
	p->slot = slot;
	p->field = f;
	p->undefined = NULL;
	p->end = arena_array(p->arena, struct ir_val *, p->fn->next_block);
	p->own = arena_array(p->arena, bool, p->fn->next_block);
	find_ends(p);
	vec_each(p->fn->blocks, i)
		rewrite_block(p, p->fn->blocks.v[i]);
	each_block(p->fn, b)
		each_val(b, v)
			if (v->op == IR_zero)
				v->data = NULL;
}

static void remove_accesses(struct ir_fn *fn, const struct ir_val *slot)
{
	each_block(fn, b)
		each_val_safe(b, v, next)
			if ((v->op == IR_store || v->op == IR_zero) && v->arg[0] == slot)
				ir_remove(v);
}

/* A phi is a pointer of a kind if all its arguments are; loops: assumed so until one is not. */
static void set_phi_kinds(struct promote *p)
{
	bool changed = true;

	vec_each(p->phis, i)
		for (uint32_t k = 0; k < p->phis.v[i]->nargs; k++)
			if (p->phis.v[i]->arg[k]->op != IR_phi)
				p->phis.v[i]->ptr = p->phis.v[i]->arg[k]->ptr;
	while (changed) {
		changed = false;
		vec_each(p->phis, i)
			for (uint32_t k = 0; k < p->phis.v[i]->nargs; k++) {
				struct ir_val *phi = p->phis.v[i];

				if (phi->ptr == PK_NONE || phi->arg[k]->ptr == phi->ptr)
					continue;
				phi->ptr = PK_NONE;
				changed = true;
			}
	}
}

/*
 * requires: SSA, reachable blocks only, offsets merged into loads and stores (fold)
 * keeps:    SSA, edges
 * breaks:   nothing; trivial phis are left to cfg
 */
void ir_pass_promote(struct ir_fn *fn)
{
	struct arena arena = { 0 };
	struct promote p = { .fn = fn, .arena = &arena };

	ir_dominators(fn);
	find_slots(&p);
	ir_subst_start(fn);
	vec_each(p.promos, i) {
		struct promo *o = p.promos.v[i];

		if (o->refused)
			continue;
		vec_each(o->fields, k)
			promote_field(&p, o->slot, o->fields.v[k]);
		remove_accesses(fn, o->slot);
	}
	ir_subst_apply(fn);
	set_phi_kinds(&p);
	arena_done(&arena);
}
