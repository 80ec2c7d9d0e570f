/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The type model without BTF: layout against the host compiler, tuples, names, text. */
#include "tests/unit.h"

#include "base/diag.h"
#include "type/layout.h"
#include "type/type.h"
#include "type/value_ops.h"

UNIT_MAIN

static struct arena arena;
static struct types ts;

static void start(void)
{
	arena_done(&arena);
	arena_init(&arena);
	types_init(&ts, &arena, NULL);
}

static const char *text(const struct type *t)
{
	return type_text(&arena, t);
}

static const struct type *named(const char *name)
{
	const struct type *t = types_lookup(&ts, name);

	return t ? t : type_none();
}

/* Position of a bit field that the compiler set to all ones in a zeroed structure. */
static unsigned first_bit(const void *p, size_t n)
{
	const unsigned char *b = p;

	for (size_t i = 0; i < 8 * n; i++) {
		if (b[i / 8] >> (i % 8) & 1)
			return i;
	}
	return ~0u;
}

#define FIRST_BIT(S, f)                                                                            \
	({                                                                                         \
		S s_;                                                                              \
		memset(&s_, 0, sizeof(s_));                                                        \
		s_.f = -1;                                                                         \
		first_bit(&s_, sizeof(s_));                                                        \
	})

static struct field get(const struct type *t, const char *name)
{
	struct field f = {};

	CHECK(type_field(&ts, t, name, &f));
	return f;
}

/* Same first bit as the compiler's, and one aligned load within the structure covers it. */
static void check_bits(const struct type *t, const char *name, unsigned want)
{
	struct field f = get(t, name);
	unsigned load = 1;

	while (8 * load < f.bit_offset + f.bit_size)
		load *= 2;
	CHECK_EQ(8 * f.offset + f.bit_offset, want);
	CHECK(load <= 8);
	CHECK(f.offset + load <= t->size);
	if (8 * f.offset + f.bit_offset != want)
		printf("  field %s\n", name);
}

TEST(plain_layout)
{
	struct s { char a; int b; short c; long d; char e[3]; void *p; char f; };
	struct type *t;

	start();
	t = type_struct_new(&ts, "s", false);
	type_struct_add(&ts, t, "a", named("char"), 0);
	type_struct_add(&ts, t, "b", named("int"), 0);
	type_struct_add(&ts, t, "c", named("short"), 0);
	type_struct_add(&ts, t, "d", named("long"), 0);
	type_struct_add(&ts, t, "e", type_array(&ts, named("char"), 3), 0);
	type_struct_add(&ts, t, "p", type_ptr(&ts, type_none(), AS_NONE), 0);
	type_struct_add(&ts, t, "f", named("char"), 0);
	type_struct_end(&ts, t, false);
	CHECK_EQ(t->size, sizeof(struct s));
	CHECK_EQ(t->align, _Alignof(struct s));
	CHECK_EQ(get(t, "b").offset, offsetof(struct s, b));
	CHECK_EQ(get(t, "c").offset, offsetof(struct s, c));
	CHECK_EQ(get(t, "d").offset, offsetof(struct s, d));
	CHECK_EQ(get(t, "e").offset, offsetof(struct s, e));
	CHECK_EQ(get(t, "p").offset, offsetof(struct s, p));
	CHECK_EQ(get(t, "f").offset, offsetof(struct s, f));
	CHECK(!t->st->incomplete);
	CHECK(types_lookup(&ts, "struct s") == t);
}

#define BITS                                                                                       \
	B(unsigned, "unsigned", a, 3) B(unsigned, "unsigned", b, 30) B(unsigned char, "u8", c, 5)  \
	B(unsigned char, "u8", d, 5) B(unsigned short, "u16", e, 9)                                \
	B(unsigned long, "u64", f, 40) B(unsigned long, "u64", g, 24) B(unsigned, "u32", h, 1)     \
	B(unsigned short, "u16", i, 16) B(unsigned, "u32", j, 31) B(unsigned, "u32", k, 2)

