/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "run/child.h"
#include "tests/unit.h"

TEST(config_defaults)
{
	struct err e = { 0 };
	struct config c;

	CHECK_EQ(config_init(&c, &e), 0);
	CHECK_EQ(c.max_map_keys, 4096);
	CHECK_EQ(c.max_strlen, 1024);
	CHECK_STR(c.str_trunc_trailer, "..");
	CHECK_STR(c.license, "GPL");
	CHECK_EQ(c.print_maps_on_exit, 1);
}

TEST(config_set_items)
{
	struct err e = { 0 };
	struct config c;

	config_init(&c, &e);
	CHECK_EQ(config_set(&c, "max_map_keys", "10", &e), 0);
	CHECK_EQ(c.max_map_keys, 10);
	CHECK_EQ(config_set(&c, "map_keys_max", "0x20", &e), 0);
	CHECK_EQ(c.max_map_keys, 32);
	CHECK_EQ(config_set(&c, "print_maps_on_exit", "false", &e), 0);
	CHECK_EQ(c.print_maps_on_exit, 0);
	CHECK_EQ(config_set(&c, "no_cpp_demangle", "1", &e), 0);
	CHECK_EQ(c.cpp_demangle, 0);
	CHECK_EQ(config_set(&c, "stack_mode", "perf", &e), 0);
	CHECK_STR(c.stack_mode, "perf");
	CHECK_EQ(config_set(&c, "on_stack_limit", "64", &e), 0);
}

TEST(config_bad_values)
{
	struct err e = { 0 };
	struct config c;

	config_init(&c, &e);
	CHECK_EQ(config_set(&c, "max_map_keys", "many", &e), -EINVAL);
	CHECK_STR(e.what, "max_map_keys must be a number, not 'many'");
	CHECK_EQ(config_set(&c, "max_map_keys", "-1", &e), -EINVAL);
	CHECK_EQ(config_set(&c, "max_strlen", "0", &e), -EINVAL);
	CHECK_STR(e.what, "max_strlen must be from 1 to 1048576, not 0");
	CHECK_EQ(config_set(&c, "lazy_symbolication", "maybe", &e), -EINVAL);
	CHECK_EQ(config_set(&c, "missing_probes", "perhaps", &e), -EINVAL);
	CHECK_STR(e.what, "Invalid value for missing_probes. Found: perhaps. Valid values: error, warn, ignore.");
	CHECK_EQ(config_set(&c, "unstable_tseries", "often", &e), -EINVAL);
	CHECK_EQ(config_set(&c, "max_strln", "5", &e), -ENOENT);
	CHECK_STR(e.what, "max_strln: not a known configuration option");
	CHECK_STR(e.hint, "Did you mean 'max_strlen'?");
}

TEST(config_environment_wins)
{
	struct err e = { 0 };
	struct config c;

	setenv("BPFTRACE_MAX_STRLEN", "77", 1);
	CHECK_EQ(config_init(&c, &e), 0);
	CHECK_EQ(c.max_strlen, 77);
	CHECK_EQ(config_set(&c, "max_strlen", "5", &e), 0);
	CHECK_EQ(c.max_strlen, 77);
	CHECK_EQ(config_set(&c, "strlen", "5", &e), 0);
	CHECK_EQ(c.max_strlen, 77);
	setenv("BPFTRACE_MAX_STRLEN", "x", 1);
	CHECK_EQ(config_init(&c, &e), -EINVAL);
	CHECK_STR(e.what,
		  "environment variable BPFTRACE_MAX_STRLEN: max_strlen must be a number, not 'x'");
	unsetenv("BPFTRACE_MAX_STRLEN");
}

/* Words joined by '|'. */
static const char *split(const char *cmd, struct err *e)
{
	static char text[256];
	struct strbuf words = { 0 };
	unsigned n = 0;

	text[0] = 0;
	if (!child_split(cmd, &words, &n, e))
		for (size_t i = 0; i < words.n && i < sizeof(text); i++)
			text[i] = words.p[i] ? words.p[i] : i + 1 == words.n ? 0 : '|';
	sb_done(&words);
	return text;
}

TEST(child_words)
{
	struct err e = { 0 };

	CHECK_STR(split("ls -l  /tmp", &e), "ls|-l|/tmp");
	CHECK_STR(split(" sh -c 'echo a  b; echo \"c\"' ", &e), "sh|-c|echo a  b; echo \"c\"");
	CHECK_STR(split("a \"b c\"d e\\ f ''", &e), "a|b cd|e f|");
	CHECK_STR(split("a \"x\\\"y\\z\"", &e), "a|x\"y\\z");
	CHECK_STR(split("a 'b", &e), "");
	CHECK_STR(e.what, "unbalanced quotes in the command: a 'b");
	CHECK_STR(split("  ", &e), "");
	CHECK_EQ(e.code, -EINVAL);
}

TEST(child_without_program)
{
	struct err e = { 0 };
	struct child *c = NULL;

	CHECK_EQ(child_start("/nonexistent/program x", &c, &e), -ENOENT);
	CHECK_STR(e.what, "Failed to exec child: /nonexistent/program: No such file or directory");
	CHECK(!c);
}

TEST(child_runs_and_is_killed)
{
	struct err e = { 0 };
	struct child *c = NULL;

	CHECK_EQ(child_start("true", &c, &e), 0);
	CHECK(child_pid(c) > 0);
	CHECK(!child_ended(c));
	CHECK_EQ(child_go(c, NULL, NULL, &e), 0);
	for (int i = 0; i < 2000 && !child_ended(c); i++)
		usleep(1000);
	CHECK(child_ended(c));
	child_free(c);
	CHECK_EQ(child_start("sleep 100", &c, &e), 0);
	child_free(c); /* never let go: must not wait for it */
	child_free(NULL);
}

TEST(config_shows)
{
	struct config c;
	struct err e = { 0 };
	struct setting s;
	size_t n = 0;

	CHECK_EQ(config_init(&c, &e), 0);
	CHECK_EQ(config_set(&c, "unstable_tseries", "0", &e), 0);
	CHECK_EQ(config_set(&c, "symbol_source", "anything", &e), 0);
	CHECK_EQ(config_set(&c, "dummy_ts_map", "x", &e), -ENOENT);
	CHECK(config_get(&c, 0, &s) && s.kind == SK_NUMBER && s.number == 4096);
	for (; config_get(&c, n, &s); n++)
		if (!strcmp(s.name, "unstable_tseries"))
			CHECK_STR(s.text, "error");
	CHECK_EQ(n, 22);
}
