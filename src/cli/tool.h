/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tools: scripts that declare their options, columns and histograms in lines that begin with "//!"
 * (docs/tools-format.md). What an option says is put into the script's text before it is parsed,
 * so an option that is not given costs nothing.
 *
 *	tool_declare()    options, arguments, descriptions           tool_decl.c
 *	tool_args()       the command line sets them                 tool_args.c
 *	tool_expand()     conditions, columns, the script's text     tool_text.c, tool_cond.c,
 *	                                                             tool_decl_out.c, tool_code.c
 *	tool_bind() ...   rows, headers, histograms of a run         tool_run.c, tool_row.c
 */
#ifndef CLI_TOOL_H
#define CLI_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "cli/options.h"
#include "out/out.h"

enum tool_type { TT_FLAG, TT_NUMBER, TT_TEXT, TT_USER };

/* An option, or (positional) an argument without a name of its own on the command line. */
struct tool_option {
	char letter;         /* 0: none */
	const char *name;    /* of the long form; arguments: arg in lower case */
	const char *arg;     /* what the value is called; NULL: a flag */
	enum tool_type type;
	bool positional;
	const char *help;
	bool given;          /* on the command line */
	uint64_t number;     /* TT_NUMBER, TT_USER, TT_FLAG (0 or 1) */
	const char *text;    /* TT_TEXT, "" by default; borrowed */
};

/* How a column shows its value: "%-16.16s" and the like. */
struct tool_spec {
	bool left, zero;
	unsigned width;
	int precision; /* -1: none */
	/* d u x o: number; s: text; a q: list of strings; T: time of day; f m: ns as s, ms */
	char conv;
};

struct tool_column {
	const char *title; /* "TIME(s)" */
	const char *name;  /* in JSON: "time_s" */
	struct tool_spec spec;
	unsigned slot;     /* which argument of row() it shows; columns of one title share it */
	bool active;
	const struct tool_option *match; /* rows without this option's text in it are left out */
};

struct tool_hist {
	const char *map, *unit;
	const char *label; /* of the key; NULL: none */
};

struct tool_example {
	const char *args, *text;
};

struct tool {
	struct arena *arena;
	const char *name, *text;
	size_t len;
	const char *summary;
	VEC(const char *) about;
	VEC(struct tool_option) options;
	VEC(struct tool_example) examples;

	/* Made by tool_expand(), for the options given. */
	VEC(struct tool_column) columns;
	VEC(struct tool_hist) hists;
	const char *banner;
	bool stamp;              /* the time of day before each histogram */
	unsigned nslots;
	VEC(uint32_t) rows;      /* offsets of row() calls in the expanded text */

	/* A run's. */
	struct out_ops ops;      /* stands before those of the format */
	const struct out_ops *base;
	VEC(struct tool_column *) shown;
	struct strbuf scratch;
	bool json, ending;
};

/* Is this text a tool's: does it say "//! tool"? */
bool tool_is(const char *text, size_t len);
/* Texts are borrowed. 0, or -EINVAL: the declarations are wrong (line in the message). */
int tool_declare(struct tool *t, struct arena *a, const char *name, const char *text, size_t len,
		 struct err *e);
void tool_done(struct tool *t);
struct tool_option *tool_option(struct tool *t, const char *name, size_t len);

/* Options that all tools have end in *ret. 0, or -EINVAL; help asked for: *ret_help. */
int tool_args(struct tool *t, int argc, char **argv, struct cli_options *ret, bool *ret_help,
	      bool *ret_source, struct err *e);
void tool_help(const struct tool *t, const char *self, struct strbuf *out);

/* What conditions ask of the kernel. */
struct tool_host {
	bool (*has_field)(void *arg, const char *type, const char *field); /* of a struct */
	bool (*has_event)(void *arg, const char *category, const char *event);
	void *arg;
};

/* The script for these options, line for line. 0 or -EINVAL. */
int tool_expand(struct tool *t, const struct tool_host *host, struct strbuf *ret_text,
		struct err *e);

/* For the files of tool_*.c. */
/* One declaration: its words taken one by one. */
struct tool_line {
	const char *p, *end;
	unsigned number;
};
/* The text behind "//!" if the line is a declaration. Blanks around it are left out. */
bool tool_line_is(const char *line, size_t len, struct tool_line *ret);
/* The next word, false at the end; the rest as a whole. */
bool tool_word(struct tool_line *l, const char **ret, size_t *ret_len);
bool tool_word_is(const char *word, size_t len, const char *what);
const char *tool_rest(struct tool *t, struct tool_line *l);
int tool_wrong(const struct tool *t, const struct tool_line *l, struct err *e, const char *what);
/* Value of "a && !b || field(s.f)": 1 or 0, -EINVAL if it is wrong. */
int tool_cond(struct tool *t, const struct tool_host *host, struct tool_line *l, struct err *e);
/* column, hist, banner, stamp, match; active: the blocks around it hold. */
int tool_declare_output(struct tool *t, const struct tool_host *host, const char *word, size_t len,
			struct tool_line *l, bool active, struct err *e);
/* Code with opt.NAME, given.NAME and row(...) replaced; lines stay as they are. */
int tool_code(struct tool *t, const char *text, size_t len, struct strbuf *out, struct err *e);

#endif
