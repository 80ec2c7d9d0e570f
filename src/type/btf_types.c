/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From BTF records to types.
 *
 * Each id becomes a type once; structures and prototypes start as shells whose
 * fields are read at first use, so a structure that points to itself is no case of its own,
 * and following one pointer does not drag in the kernel.
 */
#include "type/btf_int.h"
#include "type/layout.h"
#include "type/float.h"

#include <string.h>

#define ALIGN_BUDGET 1024 /* members looked at for one alignment */

struct slot {
	const struct btf_file *file;
	uint32_t id;
	struct type *type; /* NULL: free slot */
};

struct btf_cache {
	struct slot *slots;
	size_t n, cap;
	struct strmap lookups; /* name -> const struct type *, type_none() for names BTF lacks */
};

static struct btf_cache *cache_get(struct types *ts)
{
	struct btf_cache *c = ts->btf_cache;

	if (!c) {
		c = arena_new(ts->arena, struct btf_cache);
		strmap_init(&c->lookups, ts->arena);
		c->cap = 64;
		c->slots = arena_array(ts->arena, struct slot, c->cap);
		ts->btf_cache = c;
	}
	return c;
}

/* The slot of an id, or the free one where it belongs. */
static struct slot *slot_find(struct slot *slots, size_t cap, const struct btf_file *f, uint32_t id)
{
	size_t i = (id * 2654435761u ^ (uintptr_t)f >> 4) & (cap - 1);

	while (slots[i].type && (slots[i].id != id || slots[i].file != f))
		i = (i + 1) & (cap - 1);
	return &slots[i];
}

static void cache_grow(struct types *ts, struct btf_cache *c)
{
	struct slot *slots = arena_array(ts->arena, struct slot, c->cap * 2);

	for (size_t i = 0; i < c->cap; i++) {
		struct slot *s = &c->slots[i];

		if (s->type)
			*slot_find(slots, c->cap * 2, s->file, s->id) = *s;
	}
	c->slots = slots;
	c->cap *= 2;
}

static struct type *cached(struct types *ts, const struct btf_file *b, uint32_t id)
{
	struct btf_cache *c = cache_get(ts);

	return slot_find(c->slots, c->cap, b, id)->type;
}

/* A new type that stands for an id from now on. */
static struct type *publish(struct types *ts, const struct btf_file *b, uint32_t id,
			    enum type_kind kind, uint32_t size, uint8_t align)
{
	struct btf_cache *c = cache_get(ts);
	struct type *t = arena_new(ts->arena, struct type);

	if (c->n * 2 >= c->cap)
		cache_grow(ts, c);
	c->n++;
	*t = (struct type){ .kind = kind, .size = size, .align = align };
	*slot_find(c->slots, c->cap, b, id) = (struct slot){ b, id, t };
	return t;
}

static const struct type *make(struct types *ts, struct btf_file *b, uint32_t id, int depth);

/* What a member, element, parameter or result may be: a function only behind a pointer. */
static const struct type *make_value(struct types *ts, struct btf_file *b, uint32_t id, int depth)
{
	const struct type *t = make(ts, b, id, depth);

	return t->kind == TY_FUNC ? type_none() : t;
}

/*
 * Alignment of a type: BTF does not say, so it is the largest of its members', 1 for
 * a structure whose layout shows that it is packed. *budget bounds the work on hostile images.
 */
static uint32_t align_of(struct btf_file *b, uint32_t id, int *budget);

static uint32_t align_of_members(struct btf_file *b, const uint32_t *rec, int *budget)
{
	uint32_t align = 1;

	for (uint32_t i = 0; i < rec_vlen(rec) && align < 8 && *budget > 0; i++) {
		struct btf_member m = btf_rec_member(b, rec, i);
		uint32_t a = align_of(b, m.type, budget);

		if (!m.bit_size && m.bit_pos % (8 * a))
			return 1;
		if (a > align)
			align = a;
	}
	return rec[REC_SIZE] % align ? 1 : align;
}

static uint32_t size_align(uint32_t size)
{
	return size == 2 || size == 4 || size == 8 ? size : size == 16 ? 8 : 1;
}

static uint32_t align_of(struct btf_file *b, uint32_t id, int *budget)
{
	const uint32_t *rec;

	for (int i = 0; i < BTF_MAX_DEPTH && (*budget)-- > 0; i++) {
		rec = btf_record(b, btf_strip(b, id));
		if (!rec)
			return 1;
		switch (rec_kind(rec)) {
		case BK_PTR:
			return 8;
		case BK_ARRAY:
			id = rec[REC_EXTRA];
			break;
		case BK_STRUCT:
		case BK_UNION:
			return align_of_members(b, rec, budget);
		default:
			return size_align(rec[REC_SIZE]);
		}
	}
	return 1;
}

