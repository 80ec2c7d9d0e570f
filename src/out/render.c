/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "out/render.h"

#include <stdint.h>
#include <string.h>

#include "base/escape.h"
#include "out/render_int.h"

/* Structures nested deeper come from a broken type description. */
#define RENDER_DEPTH 32

void render_escape(struct render *r, struct strbuf *out, const char *text, size_t n)
{
	if (r->raw)
		sb_add(out, text, n);
	else
		escape_terminal(out, text, n);
}

static bool load_number(const void *bytes, uint32_t size, bool is_signed, int64_t *ret)
{
	uint64_t v = 0;

	if (size != 1 && size != 2 && size != 4 && size != 8)
		return false;
	memcpy(&v, bytes, size);
	if (is_signed && size < 8) {
		unsigned shift = 64 - 8 * size;

		v = (uint64_t)((int64_t)(v << shift) >> shift);
	}
	*ret = (int64_t)v;
	return true;
}

bool render_number(const struct type *t, const void *bytes, int64_t *ret)
{
	switch (t->kind) {
	case TY_BOOL:
	case TY_INT:
	case TY_ENUM:
		return load_number(bytes, t->size, t->is_signed, ret);
	case TY_PTR:
		return load_number(bytes, 8, false, ret);
	case TY_OPAQUE:
		if (!t->ops->number)
			return false;
		*ret = t->ops->number(t, bytes);
		return true;
	case TY_AGG:
		if (!t->agg->number)
			return false;
		*ret = t->agg->number(t, bytes);
		return true;
	default:
		return false;
	}
}

bool render_bitfield(const struct type *t, const struct field *f, const uint8_t *base,
		     uint32_t size, int64_t *ret)
{
	unsigned first = f->bit_offset, bits = f->bit_size;
	uint64_t at = (uint64_t)f->offset * 8 + first;
	uint64_t v = 0;

	if (!bits || bits > 64 || at + bits > (uint64_t)size * 8)
		return false;
	for (unsigned i = 0; i < bits; i++)
		v |= (uint64_t)(base[(at + i) / 8] >> ((at + i) % 8) & 1) << i;
	if (t->is_signed && bits < 64)
		v = (uint64_t)((int64_t)(v << (64 - bits)) >> (64 - bits));
	*ret = (int64_t)v;
	return true;
}

static void add_null(const struct walk *w)
{
	sb_adds(w->out, "null");
}

static void walk_text(const struct walk *w, const char *text, size_t n)
{
	if (w->json)
		render_json_string(w->out, text, n);
	else
		render_escape(w->r, w->out, text, n);
}

void render_json_string(struct strbuf *out, const char *text, size_t n)
{
	sb_addc(out, '"');
	escape_json(out, text, n);
	sb_addc(out, '"');
}

/* Replaces what was added since start by its JSON string; without a second buffer. */
static void quote_tail(struct strbuf *out, size_t start)
{
	size_t n = out->n - start;

	sb_grow(out, n * 6 + 2); /* no move while the text is read from the buffer itself */
	render_json_string(out, out->p + start, n);
	out->n -= n;
	memmove(out->p + start, out->p + start + n, out->n - start);
	out->p[out->n] = '\0';
}

static void walk_cut(const struct walk *w, const char *bytes, size_t n)
{
	size_t start = w->out->n;

	w->r->cut++;
	render_escape(w->r, w->out, bytes, n);
	sb_adds(w->out, w->r->trailer ? w->r->trailer : "..");
	if (w->json)
		quote_tail(w->out, start);
}

/* Of a map there are no more bytes than the string's own: that it was cut shows only in that it fills them. */
static void walk_string(const struct walk *w, const struct type *t, const char *bytes)
{
	size_t n = strnlen(bytes, t->size);

	if (t->size == w->r->str_size && n + 1 >= t->size)
		w->r->cut++;
	walk_text(w, bytes, n);
}

void render_string(struct render *r, struct strbuf *out, const struct type *t, const void *bytes,
		   uint32_t len)
{
	struct walk w = { .r = r, .out = out };

	if (len > t->size)
		walk_cut(&w, bytes, t->size - 1);
	else
		walk_text(&w, bytes, strnlen(bytes, len));
}