TEST(bit_field_layout)
{
#define B(T, n, f, w) T f : w;
	struct s { char first; BITS char last; };
#undef B
	struct type *t;

	start();
	t = type_struct_new(&ts, "s", false);
	type_struct_add(&ts, t, "first", named("char"), 0);
#define B(T, n, f, w) type_struct_add(&ts, t, #f, named(n), w);
	BITS
#undef B
	type_struct_add(&ts, t, "last", named("char"), 0);
	type_struct_end(&ts, t, false);
	CHECK_EQ(t->size, sizeof(struct s));
#define B(T, n, f, w) check_bits(t, #f, FIRST_BIT(struct s, f));
	BITS
#undef B
	CHECK_EQ(get(t, "last").offset, offsetof(struct s, last));
}

#define PACKED_BITS                                                                                \
	B(unsigned, "unsigned", a, 3) B(unsigned, "unsigned", b, 30)                               \
	B(unsigned short, "u16", c, 5) B(unsigned long, "u64", d, 40) B(unsigned, "u32", e, 1) \
	B(unsigned short, "u16", f, 16)                                                            \
	B(unsigned, "u32", g, 31) B(unsigned, "u32", h, 2)

TEST(packed_bit_fields)
{
#define B(T, n, f, w) T f : w;
	struct s { char first; PACKED_BITS int last; } __attribute__((packed));
#undef B
	struct type *t;

	start();
	t = type_struct_new(&ts, "s", false);
	type_struct_add(&ts, t, "first", named("char"), 0);
#define B(T, n, f, w) type_struct_add(&ts, t, #f, named(n), w);
	PACKED_BITS
#undef B
	type_struct_add(&ts, t, "last", named("int"), 0);
	type_struct_end(&ts, t, true);
	CHECK_EQ(t->size, sizeof(struct s));
#define B(T, n, f, w) check_bits(t, #f, FIRST_BIT(struct s, f));
	PACKED_BITS
#undef B
	CHECK_EQ(get(t, "last").offset, offsetof(struct s, last));
}

TEST(nameless_bit_fields)
{
	struct s { char a; int : 5; unsigned b : 3; int : 0; unsigned char c : 2; long : 40; };
	struct type *t;

	start();
	t = type_struct_new(&ts, "s", false);
	type_struct_add(&ts, t, "a", named("char"), 0);
	type_struct_add(&ts, t, NULL, named("int"), 5);
	type_struct_add(&ts, t, "b", named("unsigned"), 3);
	type_struct_add(&ts, t, NULL, named("int"), 0);
	type_struct_add(&ts, t, "c", named("u8"), 2);
	type_struct_add(&ts, t, NULL, named("long"), 40);
	type_struct_end(&ts, t, false);
	check_bits(t, "b", FIRST_BIT(struct s, b));
	check_bits(t, "c", FIRST_BIT(struct s, c));
	CHECK_EQ(t->st->fields.n, 3);
#ifdef __x86_64__ /* AAPCS64 lets a nameless bit field align the structure */
	CHECK_EQ(t->size, sizeof(struct s));
#endif
}

TEST(union_and_anonymous)
{
	struct s { int a; union { long u; struct { char x, y; short z; }; unsigned bit : 7; }; };
	struct type *t, *u, *in;

	start();
	in = type_struct_new(&ts, "", false);
	type_struct_add(&ts, in, "x", named("char"), 0);
	type_struct_add(&ts, in, "y", named("char"), 0);
	type_struct_add(&ts, in, "z", named("short"), 0);
	type_struct_end(&ts, in, false);
	u = type_struct_new(&ts, "", true);
	type_struct_add(&ts, u, "u", named("long"), 0);
	type_struct_add(&ts, u, "", in, 0);
	type_struct_add(&ts, u, "bit", named("unsigned"), 7);
	type_struct_end(&ts, u, false);
	t = type_struct_new(&ts, "s", false);
	type_struct_add(&ts, t, "a", named("int"), 0);
	type_struct_add(&ts, t, "", u, 0);
	type_struct_end(&ts, t, false);
	CHECK_EQ(t->size, sizeof(struct s));
	CHECK_EQ(get(t, "u").offset, offsetof(struct s, u));
	CHECK_EQ(get(t, "z").offset, offsetof(struct s, z));
	CHECK_EQ(get(t, "bit").offset, offsetof(struct s, u));
	CHECK_EQ(get(t, "bit").bit_size, 7);
	CHECK(!type_field(&ts, t, "none", &(struct field){}));
	CHECK(!type_field(&ts, t, "", &(struct field){}));
}

