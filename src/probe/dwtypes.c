/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each DIE becomes a type once. Structures start as shells whose members are read at first use, so that those that
 * refer to themselves are no case of their own.
 */
#include "probe/dwtypes.h"

#include <stddef.h>
#include <string.h>

#include <dwarf.h>

#include "type/layout.h"
#include "type/float.h"

#define DEPTH_MAX 32      /* of pointers and arrays in one another */
#define MEMBERS_MAX 65536
#define DIMENSIONS_MAX 8

/* A structure and where its members are described. */
struct dwarf_struct {
	struct struct_def def;
	struct dwarf_types *dt;
	Dwarf_Die die;
};

void dwarf_types_init(struct dwarf_types *dt, struct types *ts, struct dwarf_file *dw)
{
	*dt = (struct dwarf_types){ .ts = ts, .dw = dw };
	strmap_init(&dt->by_die, ts->arena);
	strmap_init(&dt->by_name, ts->arena);
}

uint64_t dwarf_number(Dwarf_Die *die, unsigned attr_name, uint64_t fallback)
{
	Dwarf_Attribute attr;
	Dwarf_Word v;

	if (!dwarf_attr_integrate(die, attr_name, &attr) || dwarf_formudata(&attr, &v))
		return fallback;
	return v;
}

bool dwarf_type_of(Dwarf_Die *die, bool bare, Dwarf_Die *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Die type;

	if (!dwarf_attr_integrate(die, DW_AT_type, &attr) || !dwarf_formref_die(&attr, &type))
		return false;
	if (!bare) {
		*ret = type;
		return true;
	}
	return !dwarf_peel_type(&type, ret);
}

bool dwarf_member_offset(Dwarf_Die *member, uint64_t *ret)
{
	Dwarf_Attribute attr;
	Dwarf_Op *ops;
	size_t n;

	*ret = 0;
	if (!dwarf_attr_integrate(member, DW_AT_data_member_location, &attr))
		return true;
	if (!dwarf_formudata(&attr, ret))
		return true;
	if (dwarf_getlocation(&attr, &ops, &n) || n != 1 || ops->atom != DW_OP_plus_uconst)
		return false;
	*ret = ops->number;
	return true;
}

static const struct type *make(struct dwarf_types *dt, Dwarf_Die *die, int depth);

static const struct type *bytes(struct dwarf_types *dt, uint64_t n)
{
	return n && n <= 64 ? type_array(dt->ts, type_int(1, false), (uint32_t)n) : type_none();
}

static const struct type *make_base(struct dwarf_types *dt, Dwarf_Die *die)
{
	uint64_t size = dwarf_number(die, DW_AT_byte_size, 0), encoding = dwarf_number(die, DW_AT_encoding, 0);

	if (encoding == DW_ATE_boolean && size == 1)
		return type_bool();
	if (encoding == DW_ATE_float && type_float(dt->ts, (uint32_t)size))
		return type_float(dt->ts, (uint32_t)size);
	if (encoding == DW_ATE_float || encoding == DW_ATE_complex_float || encoding == DW_ATE_decimal_float ||
	    (size != 1 && size != 2 && size != 4 && size != 8))
		return bytes(dt, size);
	return type_int((unsigned)size, encoding == DW_ATE_signed || encoding == DW_ATE_signed_char);
}

static struct type *publish(struct dwarf_types *dt, Dwarf_Die *die, struct type like)
{
	struct type *t = arena_dup(dt->ts->arena, &like, sizeof(like));

	strmap_putn(&dt->by_die, (const char *)&die->addr, sizeof(die->addr), t);
	return t;
}

static const struct type *target_of(struct dwarf_types *dt, Dwarf_Die *die, int depth)
{
	Dwarf_Die to;

	return dwarf_type_of(die, true, &to) ? make(dt, &to, depth + 1) : type_none();
}

/* Elements of one dimension: 0 if it is flexible. */
static uint64_t count_of(Dwarf_Die *range)
{
	uint64_t count = dwarf_number(range, DW_AT_count, UINT64_MAX), upper;

	if (count != UINT64_MAX)
		return count;
	upper = dwarf_number(range, DW_AT_upper_bound, UINT64_MAX);
	return upper == UINT64_MAX || upper == UINT32_MAX ? 0 : upper + 1;
}