static void walk_int(const struct walk *w, const struct type *t, int64_t v)
{
	const char *name = t->kind == TY_ENUM && !w->json ? type_enum_name(t, v) : NULL;

	if (t->kind == TY_BOOL)
		sb_adds(w->out, v ? "true" : "false");
	else if (name)
		sb_adds(w->out, name);
	else if (t->is_signed)
		sb_addi(w->out, v);
	else
		sb_addu(w->out, (uint64_t)v);
}

static void walk_pointer(const struct walk *w, uint64_t v)
{
	if (w->json) {
		sb_addu(w->out, v);
	} else {
		sb_add(w->out, "0x", 2);
		sb_addx(w->out, v);
	}
}

const uint8_t *render_buffer(const struct type *t, const void *bytes, uint32_t present,
			     uint32_t *ret_n)
{
	uint32_t n = 0, room;

	if (present > t->size)
		present = t->size;
	room = present > 4 ? present - 4 : 0;
	if (present >= 4)
		memcpy(&n, bytes, 4);
	*ret_n = n < room ? n : room;
	return (const uint8_t *)bytes + 4;
}

static void walk_buffer(const struct walk *w, const struct type *t, const void *bytes)
{
	uint32_t n;
	const uint8_t *p = render_buffer(t, bytes, t->size, &n);

	if (!w->json) {
		escape_ascii(w->out, p, n);
		return;
	}
	sb_addc(w->out, '[');
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			sb_addc(w->out, ',');
		sb_addu(w->out, p[i]);
	}
	sb_addc(w->out, ']');
}

static void walk_array(const struct walk *w, const struct type *t, const uint8_t *bytes)
{
	const struct type *elem = t->to;

	sb_addc(w->out, '[');
	for (uint32_t i = 0; i < t->count && (uint64_t)(i + 1) * elem->size <= t->size; i++) {
		if (i)
			sb_addc(w->out, ',');
		render_walk(w, elem, bytes + (size_t)i * elem->size);
	}
	sb_addc(w->out, ']');
}

static void walk_fields_of_tuple(const struct walk *w, const struct type *t, const uint8_t *bytes)
{
	const struct struct_def *st = t->st;

	vec_each(st->fields, i) {
		const struct field *f = &st->fields.v[i];

		if (i)
			sb_adds(w->out, w->json || w->compact ? "," : ", ");
		render_walk(w, f->type, bytes + f->offset);
	}
}

static void walk_tuple(const struct walk *w, const struct type *t, const uint8_t *bytes)
{
	sb_addc(w->out, w->json ? '[' : '(');
	walk_fields_of_tuple(w, t, bytes);
	sb_addc(w->out, w->json ? ']' : ')');
}

static void walk_name(const struct walk *w, const char *name)
{
	if (w->json) {
		render_json_string(w->out, name, strlen(name));
		sb_adds(w->out, ": ");
	} else {
		sb_addf(w->out, ".%s = ", name);
	}
}

static void walk_record(const struct walk *w, const struct type *t, const uint8_t *bytes)
{
	const struct struct_def *st = t->st;

	if (!st->fields.n) {
		sb_adds(w->out, "{}");
		return;
	}
	sb_adds(w->out, w->json ? "{" : "{ ");
	vec_each(st->fields, i) {
		if (i)
			sb_adds(w->out, w->compact ? "," : ", ");
		walk_name(w, st->fields.v[i].name);
		render_walk(w, st->fields.v[i].type, bytes + st->fields.v[i].offset);
	}
	sb_adds(w->out, w->json ? "}" : " }");
}

static bool is_char_array(const struct type *t)
{
	return t->kind == TY_ARRAY && t->to->kind == TY_INT && t->to->size == 1 && t->to->is_signed;
}

/* A member's value; char arrays in structures are text. */
static void walk_member(const struct walk *w, const struct type *t, const struct field *f,
			const uint8_t *bytes, uint32_t size)
{
	int64_t v;

	if (f->bit_size) {
		if (render_bitfield(f->type, f, bytes, size, &v))
			walk_int(w, f->type, v);
		else
			add_null(w);
	} else if (f->data_loc || f->rel_loc) {
		/* Where the text lies in a record that is not at hand. */
		load_number(bytes + f->offset, 4, false, &v);
		walk_pointer(w, (uint64_t)v);
	} else if (is_char_array(f->type)) {
		walk_text(w, (const char *)bytes + f->offset,
			  strnlen((const char *)bytes + f->offset, f->type->size));
	} else {
		render_walk(w, f->type, bytes + f->offset);
	}
}

