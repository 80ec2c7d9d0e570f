/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/fdutil.h"
#include "out/render.h"

struct world {
	struct arena arena;
	struct types types;
	struct render r;
	struct strbuf out;
};

static void world_done(struct world *w)
{
	sb_done(&w->out);
	arena_done(&w->arena);
}

#define WORLD(w)                                                                                   \
	__attribute__((cleanup(world_done))) struct world w = { 0 };                               \
	types_init(&w.types, &w.arena, NULL);                                                      \
	w.r.types = &w.types

static const char *text(struct world *w, const struct type *t, const void *bytes)
{
	sb_reset(&w->out);
	render_text(&w->r, &w->out, t, bytes);
	return sb_str(&w->out);
}

static const char *json(struct world *w, const struct type *t, const void *bytes)
{
	sb_reset(&w->out);
	render_json(&w->r, &w->out, t, bytes);
	return sb_str(&w->out);
}

TEST(integers)
{
	WORLD(w);
	int64_t v = -2;
	uint8_t yes = 1;

	CHECK_STR(text(&w, type_int(1, true), &v), "-2");
	CHECK_STR(text(&w, type_int(1, false), &v), "254");
	CHECK_STR(text(&w, type_int(2, false), &v), "65534");
	CHECK_STR(text(&w, type_int(4, true), &v), "-2");
	CHECK_STR(text(&w, type_u64(), &v), "18446744073709551614");
	CHECK_STR(json(&w, type_u64(), &v), "18446744073709551614");
	CHECK_STR(text(&w, type_bool(), &yes), "true");
	CHECK_STR(json(&w, type_bool(), &yes), "true");
	CHECK_STR(text(&w, type_none(), &v), "null");
}

TEST(bytes_need_no_alignment)
{
	WORLD(w);
	char bytes[9] = { 0, 5 };

	CHECK_STR(text(&w, type_i64(), bytes + 1), "5");
}

TEST(pointers)
{
	WORLD(w);
	uint64_t v = 0xffff888000000032;
	const struct type *t = type_ptr(&w.types, type_none(), AS_KERNEL);

	CHECK_STR(text(&w, t, &v), "0xffff888000000032");
	CHECK_STR(json(&w, t, &v), "18446612682070032434");
	v = 0;
	CHECK_STR(text(&w, t, &v), "0x0");
}

TEST(enums_by_name_in_text_by_number_in_json)
{
	WORLD(w);
	struct type *t = type_enum_new(&w.types, "Foo");
	int32_t v = 2;

	t->size = 4;
	t->is_signed = true;
	avec_push(&w.arena, &t->en->values, ((struct enumerator){ "ONE", 1 }));
	avec_push(&w.arena, &t->en->values, ((struct enumerator){ "TWO", 2 }));
	CHECK_STR(text(&w, t, &v), "TWO");
	CHECK_STR(json(&w, t, &v), "2");
	v = 7;
	CHECK_STR(text(&w, t, &v), "7");
}

TEST(strings_end_at_their_nul_or_with_their_bytes)
{
	WORLD(w);
	const struct type *t = type_string(&w.types, 8);

	CHECK_STR(text(&w, t, "abc\0xyz"), "abc");
	CHECK_STR(json(&w, t, "abc\0xyz"), "\"abc\"");
	CHECK_STR(text(&w, t, "abcdefgh"), "abcdefgh");
	CHECK_STR(json(&w, t, "abcdefgh"), "\"abcdefgh\"");
}

TEST(text_of_others_is_escaped_once)
{
	WORLD(w);
	const struct type *t = type_string(&w.types, 16);

	CHECK_STR(text(&w, t, "\033[2J\r\x80\"\n"), "\\x1b[2J\\x0d\\x80\"\n");
	CHECK_STR(json(&w, t, "\033a\\\"\n"), "\"\\u001ba\\\\\\\"\\n\"");
	w.r.raw = true;
	CHECK_STR(text(&w, t, "\033[2J"), "\033[2J");
}

