/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Layout of C structures (System V psABI) and of tuples. */
#include "type/layout.h"

#include <string.h>

static uint64_t round_up(uint64_t n, uint64_t to)
{
	return (n + to - 1) / to * to;
}

void layout_split_bits(uint64_t bit_pos, uint32_t bit_size, struct field *f)
{
	uint64_t unit = 8;

	while (unit < 64 && bit_pos / unit != (bit_pos + bit_size - 1) / unit)
		unit *= 2;
	if (bit_pos / unit != (bit_pos + bit_size - 1) / unit)
		unit = 8;
	f->offset = bit_pos / unit * (unit / 8);
	f->bit_offset = bit_pos % unit;
	f->bit_size = bit_size;
}

struct type *type_struct_new(struct types *ts, const char *name, bool is_union)
{
	char *key = arena_printf(ts->arena, "%s %s", is_union ? "union" : "struct", name);
	struct type *t = *name ? strmap_get(&ts->names, key) : NULL;

	if (t && t->kind == TY_STRUCT && t->st->incomplete && !t->st->fields.n)
		return t;
	t = arena_new(ts->arena, struct type);
	*t = (struct type){ .kind = TY_STRUCT, .align = 1 };
	t->st = arena_new(ts->arena, struct struct_def);
	t->st->name = arena_strdup(ts->arena, name);
	t->st->is_union = is_union;
	t->st->incomplete = true;
	if (*name)
		strmap_put(&ts->names, key, t);
	return t;
}

struct type *type_enum_new(struct types *ts, const char *name)
{
	struct type *t = arena_new(ts->arena, struct type);

	*t = (struct type){ .kind = TY_ENUM, .size = 4, .align = 4 };
	t->en = arena_new(ts->arena, struct enum_def);
	t->en->name = arena_strdup(ts->arena, name);
	if (*name)
		strmap_put(&ts->names, arena_printf(ts->arena, "enum %s", name), t);
	return t;
}

void type_struct_add(struct types *ts, struct type *st, const char *name, const struct type *ft,
		     unsigned bit_size)
{
	struct field f = {
		.name = name ? arena_strdup(ts->arena, name) : NULL,
		.type = ft,
		.bit_size = bit_size,
	};

	avec_push(ts->arena, &st->st->fields, f);
}

struct cursor {
	uint64_t bit, end; /* next free bit; highest end seen, for unions */
	uint32_t align;
	bool packed;
};

/*
 * A bit field stays within one unit of its declared type, moving to the next if it does not fit;
 * a nameless one leaves the structure's alignment alone, one of size 0 closes the unit (psABI
 * 3.1.2 "Bit-Fields").
 */
static void place_bits(struct cursor *c, struct field *f)
{
	uint64_t unit = 8 * (uint64_t)f->type->size;

	if (!f->bit_size) {
		c->bit = round_up(c->bit, unit);
		return;
	}
	if (!c->packed) {
		if (c->bit / unit != (c->bit + f->bit_size - 1) / unit)
			c->bit = round_up(c->bit, unit);
		if (f->name && f->type->align > c->align)
			c->align = f->type->align;
	}
	layout_split_bits(c->bit, f->bit_size, f);
	c->bit += f->bit_size;
}

/* Alignment as a member of a C structure. */
static unsigned c_align_of(const struct type *t)
{
	while (t->kind == TY_ARRAY)
		t = t->to;
	return t->kind == TY_STRUCT && t->st->c_align ? t->st->c_align : t->align;
}

static void place_field(struct cursor *c, struct field *f)
{
	uint32_t align = c->packed || f->c_packed ? 1 : c_align_of(f->type);

	if (f->c_align > align)
		align = f->c_align;
	if (align > c->align)
		c->align = align;
	c->bit = round_up(c->bit, 8 * align);
	f->offset = c->bit / 8;
	c->bit += 8 * (uint64_t)f->type->size;
}

static void place(struct cursor *c, struct field *f, bool is_union)
{
	if (is_union)
		c->bit = 0;
	if (f->bit_size || !f->name)
		place_bits(c, f);
	else
		place_field(c, f);
	if (c->bit > c->end)
		c->end = c->bit;
}

void type_struct_end(struct types *ts, struct type *t, bool packed)
{
	struct cursor c = { .align = 1, .packed = packed };
	struct struct_def *st = t->st;
	size_t kept = 0;

	vec_each(st->fields, i) {
		place(&c, &st->fields.v[i], st->is_union);
		if (st->fields.v[i].name)
			st->fields.v[kept++] = st->fields.v[i];
	}
	st->fields.n = kept;
	st->incomplete = false;
	t->size = (c.end + 7) / 8;
	t->align = 1;
	type_struct_align(t, c.align);
}

void type_struct_attr(struct type *st, unsigned align, bool packed)
{
	struct field *f = &st->st->fields.v[st->st->fields.n - 1];

	f->c_align = align;
	f->c_packed = packed;
}

void type_struct_align(struct type *st, unsigned align)
{
	if (align < c_align_of(st))
		return;
	st->align = align > 8 ? 8 : align;
	st->st->c_align = align > 8 ? align : 0;
	st->size = round_up(st->size, align);
}

static void place_elem(struct field *f, uint32_t *size)
{
	f->offset = round_up(*size, f->type->align);
	*size = f->offset + f->type->size;
}

const struct type *type_tuple(struct types *ts, const struct type *const *elems, size_t n)
{
	return type_record(ts, elems, NULL, n);
}

const struct type *type_record(struct types *ts, const struct type *const *elems,
			       const char *const *names, size_t n)
{
	struct type *t = arena_new(ts->arena, struct type);
	struct struct_def *st = arena_new(ts->arena, struct struct_def);
	uint32_t size = 0;

	st->name = "";
	st->is_record = names != NULL;
	for (size_t i = 0; i < n; i++) {
		struct field f = { .type = elems[i] };

		f.name = names ? names[i] : arena_printf(ts->arena, "%zu", i);
		avec_push(ts->arena, &st->fields, f);
	}
	*t = (struct type){ .kind = TY_TUPLE, .align = 1, .st = st };
	for (unsigned align = 8; align; align /= 2) {
		/* Values that do not fill their alignment come last among their equals. */
		for (int odd = 0; odd < 2; odd++) {
			vec_each(st->fields, i) {
				struct field *f = &st->fields.v[i];

				if (f->type->align == align && (f->type->size % align != 0) == odd)
					place_elem(f, &size);
			}
		}
	}
	vec_each(st->fields, i) {
		if (elems[i]->align > t->align)
			t->align = elems[i]->align;
	}
	t->size = size > 4 ? round_up(size, 4) : size;
	return t;
}

uint32_t type_c_size(const struct type *t)
{
	uint64_t end = 0;

	if (t->kind != TY_TUPLE)
		return t->size;
	vec_each(t->st->fields, i) {
		const struct type *f = t->st->fields.v[i].type;

		end = round_up(end, f->align) + type_c_size(f);
	}
	return round_up(end, t->align);
}

bool type_has_holes(const struct type *t)
{
	uint64_t used = 0, end = 0;

	if (t->kind != TY_TUPLE)
		return false;
	vec_each(t->st->fields, i) {
		const struct field *f = &t->st->fields.v[i];

		if (type_has_holes(f->type))
			return true;
		used += f->type->size;
		if (f->offset + f->type->size > end)
			end = f->offset + f->type->size;
	}
	return used != end;
}
