/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tools: scripts that declare their options, columns and histograms in lines that begin with "//!"
 * (docs/tools-format.md). What an option says is put into the script's text before it is parsed,
 * so an option that is not given costs nothing.
 *
 *	tool_declare()    options, arguments, descriptions           decl.c, common.c
 *	tool_args()       the command line sets them                 args.c, types.c
 *	tool_expand()     conditions, columns, the script's text     text.c, cond.c, decl_out.c,
 *	                                                             code.c, wanted.c, each.c
 *	tool_bind() ...   rows, headers, histograms of a run         run.c, row.c
 */
#ifndef TOOL_TOOL_H
#define TOOL_TOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "front/front.h"
#include "out/format.h"
#include "out/out.h"
#include "tool/stacks.h"

/* What an option's value is; types.c is the list. */
enum tool_type { TT_FLAG, TT_NUMBER, TT_TEXT, TT_USER, TT_PID, TT_BYTES, TT_TIME, TT_CHOICE, TT_CGROUP,
		 TT_PROBE, TT_SPAN, TT_EVENT, TT_SAMPLE /* src/front */ };

/* Of an option; a time is in nanoseconds, a choice is the number of its word. */
struct tool_value {
	uint64_t number;
	const char *text; /* as it was given; of a default too */
};

/* What a common option does beside being one. */
enum tool_role {
	TR_NONE, TR_FILTER, TR_TIME, TR_TIMESTAMP, TR_DURATION, TR_INTERVAL, TR_COUNT, TR_UNIT, TR_TOP, TR_MAX,
};

/* An option, or (positional) an argument without a name of its own on the command line. */
struct tool_option {
	char letter;         /* 0: none */
	const char *name;    /* of the long form; arguments: arg in lower case */
	const char *arg;     /* what the value is called; NULL: a flag */
	enum tool_type type;
	const char *of;      /* TT_CHOICE: its words, "a,b,c"; TT_TIME: the unit of a bare number, "ms" */
	bool list;           /* values with commas between them, and each time it is given */
	bool positional;
	const char *help;
	bool given;          /* on the command line */
	VEC(struct tool_value) values; /* one, or (list) any number */

	/* Of the common set (common.c). */
	bool common;
	enum tool_role role;
	const char *filter;  /* TR_FILTER: what wanted() compares: "pid" */
	const char *spec;    /* TR_TIME, TR_TIMESTAMP: of the column; TR_UNIT: its word */
};

/* How a column shows its value: "%-16.16s" and the like. */
struct tool_spec {
	bool left, zero;
	unsigned width;
	int precision; /* -1: none */
	/* d u x o: number; s: text; a q: list of strings; T U: time of day; f m y: ns as s, ms, us; k: stack; p: message */
	char conv;
	const char *behind; /* the title and each value, in text; "" for none */
};

struct tool_column {
	const char *title; /* "TIME(s)" */
	const char *name;  /* in JSON: "time_s" */
	struct tool_spec spec;
	unsigned slot;     /* which argument of row() it shows; columns of one title share it */
	const char *own;   /* its value is this expression instead of an argument; NULL: an argument */
	bool active;
	const struct tool_option *match; /* rows without this option's text in it are left out */
};

/* What an action that is a row knows: tool_bind(). */
struct tool_row {
	struct tool *tool;
	const struct format *message; /* of the column of kind p; NULL: there is none */
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
	const char *of;          /* the tool whose script this one is, and options for it; NULL: its own script */
	VEC(const char *) about;
	VEC(struct tool_option) options;
	VEC(struct tool_example) examples;
	const char *unit;        /* of `common units`: "usecs"; NULL: it is not asked for */

	/* Made by tool_expand(), for the options given. */
	VEC(struct tool_column) columns;
	VEC(struct tool_hist) hists;
	struct tool_stacks stacks;
	const char *banner;
	bool stamp;              /* the time of day before each histogram */
	unsigned nslots;
	VEC(uint32_t) rows;      /* offsets of row() calls in the expanded text */
	struct front front;      /* for options that are probes */
	VEC(const struct tool_option *) mapped; /* lists long enough for a map of their values */

	/* A run's. */
	struct out_ops ops;      /* stands before those of the format */
	const struct out_ops *base;
	VEC(struct tool_column *) shown;
	struct strbuf scratch;
	const struct format *message; /* of the row that is being printed */
	bool json, ending;
	uint64_t nrows, most_rows; /* shown; after how many the run ends, 0: never */
};

/* Is this text a tool's: does it say "//! tool"? */
bool tool_is(const char *text, size_t len);
/* Texts are borrowed. 0, or -EINVAL: the declarations are wrong (line in the message). */
int tool_declare(struct tool *t, struct arena *a, const char *name, const char *text, size_t len,
		 struct err *e);
void tool_done(struct tool *t);
struct tool_option *tool_option(struct tool *t, const char *name, size_t len);

/* What the options that all tools have ask for. */
struct tool_request {
	bool json, csv, raw, verbose, dry_run, source, help;
	const char *output; /* NULL: standard output */
};

