/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the words of a command line make this program do. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stdbool.h>

#include "cli/options.h"
#include "tool/sources.h"

struct command {
	const char *name;
	const char *help; /* NULL: not shown */
	int (*run)(int argc, char **argv); /* argv[0] is the command; exit status */
};

/* Ended by one without a name. */
extern const struct command commands[];

/* All return exit statuses. */
int command_sonde(int argc, char **argv);
/* Options, a file and its parameters, as bpftrace has them. self: how usage texts call the program. */
int command_script(enum cli_mode mode, int argc, char **argv, const char *self, bool as_bpftrace);
int command_run_options(const struct cli_options *opt, const char *self, bool as_bpftrace);
/* A built-in tool; self: the program's name, "" if it is called by the tool's own. */
int command_tool(const struct tool_source *src, const char *self, int argc, char **argv);

#endif