TEST(declared_then_defined)
{
	struct type *a, *b;

	start();
	a = type_struct_new(&ts, "list", false);
	b = type_struct_new(&ts, "list", false);
	CHECK(a == b);
	type_struct_add(&ts, b, "next", type_ptr(&ts, a, AS_KERNEL), 0);
	type_struct_end(&ts, b, false);
	CHECK_EQ(a->size, 8);
	CHECK(get(a, "next").type->to == a);
	CHECK(type_struct_new(&ts, "list", false) != a);
}

TEST(tuple_layout)
{
	const struct type *elems[4], *t, *outer[3];

	start();
	elems[0] = type_int(1, true);
	elems[1] = type_int(8, true);
	elems[2] = type_string(&ts, 6);
	elems[3] = type_int(4, false);
	t = type_tuple(&ts, elems, 4);
	CHECK_EQ(t->st->fields.v[1].offset, 0);
	CHECK_EQ(t->st->fields.v[3].offset, 8);
	CHECK_EQ(t->st->fields.v[0].offset, 12);
	CHECK_EQ(t->st->fields.v[2].offset, 13);
	CHECK_EQ(t->size, 20);
	CHECK_EQ(t->align, 8);
	CHECK_STR(t->st->fields.v[3].name, "3");
	CHECK(!type_has_holes(t));
	CHECK_STR(text(t), "(int8,int64,string[6],uint32)");
	outer[0] = outer[1] = t;
	outer[2] = type_int(8, false);
	CHECK(!type_has_holes(type_tuple(&ts, outer + 1, 2)));
	CHECK(type_has_holes(type_tuple(&ts, outer, 3)));
	CHECK_EQ(type_tuple(&ts, NULL, 0)->size, 0);
	CHECK_EQ(type_tuple(&ts, elems, 1)->size, 1);
	CHECK(type_eq(t, type_tuple(&ts, elems, 4)));
	CHECK(!type_eq(t, type_tuple(&ts, elems, 3)));
}

TEST(integer_names)
{
	static const struct { const char *name, *want; } names[] = {
		{ "int", "int32" }, { "unsigned", "uint32" }, { "unsigned long int", "uint64" },
		{ "long unsigned int", "uint64" }, { "int long unsigned", "uint64" },
		{ "long long", "int64" }, { "long long unsigned int", "uint64" },
		{ "short", "int16" }, { "unsigned short int", "uint16" }, { "char", "int8" },
		{ "signed char", "int8" }, { "unsigned char", "uint8" }, { "const int", "int32" },
		{ "  unsigned \t long ", "uint64" }, { "int8", "int8" }, { "uint64", "uint64" },
		{ "u8", "uint8" }, { "__u32", "uint32" }, { "__be16", "uint16" },
		{ "size_t", "uint64" }, { "ssize_t", "int64" }, { "pid_t", "int32" },
		{ "bool", "bool" }, { "_Bool", "bool" }, { "void", "none" }, { "dev_t", "uint32" },
	};
	static const char *const wrong[] = {
		"", " ", "const", "intt", "long long long", "unsigned signed", "short long",
		"char int", "struct nope", "long float", "unsigned u8",
	};

	start();
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const struct type *t = types_lookup(&ts, names[i].name);

		CHECK(t);
		if (t)
			CHECK_STR(text(t), names[i].want);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		CHECK(!types_lookup(&ts, wrong[i]));
}

TEST(script_names_come_first)
{
	struct type *en;
	struct enum_const c = { .value = 7 };

	start();
	strmap_put(&ts.names, "size_t", (void *)type_int(2, false));
	CHECK_EQ(named("size_t")->size, 2);
	en = type_enum_new(&ts, "color");
	avec_push(&arena, &en->en->values, ((struct enumerator){ "RED", 7 }));
	c.type = en;
	strmap_put(&ts.enumerators, "RED", &c);
	CHECK(named("enum color") == en);
	CHECK(types_enumerator(&ts, "RED", &c) && c.value == 7 && c.type == en);
	CHECK(!types_enumerator(&ts, "BLUE", &c));
	CHECK_STR(type_enum_name(en, 7), "RED");
	CHECK_STR(type_enum_name(en, 8), NULL);
	CHECK_STR(text(en), "enum color");
}