/* 0, or -EINVAL. Texts are borrowed from argv. */
int tool_args(struct tool *t, int argc, char **argv, struct tool_request *ret, struct err *e);
/* Tools that trace probes of their options: the only process asked for, so that nothing else is slowed down; 0: none. */
pid_t tool_only_pid(const struct tool *t);
/* The regular expression that names of probes have to match, in the arena; NULL: none. -EINVAL: an option is wrong. */
int tool_probe_filter(struct tool *t, const char **ret, struct err *e);
bool tool_takes_probes(const struct tool *t);
void tool_help(const struct tool *t, const char *self, struct strbuf *out);

/* What conditions ask of the kernel. */
struct tool_host {
	bool (*has_field)(void *arg, const char *type, const char *field); /* of a struct */
	bool (*has_event)(void *arg, const char *category, const char *event);
	bool (*has_probe)(void *arg, const char *provider, const char *target); /* that can be attached to */
	void *arg;
	const char *tracefs; /* NULL: none */
};

/* The script for these options, line for line. 0 or -EINVAL. */
int tool_expand(struct tool *t, const struct tool_host *host, struct strbuf *ret_text,
		struct err *e);

/* For the files of this room. */
/* Length of what stands for each column in the format of a row's printf(). */
#define TOOL_FORMAT_LEN 2
/* The type of that name, "numbers" and "choice(a,b)" included, into *ret. False: there is none. */
bool tool_type(struct tool *t, const char *name, size_t len, struct tool_option *ret);
/* The names of all, for a message. */
const char *tool_type_names(void);
/* Gives the option a value as the user wrote it; a list all that are in it. 0 or -EINVAL. */
int tool_set(struct tool *t, struct tool_option *o, const char *text, struct err *e);
/* A number, 0 if the option has no value. */
uint64_t tool_number(const struct tool_option *o);
/* A text, "" if the option has no value. */
const char *tool_text(const struct tool_option *o);
/* One common option by role, NULL: the tool has not asked for it. */
const struct tool_option *tool_role(const struct tool *t, enum tool_role role);
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
/* common WORD... */
int tool_declare_common(struct tool *t, struct tool_line *l, struct err *e);
/* Makes t one of the tool that its `of` names: that one's script and options, with the values given there. */
int tool_derive(struct tool *t, struct err *e);
/* Letters that are there twice: a tool's own options keep them. */
void tool_settle_letters(struct tool *t);
/* "ARG:TYPE[=DEFAULT]" into *o. */
int tool_take_value(struct tool *t, struct tool_option *o, const char *word, size_t len,
		    const struct tool_line *l, struct err *e);
/* Text with {NAME} replaced by the option's value. */
const char *tool_fill_in(struct tool *t, const char *text);
/* The time of day by strftime(3); how many bytes that is. */
size_t tool_add_now(struct strbuf *out, const char *format);
/* Time columns of the common set, before those that the tool declares. */
void tool_common_columns(struct tool *t);
bool tool_parse_spec(const char *p, struct tool_spec *ret);
/* The value of an option as the script's text has it. */
void tool_add_value(struct strbuf *out, const struct tool_option *o, const struct tool_value *v);
/* Whether the expression's value is one of the option's; 1 if it has none. */
void tool_add_wanted(struct tool *t, const char *expr, size_t len, const struct tool_option *o,
		     struct strbuf *out);
/* Whether all common filters that were given hold. */
void tool_add_all_wanted(struct tool *t, struct strbuf *out);
/* Blocks that the options need beside the tool's own; no new lines. */
void tool_add_blocks(struct tool *t, struct strbuf *out);
/* Are values of this type probes, read by src/front? */
bool tool_is_probe(enum tool_type type);
/* Is there a probe where the tool cannot do without? 0 or -EINVAL. */
int tool_check_probes(const struct tool *t, struct err *e);
/* What expanding probes needs, from the tool's other options. */
void tool_front(struct tool *t, const char *tracefs);
/* The attach points of all values of an option, with commas between them. 0 or -EINVAL. */
int tool_add_points(struct tool *t, const struct tool_option *o, struct strbuf *out, struct err *e);
/*
 * A line of an `each` block with the parts of one value in place of each.PART; declarations have texts as they are,
 * code in quotes. 0 or -EINVAL.
 */
int tool_each_line(struct tool *t, const struct tool_option *o, size_t value, const struct tool_line *l, bool code,
		   struct strbuf *out, struct err *e);
int tool_wrong(const struct tool *t, const struct tool_line *l, struct err *e, const char *what);
/* Value of "a && !b || field(s.f)": 1 or 0, -EINVAL if it is wrong. */
int tool_cond(struct tool *t, const struct tool_host *host, struct tool_line *l, struct err *e);
/* column, hist, banner, stamp, match; active: the blocks around it hold. */
int tool_declare_output(struct tool *t, const struct tool_host *host, const char *word, size_t len,
			struct tool_line *l, bool active, struct err *e);
/* Code with opt.NAME, given.NAME and row(...) replaced; lines stay as they are. */
int tool_code(struct tool *t, const char *text, size_t len, struct strbuf *out, struct err *e);

#endif
