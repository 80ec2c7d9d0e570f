/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making, comparing and looking into types. */
#include <string.h>

#include "type/btf_int.h"
#include "type/value_ops.h"

#define MAX_NESTING 32      /* of anonymous members, arrays and pointers followed */
#define FIELD_BUDGET 200000 /* fields looked at for one name; only a hostile image comes near */

void types_init(struct types *ts, struct arena *a, struct btf_file *btf)
{
	*ts = (struct types){ .arena = a, .btf = btf };
	strmap_init(&ts->names, a);
	strmap_init(&ts->enumerators, a);
	strmap_init(&ts->left_out, a);
}

const struct type *type_none(void)
{
	static const struct type t = { .kind = TY_NONE, .align = 1 };

	return &t;
}

const struct type *type_bool(void)
{
	static const struct type t = { .kind = TY_BOOL, .size = 1, .align = 1 };

	return &t;
}

const struct type *type_int(unsigned size, bool is_signed)
{
#define INT(n, s) { .kind = TY_INT, .size = n, .align = n, .is_signed = s }
	static const struct type ints[4][2] = {
		{ INT(1, false), INT(1, true) },
		{ INT(2, false), INT(2, true) },
		{ INT(4, false), INT(4, true) },
		{ INT(8, false), INT(8, true) },
	};
#undef INT

	return &ints[size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3][is_signed];
}

static struct type *new_type(struct types *ts, enum type_kind kind, uint32_t size, uint8_t align)
{
	struct type *t = arena_new(ts->arena, struct type);

	t->kind = kind;
	t->size = size;
	t->align = align;
	return t;
}

const struct type *type_ptr(struct types *ts, const struct type *to, enum addr_space space)
{
	struct type *t = new_type(ts, TY_PTR, 8, 8);

	t->to = to;
	t->space = space;
	return t;
}

const struct type *type_array(struct types *ts, const struct type *elem, uint32_t count)
{
	struct type *t = new_type(ts, TY_ARRAY, elem->size * count, elem->align);

	t->to = elem;
	t->count = count;
	return t;
}

const struct type *type_string(struct types *ts, uint32_t size)
{
	return new_type(ts, TY_STRING, size, 1);
}

const struct type *type_buffer(struct types *ts, uint32_t bytes)
{
	return new_type(ts, TY_BUFFER, 4 + (bytes + 3) / 4 * 4, 4);
}

const struct type *type_opaque_p(struct types *ts, const struct value_ops *ops, uint32_t size,
				 uint8_t align, int64_t p0, int64_t p1)
{
	struct type *t = new_type(ts, TY_OPAQUE, size, align);

	t->ops = ops;
	t->param[0] = p0;
	t->param[1] = p1;
	return t;
}

const struct type *type_opaque(struct types *ts, const struct value_ops *ops, uint32_t size,
			       uint8_t align)
{
	return type_opaque_p(ts, ops, size, align, 0, 0);
}

const struct type *type_agg(struct types *ts, const struct agg_ops *agg, int64_t p0, int64_t p1,
			    int64_t p2)
{
	struct type *t = new_type(ts, TY_AGG, 0, 8);

	t->agg = agg;
	t->param[0] = p0;
	t->param[1] = p1;
	t->param[2] = p2;
	t->size = agg->size ? agg->size(t) : 0;
	return t;
}

const struct type *type_in_space(struct types *ts, const struct type *t, enum addr_space space)
{
	struct type *copy;

	if (t->space == space ||
	    (t->kind != TY_PTR && t->kind != TY_STRUCT && t->kind != TY_ARRAY))
		return t;
	copy = arena_dup(ts->arena, t, sizeof(*t));
	copy->space = space;
	return copy;
}

/* A structure that the script or a module only declares gets the definition that the kernel has. */
static void complete(struct types *ts, struct type *t)
{
	const char *word = t->st->is_union ? "union" : "struct";
	const struct type *def =
		btf_types_lookup(ts, arena_printf(ts->arena, "%s %s", word, t->st->name));

	if (!def || def->kind != TY_STRUCT || def->st->incomplete)
		return;
	*t->st = *type_fields(ts, def);
	t->size = def->size;
	t->align = def->align;
}

