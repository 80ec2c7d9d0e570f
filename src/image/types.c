/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "image/types.h"

#include "fn/fn.h"

#define NO_TYPE 0xff
#define DEPTH_MAX 64
#define SIZE_MAX_OF_TYPE (1u << 24)

static bool pack_fields(struct strbuf *out, struct types *ts, const struct type *t, const char **ret_what)
{
	const struct struct_def *d = type_fields(ts, t);
	bool ok = true;

	pack_text(out, t->st->name);
	pack_u32(out, (uint32_t)t->st->is_union | (uint32_t)t->st->is_record << 1);
	pack_u32(out, d ? (uint32_t)d->fields.n : 0);
	for (size_t i = 0; d && i < d->fields.n && ok; i++) {
		const struct field *f = &d->fields.v[i];

		pack_text(out, f->name);
		pack_u32(out, f->offset);
		pack_u32(out, (uint32_t)f->bit_offset << 16 | f->bit_size);
		ok = pack_type(out, ts, f->type, ret_what);
	}
	return ok;
}

static void pack_names(struct strbuf *out, const struct enum_def *en)
{
	pack_text(out, en->name);
	pack_u32(out, (uint32_t)en->values.n);
	vec_each(en->values, i) {
		pack_text(out, en->values.v[i].name);
		pack_u64(out, (uint64_t)en->values.v[i].value);
	}
}

static bool pack_ops(struct strbuf *out, const struct type *t, const char **ret_what)
{
	const char *name = t->kind == TY_AGG ? t->agg->name : t->ops->name;

	*ret_what = name;
	pack_text(out, name);
	for (int i = 0; i < 3; i++)
		pack_u64(out, (uint64_t)t->param[i]);
	return t->kind == TY_AGG ? fn_agg_ops(name) == t->agg : fn_value_ops(name) == t->ops;
}

bool pack_type(struct strbuf *out, struct types *ts, const struct type *t, const char **ret_what)
{
	pack_u32(out, t ? t->kind : NO_TYPE);
	if (!t)
		return true;
	pack_u32(out, (uint32_t)t->is_signed << 16 | (uint32_t)t->align << 8 | t->space);
	pack_u32(out, t->size);
	switch (t->kind) {
	case TY_ENUM:
		pack_names(out, t->en);
		return true;
	case TY_ARRAY:
		pack_u32(out, t->count);
		return pack_type(out, ts, t->to, ret_what);
	case TY_STRUCT:
	case TY_TUPLE:
		return pack_fields(out, ts, t, ret_what);
	case TY_OPAQUE:
	case TY_AGG:
		return pack_ops(out, t, ret_what);
	default:
		return true;
	}
}

static const struct type *read_type(struct unpack *u, unsigned depth);

/* A field must lie inside its structure; an array's flexible end has no bytes of its own. */
static void check_field(struct unpack *u, const struct type *t, const struct field *f)
{
	if (!f->type || f->offset > t->size || (f->type->size > t->size - f->offset && !f->bit_size) ||
	    f->bit_offset + f->bit_size > 64)
		u->bad = true;
}

static void read_fields(struct unpack *u, struct type *t, unsigned depth)
{
	uint32_t flags, n;

	t->st = arena_new(u->arena, struct struct_def);
	t->st->name = unpack_text(u);
	flags = unpack_u32(u);
	t->st->is_union = flags & 1;
	t->st->is_record = flags >> 1 & 1;
	n = unpack_count(u, 16);
	for (uint32_t i = 0; i < n && !u->bad; i++) {
		struct field f = { .name = unpack_text(u), .offset = unpack_u32(u) };
		uint32_t bits = unpack_u32(u);

		f.bit_offset = (uint16_t)(bits >> 16);
		f.bit_size = (uint16_t)bits;
		f.type = read_type(u, depth + 1);
		check_field(u, t, &f);
		avec_push(u->arena, &t->st->fields, f);
	}
}

static void read_names(struct unpack *u, struct type *t)
{
	uint32_t n;

	t->en = arena_new(u->arena, struct enum_def);
	t->en->name = unpack_text(u);
	n = unpack_count(u, 12);
	for (uint32_t i = 0; i < n && !u->bad; i++) {
		struct enumerator e = { .name = unpack_text(u) };

		e.value = (int64_t)unpack_u64(u);
		avec_push(u->arena, &t->en->values, e);
	}
}

static void read_ops(struct unpack *u, struct type *t)
{
	const char *name = unpack_text(u);

	for (int i = 0; i < 3; i++)
		t->param[i] = (int64_t)unpack_u64(u);
	if (t->kind == TY_AGG)
		t->agg = fn_agg_ops(name);
	else
		t->ops = fn_value_ops(name);
	if (!t->agg && !t->ops)
		u->bad = true;
}

static void read_array(struct unpack *u, struct type *t, unsigned depth)
{
	t->count = unpack_u32(u);
	t->to = read_type(u, depth + 1);
	if (!t->to || (t->count && t->to->size > t->size / t->count))
		u->bad = true;
}

static void read_rest(struct unpack *u, struct type *t, unsigned depth)
{
	switch (t->kind) {
	case TY_PTR:
		t->to = type_none();
		break;
	case TY_ENUM:
		read_names(u, t);
		break;
	case TY_ARRAY:
		read_array(u, t, depth);
		break;
	case TY_STRUCT:
	case TY_TUPLE:
		read_fields(u, t, depth);
		break;
	case TY_OPAQUE:
	case TY_AGG:
		read_ops(u, t);
		break;
	default:
		break;
	}
}

static bool is_number(const struct type *t)
{
	return t->kind == TY_INT || t->kind == TY_ENUM || t->kind == TY_BOOL || t->kind == TY_PTR;
}

static const struct type *read_type(struct unpack *u, unsigned depth)
{
	uint32_t kind = unpack_u32(u), flags;
	struct type *t;

	if (kind == NO_TYPE)
		return NULL;
	if (kind >= TY_FUNC || depth > DEPTH_MAX || u->bad) {
		u->bad = true;
		return type_none();
	}
	t = arena_new(u->arena, struct type);
	flags = unpack_u32(u);
	t->kind = kind;
	t->is_signed = flags >> 16 & 1;
	t->align = (uint8_t)(flags >> 8);
	t->space = flags & 0xff;
	t->size = unpack_u32(u);
	if (t->size > SIZE_MAX_OF_TYPE || (is_number(t) && t->size != 1 && t->size != 2 && t->size != 4 && t->size != 8))
		u->bad = true;
	read_rest(u, t, depth);
	return u->bad ? type_none() : t;
}

const struct type *unpack_type(struct unpack *u)
{
	return read_type(u, 0);
}
