/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/unit.h"

#include <stdlib.h>

#include "base/diag.h"
#include "base/fdutil.h"

struct fixture {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct strbuf out;
};

static void fixture_done(struct fixture *f)
{
	sb_done(&f->out);
	arena_done(&f->arena);
}

#define FIXTURE(f)                                                                                 \
	__attribute__((cleanup(fixture_done))) struct fixture f = { 0 };                           \
	f.sources.arena = f.diags.arena = &f.arena;                                                \
	f.diags.sources = &f.sources

static const char *printed(struct fixture *f)
{
	sb_reset(&f->out);
	diags_print(&f->diags, &f->out, false);
	return sb_str(&f->out);
}

/* The text of one error at [from, to) of a script. */
static const char *shown(struct fixture *f, const char *script, uint32_t from, uint32_t to)
{
	struct source *src = sources_add(&f->sources, "stdin", script, strlen(script));

	memset(&f->diags.list, 0, sizeof(f->diags.list));
	f->diags.nerrors = 0;
	diag_error(&f->diags, (struct span){ src->base + from, src->base + to }, DT_syntax, "bad");
	return printed(f);
}

TEST(sources_share_one_space)
{
	FIXTURE(f);
	struct source *a = sources_add(&f.sources, "a.bt", "one\ntwo\n", 8);
	struct source *b = sources_add(&f.sources, "b.bt", "", 0);
	struct source *c = sources_add(&f.sources, "c.bt", "x", 1);
	struct position pos;

	CHECK_EQ(a->base, 1);
	CHECK(!sources_find(&f.sources, 0, &pos));
	CHECK(sources_find(&f.sources, a->base + 5, &pos) && pos.source == a);
	CHECK_EQ(pos.line, 2);
	CHECK_EQ(pos.col, 2);
	CHECK(sources_find(&f.sources, a->base + 8, &pos) && pos.source == a);
	CHECK_EQ(pos.line, 3);
	CHECK(sources_find(&f.sources, b->base, &pos) && pos.source == b);
	CHECK(sources_find(&f.sources, c->base + 1, &pos) && pos.source == c);
	CHECK_EQ(pos.col, 2);
	CHECK(!sources_find(&f.sources, c->base + 2, &pos));
}

TEST(source_lines)
{
	FIXTURE(f);
	struct source *src = sources_add(&f.sources, "x", "a\n\nbc", 5);
	const char *text;
	size_t len;

	CHECK_EQ(src->nlines, 3);
	CHECK(source_line(src, 2, &text, &len) && len == 0);
	CHECK(source_line(src, 3, &text, &len) && len == 2 && *text == 'b');
	CHECK(!source_line(src, 0, &text, &len));
	CHECK(!source_line(src, 4, &text, &len));
}

TEST(one_line)
{
	FIXTURE(f);

	CHECK_STR(shown(&f, "begin { foo(); }", 8, 11), "stdin:1:9-12: ERROR: bad\n"
							"begin { foo(); }\n"
							"        ~~~\n");
	CHECK_STR(shown(&f, "a\nbcd\n", 3, 4), "stdin:2:2-3: ERROR: bad\nbcd\n ~\n");
}

TEST(end_of_text_and_empty_spans_get_one_mark)
{
	FIXTURE(f);

	CHECK_STR(shown(&f, "abc", 3, 3), "stdin:1:4-5: ERROR: bad\nabc\n   ~\n");
	CHECK_STR(shown(&f, "abc", 1, 1), "stdin:1:2-3: ERROR: bad\nabc\n ~\n");
	CHECK_STR(shown(&f, "", 0, 0), "stdin:1:1-2: ERROR: bad\n\n~\n");
}

TEST(several_lines)
{
	FIXTURE(f);

	CHECK_STR(shown(&f, "a {\n b\n}", 2, 8), "stdin:1-3: ERROR: bad\n");
	CHECK_STR(shown(&f, "abc\nd", 1, 4), "stdin:1:2-5: ERROR: bad\nabc\n ~~\n");
}