TEST(arrays_and_tuples)
{
	WORLD(w);
	const struct type *i32 = type_int(4, true);
	const struct type *row = type_array(&w.types, i32, 2);
	const struct type *matrix = type_array(&w.types, row, 2);
	int32_t v[] = { 5, 6, 7, 8 };
	const struct type *parts[] = { type_int(1, true), type_string(&w.types, 4), matrix };
	const struct type *t = type_tuple(&w.types, parts, 3);
	char bytes[64] = { 0 };

	CHECK_STR(text(&w, matrix, v), "[[5,6],[7,8]]");
	CHECK_STR(json(&w, matrix, v), "[[5,6],[7,8]]");
	bytes[t->st->fields.v[0].offset] = -1;
	memcpy(bytes + t->st->fields.v[1].offset, "str", 4);
	memcpy(bytes + t->st->fields.v[2].offset, v, sizeof(v));
	CHECK_STR(text(&w, t, bytes), "(-1, str, [[5,6],[7,8]])");
	CHECK_STR(json(&w, t, bytes), "[-1,\"str\",[[5,6],[7,8]]]");
	sb_reset(&w.out);
	render_key(&w.r, &w.out, t, bytes);
	CHECK_STR(sb_str(&w.out), "-1, str, [[5,6],[7,8]]");
	sb_reset(&w.out);
	render_json_key(&w.r, &w.out, t, bytes);
	CHECK_STR(sb_str(&w.out), "\"-1,str,[[5,6],[7,8]]\"");
}

TEST(json_keys_keep_the_blanks_of_strings)
{
	WORLD(w);
	const struct type *inner[] = { type_int(1, true), type_string(&w.types, 8) };
	const struct type *outer[] = { type_tuple(&w.types, inner, 2), type_int(1, true) };
	const struct type *t = type_tuple(&w.types, outer, 2);
	const struct type *in = outer[0];
	char bytes[32] = { 0 };
	size_t at = t->st->fields.v[0].offset;

	bytes[at + in->st->fields.v[0].offset] = 4;
	memcpy(bytes + at + in->st->fields.v[1].offset, "a \"b", 5);
	bytes[t->st->fields.v[1].offset] = 9;
	render_json_key(&w.r, &w.out, t, bytes);
	CHECK_STR(sb_str(&w.out), "\"(4,a \\\"b),9\"");
}

static struct type *struct_foo(struct world *w)
{
	struct type *inner = type_struct_new(&w->types, "", true);
	struct type *t = type_struct_new(&w->types, "foo", false);

	type_struct_add(&w->types, inner, "i", type_int(4, true), 0);
	type_struct_add(&w->types, inner, "f", type_none(), 0);
	type_struct_end(&w->types, inner, false);
	type_struct_add(&w->types, t, "m", type_int(4, true), 0);
	type_struct_add(&w->types, t, "name", type_array(&w->types, type_int(1, true), 4), 0);
	type_struct_add(&w->types, t, "lo", type_int(4, false), 3);
	type_struct_add(&w->types, t, "hi", type_int(4, true), 5);
	type_struct_add(&w->types, t, "", inner, 0);
	type_struct_end(&w->types, t, false);
	return t;
}

TEST(structures)
{
	WORLD(w);
	struct type *t = struct_foo(&w);
	struct {
		int m;
		char name[4];
		unsigned lo : 3;
		int hi : 5;
		int i;
	} v = { 2, "abcd", 5, -3, 9 };

	CHECK_EQ(t->size, sizeof(v));
	CHECK_STR(text(&w, t, &v),
		  "{ .m = 2, .name = abcd, .lo = 5, .hi = -3, .i = 9, .f = null }");
	CHECK_STR(json(&w, t, &v),
		  "{\"m\": 2, \"name\": \"abcd\", \"lo\": 5, \"hi\": -3, \"i\": 9, \"f\": null}");
}

TEST(empty_structure)
{
	WORLD(w);
	struct type *t = type_struct_new(&w.types, "none", false);

	type_struct_end(&w.types, t, false);
	CHECK_STR(text(&w, t, ""), "{}");
	CHECK_STR(json(&w, t, ""), "{}");
}

TEST(members_outside_are_left_out)
{
	WORLD(w);
	struct type *t = struct_foo(&w);
	char *bytes = calloc(1, 4); /* the sanitizer sees a read behind it */

	t->size = 4;
	CHECK_STR(text(&w, t, bytes), "{ .m = 0 }");
	free(bytes);
}

