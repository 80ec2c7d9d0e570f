/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/fixture_test.h"
#include "tests/unit.h"

TEST(match_stars)
{
	CHECK(probe_match("vfs_read", "vfs_read"));
	CHECK(!probe_match("vfs_read", "vfs_readv"));
	CHECK(!probe_match("vfs_readv", "vfs_read"));
	CHECK(probe_match("vfs_*", "vfs_"));
	CHECK(probe_match("*", ""));
	CHECK(!probe_match("?", ""));
	CHECK(probe_match("*sys*open*", "do_sys_openat2"));
	CHECK(!probe_match("*sys*open*x", "do_sys_openat2"));
	CHECK(probe_match("a*b*c", "a_b_b_c"));
	CHECK(probe_match("do_?ys", "do_sys"));
	CHECK(!probe_match("", "x"));
	CHECK(probe_match("", ""));
}

TEST(match_sets)
{
	CHECK(probe_match("[Ss]ys_read", "Sys_read"));
	CHECK(!probe_match("[Ss]ys_read", "tys_read"));
	CHECK(probe_match("f[0-9]", "f7"));
	CHECK(!probe_match("f[!0-9]", "f7"));
	CHECK(probe_match("f[^0-9]", "fx"));
	CHECK(probe_match("f[]]", "f]"));
	CHECK(probe_match("f[a-]", "f-"));
	CHECK(probe_match("f[", "f["));
	CHECK(!probe_match("f[abc", "fa"));
}

/* One star backtracks at a time, so no pattern takes exponential time. */
TEST(match_takes_no_time)
{
	char name[4096];

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	CHECK(!probe_match("*a*a*a*a*a*a*a*a*a*a*a*a*b", name));
}

TEST(match_quoted_is_literal)
{
	struct part p = { "operator*()::f*", 11 };

	CHECK(part_is_wild(&p));
	CHECK(part_match(&p, "operator*()::fun"));
	CHECK(!part_match(&p, "operatorx()::fun"));
	p.literal = strlen(p.text);
	CHECK(!part_is_wild(&p));
	CHECK(part_match(&p, "operator*()::f*"));
}

TEST(match_offsets)
{
	struct part p = { "func+0x10", 0 };
	uint64_t off;
	size_t len;
	bool has;

	CHECK(part_offset(&p, &len, &off, &has) && has);
	CHECK_EQ(len, 4);
	CHECK_EQ(off, 16);
	p.text = "func";
	CHECK(part_offset(&p, &len, &off, &has) && !has && !off && len == 4);
	p.text = "func+";
	CHECK(!part_offset(&p, &len, &off, &has));
	p.text = "func+1x";
	CHECK(!part_offset(&p, &len, &off, &has));
	p = (struct part){ "operator++8", 10 };
	CHECK(part_offset(&p, &len, &off, &has) && !has);
	p = (struct part){ "operator+++8", 10 };
	CHECK(part_offset(&p, &len, &off, &has) && has && off == 8 && len == 10);
}

static uint64_t period(const char *text)
{
	uint64_t ns = 0;

	return text_period(text, &ns) ? ns : 0;
}

TEST(match_periods)
{
	CHECK_EQ(period("100"), 100);
	CHECK_EQ(period("7ns"), 7);
	CHECK_EQ(period("5us"), 5000);
	CHECK_EQ(period("10ms"), 10000000);
	CHECK_EQ(period("1s"), 1000000000);
	CHECK_EQ(period("2m"), 120000000000);
	CHECK_EQ(period("1h"), 3600000000000);
	CHECK_EQ(period("1d"), 86400000000000);
	CHECK_EQ(period("99hz"), 10101010);
	CHECK_EQ(period("0s"), 0);
	CHECK_EQ(period("0hz"), 0);
	CHECK_EQ(period("2000000000hz"), 0);
	CHECK_EQ(period("99999999999999999999s"), 0);
	CHECK_EQ(period("10000000000s"), 0);
	CHECK_EQ(period("s"), 0);
	CHECK_EQ(period("1x"), 0);
	CHECK_EQ(period(""), 0);
	CHECK_EQ(period("1_000ms"), 1000000000);
	CHECK_EQ(period("1_s"), 0);
	CHECK_EQ(period("_1s"), 0);
}

static uint64_t number(const char *text)
{
	uint64_t n;

	return text_number(text, &n) ? n : 0;
}

TEST(match_numbers)
{
	CHECK_EQ(number("1_000_000"), 1000000);
	CHECK_EQ(number("1e6"), 1000000);
	CHECK_EQ(number("0xff_ff"), 0xffff);
	CHECK_EQ(number("1__0"), 0);
	CHECK_EQ(number("10_"), 0);
	CHECK_EQ(number("0x1111222233334444555566667777888899990000aaaabbbbccccddddeeeeffff0000"), 0);
}

TEST(registry_names)
{
	static const char *const names[][2] = {
		{ "begin", "BEGIN" }, { "end", "END" }, { "tracepoint", "t" }, { "rawtracepoint", "rt" },
		{ "kprobe", "k" }, { "kretprobe", "kr" }, { "fentry", "f" }, { "fentry", "kfunc" },
		{ "fexit", "fr" }, { "fexit", "kretfunc" }, { "uprobe", "u" }, { "uretprobe", "ur" },
		{ "usdt", "U" }, { "profile", "p" }, { "interval", "i" }, { "software", "s" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		CHECK(provider_find(names[i][0]) != NULL);
		CHECK(provider_find(names[i][0]) == provider_find(names[i][1]));
	}
	CHECK(!provider_find("Begin"));
	CHECK(!provider_find(""));
}

/* What the header asks of each provider. */
TEST(registry_complete)
{
	const struct provider *const *all;
	size_t n;

	all = provider_all(&n);
	for (size_t i = 0; i < n; i++) {
		const struct provider *p = all[i];

		CHECK(provider_find(p->name) == p);
		CHECK(p->doc && p->forms && p->expand && p->kind && p->attach);
		CHECK(p->list || !strcmp(p->name, "watchpoint")); /* addresses cannot be listed */
		CHECK(!strncmp(p->forms, p->name, strlen(p->name)));
		CHECK(!(p->flags & PF_ARGN) == !p->lower_arg);
		CHECK(!(p->flags & PF_RETVAL) == !p->lower_retval);
		CHECK(!(p->flags & PF_ARGS) == !p->lower_field && (!p->lower_field || p->describe));
		CHECK(!(p->flags & PF_REGS) == !p->reg_offset);
		CHECK(!(p->flags & PF_FUNC) || p->lower_ip);
	}
}
