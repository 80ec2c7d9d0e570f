/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/opts.h"
#include "tool/internal.h"
#include "tool/run.h"
#include "tool/sources.h"
#include "tests/unit.h"

struct fixture {
	struct arena arena;
	struct tool t;
	struct tool_request want;
	struct strbuf out;
	struct err e;
};

static bool has_field(void *arg, const char *type, const char *field)
{
	return !strcmp(type, "task_struct") && !strcmp(field, "there");
}

static bool has_event(void *arg, const char *category, const char *event)
{
	return !strcmp(category, "sched") && !strcmp(event, "sched_switch");
}

static bool has_probe(void *arg, const char *provider, const char *target)
{
	return !strcmp(provider, "kprobe") && !strcmp(target, "vfs_read");
}

static const struct tool_host host = { has_field, has_event, has_probe };

static int expand(struct fixture *f, const char *text, int argc, char **argv)
{
	int rc;

	memset(f, 0, sizeof(*f));
	rc = tool_declare(&f->t, &f->arena, "x", text, strlen(text), &f->e);
	if (!rc)
		rc = tool_args(&f->t, argc, argv, &f->want, &f->e);
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

TEST(names_may_be_cut)
{
	static const char text[] = "//! option --max-pid N:number=7 help\n//! option --max-uid N:number=8 help\n"
				   "opt.max_pid opt.max_uid\n";

	SCRIPT(text, "\n\n1 2\n", "--max-p", "1", "--max_u=2");
	WRONG(text, "option '--max' may be any of --max-pid, --max-uid", "--max", "1");
	WRONG(text, "unknown option '--maxpid'", "--maxpid", "1");
}

TEST(options_may_have_other_names)
{
	static const char text[] = "//! option -p --max-pid N:number=7 help\n//! option --failed help\n"
				   "//! also max-pid --limit -l\n//! also failed --bad\nopt.max_pid opt.failed\n";
	struct fixture f;
	struct opt_def *defs;
	size_t n;

	SCRIPT(text, "\n\n\n\n1 0\n", "--limit", "1");
	SCRIPT(text, "\n\n\n\n2 1\n", "-l2", "--bad");
	WRONG("//! also nothing --more\n", "tool x: there is no option --nothing to have other names");
	WRONG("//! option --failed h\n//! also failed bad\n", "tool x, line 2: another name is -L or --name");
	WRONG("//! also\n", "tool x, line 1: 'also' is followed by an option and its other names");
	CHECK_EQ(EXPAND(&f, text), 0);
	defs = tool_opt_table(&f.t, &n);
	CHECK_STR(defs[0].help, "help (also --limit) (also -l)");
	done(&f);
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

TEST(types_of_options)
{
	SCRIPT("//! option --b B:bytes h\nopt.b", "\n65536", "--b", "64k");
	SCRIPT("//! option --b B:bytes=1.5M h\nopt.b", "\n1572864");
	SCRIPT("//! option --t T:time h\nopt.t", "\n500000000", "--t", "0.5");
	SCRIPT("//! option --t T:time(ms) h\nopt.t", "\n20000000", "--t=20");
	SCRIPT("//! option --t T:time(ms)=3s h\nopt.t", "\n3000000000");
	SCRIPT("//! option --c C:choice(a,bc)=bc h\nopt.c", "\n1");
	SCRIPT("//! option --c C:choice(a,bc)=bc h\n//! if c=a\nA\n//! end\n", "\n\nA\n\n", "--c", "a");
	SCRIPT("//! option --n N:number h\nopt.n", "\n10", "--n", "010");
	WRONG("//! option --b B:bytes h\n", "--b must be a size like 4096 or 64k, not '4q'", "--b", "4q");
	WRONG("//! option --b B:bytes h\n", "--b must be a size like 4096 or 64k, not '1e30'", "--b", "1e30");
	WRONG("//! option --t T:time h\n", "--t must be a time like 5, 0.5s or 20ms, not '-1'", "--t", "-1");
	WRONG("//! option --c C:choice(a,bc) h\n", "--c must be one of a,bc, not 'b'", "--c", "b");
	WRONG("//! option --p P:pid h\n", "--p must be the number of a process or thread, not '0'", "--p", "0");
	WRONG("//! option --p P:pid h\n", "there is no process or thread 2147483647", "--p", "2147483647");
	WRONG("//! option -d --dir D:folder help\n", "--dir must be a folder, not '/proc/version'", "-d", "/proc/version");
	WRONG("//! option -d --dir D:folder help\n", "/no/such: No such file or directory", "-d", "/no/such");
	WRONG("//! option --n N:numbr h\n", "tool x, line 1: an option's type is number, text, user, pid, bytes, "
	      "time, choice(a,b,c), cgroup, container, oflags, netns, disk, errno, syscall, regex, command, folder, file, map, symbol, probe, span, event or sample; "
	      "a list of number, text, user, pid, file, probe, span, event or sample with an s at the end");
	WRONG("//! option --n N:number=x h\n", "tool x, line 1: the default is no value of this type");
	WRONG("//! option --n h\n//! option --n h\n", "tool x, line 2: there is an option of this name already");
}

TEST(lists_are_asked_for_their_values)
{
	static const char text[] = "//! option -p --ports P,...:numbers h\nwanted(args.p, opt.ports)";

	SCRIPT(text, "\n1");
	SCRIPT(text, "\n(args.p == 80)", "-p", "80");
	SCRIPT(text, "\n(args.p == 80 || args.p == 443 || args.p == 22)", "-p", "80,443", "-p22");
	SCRIPT("//! option -c --comms C:texts h\nwanted(str(p + 1), opt.comms)",
	       "\n((str(p + 1)) == \"a\" || (str(p + 1)) == \"b\")", "-ca,b");
	SCRIPT(text,
	       "\nhas_key(@wanted_ports, (int64)args.p) begin { @wanted_ports[1] = 1; @wanted_ports[2] = 1; "
	       "@wanted_ports[3] = 1; @wanted_ports[4] = 1; @wanted_ports[5] = 1; @wanted_ports[6] = 1; "
	       "@wanted_ports[7] = 1; @wanted_ports[8] = 1; @wanted_ports[9] = 1; @wanted_ports[10] = 1; "
	       "@wanted_ports[11] = 1; @wanted_ports[12] = 1; @wanted_ports[13] = 1; @wanted_ports[14] = 1; "
	       "@wanted_ports[15] = 1; @wanted_ports[16] = 1; @wanted_ports[17] = 1; }",
	       "-p1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17");
	WRONG(text, "--ports must be a number, not ''", "-p", "1,,2");
	WRONG(text, "--ports must be a number, not ''", "-p", "");
	WRONG("//! option -p --ports P:numbers h\nopt.ports",
	      "tool x, line 2: this option is a list: wanted(value, opt.NAME) asks whether it has a value");
	WRONG("wanted(1, 2)", "tool x, line 1: wanted() takes a value and an option: wanted(args.port, opt.port)");
}

TEST(the_common_set)
{
	static const char text[] = "//! common pid uid(-U) name(--comm) failed time duration units(nsecs)\n"
				   "//! column A %d\n//! option -d --disk h\n/wanted && !opt.failed/ opt.unit row(1)";

	SCRIPT(text, "\n\n\n/(1) && !0/ 1 printf(\"%d\", 1)");
	SCRIPT(text, "\n\n\n/((pid == 1) && (uid == 0) && strcontains(comm, \"x\")) && !1/ 1000000 printf(\"%d%d\", nsecs, 1)",
	       "-p1", "-U", "root", "--comm", "x", "-xTm");
		WRONG("//! common pid pid\n", "tool x, line 1: there is an option of this name already");
	WRONG("//! common nothing\n", "tool x, line 1: common options are pid, process, command, tid, uid, name, cgroup, container, mntns, pidns, cgroupmap, mntnsmap, failed, time, "
	      "timestamp, duration, interval, count, units, top, noclear, csv, json, journal and max");
	WRONG("//! common failed(5)\n", "tool x, line 1: in parentheses stand -L, --name, %format or a default");
	WRONG("//! common units(hours)\n", "tool x, line 1: a unit is nsecs, usecs or msecs");
}

TEST(letters_of_the_tool_itself_win)
{
	struct fixture f;

	CHECK_EQ(EXPAND(&f, "//! common tid timestamp duration\n//! option -d --disk h\n"), 0);
	CHECK_EQ(f.t.options.v[0].letter, 't');
	CHECK_EQ(f.t.options.v[1].letter, 0);
	CHECK_EQ(f.t.options.v[2].letter, 0);
	CHECK_EQ(f.t.options.v[3].letter, 'd');
	done(&f);
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
	CHECK_EQ(cond("probe(kprobe:vfs_read) && !probe(kprobe:x)", 2, a), 1);
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
	WRONG("//! column A %v\n", "tool x, line 1: a column's format is "
				   "%[-][0][WIDTH][.PRECISION] and one of duxosaqTUfmynKMGekp, or -");
	SCRIPT("//! column A %d\nnarrow(1) $row (2)", "\nnarrow(1) $row (2)");
}

TEST(columns)
{
	struct fixture f;

	CHECK_EQ(EXPAND(&f, rows, "-t"), 0);
	CHECK_EQ(f.t.row.columns.n, 4);
	CHECK_EQ(f.t.nslots, 3);
	CHECK_STR(f.t.row.columns.v[0].name, "time_s");
	CHECK(f.t.row.columns.v[0].spec.left && f.t.row.columns.v[0].spec.width == 8);
	CHECK_EQ(f.t.row.columns.v[0].spec.precision, 3);
	CHECK_EQ(f.t.row.columns.v[1].spec.conv, 'd');
	CHECK_EQ(f.t.row.columns.v[2].slot, f.t.row.columns.v[3].slot);
	CHECK(f.t.row.columns.v[2].active && !f.t.row.columns.v[3].active);
	CHECK_EQ(f.t.rows.n, 1);
	CHECK(!strncmp(sb_str(&f.out) + f.t.rows.v[0], "printf(", 7));
	done(&f);
}

static const char decorated[] = "//! option -a --aa h\n//! column OLD %-11s ->\n//! column AT %-12.3U\n//! column STACK %k\n"
				"begin { row(1, 2, kstack); }\n";

TEST(columns_with_text_behind)
{
	struct fixture f;

	CHECK_EQ(EXPAND(&f, decorated, "-a"), 0);
	CHECK_STR(f.t.row.columns.v[0].spec.behind, " ->");
	CHECK_STR(f.t.row.columns.v[1].spec.behind, "");
	CHECK_EQ(f.t.row.columns.v[1].spec.conv, 'U');
	CHECK_EQ(f.t.row.columns.v[2].spec.conv, 'k');
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
	CHECK_STR(f.t.maps.v[f.t.hists.v[0].map].name, "w");
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
	CHECK(f.want.help);
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
	struct tool_row row = { .tool = &f->t };
	struct action a = { .fn = &tool_row_fn, .nargs = n, .data = &row };
	static const struct out_ops none;

	*o = (struct out){ .ops = &none, .render = r, .buffering = OB_FULL, .fd = -1 };
	tool_output(&f->t, o, NULL);
	tool_row_put(o, &a, args);
	return sb_str(&o->buf);
}

TEST(options_may_be_probes)
{
	SCRIPT("//! argument PROBE:probes what\nopt.probe /wanted/ { @[place] = count(); }\n",
	       "\nuprobe:c:malloc, tracepoint:sched:sched_switch /(1)/ { @[place] = count(); }\n", "c:malloc",
	       "t:sched:sched_switch");
	SCRIPT("//! argument FUNC:span what\nopt.func { @ = hist(duration); }\n", "\nspan:uprobe:c:open { @ = hist(duration); }\n",
	       "c:open");
	SCRIPT("//! option -r --regexp help\n//! argument FUNC:probe what\nopt.func { }\n", "\n\nkprobe:* { }\n", "-r", "vfs_.*");
	WRONG("//! argument FUNC:probe what\nopt.func { }\n", "FUNC is missing: what is to be traced");
	WRONG("//! argument FUNC:probe what\nopt.func { }\n", "'c:': the name of what is to be probed is missing", "c:");
	WRONG("//! argument FUNC:probe what\nopt.func { }\n", "'c:f (int)': ' (int)' is too much", "c:f (int)");
}

TEST(lines_are_repeated_for_each_probe)
{
	static const char text[] = "//! argument E:events what\n//! column FUNC %-8s\n//! column - %p\n"
				   "//! each e\neach.points /each.filter/ { row(each.name, each.message); }\n//! end\n";
	static const char sample[] = "//! option -H --hist S:samples what\n//! each hist\n//! hist @h_each.number each.title\n"
				     "each.points { @h_each.number = hist(each.values); } // each.labels\n//! end\n";

	SCRIPT(text, "\n\n\n\nuprobe:c:f /(arg0 > 1)/ { printf(\"%s%d\", \"f\", arg1); }\n\n"
		     "tracepoint:a:b /1/ { printf(\"%s\", \"b\"); }\n\n", "c:f (arg1 > 1) \"%d\", arg2", "t:a:b");
	SCRIPT(sample, "\n\n\nuprobe:c:f { @h_0 = hist((int)(((int)arg0))); } // \"a\"\n\n", "-H", "p:c:f(int a):int:a#title");
	WRONG(sample, "there is nothing to trace: give --hist");
	WRONG("//! argument E:events what\n//! each e\neach.nonsense\n//! end\n", "tool x, line 3: a probe has no such part", "c:f");
	WRONG("//! option -n --num N:number what\n//! each num\n//! end\n", "tool x, line 2: 'each' needs an option that is a probe");
	WRONG("//! argument E:events what\n//! column - %p\n//! each e\nbegin { row(1); }\n//! end\n",
	      "tool x, line 4: a column of kind p takes a format and its values", "c:f");
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
	f.t.format = TF_JSON;
	CHECK_STR(row_of(&f, &o, &r, args, 3), "{\"t_s\": 1.234567890, \"name\": \"a\\nb\\\"\", "
					       "\"args\": [\"ab\", \"c\\\"d\", \"...\"]}\n");
	sb_done(&o.buf);
	done(&f);
}

/* The command that the arguments behind --exec make. */
static void check_command(const char *want, int argc, char **argv)
{
	struct fixture f;

	CHECK_EQ(expand(&f, "//! option -e --exec CMD:command help\n", argc, argv), 0);
	CHECK_STR(tool_command(&f.t), want);
	done(&f);
}

TEST(a_command_takes_all_words)
{
	check_command("ls -l '/a b'", 3, (char *[]){ "x", "--exec", "ls -l '/a b'", NULL });
	check_command("ls -l '/a b' ''", 6, (char *[]){ "x", "-e", "ls", "-l", "/a b", "", NULL });
	check_command("ls --help 'it'\"'\"'s'", 4, (char *[]){ "x", "--exec=ls", "--help", "it's", NULL });
}

/* Is the row of this name and these arguments shown? */
static bool shown(char *option, char *text, const char *name, const char *arguments)
{
	static const char tool[] = "//! option -n --name N:regex help\n//! option -t --part P:text help\n//! option -l --line L:regex help\n"
				   "//! column NAME %-12s\n//! column ARGS %.9q\n"
				   "//! match NAME name\n//! match NAME part\n//! match ARGS line\n";
	const struct type type = { .kind = TY_STRING, .size = 32, .align = 1 };
	struct value_ref args[] = { { &type, name, (uint32_t)strlen(name) }, { &type, arguments, (uint32_t)strlen(arguments) } };
	struct render r = { 0 };
	struct fixture f;
	struct out o;
	bool ret;

	CHECK_EQ(EXPAND(&f, tool, option, text), 0);
	ret = *row_of(&f, &o, &r, args, 2) != '\0';
	sb_done(&o.buf);
	done(&f);
	return ret;
}

TEST(rows_may_have_to_match)
{
	CHECK(shown("-n", "^(cc|ld)$", "cc", "x"));
	CHECK(!shown("-n", "^(cc|ld)$", "cc1", "x"));
	CHECK(shown("-n", "c1", "cc1", "x"));
	CHECK(shown("-t", "c1", "cc1", "x"));
	CHECK(!shown("-t", "^c", "cc1", "x"));
	CHECK(shown("-l", "^x$", "cc1", "x"));
	CHECK(!shown("-l", "y", "cc1", "x"));
	WRONG("//! option -n --name N:regex help\n", "'(' is no regular expression: Unmatched ( or \\(", "-n", "(");
}

/* Of an option, or as another name of one. */
static bool same_letter(const struct tool *t)
{
	size_t n;
	struct opt_def *defs = tool_opt_table(t, &n);

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (defs[i].letter && defs[i].letter == defs[k].letter)
				return true;
	return false;
}

/* What --help, the list and the manual pages need, and a script that can be made. */
TEST(every_built_in_tool_says_what_it_is)
{
	for (size_t i = 0; i < tool_sources_n; i++) {
		const struct tool_source *src = &tool_sources[i];
		struct fixture f = { 0 };
		struct strbuf page = { 0 };

		CHECK_EQ(tool_declare(&f.t, &f.arena, src->name, tool_source_text(src, &f.arena), src->len, &f.e), 0);
		CHECK(*f.t.summary);
		CHECK_STR(strcmp(f.t.area, "other") && f.t.examples.n && !same_letter(&f.t) ? "" : src->name, "");
		if (!tool_check_probes(&f.t, NULL))
			CHECK_EQ(tool_expand(&f.t, &host, &f.out, &f.e), 0);
		CHECK_STR(f.e.what, "");
		tool_man(&f.t, "1", &page);
		CHECK(strstr(sb_str(&page), ".SH OPTIONS"));
		sb_done(&page);
		done(&f);
	}
}

TEST(pages_for_man)
{
	struct fixture f;
	struct strbuf out = { 0 };

	CHECK_EQ(EXPAND(&f, "//! tool Shows x-y.\n//! about .hidden \\n\n//! argument N:number how many\n"
			    "//! option -a --all all of it\n//! example -a 3 | three\n"), 0);
	f.t.shown = "# sonde x\n.1\n";
	tool_man(&f.t, "1.2", &out);
	CHECK(strstr(sb_str(&out), ".TH SONDE-x 1 \"\" \"sonde 1.2\" \"Sonde\"\n.SH NAME\nsonde-x \\- Shows x\\-y.\n"));
	CHECK(strstr(sb_str(&out), "\n\\&.hidden \\en\n"));
	CHECK(strstr(sb_str(&out), ".TP\n\\fIN\\fR\nhow many\n"));
	CHECK(strstr(sb_str(&out), ".TP\n\\fB\\-a\\fR, \\fB\\-\\-all\\fR\nall of it\n"));
	CHECK(strstr(sb_str(&out), ".nf\n# sonde x\n\\&.1\n.fi\n"));
	sb_done(&out);
	done(&f);
}

UNIT_MAIN