static const struct type *make_array(struct dwarf_types *dt, Dwarf_Die *die, int depth)
{
	const struct type *t = target_of(dt, die, depth);
	uint64_t counts[DIMENSIONS_MAX];
	Dwarf_Die child;
	int n = 0;

	if (t->kind == TY_NONE || dwarf_child(die, &child))
		return type_none();
	do {
		if (dwarf_tag(&child) == DW_TAG_subrange_type && n < DIMENSIONS_MAX)
			counts[n++] = count_of(&child);
	} while (!dwarf_siblingof(&child, &child));
	while (n--) {
		if (counts[n] > INT32_MAX || t->size * counts[n] > INT32_MAX)
			return type_none();
		t = type_array(dt->ts, t, (uint32_t)counts[n]);
	}
	return t;
}

static const struct type *make_enum(struct dwarf_types *dt, Dwarf_Die *die)
{
	uint64_t size = dwarf_number(die, DW_AT_byte_size, 4);
	struct enum_def *en = arena_new(dt->ts->arena, struct enum_def);
	const char *name = dwarf_diename(die);
	Dwarf_Die child;

	if (size != 1 && size != 2 && size != 4 && size != 8)
		return type_none();
	en->name = name ? name : "";
	if (!dwarf_child(die, &child)) {
		do {
			const char *value = dwarf_diename(&child);
			Dwarf_Attribute attr;
			Dwarf_Sword v;

			if (value && dwarf_attr(&child, DW_AT_const_value, &attr) && !dwarf_formsdata(&attr, &v))
				avec_push(dt->ts->arena, &en->values, ((struct enumerator){ value, v }));
		} while (!dwarf_siblingof(&child, &child) && en->values.n < MEMBERS_MAX);
	}
	return publish(dt, die, (struct type){ .kind = TY_ENUM, .size = (uint32_t)size, .align = (uint8_t)size, .en = en });
}

/* False if it has no place that can be told, or one beyond its structure. */
static bool member_field(struct dwarf_struct *s, const struct type *t, Dwarf_Die *member, struct field *ret)
{
	const char *name = dwarf_diename(member);
	struct field f = { .name = name && dwarf_tag(member) == DW_TAG_member ? name : "" };
	uint64_t offset, bits = dwarf_number(member, DW_AT_bit_size, 0), at, end;

	if (!dwarf_member_offset(member, &offset) || offset > t->size)
		return false;
	f.type = target_of(s->dt, member, 0);
	if (bits) {
		if (!type_is_int(f.type) || bits > 64)
			return false;
		at = dwarf_number(member, DW_AT_data_bit_offset, UINT64_MAX);
		if (at == UINT64_MAX) /* DWARF 3 counts from the highest bit of the storage */
			at = 8 * (offset + f.type->size) - dwarf_number(member, DW_AT_bit_offset, 0) - bits;
		if (at > 8ull * t->size)
			return false;
		layout_split_bits(at, (uint32_t)bits, &f);
		end = (at + bits + 7) / 8;
	} else {
		f.offset = (uint32_t)offset;
		end = offset + f.type->size;
	}
	*ret = f;
	return end <= t->size;
}

/* The definition of a structure that this unit only declares. */
static void complete(struct dwarf_struct *s, struct type *t)
{
	const struct type *def;
	const struct dwarf_struct *other;

	if (!dwarf_hasattr(&s->die, DW_AT_declaration) || !*s->def.name)
		return;
	def = dwarf_named_type(s->dt, 0, arena_printf(s->dt->ts->arena, "%s %s", s->def.is_union ? "union" : "struct",
						      s->def.name));
	if (!def || def->kind != TY_STRUCT || def->st == t->st)
		return;
	other = (const struct dwarf_struct *)(const void *)def->st;
	s->die = other->die;
	t->size = def->size;
	s->def.incomplete = false;
}

static void load_members(struct types *ts, struct type *t)
{
	struct dwarf_struct *s = (struct dwarf_struct *)(void *)t->st;
	struct field f;
	Dwarf_Die child;

	s->def.load = NULL;
	complete(s, t);
	if (dwarf_child(&s->die, &child))
		return;
	do {
		int tag = dwarf_tag(&child);

		if ((tag == DW_TAG_member || tag == DW_TAG_inheritance) && !dwarf_hasattr(&child, DW_AT_external) &&
		    member_field(s, t, &child, &f))
			avec_push(ts->arena, &s->def.fields, f);
	} while (!dwarf_siblingof(&child, &child) && s->def.fields.n < MEMBERS_MAX);
}

