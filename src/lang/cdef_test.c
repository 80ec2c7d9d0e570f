/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/lang_test.h"

/* "name:offset:size" of the members of a type, bit fields as "name:offset.bit:bits". */
static const char *layout(struct parsed *p, const char *text, const char *name)
{
	const struct struct_def *st;
	const struct type *t;
	struct strbuf b = { 0 };
	const char *ret;

	parse(p, text);
	if (p->messages.n)
		return sb_str(&p->messages);
	t = types_lookup(&p->ts, name);
	if (!t || t->kind != TY_STRUCT)
		return "no such structure";
	st = type_fields(&p->ts, t);
	vec_each(st->fields, i) {
		const struct field *f = &st->fields.v[i];

		sb_addf(&b, "%s:%u", f->name, f->offset);
		if (f->bit_size)
			sb_addf(&b, ".%u:%u ", f->bit_offset, f->bit_size);
		else
			sb_addf(&b, ":%u ", f->type->size);
	}
	sb_addf(&b, "= %u", t->size);
	ret = arena_strdup(&p->arena, sb_str(&b));
	sb_done(&b);
	return ret;
}

#define CHECK_LAYOUT(text, name, want)                                                             \
	do {                                                                                       \
		struct parsed p_;                                                                  \
		CHECK_STR(layout(&p_, text, name), want);                                          \
		parsed_done(&p_);                                                                  \
	} while (0)

static const char *member_type(struct parsed *p, const char *text)
{
	const struct type *t;

	parse(p, text);
	if (p->messages.n)
		return sb_str(&p->messages);
	t = types_lookup(&p->ts, "struct s");
	return t ? type_text(&p->arena, type_fields(&p->ts, t)->fields.v[0].type) : "no struct s";
}

#define CHECK_MEMBER(text, want)                                                                   \
	do {                                                                                       \
		struct parsed p_;                                                                  \
		CHECK_STR(member_type(&p_, text), want);                                           \
		parsed_done(&p_);                                                                  \
	} while (0)

TEST(structures)
{
	CHECK_LAYOUT("struct s { int x, *y; char z }", "struct s", "x:0:4 y:8:8 z:16:1 = 24");
	CHECK_LAYOUT("struct s { char a; int b; } __attribute__((packed));", "struct s",
		     "a:0:1 b:1:4 = 5");
	CHECK_LAYOUT("struct __attribute__ ((packed, unused(1))) s { char a; int b; };", "struct s",
		     "a:0:1 b:1:4 = 5");
	CHECK_LAYOUT("struct s { char a; } __attribute__((aligned(8)));", "struct s", "a:0:1 = 8");
	CHECK_LAYOUT("union s { char a; long b; char c[3][4]; };", "union s",
		     "a:0:1 b:0:8 c:0:12 = 16");
	CHECK_LAYOUT("struct s { int a:3, :5, b:4; unsigned c:20; int :0; char d; };", "struct s",
		     "a:0.0:3 b:1.0:4 c:0.12:20 d:4:1 = 8");
	CHECK_LAYOUT("struct s { struct { int a; union { int b; char c; }; }; struct in { int d; } e; };",
		     "struct s", ":0:8 e:8:4 = 12");
	CHECK_LAYOUT("struct s { int n; struct s *next; char data[]; };", "struct s",
		     "n:0:4 next:8:8 data:16:0 = 16");
	CHECK_LAYOUT("struct later; struct s { struct later *l; }; struct later { struct s in; };",
		     "struct later", "in:0:8 = 8");
	CHECK_LAYOUT("typedef struct { int a; } t; typedef t u, *v; struct s { u x; v y; };", "struct s",
		     "x:0:4 y:8:8 = 16");
	CHECK_LAYOUT("struct s { } begin { }", "struct s", "= 0");
	CHECK_LAYOUT("struct s { float f; double d; }", "struct s", "f:0:4 d:8:8 = 16");
}

TEST(declarators)
{
	CHECK_MEMBER("struct s { unsigned long long int x; };", "uint64");
	CHECK_MEMBER("struct s { const volatile char *const x; };", "int8 *");
	CHECK_MEMBER("struct s { int x[2][3]; };", "int32[2][3]");
	CHECK_MEMBER("struct s { int *x[2]; };", "int32 *[2]");
	CHECK_MEMBER("struct s { int (*x)(int, struct a *(*)(void)); };", "void *");
	CHECK_MEMBER("struct s { int (*x[3])(void); };", "void *[3]");
	CHECK_MEMBER("struct s { struct s *(**x)(void); };", "void **");
	CHECK_MEMBER("enum e { A = 3, B, }; struct s { char x[B * 2 + sizeof(int)]; };", "int8[12]");
	CHECK_MEMBER("#define N 4\nstruct s { char x[N]; };", "int8[4]");
}

