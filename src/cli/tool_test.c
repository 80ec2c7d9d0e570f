/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/tool.h"
#include "cli/tool_run.h"
#include "tests/unit.h"

struct fixture {
	struct arena arena;
	struct tool t;
	struct cli_options opt;
	struct strbuf out;
	struct err e;
	bool help, source;
};

static bool has_field(void *arg, const char *type, const char *field)
{
	return !strcmp(type, "task_struct") && !strcmp(field, "there");
}

static bool has_event(void *arg, const char *category, const char *event)
{
	return !strcmp(category, "sched") && !strcmp(event, "sched_switch");
}

static const struct tool_host host = { has_field, has_event, NULL };

static int expand(struct fixture *f, const char *text, int argc, char **argv)
{
	int rc;

	memset(f, 0, sizeof(*f));
	rc = tool_declare(&f->t, &f->arena, "x", text, strlen(text), &f->e);
	if (!rc)
		rc = tool_args(&f->t, argc, argv, &f->opt, &f->help, &f->source, &f->e);
	return rc ? rc : tool_expand(&f->t, &host, &f->out, &f->e);
}

static void done(struct fixture *f)
{
	sb_done(&f->out);
	tool_done(&f->t);
	arena_done(&f->arena);
}

#define EXPAND(f, text, ...)                                                                       \
	expand(f, text, (int)ARRAY_SIZE(((char *[]){ "x", ##__VA_ARGS__ })),                       \
	       (char *[]){ "x", ##__VA_ARGS__, NULL })
/* The script that the options make of text. */
#define SCRIPT(text, script, ...)                                                                  \
	do {                                                                                       \
		struct fixture f;                                                                  \
		CHECK_EQ(EXPAND(&f, text, ##__VA_ARGS__), 0);                                      \
		CHECK_STR(f.e.what, "");                                                           \
		CHECK_STR(sb_str(&f.out), script);                                                 \
		done(&f);                                                                          \
	} while (0)
#define WRONG(text, what_, ...)                                                                    \
	do {                                                                                       \
		struct fixture f;                                                                  \
		CHECK(EXPAND(&f, text, ##__VA_ARGS__) < 0);                                        \
		CHECK_STR(f.e.what, what_);                                                        \
		done(&f);                                                                          \
	} while (0)

TEST(tools_are_known_by_their_first_declaration)
{
	CHECK(tool_is("// SPDX\n//! tool X\n", 18));
	CHECK(tool_is("#!/usr/bin/sonde\n\n//! tool X\n", 29));
	CHECK(!tool_is("begin { }\n//! tool X\n", 20));
	CHECK(!tool_is("// a comment\n", 13));
	CHECK(!tool_is("", 0));
}

TEST(options_become_constants)
{
	static const char text[] = "//! option -p --max-pid N:number=7 help\n"
				   "//! option -n --name NAME:text help\n"
				   "//! option -x --failed help\n"
				   "begin { opt.max_pid; opt.name; opt.failed; given.max_pid }\n";

	SCRIPT(text, "\n\n\nbegin { 7; \"\"; 0; 0 }\n");
	SCRIPT(text, "\n\n\nbegin { 31; \"a\\x22b\"; 1; 1 }\n", "-p", "0x1f", "-xn", "a\"b");
	SCRIPT(text, "\n\n\nbegin { 5; \"\\x5c\\x0a\"; 0; 1 }\n", "--max-pid=5", "--name", "\\\n");
	WRONG(text, "--max-pid must be a number, not 'x'", "-p", "x");
	WRONG(text, "unknown option '-z'", "-z");
	WRONG(text, "x: one argument too many: 'more'", "more");
}

TEST(only_code_is_replaced)
{
	static const char text[] =
		"//! option --n N:number h\n"
		"\"opt.n\" // opt.n\n/* opt.n\nopt.n */ $opt.n @opt.n a.opt.n opt.n\n";

	SCRIPT(text, "\n\"opt.n\" // opt.n\n/* opt.n\nopt.n */ $opt.n @opt.n a.opt.n 3\n", "--n",
	       "3");
	WRONG("opt.what\n", "tool x, line 1: this is no option of the tool");
}

TEST(users_have_numbers)
{
	SCRIPT("//! option -u --uid USER:user h\nopt.uid given.uid", "\n0 1", "-u", "root");
	SCRIPT("//! option -u --uid USER:user h\nopt.uid given.uid", "\n12 1", "-u", "12");
	WRONG("//! option -u --uid USER:user h\n", "there is no user 'no such one'", "-u",
	      "no such one");
}

TEST(arguments_go_by_position)
{
	static const char text[] = "//! argument INTERVAL:number a\n//! argument COUNT:number b\n"
				   "opt.interval opt.count given.count";

	SCRIPT(text, "\n\n0 0 0");
	SCRIPT(text, "\n\n5 0 0", "5");
	SCRIPT(text, "\n\n5 6 1", "5", "6");
	WRONG(text, "INTERVAL must be a number, not 'x'", "x");
}

TEST(conditions_hide_lines)
{
	static const char text[] =
		"//! option -a --aa h\n//! option -b --bb h\n"
		"//! if aa\nA\n//! if bb\nAB\n//! end\n//! else\nnot A\n//! end\nZ\n";

	SCRIPT(text, "\n\n\n\n\n\n\n\nnot A\n\nZ\n");
	SCRIPT(text, "\n\n\nA\n\n\n\n\n\n\nZ\n", "-a");
	SCRIPT(text, "\n\n\nA\n\nAB\n\n\n\n\nZ\n", "-ab");
	WRONG("//! if a\n", "tool x, line 1: this condition names no option");
	WRONG("//! option -a --aa h\n//! if aa\n", "tool x: a condition has no 'end'");
	WRONG("//! end\n", "tool x, line 1: 'end' without 'if'");
	WRONG("//! else\n", "tool x, line 1: 'else' without 'if'");
	WRONG("//! nonsense\n", "tool x, line 1: this is no declaration");
}

static int cond(const char *text, int argc, char **argv)
{
	struct fixture f;
	struct tool_line l = { text, text + strlen(text), 1 };
	int v = expand(&f, "//! option -a --aa h\n//! option -b --bb h\n", argc, argv);

	v = v ? v : tool_cond(&f.t, &host, &l, &f.e);
	done(&f);
	return v;
}

TEST(conditions)
{
	char *a[] = { "x", "-a" };

	CHECK_EQ(cond("aa", 2, a), 1);
	CHECK_EQ(cond("!aa", 2, a), 0);
	CHECK_EQ(cond("aa && bb", 2, a), 0);
	CHECK_EQ(cond("aa && !bb", 2, a), 1);
	CHECK_EQ(cond("bb || aa", 2, a), 1);
	CHECK_EQ(cond("bb && aa || bb", 2, a), 0);
	CHECK_EQ(cond("bb && bb || aa", 2, a), 1);
	CHECK_EQ(cond("aa || bb && bb", 2, a), 1);
	CHECK_EQ(cond("field(task_struct.there)", 2, a), 1);
	CHECK_EQ(cond("!field(task_struct.gone)", 2, a), 1);
	CHECK_EQ(cond("event(sched:sched_switch) && !event(sched:x)", 2, a), 1);
	CHECK(cond("aa bb", 2, a) < 0);
	CHECK(cond("aa &&", 2, a) < 0);
	CHECK(cond("", 2, a) < 0);
}

static const char rows[] =
	"//! option -t --time h\n//! option -q --quote h\n"
	"//! column TIME(s) %-8.3f if time\n"
	"//! column PID %6d\n//! column ARGS %.3a if !quote\n//! column ARGS %.3q if quote\n"
	"row(nsecs,\n pid, f(a, \"),\"), b)\n";

TEST(rows_become_formats)
{
	SCRIPT(rows, "\n\n\n\n\n\nprintf(\"%d%s%s\",\n pid, f(a, \"),\"), b)\n");
	SCRIPT(rows, "\n\n\n\n\n\nprintf(\"%d%d%s%s\", nsecs,\n pid, f(a, \"),\"), b)\n", "-tq");
	WRONG("//! column A %d\n//! column B %d\nrow(1)",
	      "tool x, line 3: row() needs a value for each column");
	WRONG("//! column A %d\nrow(1", "tool x, line 2: row() has no end");
	WRONG("row(1)", "tool x, line 1: row() needs a value for each column");
	WRONG("//! column A %y\n", "tool x, line 1: a column's format is "
				   "%[-][0][WIDTH][.PRECISION] and one of duxosaqTfm");
	SCRIPT("//! column A %d\nnarrow(1) $row (2)", "\nnarrow(1) $row (2)");
}

TEST(columns)
{
	struct fixture f;

	CHECK_EQ(EXPAND(&f, rows, "-t"), 0);
	CHECK_EQ(f.t.columns.n, 4);
	CHECK_EQ(f.t.nslots, 3);
	CHECK_STR(f.t.columns.v[0].name, "time_s");
	CHECK(f.t.columns.v[0].spec.left && f.t.columns.v[0].spec.width == 8);
	CHECK_EQ(f.t.columns.v[0].spec.precision, 3);
	CHECK_EQ(f.t.columns.v[1].spec.conv, 'd');
	CHECK_EQ(f.t.columns.v[2].slot, f.t.columns.v[3].slot);
	CHECK(f.t.columns.v[2].active && !f.t.columns.v[3].active);
	CHECK_EQ(f.t.rows.n, 1);
	CHECK(!strncmp(sb_str(&f.out) + f.t.rows.v[0], "printf(", 7));
	done(&f);
}

TEST(histograms)
{
	static const char text[] = "//! option -m --ms h\n//! option -n --name N:text=none h\n"
				   "//! hist @w msecs by disk if ms\n//! hist @w usecs if !ms\n"
				   "//! banner Of {name}... if ms\n//! stamp if ms\n";
	struct fixture f;

	CHECK_EQ(EXPAND(&f, text, "-m"), 0);
	CHECK_EQ(f.t.hists.n, 1);
	CHECK_STR(f.t.hists.v[0].map, "w");
	CHECK_STR(f.t.hists.v[0].unit, "msecs");
	CHECK_STR(f.t.hists.v[0].label, "disk");
	CHECK_STR(f.t.banner, "Of none...");
	CHECK(f.t.stamp);
	done(&f);
	CHECK_EQ(EXPAND(&f, text), 0);
	CHECK_STR(f.t.hists.v[0].unit, "usecs");
	CHECK(!f.t.hists.v[0].label && !f.t.banner && !f.t.stamp);
	done(&f);
}

TEST(help)
{
	struct fixture f;
	struct strbuf out = { 0 };

	CHECK_EQ(EXPAND(&f,
			"//! tool Shows x.\n//! about More.\n//! argument N:number how many\n"
			"//! option -a --all all of it\n//! example -a 3 | three\n",
			"--help"),
		 0);
	CHECK(f.help);
	tool_help(&f.t, "sonde x", &out);
	CHECK(strstr(sb_str(&out),
		     "USAGE: sonde x [OPTIONS] [N]\n\nShows x.\nMore.\n\nARGUMENTS:\n  N "));
	CHECK(strstr(sb_str(&out), "\n  -a, --all               all of it\n      --json "));
	CHECK(strstr(sb_str(&out), "\nEXAMPLES:\n  sonde x -a 3\n      three\n"));
	sb_done(&out);
	done(&f);
}

/* One row of a tool with these columns, as text or JSON. */
static const char *row_of(struct fixture *f, struct out *o, struct render *r,
			  const struct value_ref *args, uint32_t n)
{
	struct action a = { .fn = &tool_row_fn, .nargs = n, .data = &f->t };

	static const struct out_ops none;

	*o = (struct out){ .ops = &none, .render = r, .buffering = OB_FULL, .fd = -1 };
	f->t.shown.n = 0;
	tool_output(&f->t, o, NULL);
	tool_row_put(o, &a, args);
	return sb_str(&o->buf);
}

TEST(a_row_as_text_and_json)
{
	static const struct type text_type = { .kind = TY_STRING, .size = 16, .align = 1 };
	static const struct type list_type = { .kind = TY_BUFFER, .size = 20, .align = 4 };
	struct { uint32_t n; char bytes[16]; } list = { 8, "ab\0c\"d\0e" };
	int64_t ns = 1234567890;
	struct value_ref args[] = {
		{ type_i64(), &ns, 8 },
		{ &text_type, "a\nb\"", 5 },
		{ &list_type, &list, sizeof(list) },
	};
	struct render r = { 0 };
	struct fixture f;
	struct out o;

	CHECK_EQ(EXPAND(&f, "//! column T(s) %-9.3f\n//! column NAME %6s\n//! column ARGS %.2a\n"),
		 0);
	CHECK_STR(row_of(&f, &o, &r, args, 3), "1.234     a\\x0ab\" ab c\"d ...\n");
	sb_done(&o.buf);
	f.t.json = true;
	CHECK_STR(row_of(&f, &o, &r, args, 3), "{\"t_s\": 1.234567890, \"name\": \"a\\nb\\\"\", "
					       "\"args\": [\"ab\", \"c\\\"d\", \"...\"]}\n");
	sb_done(&o.buf);
	done(&f);
}

UNIT_MAIN