static const struct type *bytes(struct types *ts, uint32_t n)
{
	return type_array(ts, type_int(1, false), n);
}

static const struct type *make_int(struct types *ts, struct btf_file *b, const uint32_t *rec)
{
	uint32_t size = rec[REC_SIZE], encoding = rec[REC_EXTRA] >> 24 & 0xf;

	if (encoding & 4 && size == 1) /* BTF_INT_BOOL */
		return type_bool();
	if (size != 1 && size != 2 && size != 4 && size != 8)
		return size <= 64 ? bytes(ts, size) : type_none();
	/* gcc and clang mark plain char differently. */
	if (size == 1 && !strcmp(btf_string(b, rec[REC_NAME]), "char"))
		return type_int(1, true);
	return type_int(size, encoding & 1); /* BTF_INT_SIGNED */
}

static const struct type *make_enum(struct types *ts, struct btf_file *b, uint32_t id,
				    const uint32_t *rec)
{
	uint32_t size = rec[REC_SIZE], n = rec_vlen(rec);
	struct enum_def *en = arena_new(ts->arena, struct enum_def);
	struct type *t;

	if (size != 1 && size != 2 && size != 4 && size != 8)
		return type_none();
	t = publish(ts, b, id, TY_ENUM, size, size);
	t->is_signed = rec_flag(rec);
	t->en = en;
	en->name = btf_string(b, rec[REC_NAME]);
	en->values.v = arena_alloc(ts->arena, n * sizeof(*en->values.v));
	en->values.n = en->values.cap = n;
	for (uint32_t i = 0; i < n; i++) {
		struct btf_enumerator e = btf_rec_enumerator(rec, i);

		en->values.v[i] = (struct enumerator){ btf_string(b, e.name_off), e.value };
	}
	return t;
}

/* Where a pointer to an id leads: its type tags say. */
static enum addr_space pointer_space(struct btf_file *b, uint32_t id)
{
	for (int i = 0; i < BTF_MAX_DEPTH; i++) {
		const uint32_t *rec = btf_record(b, id);

		if (!rec || !kind_is_modifier(rec_kind(rec)))
			break;
		if (rec_kind(rec) == BK_TYPE_TAG && !strcmp(btf_string(b, rec[REC_NAME]), "user"))
			return AS_USER;
		id = rec[REC_TYPE];
	}
	return AS_KERNEL;
}

static const struct type *make_ptr(struct types *ts, struct btf_file *b, uint32_t id,
				   const uint32_t *rec, int depth)
{
	const struct type *to = make(ts, b, rec[REC_TYPE], depth + 1);
	struct type *t = publish(ts, b, id, TY_PTR, 8, 8);

	t->to = to;
	t->space = pointer_space(b, rec[REC_TYPE]);
	return t;
}

static const struct type *make_array(struct types *ts, struct btf_file *b, uint32_t id,
				     const uint32_t *rec, int depth)
{
	const struct type *to = make_value(ts, b, rec[REC_EXTRA], depth + 1);
	uint32_t count = rec[REC_EXTRA + 2];
	struct type *t;

	if (to->kind == TY_NONE || (uint64_t)to->size * count > INT32_MAX)
		return type_none();
	t = publish(ts, b, id, TY_ARRAY, to->size * count, to->align);
	t->to = to;
	t->count = count;
	return t;
}

struct btf_member btf_rec_member(struct btf_file *b, const uint32_t *rec, uint32_t i)
{
	const uint32_t *raw = rec + REC_EXTRA + 3 * i, *of;
	struct btf_member m = { .name_off = raw[0], .type = raw[1], .bit_pos = raw[2] };

	if (rec_flag(rec)) {
		m.bit_size = raw[2] >> 24;
		m.bit_pos = raw[2] & 0xffffff;
		return m;
	}
	/* Without the flag it is the integer type that tells a bit field (pahole before 1.13). */
	of = btf_record(b, btf_strip(b, m.type));
	if (of && rec_kind(of) == BK_INT) {
		uint32_t bits = of[REC_EXTRA] & 0xff, shift = of[REC_EXTRA] >> 16 & 0xff;

		if (shift || (bits && bits != 8ull * of[REC_SIZE])) {
			m.bit_pos += shift;
			m.bit_size = bits;
		}
	}
	return m;
}

/* False if a hostile image puts the member outside its structure. */
static bool member_field(struct types *ts, struct btf_file *b, const struct type *t,
			 struct btf_member m, struct field *ret)
{
	struct field f = { .name = btf_string(b, m.name_off), .btf_id = m.type };
	uint64_t end;

