/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types of map keys and values. Both grow over all uses of a map in the program. */
#include "sema/internal.h"

/* Text of the key types for messages: '(int64,string[16])'. */
static const char *key_text(struct check *ck, const struct type *t)
{
	if (!t)
		return "()";
	if (t->kind == TY_TUPLE)
		return type_text(ck->arena, t);
	return arena_printf(ck->arena, "(%s)", type_text(ck->arena, t));
}

/* The type that the key expressions of a node have together. */
static const struct type *node_key(struct check *ck, struct node *n)
{
	const struct type *elems[64];
	bool ok = true;

	if (n->list.n > ARRAY_SIZE(elems)) {
		check_error(ck, n->span, DT_too_deep, "A map key may have at most %zu parts", ARRAY_SIZE(elems));
		return NULL;
	}
	for (size_t i = 0; i < n->list.n; i++) {
		ok &= infer_expr(ck, n->list.v[i]);
		elems[i] = n->list.v[i]->type;
		if (ok && elems[i]->kind == TY_AGG)
			ok = infer_no_number(ck, n->list.v[i]);
		if (ok && elems[i]->kind == TY_NONE) {
			check_error(ck, n->list.v[i]->span, DT_type_mismatch, "A value of type '%s' can not be a map key",
				    type_text(ck->arena, elems[i]));
			return NULL;
		}
	}
	if (!ok)
		return NULL;
	return n->list.n == 1 ? elems[0] : type_tuple(ck->types, elems, n->list.n);
}

static const struct type *strip_space(struct check *ck, const struct type *t)
{
	if (t->kind == TY_STRUCT || t->kind == TY_ARRAY)
		return type_in_space(ck->types, t, AS_NONE);
	return t;
}

static bool infer_key(struct check *ck, struct node *n)
{
	struct map *m = n->map;
	const struct type *t = node_key(ck, n), *j;

	if (!t)
		return false;
	t = strip_space(ck, t);
	if (!m->key) {
		m->key = t;
		ck->changed = true;
		return true;
	}
	j = n->list.n == 1 ? type_join_node(ck->types, m->key, n->list.v[0]) : type_join(ck->types, m->key, t);
	if (!j)
		return check_error(ck, n->span, DT_key_mismatch,
				   "Argument mismatch for @%s: trying to access with arguments: '%s' when map expects arguments: '%s'",
				   m->name, key_text(ck, t), key_text(ck, m->key));
	if (!type_eq(j, m->key)) {
		m->key = j;
		ck->changed = true;
	}
	return true;
}

/* Keyed and scalar maps are distinct kinds; the first use decides. */
static bool check_shape(struct check *ck, struct node *n)
{
	struct map *m = n->map;

	if (n->keyed && !m->used_scalar) {
		m->keyed = true;
		return infer_key(ck, n);
	}
	if (!n->keyed && !m->keyed) {
		m->used_scalar = true;
		return true;
	}
	if (n->keyed)
		return check_error(ck, n->span, DT_map_shape,
				   "@%s used as a map with an explicit key (non-scalar map), previously used without an explicit key (scalar map)",
				   m->name);
	return check_error(ck, n->span, DT_map_shape,
			   "@%s used as a map without an explicit key (scalar map), previously used with an explicit key (non-scalar map)",
			   m->name);
}

bool infer_no_number(struct check *ck, const struct node *n)
{
	return check_error(ck, n->span, DT_type_mismatch, "A map of type '%s' can not be read as a number",
			   type_text(ck->arena, n->type));
}

const struct type *infer_read_type(const struct map *m)
{
	const struct type *t = m->value;

	if (t->kind != TY_AGG || !m->agg || !m->agg->agg_number)
		return t;
	return type_int(8, !t->agg->by_sign || t->param[0]);
}

bool infer_map_read(struct check *ck, struct node *n)
{
	if (!infer_map_use(ck, n))
		return false;
	if (n->map->value)
		n->type = infer_read_type(n->map);
	return true;
}

bool undefined_map(struct check *ck, struct span at, const struct map *m)
{
	return !m->failed && check_error(ck, at, DT_undefined_map, "Undefined map: @%s", m->name);
}

