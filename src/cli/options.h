/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the command line of `sonde [OPTIONS] FILE [PARAMETER...]` says. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "out/out.h"

enum cli_mode {
	CM_RUN,
	CM_LIST,           /* -l */
	CM_INFO,
	CM_VERSION,
	CM_HELP,
	CM_LIST_FUNCTIONS,
	CM_LIST_PROVIDERS,
	CM_SCRIPT,         /* run the script that is part of this program: no word is its name */
	CM_FORMAT,         /* --fmt */
	CM_BUILD,          /* build: compile to opt.output */
};

/* Stages whose results -d prints. */
enum cli_debug {
	CD_AST = 1 << 0,
	CD_TYPES = 1 << 1,
	CD_IR = 1 << 2,       /* before the passes, after each that changed something */
	CD_BPF = 1 << 3,
	CD_VERIFIER = 1 << 4,
	CD_ALL = (1 << 5) - 1,
};

struct cli_options {
	enum cli_mode mode;
	const char *program; /* -e */
	const char *cmd;     /* -c */
	pid_t pid;           /* -p, 0: none */
	const char *format, *output;
	const char *kernel;  /* --kernel: the oldest release that a compiled script is for, NULL: the default */
	bool standalone;     /* build: with this program */
	const char *trial;   /* --test, --bench: "test" or "bench"; NULL: none */
	const char *probe_filter, *traceable; /* NULL: none */
	enum out_buffering buffering;
	unsigned debug;      /* enum cli_debug */
	bool quiet, verbose, dry_run, unsafe, no_warnings, warnings, raw;
	bool bad_option;     /* there was an option that is none, or one without its value */
	const char *file;    /* script, or the pattern of -l; NULL: none */
	VEC(const char *) include_dirs; /* -I; heap */
	VEC(const char *) includes;     /* --include; heap */
	VEC(const char *) params; /* words behind it; heap */
	VEC(const char *) debug_dirs; /* --debuginfo; heap */
	VEC(pid_t) unwind_pids;       /* --dwarf-pid; heap */
	VEC(const char *) named;  /* behind --: "name" or "name=value"; heap */
};

/* mode: what the words before them say, options may say something else. 0 or -EINVAL. Texts are borrowed from argv. */
int options_parse(enum cli_mode mode, int argc, char **argv, struct cli_options *ret, struct err *e);
void options_done(struct cli_options *o);
struct opt_def;
/* All of them. */
const struct opt_def *options_table(size_t *ret_n);
/* One line an option. */
void options_help(struct strbuf *out);
/* A whole decimal number from 1 to the largest process id. */
bool options_pid(const char *text, pid_t *ret);

#endif
