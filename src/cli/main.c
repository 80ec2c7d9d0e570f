/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this program is depends on the name it is called by: sonde, bpftrace, bpftool, or a tool's. */
#include <string.h>
#include <sys/stat.h>

#include "base/fdutil.h"
#include "cli/build.h"
#include "cli/flame.h"
#include "cli/help.h"
#include "cli/list.h"
#include "cli/report.h"
#include "cli/script.h"
#include "cli/session.h"
#include "tool/tool.h"
#include "cli/tools.h"
#include "inspect/inspect.h"

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

static int run_options(const struct cli_options *opt, const char *self, bool as_bpftrace)
{
	switch (opt->mode) {
	case CM_BUILD:
	case CM_SCRIPT:
	case CM_RUN: return run_script(opt);
	case CM_LIST: return list_probes(opt);
	case CM_INFO: return list_info(opt);
	case CM_VERSION: return help_version(as_bpftrace);
	case CM_HELP: return help_print(self, as_bpftrace);
	case CM_LIST_FUNCTIONS: return list_functions();
	case CM_LIST_PROVIDERS: return list_providers();
	}
	return 1;
}

static int script_command(enum cli_mode mode, int argc, char **argv, const char *self, bool as_bpftrace)
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
		status = run_options(&opt, self, as_bpftrace);
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

static int embedded_tool(const struct tool_source *src, const char *self, int argc, char **argv)
{
	_cleanup_sb_ struct strbuf name = { 0 };

	sb_addf(&name, "%s%s%s", self, *self ? " " : "", src->name);
	return tools_run_embedded(src, sb_str(&name), argc, argv);
}

static int unknown_command(const char *word)
{
	static const char *const commands[] = { "build", "run", "help", "tools", "flame" };
	struct err e = { 0 };
	struct near near;

	err_set(&e, -1, "'%s' is neither a command, a tool nor a file", word);
	near_start(&near, word);
	tools_near(&near);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		near_try(&near, commands[i]);
	if (near.best)
		err_hint(&e, "Did you mean '%s'? 'sonde tools' lists the tools.", near.best);
	else
		err_hint(&e, "'sonde tools' lists the tools; a program is given with -e.");
	return report_err(&e);
}

static int sonde_command(int argc, char **argv)
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
		return script_command(CM_RUN, argc, argv, "sonde", false);
	if (!strcmp(word, "build") || !strcmp(word, "run"))
		return script_command(*word == 'b' ? CM_BUILD : CM_RUN, argc - 1, argv + 1, "sonde", false);
	if (!strcmp(word, "tools"))
		return tools_list();
	if (!strcmp(word, "flame"))
		return flame_command(argc - 1, argv + 1);
	if (!strcmp(word, "help") && argc == 2)
		return help_print("sonde", false);
	if (!strcmp(word, "help")) {
		src = tool_source_find(argv[2]);
		return src ? embedded_tool(src, "sonde", 2, (char *[]){ argv[2], "--help", NULL })
			   : unknown_command(argv[2]);
	}
	if (!strcmp(word, "bpftool"))
		return inspect_main("sonde bpftool", argc - 1, argv + 1);
	src = tool_source_find(word);
	if (src)
		return embedded_tool(src, "sonde", argc - 1, argv + 1);
	if (tool_file(argc, argv, &status))
		return status;
	/* A file of this name comes before an abbreviated noun. */
	if (inspect_find(word, false) || (stat(word, &st) && inspect_find(word, true)))
		return inspect_main("sonde", argc, argv);
	return stat(word, &st) ? unknown_command(word) : script_command(CM_RUN, argc, argv, "sonde", false);
}

/* The script that this program was built with: all words are its parameters. */
static int own_script(struct strbuf *object, int rc, int argc, char **argv, const char *self)
{
	struct job job = { .name = self, .text = sb_str(object), .len = object->n };
	struct cli_options opt = { 0 };
	struct err e = { 0 };
	int status;

	if (rc)
		err_set(&e, rc, "cannot read the script in this program: %s", errname(rc));
	if (rc || options_parse(CM_SCRIPT, argc, argv, &opt, &e)) {
		status = report_err(&e);
	} else {
		job.opt = &opt;
		job.params = opt.params.v;
		job.nparams = opt.params.n;
		job.named = opt.named.v;
		job.nnamed = opt.named.n;
		status = opt.mode == CM_SCRIPT ? script_run(&job) : run_options(&opt, self, false);
	}
	options_done(&opt);
	return status;
}

int main(int argc, char **argv)
{
	const char *slash = argc ? strrchr(argv[0], '/') : NULL;
	const char *self = slash ? slash + 1 : argc ? argv[0] : "sonde";
	const struct tool_source *src = tool_source_find(self);
	_cleanup_sb_ struct strbuf object = { 0 };
	int rc;

	if (build_own(&object, &rc))
		return own_script(&object, rc, argc, argv, self);
	if (!strcmp(self, "bpftool"))
		return inspect_main(self, argc, argv);
	if (!strcmp(self, "bpftrace"))
		return script_command(CM_RUN, argc, argv, self, true);
	if (src)
		return embedded_tool(src, "", argc, argv);
	return sonde_command(argc, argv);
}