TEST(tabs_and_wide_text_keep_the_marks_aligned)
{
	FIXTURE(f);

	CHECK_STR(shown(&f, "\tx\ty", 3, 4), "stdin:1:4-5: ERROR: bad\n\tx\ty\n\t \t~\n");
	CHECK_STR(shown(&f, "\xc3\xa9+z", 3, 4), "stdin:1:4-5: ERROR: bad\n\xc3\xa9+z\n  ~\n");
	CHECK_STR(shown(&f, "\x01+\xff", 2, 3), "stdin:1:3-4: ERROR: bad\n\\x01+\\xff\n     ~~~~\n");
}

TEST(long_lines_are_cut)
{
	FIXTURE(f);
	size_t n = 10000000;
	char *script = malloc(n + 1);
	const char *text;

	memset(script, 'x', n);
	script[n] = '\0';
	script[5000000] = '?';
	text = shown(&f, script, 5000000, 5000001);
	CHECK(strstr(text, "stdin:1:5000001-5000002: ERROR: bad\n...xx"));
	CHECK(strstr(text, "xxx...\n      "));
	CHECK_EQ(strchr(strchr(text, '?'), '~') - strchr(text, '?'), 1 + 319 + 3 + 1 + 83);
	CHECK(f.out.n < 1000);
	text = shown(&f, script, 0, (uint32_t)n);
	CHECK(f.out.n < 1000);
	text = shown(&f, script, (uint32_t)n, (uint32_t)n);
	CHECK(strstr(text, "xxx\n") && !strstr(text, "x...\n"));
	free(script);
}

TEST(hints_and_warnings)
{
	FIXTURE(f);
	struct span none = { 0, 0 };

	diag_hint(&f.diags, diag_error(&f.diags, none, DT_syntax, "no %s", "probe"), "add %s", "one");
	diag_warning(&f.diags, none, DT_syntax, "odd\033");
	CHECK_STR(printed(&f), "ERROR: no probe\nHINT: add one\nWARNING: odd\\x1b\n");
	CHECK_EQ(f.diags.nerrors, 1);
	CHECK_EQ(f.diags.nwarnings, 1);
	sb_reset(&f.out);
	diags_print_one(&f.diags, f.diags.list.v[0], &f.out, true);
	CHECK_STR(sb_str(&f.out), "\033[1;31mERROR\033[0m: no probe\n\033[1;36mHINT\033[0m: add one\n");
}

TEST(quiet_warnings_are_dropped)
{
	FIXTURE(f);

	f.diags.quiet_warnings = true;
	CHECK(diag_warning(&f.diags, (struct span){ 0, 0 }, DT_syntax, "x") != NULL);
	CHECK_EQ(f.diags.list.n + f.diags.nwarnings, 0);
}

TEST(repeated_and_too_many)
{
	FIXTURE(f);

	sources_add(&f.sources, "x", "0123456789012345678901234567890", 31);
	CHECK(diag_error(&f.diags, (struct span){ 1, 2 }, DT_syntax, "x") ==
	      diag_error(&f.diags, (struct span){ 1, 2 }, DT_syntax, "x"));
	CHECK_EQ(f.diags.nerrors, 1);
	for (uint32_t i = 2; i <= 25; i++)
		CHECK(diag_error(&f.diags, (struct span){ i, i + 1 }, DT_syntax, "x") != NULL);
	CHECK_EQ(f.diags.list.n, DIAG_MAX);
	CHECK_EQ(f.diags.nerrors, 25);
	CHECK(strstr(printed(&f), "ERROR: 5 more errors are not shown\n"));
}

static const char *nearest(const char *name)
{
	static const char *const names[] = { "count", "printf", "print", "comm", "cgroup", "pid" };
	struct near n;

	near_start(&n, name);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		near_try(&n, names[i]);
	return n.best;
}

TEST(nearest_names)
{
	CHECK_STR(nearest("cuont"), "count");
	CHECK_STR(nearest("prinft"), "printf");
	CHECK_STR(nearest("prnt"), "print");
	CHECK_STR(nearest("dip"), NULL);
	CHECK_STR(nearest("pif"), "pid");
	CHECK_STR(nearest("x"), NULL);
	CHECK_STR(nearest(""), NULL);
	CHECK_STR(nearest("somethingcompletelydifferent"), NULL);
}

TEST(every_tag_has_a_name)
{
	for (unsigned i = 0; i < DT_COUNT; i++)
		CHECK(strlen(diag_tag_name(i)) > 0);
	CHECK_STR(diag_tag_name(DT_unknown_field), "unknown-field");
}