static bool member_fits(const struct field *f, uint32_t size)
{
	uint64_t need = f->data_loc || f->rel_loc ? 4 : f->bit_size ? 1 : f->type->size;

	return f->offset + need <= size;
}

/* Members of anonymous members stand among those of their parent. */
static void walk_members(const struct walk *w, const struct type *t, const uint8_t *bytes,
			 unsigned *count)
{
	const struct struct_def *st = type_fields(w->r->types, t);

	vec_each(st->fields, i) {
		const struct field *f = &st->fields.v[i];

		if (!member_fits(f, t->size))
			continue;
		if (!f->name[0] && f->type->kind == TY_STRUCT && w->depth < RENDER_DEPTH) {
			struct walk in = *w;

			in.depth++;
			walk_members(&in, f->type, bytes + f->offset, count);
			continue;
		}
		if ((*count)++)
			sb_adds(w->out, w->compact ? "," : ", ");
		walk_name(w, f->name);
		walk_member(w, t, f, bytes, t->size);
	}
}

static void walk_struct(const struct walk *w, const struct type *t, const uint8_t *bytes)
{
	size_t start = w->out->n;
	unsigned count = 0;

	sb_adds(w->out, w->json ? "{" : "{ ");
	walk_members(w, t, bytes, &count);
	if (!count) {
		w->out->n = start;
		sb_add(w->out, "{}", 2);
	} else {
		sb_adds(w->out, w->json ? "}" : " }");
	}
}

static void walk_opaque(const struct walk *w, const struct type *t, const void *bytes)
{
	size_t start = w->out->n;
	bool raw = w->r->raw;

	if (!w->json) {
		t->ops->text(w->r, w->out, t, bytes);
		return;
	}
	w->r->raw = true; /* escaped once, as JSON */
	if (t->ops->json) {
		t->ops->json(w->r, w->out, t, bytes);
	} else {
		t->ops->text(w->r, w->out, t, bytes);
		quote_tail(w->out, start);
	}
	w->r->raw = raw;
}

void render_walk(const struct walk *outer, const struct type *t, const void *bytes)
{
	struct walk w = *outer;
	int64_t v;

	if (++w.depth > RENDER_DEPTH) {
		add_null(&w);
		return;
	}
	switch (t->kind) {
	case TY_BOOL:
	case TY_INT:
	case TY_ENUM:
		if (load_number(bytes, t->size, t->is_signed, &v))
			walk_int(&w, t, v);
		else
			add_null(&w);
		break;
	case TY_PTR:
		load_number(bytes, 8, false, &v);
		walk_pointer(&w, (uint64_t)v);
		break;
	case TY_ARRAY:
		walk_array(&w, t, bytes);
		break;
	case TY_STRUCT:
		walk_struct(&w, t, bytes);
		break;
	case TY_STRING:
		walk_string(&w, t, bytes);
		break;
	case TY_BUFFER:
		walk_buffer(&w, t, bytes);
		break;
	case TY_TUPLE:
		if (t->st->is_record)
			walk_record(&w, t, bytes);
		else
			walk_tuple(&w, t, bytes);
		break;
	case TY_OPAQUE:
		walk_opaque(&w, t, bytes);
		break;
	default:
		add_null(&w);
	}
}

void render_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	struct walk w = { .r = r, .out = out };

	render_walk(&w, t, bytes);
}

void render_json(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	struct walk w = { .r = r, .out = out, .json = true };
	bool raw = r->raw;

	r->raw = true;
	render_walk(&w, t, bytes);
	r->raw = raw;
}

void render_key(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	struct walk w = { .r = r, .out = out };

	if (t->kind == TY_TUPLE && !t->st->is_record)
		walk_fields_of_tuple(&w, t, bytes);
	else
		render_walk(&w, t, bytes);
}

void render_json_key(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	struct walk w = { .r = r, .out = out, .compact = true };
	size_t start = out->n;
	bool raw = r->raw;

	r->raw = true;
	if (t->kind == TY_TUPLE && !t->st->is_record)
		walk_fields_of_tuple(&w, t, bytes);
	else
		render_walk(&w, t, bytes);
	r->raw = raw;
	quote_tail(out, start);
}
