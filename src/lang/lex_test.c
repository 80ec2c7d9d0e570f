/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/lex.h"

#include "lang/ast.h"
#include "lang/lang_test.h"
#include "lang/literal.h"

UNIT_MAIN

/* The tokens of a text: spelling, each followed by a bar. */
static const char *tokens(struct arena *a, const char *text)
{
	struct sources ss = { .arena = a };
	struct diags d = { .arena = a, .sources = &ss };
	struct source *src = sources_add(&ss, "t", text, strlen(text));
	struct strbuf b = { 0 };
	struct lexer lx;
	struct token t;
	struct pp pp;
	const char *ret;

	pp_init(&pp, a, &d, src, NULL);
	lex_init(&lx, &pp);
	while ((t = lex_next(&lx)).kind != T_EOF)
		sb_addf(&b, "%s%s%.*s|", t.bad ? "BAD:" : "", t.new_line ? "^" : "", (int)t.len,
			t.text);
	diags_print(&d, &b, false);
	ret = arena_strdup(a, sb_str(&b));
	sb_done(&b);
	return ret;
}

#define CHECK_TOKENS(text, want)                                                                   \
	do {                                                                                       \
		struct arena a_ = { 0 };                                                           \
		CHECK_STR(tokens(&a_, text), want);                                                \
		arena_done(&a_);                                                                   \
	} while (0)

TEST(lex_tokens)
{
	CHECK_TOKENS("", "");
	CHECK_TOKENS("a b1 _ $x $1 $# @ @m 12 0x1f 1e6 5ms \"a\\\"b\"",
		     "a|b1|_|$x|$1|$#|@|@m|12|0x1f|1e6|5ms|\"a\\\"b\"|");
	CHECK_TOKENS("a->b.c..d", "a|->|b|.|c|..|d|");
	CHECK_TOKENS("0..10", "0|..|10|");
	CHECK_TOKENS("a<<=b>>=c<<d>>e<=f>=g<h>i", "a|<<=|b|>>=|c|<<|d|>>|e|<=|f|>=|g|<|h|>|i|");
	CHECK_TOKENS("a+++b---c", "a|++|+|b|--|-|c|");
	CHECK_TOKENS("@a[1,2]=!~x?y:z;", "@a|[|1|,|2|]|=|!|~|x|?|y|:|z|;|");
	CHECK_TOKENS("a &&b||c & d | e ^ f %= g /= h", "a|&&|b||||c|&|d|||e|^|f|%=|g|/=|h|");
}

TEST(lex_layout)
{
	CHECK_TOKENS("a // b\nc /* d\n e */ f", "a|^c|^f|");
	CHECK_TOKENS("#!/usr/bin/env bpftrace\na", "^a|");
	CHECK_TOKENS("a/**/b/***/c/*/*/d", "a|b|c|d|");
	CHECK_TOKENS("\r\n\t\f\va", "^a|");
}

TEST(lex_bad)
{
	CHECK_TOKENS("a \"b\nc", "a|BAD:\"b|^c|");
	CHECK_TOKENS("a /* b", "a|BAD:/*|");
	CHECK_TOKENS("$ $; `\x01\x02 é", "BAD:$|BAD:$|;|BAD:`\x01\x02|BAD:é|");
	CHECK_TOKENS("\"a\\", "BAD:\"a\\|");
	CHECK_TOKENS("a # b", "a|BAD:#|b|");
}

TEST(lex_macros)
{
	CHECK_TOKENS("#define A 1 /* one */\n#define B A + A // two\n[ B ]", "^[|1|+|1|]|");
	CHECK_TOKENS("#define A B\n#define B A\nA B", "^A|B|");
	CHECK_TOKENS("#define A x \\\n  y\nA", "^x|y|");
	CHECK_TOKENS("#define A\na A b", "^a|b|");
	CHECK_TOKENS("#define A 1\n#undef A\nA", "^A|");
	CHECK_TOKENS("__linux__\n#undef __linux__\n__linux__", "1|^__linux__|");
}

TEST(lex_conditions)
{
	CHECK_TOKENS("#ifndef BPFTRACE_HAVE_BTF\n#include <a.h>\nx\n#else\ny\n#endif\nz", "^y|^z|");
	CHECK_TOKENS("#ifdef BPFTRACE_HAVE_BTF\nx\n#else\n#ifdef A\n#else\n#endif\ny\n#endif\nz",
		     "^x|^z|");
	CHECK_TOKENS("#ifdef NO\n x\n # ifdef NO2\n#endif\n#endif\nz", "^z|");
	CHECK_TOKENS("#ifdef NO\n#else\nz\n#endif", "^z|");
	CHECK_TOKENS("#define A\n#ifdef A\nz\n#endif\n", "^z|");
}

TEST(lex_conditions_with_values)
{
	CHECK_TOKENS("#if 1\nx\n#elif 1\ny\n#else\nz\n#endif", "^x|");
	CHECK_TOKENS("#if 0\nx\n#elif 1\ny\n#elif 1\nz\n#else\nu\n#endif", "^y|");
	CHECK_TOKENS("#if 0\nx\n#elif 0\ny\n#else\nz\n#endif", "^z|");
	CHECK_TOKENS("#define A 3\n#if defined(A) && A > 2 && !defined B\nx\n#endif", "^x|");
	CHECK_TOKENS("#if (1 << 3 | 1) == 9 && -1 < 0 && ~0 == -1 && 7 % 4 == 3\nx\n#endif", "^x|");
	CHECK_TOKENS("#if 0 && 1 / 0 || 1\nx\n#endif\n#if 1 ? 1 : 1 / 0\ny\n#endif", "^x|^y|");
	CHECK_TOKENS("#if NONE\nx\n#elif 'a' == 97 && true\ny\n#endif", "^y|");
	CHECK_TOKENS("#if 1 - 1 - 1 == -1 && \\\n 8 / 2 / 2 == 2\nx\n#endif", "^x|");
	CHECK_TOKENS("#define F(x) x + 1\n#if F(1) == 2\nx\n#endif", "^x|");
	CHECK_TOKENS("#if 0\n\"/*\" don't // /*\n#endif\nx", "^x|");
}

