/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sonde WORD ...: commands, tools, files, bpftool's nouns, in this order. */
#include "cli/command.h"

#include <string.h>
#include <sys/stat.h>

#include "base/fdutil.h"
#include "cli/complete.h"
#include "cli/flame.h"
#include "cli/help.h"
#include "cli/list.h"
#include "cli/report.h"
#include "cli/script.h"
#include "cli/session.h"
#include "cli/tools.h"
#include "inspect/inspect.h"
#include "lang/layout.h"

#define TOOL_MAX (1u << 20)

static int run_script(const struct cli_options *opt)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	struct job job = { .opt = opt, .params = opt->params.v, .nparams = opt->params.n,
			   .named = opt->named.v, .nnamed = opt->named.n };
	struct err e = { 0 };

	if (session_read(opt, &text, &job.name, &e))
		return report_err(&e);
	job.text = sb_str(&text);
	job.len = text.n;
	return script_run(&job);
}

static int format_script(const struct cli_options *opt)
{
	_cleanup_sb_ struct strbuf text = { 0 }, out = { 0 };
	const char *name;
	struct err e = { 0 };

	if (session_read(opt, &text, &name, &e))
		return report_err(&e);
	layout_format(sb_str(&text), text.n, &out);
	return report_text(&out);
}

int command_run_options(const struct cli_options *opt, const char *self, bool as_bpftrace)
{
	switch (opt->mode) {
	case CM_BUILD:
	case CM_SCRIPT:
	case CM_RUN: return run_script(opt);
	case CM_FORMAT: return format_script(opt);
	case CM_LIST: return list_probes(opt);
	case CM_INFO: return list_info(opt);
	case CM_VERSION: return help_version(as_bpftrace);
	case CM_HELP: return help_print(self, as_bpftrace);
	case CM_LIST_FUNCTIONS: return list_functions();
	case CM_LIST_PROVIDERS: return list_providers();
	}
	return 1;
}

int command_script(enum cli_mode mode, int argc, char **argv, const char *self, bool as_bpftrace)
{
	struct cli_options opt;
	struct err e = { 0 };
	int status;

	if (options_parse(mode, argc, argv, &opt, &e)) {
		if (!e.hint[0])
			err_hint(&e, "%s --help shows the options.", self);
		status = report_err(&e);
		if (opt.bad_option)
			report_usage(self);
	} else {
		status = command_run_options(&opt, self, as_bpftrace);
	}
	options_done(&opt);
	return status;
}

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

/* A script that declares itself a tool takes options as one. *ret_status: what became of it. */
static bool tool_file(int argc, char **argv, int *ret_status)
{
	_cleanup_sb_ struct strbuf text = { 0 };

	if (!is_file(argv[1]) || file_read(argv[1], TOOL_MAX, &text) ||
	    !tool_is(sb_str(&text), text.n))
		return false;
	*ret_status = tools_run_file(argv[1], sb_str(&text), text.n, argc - 1, argv + 1);
	return true;
}

int command_tool(const struct tool_source *src, const char *self, int argc, char **argv)
{
	_cleanup_sb_ struct strbuf name = { 0 };

	sb_addf(&name, "%s%s%s", self, *self ? " " : "", src->name);
	return tools_run_embedded(src, sb_str(&name), argc, argv);
}

static int run_build(int argc, char **argv)
{
	return command_script(CM_BUILD, argc, argv, "sonde", false);
}

static int run_run(int argc, char **argv)
{
	return command_script(CM_RUN, argc, argv, "sonde", false);
}

static int run_bpftool(int argc, char **argv)
{
	return inspect_main("sonde bpftool", argc, argv);
}

static int unknown_command(const char *word)
{
	struct err e = { 0 };
	struct near near;

	err_set(&e, -1, "'%s' is neither a command, a tool nor a file", word);
	near_start(&near, word);
	tools_near(&near);
	for (const struct command *c = commands; c->name; c++)
		near_try(&near, c->name);
	if (near.best)
		err_hint(&e, "Did you mean '%s'? 'sonde tools' lists the tools.", near.best);
	else
		err_hint(&e, "'sonde tools' lists the tools; a program is given with -e.");
	return report_err(&e);
}

static int run_help(int argc, char **argv)
{
	const struct tool_source *src = argc > 1 ? tool_source_find(argv[1]) : NULL;

	if (argc == 1)
		return help_print("sonde", false);
	return src ? command_tool(src, "sonde", 2, (char *[]){ argv[1], "--help", NULL }) : unknown_command(argv[1]);
}

const struct command commands[] = {
	{ "run", "run a script, as without this word", run_run },
	{ "build", "compile a script to be run elsewhere", run_build },
	{ "tools", "list the built-in tools, by area", tools_list },
	{ "help", "this text, or that of a tool", run_help },
	{ "man", "manual pages of tools", tools_man },
	{ "completion", "a script that makes bash, zsh or fish complete words", complete_script },
	{ "flame", "a flame graph (SVG) of folded stacks", flame_command },
	{ "bpftool", "bpftool's commands, also without this word", run_bpftool },
	{ "complete", NULL, complete_words },
	{ NULL, NULL, NULL },
};

int command_sonde(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;
	const struct tool_source *src;
	struct stat st;
	int status;

	if (!word) {
		help_print("sonde", false);
		return 1;
	}
	if (*word == '-')
		return command_script(CM_RUN, argc, argv, "sonde", false);
	for (const struct command *c = commands; c->name; c++)
		if (!strcmp(word, c->name))
			return c->run(argc - 1, argv + 1);
	src = tool_source_find(word);
	if (src)
		return command_tool(src, "sonde", argc - 1, argv + 1);
	if (tool_file(argc, argv, &status))
		return status;
	/* A file of this name comes before an abbreviated noun. */
	if (inspect_find(word, false) || (stat(word, &st) && inspect_find(word, true)))
		return inspect_main("sonde", argc, argv);
	return stat(word, &st) ? unknown_command(word) : command_script(CM_RUN, argc, argv, "sonde", false);
}