	f.type = make_value(ts, b, m.type, 0);
	if (m.bit_size) {
		if (!type_is_int(f.type))
			return false;
		layout_split_bits(m.bit_pos, m.bit_size, &f);
		end = ((uint64_t)m.bit_pos + m.bit_size + 7) / 8;
	} else {
		f.offset = m.bit_pos / 8;
		end = (uint64_t)f.offset + f.type->size;
	}
	if (end > t->size)
		return false;
	*ret = f;
	return true;
}

static void load_members(struct types *ts, struct type *t)
{
	struct struct_def *st = t->st;
	struct btf_file *b = (struct btf_file *)st->load_from;
	const uint32_t *rec = btf_record(b, st->load_id);
	struct field f;

	st->load = NULL;
	for (uint32_t i = 0; i < rec_vlen(rec); i++) {
		if (member_field(ts, b, t, btf_rec_member(b, rec, i), &f))
			avec_push(ts->arena, &st->fields, f);
	}
}

static const struct type *make_struct(struct types *ts, struct btf_file *b, uint32_t id,
				      const uint32_t *rec)
{
	bool fwd = rec_kind(rec) == BK_FWD;
	struct struct_def *st = arena_new(ts->arena, struct struct_def);
	int budget = ALIGN_BUDGET;
	struct type *t;

	if (!fwd && rec[REC_SIZE] > INT32_MAX)
		return type_none();
	st->name = btf_string(b, rec[REC_NAME]);
	st->is_union = fwd ? rec_flag(rec) : rec_kind(rec) == BK_UNION;
	st->incomplete = fwd;
	st->load_from = b;
	st->load_id = id;
	t = publish(ts, b, id, TY_STRUCT, fwd ? 0 : rec[REC_SIZE], 1);
	t->st = st;
	if (!fwd) {
		t->align = align_of(b, id, &budget);
		st->load = load_members;
	}
	return t;
}

/* Adds the parameters of a prototype record from number first on, each in slots of 8 bytes. */
static void add_params(struct types *ts, struct btf_file *b, const uint32_t *proto, uint32_t first,
		       struct struct_def *st)
{
	uint32_t offset = 0;

	for (uint32_t i = first; i < rec_vlen(proto); i++) {
		const uint32_t *raw = proto + REC_EXTRA + 2 * i;
		struct field f = { .name = btf_string(b, raw[0]), .btf_id = raw[1] };

		if (!raw[1]) /* "..." */
			break;
		if (!*f.name)
			f.name = arena_printf(ts->arena, "arg%u", i - first);
		f.type = make_value(ts, b, raw[1], 0);
		f.offset = offset;
		offset += f.type->size > 8 && f.type->size <= 16 ? 16 : 8;
		avec_push(ts->arena, &st->fields, f);
	}
}

static void load_params(struct types *ts, struct type *t)
{
	struct btf_file *b = (struct btf_file *)t->st->load_from;

	t->st->load = NULL;
	add_params(ts, b, btf_record(b, t->st->load_id), 0, t->st);
}

/* id: of a FUNC_PROTO or of the FUNC that has it. */
static const struct type *make_func(struct types *ts, struct btf_file *b, uint32_t id,
				    const uint32_t *rec, int depth)
{
	const char *name = btf_string(b, rec[REC_NAME]);
	uint32_t proto_id = id;
	const struct type *to;
	struct struct_def *st;
	struct type *t;

	if (rec_kind(rec) == BK_FUNC) {
		proto_id = rec[REC_TYPE];
		rec = btf_record(b, proto_id);
		if (!rec || rec_kind(rec) != BK_FUNC_PROTO)
			return type_none();
	}
	to = make_value(ts, b, rec[REC_TYPE], depth + 1);
	st = arena_new(ts->arena, struct struct_def);
	*st = (struct struct_def){ .name = name, .load = load_params, .load_id = proto_id,
				   .load_from = b };
	t = publish(ts, b, id, TY_FUNC, 0, 1);
	t->st = st;
	t->to = to;
	return t;
}

static const struct type *make_new(struct types *ts, struct btf_file *b, uint32_t id, int depth)
{
	const uint32_t *rec = btf_record(b, id);

	switch (rec_kind(rec)) {
	case BK_INT:
		return make_int(ts, b, rec);
	case BK_PTR:
		return make_ptr(ts, b, id, rec, depth);
	case BK_ARRAY:
		return make_array(ts, b, id, rec, depth);
	case BK_STRUCT:
	case BK_UNION:
	case BK_FWD:
		return make_struct(ts, b, id, rec);
	case BK_ENUM:
	case BK_ENUM64:
		return make_enum(ts, b, id, rec);
	case BK_FUNC:
	case BK_FUNC_PROTO:
		return make_func(ts, b, id, rec, depth);
	case BK_FLOAT:
		if (type_float(ts, rec[REC_SIZE]))
			return type_float(ts, rec[REC_SIZE]);
		return rec[REC_SIZE] <= 64 ? bytes(ts, rec[REC_SIZE]) : type_none();
	case BK_VAR:
		return make(ts, b, rec[REC_TYPE], depth + 1);
	default:
		return type_none();
	}
}