TEST(lex_function_macros)
{
	CHECK_TOKENS("#define F(a, b) a + b\nF(1, 2) F((1, 2), G(3, 4))", "^1|+|2|(|1|,|2|)|+|G|(|3|,|4|)|");
	CHECK_TOKENS("#define F() x\n#define G F\nF() F G() G ( )", "^x|F|x|x|");
	CHECK_TOKENS("#define F(a) [a]\nF(F(F(1)))", "^[|[|[|1|]|]|]|");
	CHECK_TOKENS("#define F(a) a F(a)\nF(1)", "^1|F|(|1|)|");
	CHECK_TOKENS("#define S(a) #a\n#define T(a) S(a)\n#define X 1\nS(X  +\t\"y\") T(X)",
		     "^\"X + \\\"y\\\"\"|\"1\"|");
	CHECK_TOKENS("#define C(a, b) a##b\n#define ab 7\nC(a, b) C(1, 2) C(x,) C(,y) C(,)", "^7|12|x|y|");
	CHECK_TOKENS("#define V(f, ...) f(__VA_ARGS__)\nV(p, 1, 2) V(p)", "^p|(|1|,|2|)|p|(|)|");
	CHECK_TOKENS("#define V(f, a...) f(1, ##a)\nV(p, 2, 3) V(p)", "^p|(|1|,|2|,|3|)|p|(|1|)|");
	CHECK_TOKENS("#define OBJ x ## y\nOBJ", "^xy|");
	CHECK_TOKENS("#define F(a) a\nF\n(\n1\n)\nG", "^1|^G|");
	CHECK_TOKENS("#define F(a) a\nF(1", "^F|(|1|");
}

static void check_number(const char *text, bool ok, uint64_t want, enum diag_tag want_tag)
{
	enum diag_tag tag;
	const char *why;
	uint64_t v;
	bool got = literal_number(text, (uint32_t)strlen(text), &v, &tag, &why);

	if (got != ok || (ok && v != want) || (!ok && tag != want_tag))
		UNIT_FAIL("number %s: %d %llu %s", text, got, (unsigned long long)v,
			  diag_tag_name(tag));
}

#define GOOD(text, v) check_number(text, true, v, 0)
#define BAD(text, tag) check_number(text, false, 0, DT_##tag)

TEST(numbers)
{
	GOOD("0", 0);
	GOOD("123", 123);
	GOOD("0777", 511);
	GOOD("0x1F", 31);
	GOOD("0X1f", 31);
	GOOD("0x5e5", 0x5e5);
	GOOD("1e6", 1000000);
	GOOD("1e1_0", 10000000000);
	GOOD("0e99", 0);
	GOOD("1_000_000", 1000000);
	GOOD("1_0_0u", 100);
	GOOD("5ull", 5);
	GOOD("0xfful", 255);
	GOOD("18446744073709551615", UINT64_MAX);
	GOOD("0xffffffffffffffff", UINT64_MAX);
	GOOD("1ns", 1);
	GOOD("2us", 2000);
	GOOD("5ms", 5000000);
	GOOD("1s", 1000000000);
	GOOD("1m", 60000000000);
	GOOD("1h", 3600000000000);
	GOOD("1d", 86400000000000);
	GOOD("'a'", 97);
	GOOD("'\\n'", 10);
	GOOD("'\\0'", 0);
	GOOD("'\\''", 39);
	GOOD("'\\x41'", 65);
	GOOD("'\\101'", 65);
}

TEST(wrong_numbers)
{
	BAD("18446744073709551616", int_overflow);
	BAD("0x10000000000000000", int_overflow);
	BAD("1e20", int_overflow);
	BAD("1e99999999999999999999", int_overflow);
	BAD("10000000000m", int_overflow);
	BAD("0x", bad_literal);
	BAD("08", bad_literal);
	BAD("1_", bad_literal);
	BAD("1e", bad_literal);
	BAD("1ulll", bad_literal);
	BAD("1lul", bad_literal);
	BAD("12abc", bad_literal);
}

TEST(params)
{
	int64_t v;

	CHECK(param_number("12", &v) && v == 12);
	CHECK(param_number("-12", &v) && v == -12);
	CHECK(param_number("0x10", &v) && v == 16);
	CHECK(param_number("010", &v) && v == 8);
	CHECK(param_number("18446744073709551615", &v) && v == -1);
	CHECK(param_number("-9223372036854775808", &v) && v == INT64_MIN);
	CHECK(!param_number("18446744073709551616", &v));
	CHECK(!param_number("-9223372036854775809", &v));
	CHECK(!param_number("", &v));
	CHECK(!param_number("-", &v));
	CHECK(!param_number(" 1", &v));
	CHECK(!param_number("1a", &v));
	CHECK(!param_number("+1", &v));
}
