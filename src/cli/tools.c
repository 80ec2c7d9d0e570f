/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/tools.h"

#include <string.h>

#include "base/fdutil.h"
#include "cli/report.h"
#include "cli/rights.h"
#include "cli/script.h"
#include "cli/session.h"
#include "sym/elfsym.h"
#include "tool/run.h"

void tools_near(struct near *n)
{
	for (size_t i = 0; i < tool_sources_n; i++)
		near_try(n, tool_sources[i].name);
}

void tools_outlook(struct tool *t, struct session_kernel *kernel, struct script_outlook *ret)
{
	struct cli_options opt = { .format = "text", .dry_run = true, .quiet = true };
	struct job job = { .opt = &opt, .tool = t, .name = t->name };
	struct err e = { 0 };

	opt.pid = tool_only_pid(t);
	if (!tool_probe_filter(t, &opt.probe_filter, &e))
		script_outlook(&job, t->arena, kernel, ret);
}

/* The script as it would be compiled, the kernel's answers included. */
static int print_source(struct tool *t, const struct cli_options *opt)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	struct session s;
	int status;

	session_open(&s, opt);
	if (tool_script(t, &s.env, &text, &s.err))
		status = report_err(&s.err);
	else
		status = report_text(&text);
	session_close(&s);
	return status;
}

/* What it attaches to on this kernel stands in its help; without rights, or a probe to be named, it is not known. */
static int print_help(struct tool *t, const char *self)
{
	_cleanup_sb_ struct strbuf out = { 0 };
	struct script_outlook o = { 0 };

	if (!rights_check(NULL) && !tool_check_probes(t, NULL))
		tools_outlook(t, NULL, &o);
	tool_help(t, self, &out);
	if (o.probes.n || o.why)
		sb_adds(&out, "\nON THIS KERNEL:\n");
	if (o.why)
		sb_addf(&out, "  It cannot run: %s\n", o.why);
	vec_each(o.probes, i)
		sb_addf(&out, "  %s\n", o.probes.v[i]);
	vec_each(t->notes, i)
		sb_addf(&out, "  %s\n", t->notes.v[i]);
	return report_text(&out);
}

/* Headers of an option --include, if the tool has one. */
static void take_includes(struct tool *t, struct cli_options *opt)
{
	const struct tool_option *o = tool_option(t, "include", strlen("include"));

	for (size_t i = 0; o && i < o->values.n; i++)
		vec_push(&opt->includes, o->values.v[i].text);
}

/* Files of an option --sym_file_list, if the tool has one. */
static void take_symbol_files(struct tool *t)
{
	const struct tool_option *o = tool_option(t, "sym_file_list", strlen("sym_file_list"));

	for (size_t i = 0; o && i < o->values.n; i++)
		elf_add_debug_file(o->values.v[i].text);
}

static int run_as_asked(struct tool *t, const struct tool_request *want)
{
	struct cli_options opt = {
		.format = want->format == TF_JSON ? "json" : "text", .output = want->output, .file = t->name, .raw = want->raw,
		.verbose = want->verbose, .dry_run = want->dry_run, .quiet = !want->verbose,
	};
	struct job job = { .opt = &opt, .tool = t, .name = t->name };
	struct err e = { 0 };
	int status;

	opt.pid = tool_only_pid(t);
	if (tool_probe_filter(t, &opt.probe_filter, &e))
		return report_err(&e);
	opt.cmd = tool_command(t);
	take_includes(t, &opt);
	take_symbol_files(t);
	status = want->source ? print_source(t, &opt) : script_run(&job);
	vec_done(&opt.includes);
	return status;
}

static int run_tool(struct tool *t, const char *self, int argc, char **argv)
{
	struct tool_request want = { 0 };
	struct err e = { 0 };

	if (tool_args(t, argc, argv, &want, &e)) {
		if (!e.hint[0])
			err_hint(&e, "%s --help shows the options.", self);
		return report_err(&e);
	}
	if (want.help)
		return print_help(t, self);
	return run_as_asked(t, &want);
}

static int declare_and_run(struct arena *a, const char *name, const char *text, size_t len, const char *example,
			   const char *self, int argc, char **argv)
{
	struct err e = { 0 };
	struct tool t;
	int status;

	if (tool_declare(&t, a, name, text, len, &e)) {
		status = report_err(&e);
	} else {
		t.shown = example;
		status = run_tool(&t, self, argc, argv);
	}
	tool_done(&t);
	return status;
}

int tools_run_file(const char *path, const char *text, size_t len, int argc, char **argv)
{
	struct arena a = { 0 };
	int status = declare_and_run(&a, path, text, len, "", path, argc, argv);

	arena_done(&a);
	return status;
}

int tools_run_embedded(const struct tool_source *src, const char *self, int argc, char **argv)
{
	struct arena a = { 0 };
	const char *text = tool_source_text(src, &a);
	int status = declare_and_run(&a, src->name, text, src->len, text + src->len + 1, self, argc, argv);

	arena_done(&a);
	return status;
}