TEST(enumerations)
{
	struct enum_const c = { 0 };
	struct parsed p;

	parse(&p, "enum e { A, B = 5, C, D = -1, E = 1 << 3 | C } enum { F = 1 ? 2 : 3, G = !F };");
	CHECK_STR(sb_str(&p.messages), "");
	CHECK(types_enumerator(&p.ts, "C", &c) && c.value == 6);
	CHECK(types_enumerator(&p.ts, "D", &c) && c.value == -1);
	CHECK(types_enumerator(&p.ts, "E", &c) && c.value == 14);
	CHECK(c.type == types_lookup(&p.ts, "enum e") && c.type->is_signed && c.type->size == 4);
	CHECK(types_enumerator(&p.ts, "G", &c) && c.value == 0);
	CHECK(!c.type->is_signed);
	parsed_done(&p);
	parse(&p, "enum e { A = 0xffffffff, B };");
	CHECK(types_enumerator(&p.ts, "B", &c) && c.value == 1ll << 32 && c.type->size == 8);
	parsed_done(&p);
}

TEST(definition_errors)
{
	CHECK_ERRORS("struct s { int x; foo y; int x; void v; int z:33; char *c:3; struct t u; };",
		     "1:19-22 unknown type 'foo'|1:30-31 there is another member 'x'|"
		     "1:38-39 a member cannot be void|1:47-49 a bit field of int32 has 1 to 32 bits|"
		     "1:59-60 only integers can be bit fields|"
		     "1:71-72 the size of struct t is not known here");
	CHECK_ERRORS("struct s { struct s x; }; struct s { };",
		     "1:21-22 the size of struct s is not known here|1:34-35 struct s is defined twice");
	CHECK_ERRORS("struct s { int a[-1]; int b[1 << 40]; int c[X]; int d[2][1000000000]; int };",
		     "1:17-20 an array has 0 to 1073741824 elements|"
		     "1:28-36 an array has 0 to 1073741824 elements|1:45-46 'X' is not a constant|"
		     "1:68-69 this array is too large|1:75-76 expected the name of a member, found '}'");
	CHECK_ERRORS("enum e { A, A, B = 1 / 0 }; enum f { C = 1 / 0, D }; begin { $x = ; }",
		     "1:13-14 there is another constant 'A'|1:44-45 this division has no result|"
		     "1:67-68 expected an expression, found ';'");
	CHECK_ERRORS("enum no *x;", "1:6-8 unknown type 'enum no'");
	CHECK_ERRORS("struct a *x; begin { }", "1:10-11 expected ';', found '*'");
	CHECK_ERRORS("typedef int; typedef bar b;",
		     "1:12-13 expected a name for the type, found ';'|1:22-25 unknown type 'bar'");
	CHECK_ERRORS("struct s { int x __attribute__((packed)); } __attribute__((aligned(3)));",
		     "1:67-70 an alignment is a power of two up to 4096");
}

static void check_chain(const char *fmt, const char *start)
{
	struct strbuf b = { 0 };
	struct parsed p;

	sb_adds(&b, start);
	for (int i = 0; i < 2000; i++) {
		for (const char *c = fmt; *c; c++) {
			if (*c == '#')
				sb_addf(&b, "%d", i);
			else if (*c == '%')
				sb_addf(&b, "%d", i + 1);
			else
				sb_addc(&b, *c);
		}
	}
	parse(&p, sb_str(&b));
	CHECK_EQ(p.d.nerrors, 1);
	if (p.d.list.n)
		CHECK_EQ(p.d.list.v[0]->tag, DT_too_deep);
	parsed_done(&p);
	sb_done(&b);
}

TEST(types_in_types)
{
	check_chain("struct s% { struct s# a; };", "struct s0 { int a; };");
	check_chain("typedef t# *t%;", "typedef int t0;");
	check_chain("typedef struct { t# a[1]; } t%;", "typedef int t0;");
}