bool infer_map_use(struct check *ck, struct node *n)
{
	if (!check_shape(ck, n))
		return false;
	n->type = n->map->value;
	if (!n->type && ck->assume_int)
		n->type = type_i64();
	return n->type || undefined_map(ck, n->span, n->map);
}

static bool value_mismatch(struct check *ck, struct node *n, const struct type *t)
{
	const struct type *old = n->map->value;

	if (old->kind == TY_AGG && t->kind == TY_AGG && old->agg == t->agg)
		return check_error(ck, n->span, DT_type_mismatch,
				   "Type mismatch for @%s: all calls of %s() for one map must have the same bounds",
				   n->map->name, n->map->agg->name);
	return check_error(ck, n->span, DT_type_mismatch,
			   "Type mismatch for @%s: trying to assign value of type '%s' when map already has a type '%s'",
			   n->map->name, type_text(ck->arena, t), type_text(ck->arena, n->map->value));
}

static bool grow_value(struct check *ck, struct node *at, struct map *m, const struct type *t,
		       const struct node *from)
{
	const struct type *j = t;

	if (m->value)
		j = from ? type_join_node(ck->types, m->value, from) : type_join(ck->types, m->value, t);
	if (!j)
		return value_mismatch(ck, at, t);
	if (!m->value || !type_eq(j, m->value)) {
		m->value = j;
		m->value_span = at->span;
		ck->changed = true;
	}
	return true;
}

/* @m = count(): the value's type comes from the aggregation. */
static bool assign_agg(struct check *ck, struct node *n)
{
	const struct type *t;

	if (!infer_call(ck, n->b))
		return false;
	t = n->b->fn->agg_type(ck, n->b);
	if (!t)
		return false;
	if (!grow_value(ck, n->a, n->a->map, t, NULL))
		return false;
	n->b->type = n->a->map->value;
	n->a->map->agg = n->b->fn;
	return true;
}

static bool is_agg_call(const struct node *n)
{
	return (n->kind == E_CALL || n->kind == E_IDENT) && n->fn && (n->fn->flags & FN_AGG);
}

static bool assign_value(struct check *ck, struct node *n)
{
	const struct type *t;

	if (!infer_expr(ck, n->b))
		return false;
	t = strip_space(ck, n->b->type);
	if (t->kind == TY_AGG)
		return infer_no_number(ck, n->b);
	if (t->kind == TY_NONE)
		return check_error(ck, n->b->span, DT_type_mismatch, "Cannot assign a value of type '%s' to @%s",
				   type_text(ck->arena, t), n->a->map->name);
	if (type_eq(t, n->b->type))
		return grow_value(ck, n->a, n->a->map, t, n->b);
	return grow_value(ck, n->a, n->a->map, t, NULL);
}

/* @m += 1, @m++: an integer map; absent values count as 0. */
static bool assign_arith(struct check *ck, struct node *n)
{
	struct map *m = n->a->map;
	const struct type *t = type_i64();

	if (n->kind == S_ASSIGN) {
		if (!infer_expr(ck, n->b))
			return false;
		if (!type_is_int(n->b->type))
			return check_error(ck, n->b->span, DT_type_mismatch,
					   "Cannot use '%s=' with a value of type '%s'", op_text(n->op),
					   type_text(ck->arena, n->b->type));
		t = type_int(8, n->b->type->is_signed || n->op == OP_SUB);
		if (n->b->is_const && n->b->ival >= 0 && m->value && type_is_int(m->value))
			t = type_int(8, m->value->is_signed || n->op == OP_SUB);
	}
	if (m->value && m->value->kind == TY_PTR && (n->kind == E_INCDEC || n->op == OP_ADD || n->op == OP_SUB))
		return true;
	return grow_value(ck, n->a, m, t, NULL);
}

static bool assign_map(struct check *ck, struct node *n)
{
	if (!check_shape(ck, n->a))
		return false;
	if (n->kind == E_INCDEC || n->op != OP_NONE) {
		if (!assign_arith(ck, n))
			return false;
	} else if (!(is_agg_call(n->b) ? assign_agg(ck, n) : assign_value(ck, n))) {
		return false;
	}
	n->a->type = n->a->map->value;
	return true;
}

bool infer_map_assign(struct check *ck, struct node *n)
{
	bool ok = assign_map(ck, n);

	n->a->map->failed |= ck->report && !ok;
	return ok;
}