static const struct type *make(struct types *ts, struct btf_file *b, uint32_t id, int depth)
{
	const struct type *t;

	/* A base's records are the same types whichever module's file led to them. */
	while (b->base && id < b->start_id)
		b = b->base;
	id = btf_strip(b, id);
	while (b->base && id < b->start_id)
		b = b->base;
	if (!id || depth > BTF_MAX_DEPTH)
		return type_none();
	t = cached(ts, b, id);
	return t ? t : make_new(ts, b, id, depth);
}

const struct type *btf_type(struct types *ts, struct btf_file *b, uint32_t id)
{
	return make(ts, b, id, 0);
}

const struct type *btf_func_type(struct types *ts, struct btf_file *b, const char *func)
{
	uint32_t id = btf_file_find(b, BK_FUNC, func);
	const struct type *t = id ? make(ts, b, id, 0) : type_none();

	if (t->kind != TY_FUNC)
		return NULL;
	type_fields(ts, t);
	return t;
}

/* The prototype record behind a pointer typedef, NULL if it is none. */
static const uint32_t *proto_behind(struct btf_file *b, uint32_t typedef_id)
{
	const uint32_t *rec = btf_record(b, btf_strip(b, typedef_id));

	if (rec && rec_kind(rec) == BK_PTR)
		rec = btf_record(b, btf_strip(b, rec[REC_TYPE]));
	return rec && rec_kind(rec) == BK_FUNC_PROTO ? rec : NULL;
}

/*
 * The typedef's parameters have no names (DWARF gives none to a function pointer's); those of the
 * tracepoint's iterator, __traceiter_NAME (kernel 5.10), are the same ones with names.
 */
static const uint32_t *rawtp_proto(struct btf_file *b, const char *event)
{
	char name[160];
	const uint32_t *proto, *rec;

	if (strlen(event) > 128)
		return NULL;
	strcpy(stpcpy(name, "btf_trace_"), event);
	proto = proto_behind(b, btf_file_find(b, BK_TYPEDEF, name));
	if (!proto)
		return NULL;
	strcpy(stpcpy(name, "__traceiter_"), event);
	rec = btf_record(b, btf_file_find(b, BK_FUNC, name));
	rec = rec ? btf_record(b, rec[REC_TYPE]) : NULL;
	if (rec && rec_kind(rec) == BK_FUNC_PROTO && rec_vlen(rec) == rec_vlen(proto))
		return rec;
	return proto;
}

const struct type *btf_rawtp_type(struct types *ts, struct btf_file *b, const char *event)
{
	const uint32_t *proto = rawtp_proto(b, event);
	struct type *t;

	if (!proto)
		return NULL;
	t = arena_new(ts->arena, struct type);
	*t = (struct type){ .kind = TY_FUNC, .align = 1, .to = type_none() };
	t->st = arena_new(ts->arena, struct struct_def);
	t->st->name = arena_strdup(ts->arena, event);
	t->st->load_from = b;
	add_params(ts, b, proto, 1, t->st);
	return t;
}

/* "struct x" and the like to the kinds of records that may be it; *name moves to x. */
static uint32_t name_kinds(const char **name)
{
	static const struct {
		const char *word;
		uint32_t kinds;
	} words[] = {
		{ "struct ", 1u << BK_STRUCT },
		{ "union ", 1u << BK_UNION },
		{ "enum ", 1u << BK_ENUM | 1u << BK_ENUM64 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i].word);

		if (!strncmp(*name, words[i].word, n)) {
			*name += n;
			return words[i].kinds;
		}
	}
	return 1u << BK_TYPEDEF | 1u << BK_INT;
}

const struct type *btf_types_lookup(struct types *ts, const char *name)
{
	struct btf_cache *c = cache_get(ts);
	const struct type *t = strmap_get(&c->lookups, name);
	const char *bare = name;
	uint32_t kinds, id;

	if (!t) {
		kinds = name_kinds(&bare);
		id = btf_find_kinds(ts->btf, kinds, bare);
		t = btf_type(ts, ts->btf, id);
		strmap_put(&c->lookups, name, (void *)t);
	}
	return t->kind == TY_NONE ? NULL : t;
}
