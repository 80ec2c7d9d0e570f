/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "cli/options.h"
#include "base/opts.h"
#include "tests/unit.h"

#define PARSE(o, e, ...)                                                                           \
	options_parse(CM_RUN, (int)ARRAY_SIZE(((char *[]){ "sonde", __VA_ARGS__ })),                       \
		      (char *[]){ "sonde", __VA_ARGS__, NULL }, o, e)

TEST(program_and_parameters)
{
	struct cli_options o;
	struct err e = { 0 };

	CHECK_EQ(PARSE(&o, &e, "-q", "-e", "begin { }", "1", "two", "-3"), 0);
	CHECK_STR(o.program, "begin { }");
	CHECK(o.quiet && !o.file);
	CHECK_EQ(o.params.n, 3);
	CHECK_STR(o.params.v[2], "-3");
	options_done(&o);
}

TEST(file_then_options)
{
	struct cli_options o;
	struct err e = { 0 };

	CHECK_EQ(PARSE(&o, &e, "x.bt", "-p", "12", "a", "--", "-v", "--raw", "--"), 0);
	CHECK_STR(o.file, "x.bt");
	CHECK_EQ(o.pid, 12);
	CHECK(!o.verbose && !o.raw);
	CHECK_EQ(o.params.n, 3);
	CHECK_STR(o.params.v[1], "-v");
	CHECK_EQ(o.named.n, 1);
	CHECK_STR(o.named.v[0], "raw");
	options_done(&o);
}

TEST(joined_letters)
{
	struct cli_options o;
	struct err e = { 0 };

	CHECK_EQ(PARSE(&o, &e, "-lv", "kprobe:*"), 0);
	CHECK(o.mode == CM_LIST && o.verbose);
	CHECK_STR(o.file, "kprobe:*");
	options_done(&o);
	CHECK_EQ(PARSE(&o, &e, "-vp7", "-fjson", "-"), 0);
	CHECK_EQ(o.pid, 7);
	CHECK_STR(o.format, "json");
	CHECK_STR(o.file, "-");
	options_done(&o);
}

TEST(long_forms)
{
	struct cli_options o;
	struct err e = { 0 };

	CHECK_EQ(PARSE(&o, &e, "--output=f", "--pid", "3", "--dry_run", "--debug=codegen", "s"), 0);
	CHECK_STR(o.output, "f");
	CHECK_EQ(o.pid, 3);
	CHECK(o.dry_run);
	CHECK_EQ(o.debug, CD_IR);
	options_done(&o);
}

static void wrong(const char *what, const char *hint, const struct err *e)
{
	CHECK_STR(e->what, what);
	CHECK_STR(e->hint, hint);
}

TEST(wrong_options)
{
	struct cli_options o;
	struct err e = { 0 };

	CHECK(PARSE(&o, &e, "--dry-rum") < 0);
	wrong("unknown option '--dry-rum'", "Did you mean '--dry-run'?", &e);
	CHECK(PARSE(&o, &e, "-Z") < 0);
	wrong("unknown option '-Z'", "", &e);
	CHECK(PARSE(&o, &e, "--raw=1") < 0);
	wrong("option '--raw' takes no value", "", &e);
	CHECK(PARSE(&o, &e, "--pid") < 0);
	wrong("option '--pid' needs a value: PID", "", &e);
	CHECK(PARSE(&o, &e, "-e") < 0);
	wrong("option '-e' needs a value: PROGRAM", "", &e);
	CHECK(PARSE(&o, &e, "-p", "a1") < 0);
	wrong("Failed to parse pid: invalid integer: a1", "", &e);
	CHECK(PARSE(&o, &e, "-f", "xml") < 0);
	wrong("Invalid output format \"xml\"", "Valid formats are text and json.", &e);
	CHECK(PARSE(&o, &e, "-B", "some") < 0);
	CHECK(PARSE(&o, &e, "-d", "tipes") < 0);
	wrong("there is no stage 'tipes' to print", "Did you mean 'types'?", &e);
	CHECK(PARSE(&o, &e, "-c", "true", "-p", "1") < 0);
	wrong("-c and -p cannot be used together", "", &e);
}

TEST(process_ids)
{
	pid_t pid;

	CHECK(options_pid("1", &pid) && pid == 1);
	CHECK(!options_pid("0", &pid));
	CHECK(!options_pid("-1", &pid));
	CHECK(!options_pid("", &pid));
	CHECK(!options_pid("99999999999", &pid));
	CHECK(!options_pid("12x", &pid));
}

TEST(modes)
{
	struct cli_options o;
	struct err e = { 0 };
	char *bench[] = { "sonde", "--mode", "bench", "x.bt" }, *dry[] = { "sonde", "--mode", "codegen", "x.bt" };
	char *test[] = { "sonde", "--test", "x.bt" }, *bad[] = { "sonde", "--mode", "best", "x.bt" };

	CHECK_EQ(options_parse(CM_RUN, 4, bench, &o, &e), 0);
	CHECK_STR(o.trial, "bench");
	options_done(&o);
	CHECK_EQ(options_parse(CM_RUN, 4, dry, &o, &e), 0);
	CHECK(o.dry_run && !o.trial);
	options_done(&o);
	CHECK_EQ(options_parse(CM_RUN, 3, test, &o, &e), 0);
	CHECK_STR(o.trial, "test");
	options_done(&o);
	CHECK_EQ(options_parse(CM_RUN, 4, bad, &o, &e), -EINVAL);
	CHECK_STR(e.what, "Invalid mode \"best\"");
	options_done(&o);
}

TEST(help_has_columns)
{
	static const struct opt_def defs[] = {
		{ 'a', "all", NULL, "everything" },
		{ 0, "a-very-long-option", "VALUE", "one\ntwo" },
		{ 'x', NULL, NULL, NULL },
	};
	struct strbuf out = { 0 };

	opt_help(&out, defs, ARRAY_SIZE(defs));
	CHECK_STR(sb_str(&out), "  -a, --all               everything\n"
				"      --a-very-long-option VALUE\n"
				"                          one\n"
				"                          two\n");
	sb_done(&out);
}

UNIT_MAIN
