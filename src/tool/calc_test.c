/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "tests/unit.h"
#include "tool/calc.h"

static unsigned by_letter(void *arg, const char *name, size_t len, bool keep)
{
	CHECK_EQ(len, 1);
	return (unsigned)(*name - 'a');
}

static const struct calc_maps maps = { by_letter, NULL };

static double calc(const char *text)
{
	static const int64_t a = 6, b = -2, was = 1;
	const struct calc_value values[] = { { type_i64(), &a }, { type_i64(), &b }, { NULL, NULL } };
	const struct calc_value before[] = { { type_i64(), &was }, { NULL, NULL }, { NULL, NULL } };
	const struct calc_row row = { .key_type = type_i64(), .key = &a, .values = values, .before = before, .seconds = 0.5 };
	struct arena arena = { 0 };
	struct err e = { 0 };
	struct calc *c = calc_parse(&arena, text, strlen(text), &maps, &e);
	double d;

	CHECK_STR(e.what, "");
	CHECK(c);
	calc_total_reset(c);
	calc_total_add(c, &row);
	calc_total_add(c, &row);
	d = c ? calc_number(c, &row) : 0;
	arena_done(&arena);
	return d;
}

static void wrong(const char *text, const char *what)
{
	struct arena arena = { 0 };
	struct err e = { 0 };

	CHECK(!calc_parse(&arena, text, strlen(text), &maps, &e));
	CHECK_STR(e.what, what);
	arena_done(&arena);
}

TEST(arithmetic)
{
	CHECK_EQ(calc("1 + 2 * 3"), 7);
	CHECK_EQ(calc("(1 + 2) * 3 - 4 - 1"), 4);
	CHECK_EQ(calc("7 % 4 + 8 / 2 / 2"), 5);
	CHECK_EQ(calc("-@a + -(2)"), -8);
	CHECK_EQ(calc("1.5e1"), 15);
	CHECK_EQ(calc("1 / 0"), 0);
	CHECK_EQ(calc("1 % 0"), 0);
}

TEST(conditions_are_0_or_1)
{
	CHECK_EQ(calc("1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3 && 1 != 2 && 1 == 1"), 1);
	CHECK_EQ(calc("0 || !1"), 0);
	CHECK_EQ(calc("1 > 2 ? 3 : 1 ? 4 : 5"), 4);
}

TEST(values_of_the_row)
{
	CHECK_EQ(calc("@a * @b"), -12);
	CHECK_EQ(calc("@c"), 0);
	CHECK_EQ(calc("delta(@a) + delta(@b)"), 3);
	CHECK_EQ(calc("key + key.0 + key.1"), 12);
	CHECK_EQ(calc("@a / seconds"), 12);
	CHECK_EQ(calc("total(@a + 1)"), 14);
	CHECK_EQ(calc("100 * @a / total(@a)"), 50);
	CHECK_EQ(calc("min(@a, 3) + max(@a, 3)"), 9);
	CHECK(calc("meminfo(MemTotal)") > 1 << 20);
	CHECK_EQ(calc("meminfo(NoSuchThing)"), 0);
	CHECK(calc("now") > 0);
}

TEST(no_expressions)
{
	wrong("", "a value is missing at ''");
	wrong("1 +", "a value is missing at ''");
	wrong("(1", "a parenthesis is missing at ''");
	wrong("1 2", "the expression has no end at '2'");
	wrong("what", "what is this name at ''");
	wrong("delta(1)", "delta() takes a map at '1)'");
	wrong("min(1)", "a comma is missing at ')'");
	wrong("1 ? 2", "a ':' is missing at ''");
}

UNIT_MAIN