TEST(buffers)
{
	WORLD(w);
	const struct type *t = type_buffer(&w.types, 4);
	unsigned char bytes[8] = { 3, 0, 0, 0, 'a', 0, 0xff };

	CHECK_STR(text(&w, t, bytes), "a\\x00\\xff");
	CHECK_STR(json(&w, t, bytes), "[97,0,255]");
	bytes[1] = 200; /* a length over the capacity */
	CHECK_STR(text(&w, t, bytes), "a\\x00\\xff\\x00");
}

static void secret_text(struct render *r, struct strbuf *out, const struct type *t,
			const void *bytes)
{
	sb_adds(out, "s:");
	render_escape(r, out, bytes, strnlen(bytes, t->size));
}

static int64_t secret_number(const struct type *t, const void *bytes)
{
	return *(const signed char *)bytes;
}

static const struct value_ops secret_ops = { .name = "secret_t", .text = secret_text,
					     .number = secret_number };

TEST(opaque_values)
{
	WORLD(w);
	const struct type *t = type_opaque(&w.types, &secret_ops, 4, 1);
	int64_t v = 0;

	CHECK_STR(text(&w, t, "a\033b"), "s:a\\x1bb");
	CHECK_STR(json(&w, t, "a\033b"), "\"s:a\\u001bb\"");
	CHECK(!w.r.raw);
	CHECK(render_number(t, "A", &v));
	CHECK_EQ(v, 'A');
	CHECK(!render_number(type_string(&w.types, 4), "A", &v));
}

TEST(order_of_keys)
{
	WORLD(w);
	const struct type *parts[] = { type_string(&w.types, 4), type_int(1, true) };
	const struct type *t = type_tuple(&w.types, parts, 2);
	char a[8] = { 0 }, b[8] = { 0 };
	size_t s = t->st->fields.v[0].offset, n = t->st->fields.v[1].offset;

	CHECK(render_compare(type_int(1, true), "\xff", "\x01") < 0);
	CHECK(render_compare(type_int(1, false), "\xff", "\x01") > 0);
	CHECK(render_compare(parts[0], "ab\0z", "ab\0a") == 0);
	CHECK(render_compare(parts[0], "\xe4", "z") > 0);
	memcpy(a + s, "x", 1);
	memcpy(b + s, "x", 1);
	a[n] = -1;
	b[n] = 1;
	CHECK(render_compare(t, a, b) < 0);
	b[s] = 'a';
	CHECK(render_compare(t, a, b) > 0);
}

TEST(histogram_rows)
{
	WORLD(w);
	struct hist_row rows[] = {
		{ "(..., 0)", 1 }, { "[0]", 0 }, { "[1]", 0 }, { "[2, 4)", 2 }, { "[1K, 2K)", 1 },
	};

	render_hist_rows(&w.out, rows, 5);
	CHECK_STR(
		sb_str(&w.out),
		"(..., 0)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |\n"
		"[0]                    0 |                                                    |\n"
		"[1]                    0 |                                                    |\n"
		"[2, 4)                 2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n"
		"[1K, 2K)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |\n");
	sb_reset(&w.out);
	rows[0].count = 0;
	render_hist_rows(&w.out, rows, 1);
	CHECK_STR(sb_str(&w.out),
		  "(..., 0)               0 |                                          "
		  "          |\n");
}

TEST(histogram_of_bcc)
{
	WORLD(w);
	uint64_t few[] = { 0, 1, 4, 0 }, wide[40] = { [33] = 7 };

	render_hist_bcc(&w.out, "usecs", few, 4);
	CHECK_STR(
		sb_str(&w.out),
		"     usecs               : count     distribution\n"
		"         0 -> 1          : 0        |                                        |\n"
		"         2 -> 3          : 1        |**********                              |\n"
		"         4 -> 7          : 4        |****************************************|\n");
	sb_reset(&w.out);
	render_hist_bcc(&w.out, "nsecs", wide, 40);
	CHECK(strstr(
		sb_str(&w.out),
		"               nsecs                         : count     distribution\n"
		"                   0 -> 1                    : 0        |                    |\n"));
	CHECK(strstr(sb_str(&w.out), "          8589934592 -> 17179869183          : 7        |"
				     "********************|\n"));
	sb_reset(&w.out);
	render_hist_bcc(&w.out, "usecs", (uint64_t[]){ 0, 0 }, 2);
	CHECK_STR(sb_str(&w.out), "");
}

UNIT_MAIN
