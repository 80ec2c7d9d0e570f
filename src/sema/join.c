/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which type holds the values of two others: the lattice that the inference climbs. */
#include "sema/internal.h"

const struct type *type_literal(int64_t v, bool is_unsigned)
{
	if (is_unsigned && v < 0)
		return type_u64();
	if (v >= INT8_MIN && v <= INT8_MAX)
		return type_int(1, true);
	if (v >= INT16_MIN && v <= INT16_MAX)
		return type_int(2, true);
	if (v >= INT32_MIN && v <= INT32_MAX)
		return type_int(4, true);
	return type_i64();
}

static const struct type *join_int(const struct type *a, const struct type *b)
{
	const struct type *s, *u;

	if (a->kind == TY_BOOL && b->kind == TY_BOOL)
		return a;
	if (a->kind == TY_ENUM && b->kind == TY_ENUM && type_eq(a, b))
		return a;
	if (a->is_signed == b->is_signed)
		return type_int(a->size > b->size ? a->size : b->size, a->is_signed);
	s = a->is_signed ? a : b;
	u = a->is_signed ? b : a;
	if (s->size > u->size)
		return type_int(s->size, true);
	return type_int(u->size < 8 ? u->size * 2 : 8, true);
}

/* Members go by their names; the first one gives the order. */
static const struct type *join_record(struct types *ts, const struct type *a, const struct type *b)
{
	const struct type *elems[64];
	const char *names[64];
	size_t n = a->st->fields.n;
	struct field f;

	if (!a->st->is_record || !b->st->is_record || n != b->st->fields.n || n > ARRAY_SIZE(elems))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		names[i] = a->st->fields.v[i].name;
		if (!type_field(ts, b, names[i], &f))
			return NULL;
		elems[i] = type_join(ts, a->st->fields.v[i].type, f.type);
		if (!elems[i])
			return NULL;
	}
	return type_record(ts, elems, names, n);
}

static const struct type *join_tuple(struct types *ts, const struct type *a, const struct type *b)
{
	const struct type *elems[64];
	size_t n = a->st->fields.n;

	if (a->st->is_record || b->st->is_record)
		return join_record(ts, a, b);
	if (n != b->st->fields.n || n > ARRAY_SIZE(elems))
		return NULL;
	for (size_t i = 0; i < n; i++) {
		elems[i] = type_join(ts, a->st->fields.v[i].type, b->st->fields.v[i].type);
		if (!elems[i])
			return NULL;
	}
	return type_tuple(ts, elems, n);
}

static const struct type *join_ptr(const struct type *a, const struct type *b)
{
	if (type_eq(a->to, b->to) || b->to->kind == TY_NONE)
		return a;
	if (a->to->kind == TY_STRING && b->to->kind == TY_STRING) /* of a variable that grew */
		return a->to->size > b->to->size ? a : b;
	return a->to->kind == TY_NONE ? b : NULL;
}

const struct type *type_join(struct types *ts, const struct type *a, const struct type *b)
{
	if (type_eq(a, b))
		return a;
	if (type_is_int(a) && type_is_int(b))
		return join_int(a, b);
	if (a->kind != b->kind)
		return NULL;
	switch (a->kind) {
	case TY_STRING:
	case TY_BUFFER:
		return a->size >= b->size ? a : b;
	case TY_TUPLE:
		return join_tuple(ts, a, b);
	case TY_PTR:
		return join_ptr(a, b);
	case TY_ARRAY:
		return a->count == b->count && a->to->kind == TY_PTR && b->to->kind == TY_PTR && join_ptr(a->to, b->to) ? a
															 : NULL;
	case TY_AGG:
		if (a->agg != b->agg || !a->agg->by_sign || a->param[1] != b->param[1] || a->param[2] != b->param[2])
			return NULL;
		return a->param[0] ? a : b;
	case TY_OPAQUE:
		return NULL; /* of another kind, or with another limit or format */
	default:
		return NULL;
	}
}

const struct type *type_join_node(struct types *ts, const struct type *a, const struct node *n)
{
	bool small = n->is_const && type_is_int(n->type) && n->ival >= 0;

	if (small && a->kind == TY_INT && !a->is_signed && n->type->kind == TY_INT)
		return type_int(a->size > n->type->size ? a->size : n->type->size, false);
	return type_join(ts, a, n->type);
}
