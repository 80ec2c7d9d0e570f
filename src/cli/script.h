/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Running a script: script.c is the whole pipeline as one list of calls. */
#ifndef CLI_SCRIPT_H
#define CLI_SCRIPT_H

#include <stddef.h>

#include "base/arena.h"
#include "base/vec.h"
#include "cli/options.h"

struct session_kernel;
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

/* Would a tool's script run here, and by which probes? */
struct script_outlook {
	VEC(const char *) probes; /* "tracepoint:syscalls:sys_enter_openat"; of many targets one, and how many more */
	const char *why;          /* it would not; NULL: it would */
};
/*
 * Compiles as far as the probes are known, and loads nothing. Texts are in the arena. kernel: shared by
 * several, for it takes long to be read; NULL: its own.
 */
void script_outlook(const struct job *job, struct arena *a, struct session_kernel *kernel, struct script_outlook *ret);

/* Compiles and runs; messages are printed. The exit status. */
int script_run(const struct job *job);

#endif
