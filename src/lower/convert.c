/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of one type as values of another; tuples from their members. */
#include "lower/internal.h"

static struct ir_val *convert_scalar(struct lower *lw, struct ir_val *v, const struct type *from,
				     const struct type *to)
{
	if (to->kind == TY_BOOL && from->kind != TY_BOOL)
		return ir_bin(&lw->b, IR_ne, v, ir_iconst(&lw->b, 0));
	if (to->kind == TY_PTR || to->size >= 8)
		return v;
	if (type_is_int(from) && from->size < to->size && (!from->is_signed || to->is_signed))
		return v;
	if (type_is_int(from) && from->size == to->size && from->is_signed == to->is_signed)
		return v;
	return ir_ext(&lw->b, v, to->size, to->is_signed);
}

/* Zero padded to its new size, so that it can be a key; longer strings are cut. */
static struct ir_val *convert_string(struct lower *lw, struct node *e, struct ir_val *v,
				     const struct type *from, const struct type *to)
{
	struct ir_val *s;
	char *text;

	if (from->size == to->size)
		return v;
	if (e && e->kind == E_STR) {
		text = arena_alloc(lw->arena, to->size);
		memcpy(text, e->str, e->len < to->size ? e->len : to->size - 1);
		return ir_rodata_ptr(&lw->b, text, to->size);
	}
	s = ir_slot(&lw->b, to->size, 8);
	if (from->size < to->size) {
		ir_zero(&lw->b, s, 0, to->size);
		ir_copy(&lw->b, s, 0, v, from->size);
	} else {
		ir_copy(&lw->b, s, 0, v, to->size);
		ir_store(&lw->b, s, to->size - 1, ir_iconst(&lw->b, 0), 1);
	}
	return s;
}

static struct ir_val *member(struct lower *lw, struct ir_val *agg, const struct field *f)
{
	const struct type *t = f->type;

	if (type_is_scalar(t))
		return ir_load(&lw->b, agg, f->offset, t->size, type_is_int(t) && t->is_signed);
	return ir_addi(&lw->b, agg, f->offset);
}

/* Part i of a layout for a value of this type at off. */
static void set_part(struct ir_layout *l, uint32_t i, const struct type *t, uint32_t off)
{
	l->part[i].off = off;
	l->part[i].size = t->size;
	if (type_is_scalar(t))
		l->part[i].kind = IP_SCALAR;
	else
		l->part[i].kind = t->kind == TY_STRING ? IP_STR : IP_AGG;
}

/* A key from parts in any order: the IR wants them by rising offset. */
static struct ir_val *make_key(struct lower *lw, struct ir_layout *l, struct ir_val **vals)
{
	for (uint32_t i = 1; i < l->nparts; i++) {
		for (uint32_t j = i; j > 0 && l->part[j - 1].off > l->part[j].off; j--) {
			struct ir_part p = l->part[j];
			struct ir_val *v = vals[j];

			l->part[j] = l->part[j - 1];
			vals[j] = vals[j - 1];
			l->part[j - 1] = p;
			vals[j - 1] = v;
		}
	}
	return ir_key(&lw->b, l, vals);
}

struct ir_val *lower_members(struct lower *lw, const struct type *t, struct ir_val **vals)
{
	size_t n = t->st->fields.n;
	struct ir_layout *l = ir_layout_new(lw->arena, n);

	l->size = t->size;
	for (size_t i = 0; i < n; i++)
		set_part(l, i, t->st->fields.v[i].type, t->st->fields.v[i].offset);
	return make_key(lw, l, vals);
}

static struct ir_val *convert_tuple(struct lower *lw, struct ir_val *v, const struct type *from,
				    const struct type *to)
{
	size_t n = to->st->fields.n;
	struct ir_val **vals = arena_array(lw->arena, struct ir_val *, n);

	for (size_t i = 0; i < n; i++) {
		struct field named;
		const struct field *f = &from->st->fields.v[i];

		if (to->st->is_record && type_field(lw->types, from, to->st->fields.v[i].name, &named))
			f = &named;
		vals[i] = lower_convert(lw, NULL, member(lw, v, f), f->type, to->st->fields.v[i].type);
	}
	return lower_members(lw, to, vals);
}

struct ir_val *lower_convert(struct lower *lw, struct node *e, struct ir_val *v, const struct type *from,
			     const struct type *to)
{
	if (type_is_scalar(to) && type_is_scalar(from))
		return convert_scalar(lw, v, from, to);
	if (to->kind == TY_STRING && from->kind == TY_STRING)
		return convert_string(lw, e, v, from, to);
	if (to->kind == TY_TUPLE && from->kind == TY_TUPLE && !type_eq(from, to))
		return convert_tuple(lw, v, from, to);
	return lower_local(lw, v, from);
}

struct ir_val *lower_tuple(struct lower *lw, const struct type *t, struct node *const *elems)
{
	size_t n = t->st->fields.n;
	struct ir_val **vals = arena_array(lw->arena, struct ir_val *, n + 1);

	for (size_t i = 0; i < n; i++)
		vals[i] = lower_expr_as(lw, elems[i], t->st->fields.v[i].type);
	return lower_members(lw, t, vals);
}

/* comm and read-only data of full size are zero to their end already. */
static bool is_padded(struct lower *lw, const struct ir_val *v, uint32_t size)
{
	if (v->op == IR_rodata)
		return v->size == size;
	return target_has(lower_target(lw), TF_COMM_PADDED) && v->op == IR_fill && v->helper == IRH_get_current_comm && v->size == size;
}

/* The bytes of the key. */
static struct ir_val *whole_key(struct lower *lw, struct node *n)
{
	const struct type *t = n->map->key, *part;
	size_t count = n->list.n;
	struct ir_layout *l;
	struct ir_val **vals;

	if (!t)
		return NULL;
	if (count == 1 && t->kind == TY_TUPLE)
		return lower_expr_as(lw, n->list.v[0], t);
	l = ir_layout_new(lw->arena, count);
	vals = arena_array(lw->arena, struct ir_val *, count);
	l->size = t->size;
	for (size_t i = 0; i < count; i++) {
		part = count == 1 ? t : t->st->fields.v[i].type;
		vals[i] = lower_expr_as(lw, n->list.v[i], part);
		set_part(l, i, part, count == 1 ? 0 : t->st->fields.v[i].offset);
		if (l->part[i].kind == IP_STR && is_padded(lw, vals[i], part->size))
			l->part[i].kind = IP_AGG;
	}
	return make_key(lw, l, vals);
}

struct ir_val *lower_key(struct lower *lw, struct node *n)
{
	struct ir_val *key = whole_key(lw, n);

	return key && n->map->ir->keys ? ir_digest(&lw->b, key, n->map->key->size) : key;
}

struct ir_val *lower_whole_key(struct lower *lw, struct node *n)
{
	return n->list.n == 1 ? lower_expr_as(lw, n->list.v[0], n->map->key) : whole_key(lw, n);
}

struct ir_val *lower_pack(struct lower *lw, uint32_t size, unsigned n, const uint32_t *offs,
			  const uint32_t *sizes, struct ir_val *const *vals)
{
	struct ir_layout *l = ir_layout_new(lw->arena, n);

	l->size = size;
	for (unsigned i = 0; i < n; i++)
		l->part[i] = (struct ir_part){ IP_SCALAR, offs[i], sizes[i] };
	return ir_key(&lw->b, l, vals);
}
