/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Command lines by table: the program's own options and those that tools declare.
 *
 * Options may stand before and behind other words, short ones may be joined ("-lv", "-p1"), long
 * ones take their value behind "=" or as the next word; "--dry_run" is "--dry-run", as is "--dry" if nothing else
 * begins so. Behind "--" everything is a word; "-" and
 * negative numbers are words as well.
 */
#ifndef BASE_OPTS_H
#define BASE_OPTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/strbuf.h"

struct opt_def {
	char letter;      /* 0: none */
	const char *name; /* of the long form, NULL: none */
	const char *arg;  /* what its value is called, NULL: it takes none */
	const char *help; /* NULL: not shown by opt_help() */
};

enum { OPT_END = -1, OPT_WORD = -2, OPT_ERROR = -3 };

struct opt_walk {
	const struct opt_def *defs;
	size_t n;
	int argc;
	char **argv;
	int at;            /* the next argument */
	const char *joined; /* letters of the current argument still to be taken, NULL: none */
	bool words_only;   /* behind "--" */
	const char *value; /* of the option or the word that opt_next() gave */
	struct err *err;
};

/* argv[0] is not looked at. */
void opt_walk_init(struct opt_walk *w, const struct opt_def *defs, size_t n, int argc, char **argv,
		   struct err *e);
/* Index in defs of the next option, or OPT_WORD, OPT_END, OPT_ERROR (err is set, with a hint). */
int opt_next(struct opt_walk *w);
/* One option a line, "  -p, --pid PID        help", in the order of the table. */
void opt_help(struct strbuf *out, const struct opt_def *defs, size_t n);

#endif