static uint8_t align_of(uint64_t size)
{
	return size % 8 == 0 ? 8 : size % 4 == 0 ? 4 : size % 2 == 0 ? 2 : 1;
}

static const struct type *make_struct(struct dwarf_types *dt, Dwarf_Die *die)
{
	uint64_t size = dwarf_number(die, DW_AT_byte_size, 0);
	struct dwarf_struct *s = arena_new(dt->ts->arena, struct dwarf_struct);
	const char *name = dwarf_diename(die);

	if (size > INT32_MAX)
		return type_none();
	*s = (struct dwarf_struct){ .dt = dt, .die = *die };
	s->def.name = name ? name : "";
	s->def.is_union = dwarf_tag(die) == DW_TAG_union_type;
	s->def.load = load_members;
	return publish(dt, die, (struct type){ .kind = TY_STRUCT, .size = (uint32_t)size, .align = align_of(size),
					       .st = &s->def });
}

static const struct type *make_ptr(struct dwarf_types *dt, Dwarf_Die *die, int depth)
{
	return publish(dt, die, (struct type){ .kind = TY_PTR, .size = 8, .align = 8, .space = AS_USER,
					       .to = target_of(dt, die, depth) });
}

static const struct type *make(struct dwarf_types *dt, Dwarf_Die *die, int depth)
{
	struct type *t = strmap_getn(&dt->by_die, (const char *)&die->addr, sizeof(die->addr));

	if (t)
		return t;
	if (depth > DEPTH_MAX)
		return type_none();
	switch (dwarf_tag(die)) {
	case DW_TAG_base_type:
		return make_base(dt, die);
	case DW_TAG_pointer_type:
	case DW_TAG_reference_type:
	case DW_TAG_rvalue_reference_type:
		return make_ptr(dt, die, depth);
	case DW_TAG_array_type:
		return make_array(dt, die, depth);
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
		return make_struct(dt, die);
	case DW_TAG_enumeration_type:
		return make_enum(dt, die);
	default:
		return type_none();
	}
}

const struct type *dwarf_type(struct dwarf_types *dt, Dwarf_Die *die)
{
	Dwarf_Die bare;

	return dwarf_peel_type(die, &bare) ? type_none() : make(dt, &bare, 0);
}

/* What a name may be: the tags, and the name behind the word. */
static const int *tags_of(const char **name)
{
	static const int structs[] = { DW_TAG_structure_type, DW_TAG_class_type, 0 }, unions[] = { DW_TAG_union_type, 0 },
			 enums[] = { DW_TAG_enumeration_type, 0 },
			 plain[] = { DW_TAG_typedef, DW_TAG_structure_type, DW_TAG_class_type, DW_TAG_base_type, 0 };
	static const struct { const char *word; const int *tags; } words[] = {
		{ "struct ", structs }, { "union ", unions }, { "enum ", enums },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t n = strlen(words[i].word);

		if (!strncmp(*name, words[i].word, n)) {
			*name += n;
			return words[i].tags;
		}
	}
	return plain;
}

/* The definition among die's children and those of the name spaces there. */
static bool find_child(Dwarf_Die *die, const int *tags, const char *name, int depth, Dwarf_Die *ret)
{
	Dwarf_Die child;

	if (depth > 8 || dwarf_child(die, &child))
		return false;
	do {
		int tag = dwarf_tag(&child);
		const char *have;

		if (tag == DW_TAG_namespace && find_child(&child, tags, name, depth + 1, ret))
			return true;
		for (const int *want = tags; *want; want++) {
			if (tag != *want || dwarf_hasattr(&child, DW_AT_declaration))
				continue;
			have = dwarf_diename(&child);
			if (have && !strcmp(have, name)) {
				*ret = child;
				return true;
			}
		}
	} while (!dwarf_siblingof(&child, &child));
	return false;
}

static bool find_named(struct dwarf_types *dt, uint64_t addr, const int *tags, const char *name, Dwarf_Die *ret)
{
	struct dwarf_unit *first = addr ? dwarf_unit_at(dt->dw, addr) : NULL;

	if (first && find_child(dwarf_unit_inner(dt->dw, first), tags, name, 0, ret))
		return true;
	vec_each(dt->dw->units, i)
		if (find_child(dwarf_unit_inner(dt->dw, &dt->dw->units.v[i]), tags, name, 0, ret))
			return true;
	return false;
}

