/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running a script: script.c is the whole pipeline as one list of calls. */
#ifndef CLI_SCRIPT_H
#define CLI_SCRIPT_H

#include <stddef.h>

#include "cli/options.h"

struct tool;

struct job {
	const struct cli_options *opt;
	struct tool *tool; /* NULL: a plain script */
	const char *name;  /* of the source, in messages */
	const char *text;
	size_t len;
	const char *const *params; /* $1, $2, ... */
	size_t nparams;
	const char *const *named; /* for getopt() */
	size_t nnamed;
};

/* Compiles and runs; messages are printed. The exit status. */
int script_run(const struct job *job);

#endif
