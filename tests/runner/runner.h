/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The test runner: runs scripts that carry their expectations as comments (tests/README.md).
 * One static program, so that it runs the same in a virtual machine with nothing but busybox.
 */
#ifndef TESTS_RUNNER_H
#define TESTS_RUNNER_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/vec.h"

enum expect_kind {
	EX_LINE,    /* a whole line, after those before it */
	EX_RE,      /* a line that matches, after those before it */
	EX_NOT,     /* text that no line contains */
};

struct expect {
	enum expect_kind kind;
	const char *text;
};

typedef VEC(struct expect) expect_list;

struct script {
	const char *path; /* of the file */
	const char *name; /* shown: path below the tests' folder, without the ending */
	const char *file; /* its last part */
	/* Directives; NULL if absent. */
	const char *args, *params, *child, *before, *run, *command, *needs, *arch, *env;
	const char *signal, *status, *timeout;
	expect_list out, err;
	const char *wrong; /* what is wrong with the directives themselves */
};

struct options {
	const char *sonde, *progs; /* absolute paths */
	const char *prefix;        /* put before each name, "" or "6.1/" */
	const char *examples;      /* folder for commands and their outputs, NULL: they are not kept */
	unsigned scale;            /* time limits times this */
	unsigned jobs;
	bool errors;               /* tests of diagnostics: --dry-run, all of standard error compared */
	bool vm;
	bool leaks;                /* report programs left in the kernel */
};

/* What a run gave. */
struct outcome {
	int status;     /* exit status, 128 + signal */
	int run_status; /* of RUN, 0 if there was none */
	bool timed_out, attached;
	struct strbuf out, err, run_out;
};

/* Reads the directives; memory is of the arena. */
void script_read(struct arena *a, const char *path, const char *name, struct script *ret_script);

/* Runs a script in a folder of its own. */
void script_run(const struct script *s, const struct options *o, struct outcome *ret_outcome);
void outcome_done(struct outcome *oc);
/* Runs a command and gives its standard output; false if it failed. */
bool command_output(const char *command, const struct options *o, struct strbuf *ret_out);

/* NULL if all is as expected, else what is not, in words (of the arena). */
const char *outcome_check(struct arena *a, const struct script *s, const struct options *o,
			  const struct outcome *oc);

#endif