const struct type *dwarf_named_type(struct dwarf_types *dt, uint64_t addr, const char *name)
{
	const struct type *t = strmap_get(&dt->by_name, name);
	const char *bare = name;
	const int *tags;
	Dwarf_Die die;

	if (!t) {
		tags = tags_of(&bare);
		t = find_named(dt, addr, tags, bare, &die) ? dwarf_type(dt, &die) : type_none();
		strmap_put(&dt->by_name, name, (void *)t);
	}
	return t->kind == TY_NONE ? NULL : t;
}

static void print_depth(struct strbuf *out, Dwarf_Die *die, int depth);

/* die's DW_AT_type. */
static void print_target(struct strbuf *out, Dwarf_Die *die, int depth)
{
	Dwarf_Die to;

	print_depth(out, dwarf_type_of(die, false, &to) ? &to : NULL, depth + 1);
}

static void print_function(struct strbuf *out, Dwarf_Die *func, int depth)
{
	const char *between = "";
	Dwarf_Die child;

	print_target(out, func, depth);
	sb_adds(out, " (*)(");
	if (!dwarf_child(func, &child)) {
		do {
			if (dwarf_tag(&child) != DW_TAG_formal_parameter)
				continue;
			sb_adds(out, between);
			print_target(out, &child, depth);
			between = ", ";
		} while (!dwarf_siblingof(&child, &child));
	}
	sb_addc(out, ')');
}

static void print_pointer(struct strbuf *out, Dwarf_Die *die, const char *sign, int depth)
{
	Dwarf_Die to;

	if (dwarf_type_of(die, false, &to) && dwarf_tag(&to) == DW_TAG_subroutine_type) {
		print_function(out, &to, depth);
		return;
	}
	print_target(out, die, depth);
	sb_adds(out, sign);
}

static void print_qualified(struct strbuf *out, Dwarf_Die *die, const char *word, int depth)
{
	Dwarf_Die to;
	bool behind = dwarf_type_of(die, false, &to) && dwarf_tag(&to) == DW_TAG_pointer_type;

	if (!behind)
		sb_addf(out, "%s ", word);
	print_target(out, die, depth);
	if (behind)
		sb_addf(out, " %s", word);
}

static void print_array(struct strbuf *out, Dwarf_Die *die, int depth)
{
	Dwarf_Die child;

	print_target(out, die, depth);
	if (dwarf_child(die, &child))
		return;
	do {
		sb_addf(out, "[%llu]", (unsigned long long)count_of(&child));
	} while (!dwarf_siblingof(&child, &child));
}

/* A type that has a name, or might have one. */
static void print_named(struct strbuf *out, Dwarf_Die *die, int tag)
{
	const char *name = dwarf_diename(die);
	const char *word = tag == DW_TAG_structure_type || tag == DW_TAG_class_type ? "struct "
			   : tag == DW_TAG_union_type				     ? "union "
			   : tag == DW_TAG_enumeration_type			     ? "enum "
										     : "";

	sb_addf(out, "%s%s", word, name ? name : "{...}");
}

static void print_depth(struct strbuf *out, Dwarf_Die *die, int depth)
{
	int tag = die ? dwarf_tag(die) : 0;

	if (depth > DEPTH_MAX)
		return;
	switch (tag) {
	case 0: sb_adds(out, "void"); break;
	case DW_TAG_pointer_type: print_pointer(out, die, "*", depth); break;
	case DW_TAG_reference_type: print_pointer(out, die, "&", depth); break;
	case DW_TAG_rvalue_reference_type: print_pointer(out, die, "&&", depth); break;
	case DW_TAG_const_type: print_qualified(out, die, "const", depth); break;
	case DW_TAG_volatile_type: print_qualified(out, die, "volatile", depth); break;
	case DW_TAG_restrict_type:
	case DW_TAG_atomic_type: print_target(out, die, depth); break;
	case DW_TAG_array_type: print_array(out, die, depth); break;
	default: print_named(out, die, tag); break;
	}
}

void dwarf_type_print(struct strbuf *out, Dwarf_Die *die)
{
	print_depth(out, die, 0);
}