TEST(near_names)
{
	struct near n;

	start();
	type_struct_new(&ts, "request", false);
	type_struct_new(&ts, "other", false);
	near_start(&n, "struct requets");
	types_near(&ts, "struct requets", &n);
	CHECK_STR(n.best, "struct request");
	near_start(&n, "requets");
	types_near(&ts, "struct requets", &n);
	CHECK_STR(n.best, "request");
	near_start(&n, "unit64_t");
	types_near(&ts, "unit64_t", &n);
	CHECK_STR(n.best, "uint64_t");
}

static uint32_t agg_size(const struct type *t)
{
	return 8 * t->param[0];
}

TEST(text_of_types)
{
	static const struct agg_ops count = { .name = "count_t", .size = agg_size };
	static const struct value_ops ksym = { .name = "ksym_t" };
	const struct type *i32, *st, *str;

	start();
	i32 = type_int(4, true);
	st = type_struct_new(&ts, "task_struct", false);
	CHECK_STR(text(type_string(&ts, 16)), "string[16]");
	CHECK_STR(text(type_buffer(&ts, 5)), "buffer[8]");
	CHECK_STR(text(type_ptr(&ts, st, AS_KERNEL)), "struct task_struct *");
	str = type_ptr(&ts, type_int(1, true), AS_USER);
	CHECK_STR(text(type_ptr(&ts, str, AS_USER)), "int8 **");
	CHECK_STR(text(type_ptr(&ts, type_none(), AS_NONE)), "void *");
	CHECK_STR(text(type_array(&ts, type_array(&ts, i32, 3), 2)), "int32[2][3]");
	CHECK_STR(text(type_agg(&ts, &count, 1, 0, 0)), "count_t");
	CHECK_EQ(type_agg(&ts, &count, 2, 0, 0)->size, 16);
	CHECK_STR(text(type_opaque(&ts, &ksym, 8, 8)), "ksym_t");
	CHECK_STR(text(type_struct_new(&ts, "", true)), "union (anonymous)");
}

TEST(definition_text)
{
	struct strbuf sb = {};
	const struct type *two;
	struct type *t;

	start();
	t = type_struct_new(&ts, "s", false);
	type_struct_add(&ts, t, "a", type_int(1, true), 0);
	type_struct_add(&ts, t, "b", type_int(4, false), 3);
	type_struct_add(&ts, t, "c", type_array(&ts, type_ptr(&ts, t, AS_KERNEL), 4), 0);
	two = type_array(&ts, type_int(8, true), 2);
	type_struct_add(&ts, t, "d", type_ptr(&ts, two, AS_KERNEL), 0);
	type_struct_end(&ts, t, false);
	type_print_def(&ts, &sb, t);
	CHECK_STR(sb_str(&sb), "struct s {\n\tchar a;\n\tunsigned int b: 3;\n\tstruct s *c[4];\n"
			       "\tlong long (*d)[2];\n};\n");
	sb_done(&sb);
}

TEST(equality_and_spaces)
{
	static const struct agg_ops hist = { .name = "hist_t" };
	const struct type *k, *u;

	start();
	k = type_ptr(&ts, type_int(1, true), AS_KERNEL);
	u = type_in_space(&ts, k, AS_USER);
	CHECK(!type_eq(k, u));
	CHECK(type_eq(k, type_in_space(&ts, u, AS_KERNEL)));
	CHECK(type_in_space(&ts, k, AS_KERNEL) == k);
	CHECK(type_in_space(&ts, type_i64(), AS_USER) == type_i64());
	CHECK(type_eq(type_string(&ts, 4), type_string(&ts, 4)));
	CHECK(!type_eq(type_string(&ts, 4), type_string(&ts, 8)));
	CHECK(!type_eq(type_i64(), type_u64()));
	CHECK(!type_eq(type_int(1, true), type_bool()));
	CHECK(type_eq(type_agg(&ts, &hist, 1, 2, 3), type_agg(&ts, &hist, 1, 2, 3)));
	CHECK(!type_eq(type_agg(&ts, &hist, 1, 2, 3), type_agg(&ts, &hist, 1, 2, 4)));
	arena_done(&arena);
}