const struct struct_def *type_fields(struct types *ts, const struct type *t)
{
	if (t->st && t->st->load)
		t->st->load(ts, (struct type *)t);
	else if (t->kind == TY_STRUCT && t->st->incomplete && *t->st->name && ts->btf)
		complete(ts, (struct type *)t);
	return t->st;
}

static bool is_anonymous_part(const struct field *f)
{
	return !*f->name && f->type->kind == TY_STRUCT;
}

static bool find_field(struct types *ts, const struct type *t, const char *name, int depth,
		       int *budget, struct field *ret)
{
	const struct struct_def *st = type_fields(ts, t);

	for (size_t i = 0; st && i < st->fields.n; i++) {
		const struct field *f = &st->fields.v[i];

		if (--*budget < 0)
			return false;
		if (!strcmp(f->name, name)) {
			*ret = *f;
			return true;
		}
		if (is_anonymous_part(f) && depth < MAX_NESTING &&
		    find_field(ts, f->type, name, depth + 1, budget, ret)) {
			ret->offset += f->offset;
			return true;
		}
	}
	return false;
}

bool type_field(struct types *ts, const struct type *t, const char *name, struct field *ret_field)
{
	int budget = FIELD_BUDGET;

	return *name && find_field(ts, t, name, 0, &budget, ret_field);
}

static bool fields_eq(const struct struct_def *a, const struct struct_def *b)
{
	if (a == b)
		return true;
	if (a->fields.n != b->fields.n)
		return false;
	vec_each(a->fields, i) {
		if (strcmp(a->fields.v[i].name, b->fields.v[i].name) ||
		    !type_eq(a->fields.v[i].type, b->fields.v[i].type))
			return false;
	}
	return true;
}

uint32_t type_kernel_id(const struct types *ts, const struct type *t)
{
	return t && t->kind == TY_STRUCT && t->st->load_from && t->st->load_from == ts->btf ? t->st->load_id : 0;
}

static bool same_origin(const struct struct_def *x, const struct struct_def *y)
{
	return x->load_id && x->load_id == y->load_id && x->load_from == y->load_from;
}

/* Structures are equal by name and size, nameless ones by where they were defined. */
static bool struct_eq(const struct type *a, const struct type *b)
{
	const struct struct_def *x = a->st, *y = b->st;

	if (x == y)
		return true;
	if (same_origin(x, y))
		return true;
	return *x->name && !strcmp(x->name, y->name) && x->is_union == y->is_union &&
	       a->size == b->size;
}

/* By origin if they are BTF's, for those may refer to themselves, which C text cannot. */
static bool func_eq(const struct type *a, const struct type *b)
{
	const struct struct_def *x = a->st, *y = b->st;

	if (x == y)
		return true;
	if (x->load_from || y->load_from)
		return same_origin(x, y);
	return type_eq(a->to, b->to) && fields_eq(x, y);
}

bool type_eq(const struct type *a, const struct type *b)
{
	if (a == b)
		return true;
	if (a->kind != b->kind || (a->size != b->size && a->kind != TY_FUNC))
		return false;
	switch (a->kind) {
	case TY_NONE:
	case TY_BOOL:
	case TY_STRING:
	case TY_BUFFER:
		return true;
	case TY_INT:
		return a->is_signed == b->is_signed;
	case TY_ENUM:
		return a->en == b->en || (*a->en->name && !strcmp(a->en->name, b->en->name));
	case TY_PTR:
		return a->space == b->space && type_eq(a->to, b->to);
	case TY_ARRAY:
		return a->count == b->count && type_eq(a->to, b->to);
	case TY_STRUCT:
		return struct_eq(a, b);
	case TY_TUPLE:
		return a->st->is_record == b->st->is_record && fields_eq(a->st, b->st);
	case TY_OPAQUE:
		return a->ops == b->ops && !memcmp(a->param, b->param, sizeof(a->param));
	case TY_AGG:
		return a->agg == b->agg && !memcmp(a->param, b->param, sizeof(a->param));
	case TY_FUNC:
		return func_eq(a, b);
	}
	return false;
}

const char *type_enum_name(const struct type *t, int64_t v)
{
	if (t->kind != TY_ENUM)
		return NULL;
	vec_each(t->en->values, i) {
		if (t->en->values.v[i].value == v)
			return t->en->values.v[i].name;
	}
	return NULL;
}
