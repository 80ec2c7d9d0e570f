/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fdutil.h"
#include "flame/tree.h"
#include "tests/unit.h"

static bool add(struct flame *f, const char *line)
{
	return flame_line(f, line, strlen(line));
}

static const struct flame_node *find(const struct flame *f, const char *name)
{
	vec_each(f->nodes, i)
		if (f->nodes.v[i].len == strlen(name) && !memcmp(f->nodes.v[i].name, name, strlen(name)))
			return &f->nodes.v[i];
	return NULL;
}

static const char *draw(const struct flame *f, struct strbuf *out)
{
	flame_svg(f, &(struct flame_look){ .title = "a<b", .unit = "samples" }, out);
	return sb_str(out);
}

TEST(stacks_are_merged_from_the_outermost_frame)
{
	struct flame *f = flame_new();

	CHECK(add(f, "app;main;work 3"));
	CHECK(add(f, "app;main;rest 4\n"));
	CHECK(add(f, "app;main 5"));
	CHECK_EQ(flame_total(f), 12);
	CHECK_EQ(f->nodes.n, 5);
	CHECK_EQ(find(f, "main")->total, 12);
	CHECK_EQ(find(f, "rest")->total, 4);
	flame_free(f);
}

TEST(kinds_of_frames)
{
	struct flame *f = flame_new();

	CHECK(add(f, "app;main;a::b;code_[j];small_[i];-;do_sys;x::y 1"));
	CHECK(add(f, "app;vfs_read_[k] 2"));
	CHECK_EQ(find(f, "app")->kind, FK_OTHER);
	CHECK_EQ(find(f, "main")->kind, FK_USER);
	CHECK_EQ(find(f, "a::b")->kind, FK_CPP);
	CHECK_EQ(find(f, "code")->kind, FK_JIT);
	CHECK_EQ(find(f, "small")->kind, FK_INLINED);
	CHECK_EQ(find(f, "do_sys")->kind, FK_KERNEL);
	CHECK_EQ(find(f, "x::y")->kind, FK_KERNEL);
	CHECK_EQ(find(f, "vfs_read")->kind, FK_KERNEL);
	flame_free(f);
}

TEST(lines_that_are_no_stacks)
{
	struct flame *f = flame_new(), *none = flame_new();
	_cleanup_sb_ struct strbuf out = { 0 };

	CHECK(!add(f, ""));
	CHECK(!add(f, "main;work"));
	CHECK(!add(f, "main;work12"));
	CHECK(!add(f, "12"));
	CHECK(!add(f, "main 99999999999999999999999"));
	CHECK_EQ(flame_total(f), 0);
	CHECK(add(f, "operator new(unsigned long);with blanks 18446744073709551615"));
	CHECK(find(f, "operator new(unsigned long)"));
	CHECK(strstr(draw(none, &out), "no stacks"));
	flame_free(none);
	flame_free(f);
}

TEST(names_are_escaped)
{
	_cleanup_sb_ struct strbuf out = { 0 };
	struct flame *f = flame_new();
	const char *text;

	CHECK(add(f, "<script>alert(1)</script>;\"a&b\";\x1b[31m\xff 1"));
	text = draw(f, &out);
	CHECK(!strstr(text, "<script>alert"));
	CHECK(strstr(text, "&lt;script&gt;alert(1)&lt;/script&gt;"));
	CHECK(strstr(text, "&quot;a&amp;b&quot;"));
	CHECK(strstr(text, "\\x1b[31m\\xff"));
	CHECK(strstr(text, "<title>a&lt;b</title>"));
	flame_free(f);
}

TEST(places_and_widths)
{
	_cleanup_sb_ struct strbuf out = { 0 };
	struct flame *f = flame_new();
	const char *text;

	CHECK(add(f, "zzz 3"));
	CHECK(add(f, "aaa;bbb 1"));
	text = draw(f, &out);
	CHECK(strstr(text, "data-s=\"0\" data-n=\"4\" data-d=\"0\"><title>all (4 samples, 100.00%)"));
	CHECK(strstr(text, "data-s=\"0\" data-n=\"1\" data-d=\"1\"><title>aaa (1 samples, 25.00%)"));
	CHECK(strstr(text, "data-s=\"0\" data-n=\"1\" data-d=\"2\"><title>bbb"));
	CHECK(strstr(text, "data-s=\"1\" data-n=\"3\" data-d=\"1\"><title>zzz"));
	CHECK(strstr(text, "<rect x=\"25.0000%\""));
	flame_free(f);
}

TEST(what_nobody_would_see_is_left_out)
{
	_cleanup_sb_ struct strbuf out = { 0 };
	struct flame *f = flame_new();

	CHECK(add(f, "large 1000000"));
	CHECK(add(f, "small 1"));
	CHECK(!strstr(draw(f, &out), ">small ("));
	CHECK(strstr(sb_str(&out), "1 frames of less than"));
	flame_free(f);
}

TEST(depth_is_bounded)
{
	_cleanup_sb_ struct strbuf out = { 0 }, line = { 0 };
	struct flame *f = flame_new();

	for (int i = 0; i < 100000; i++)
		sb_addf(&line, "f%d;", i);
	sb_adds(&line, "last 1");
	CHECK(add(f, sb_str(&line)));
	CHECK_EQ(f->nodes.n, FLAME_DEPTH + 1);
	CHECK(strstr(draw(f, &out), "</svg>"));
	flame_free(f);
}

UNIT_MAIN
