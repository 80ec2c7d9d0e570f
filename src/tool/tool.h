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
 *	tool_bind() ...   rows of a run                              run.c, row.c, cell.c
 *	tool_report()     tables and histograms of maps              report.c, table.c, hist.c, calc.c
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
#include "run/run.h"
#include "tool/stacks.h"

/* What an option's value is; types.c is the list. */
enum tool_type { TT_FLAG, TT_NUMBER, TT_TEXT, TT_USER, TT_PID, TT_BYTES, TT_TIME, TT_CHOICE, TT_CGROUP, TT_CONTAINER, TT_OFLAGS, TT_NETNS, TT_DISK,
		 TT_ERRNO, TT_SYSCALL, TT_REGEX, TT_COMMAND, TT_FOLDER, TT_SYMBOL, TT_FILE, TT_MAP,
		 TT_PROBE, TT_SPAN, TT_EVENT, TT_SAMPLE /* src/front */ };

/* Of an option; a time is in nanoseconds, a choice is the number of its word. */
struct tool_value {
	uint64_t number;
	const char *text; /* as it was given; of a default too */
};

/* What a common option does beside being one. */
enum tool_role {
	TR_NONE, TR_FILTER, TR_PROCESS, TR_TIME, TR_TIMESTAMP, TR_DURATION, TR_INTERVAL, TR_COUNT, TR_UNIT, TR_TOP, TR_MAX, TR_NOCLEAR,
	TR_CSV, TR_JSON, TR_COMMAND, TR_JOURNAL,
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

/* Another name or letter of an option, or of one that all tools have. */
struct tool_alias {
	const char *of;   /* the option's long name */
	char letter;      /* 0: it is a name */
	const char *name;
};

struct calc;
struct map_copy;
struct tool_match;

/* How a column shows its value: "%-16.16s" and the like. */
struct tool_spec {
	bool left, zero;
	unsigned width;
	int precision; /* -1: none */
	/*
	 * d u x o: number; n: with decimals; s: text; a q: list of strings; T U: time of day; f m y: ns as s, ms, us;
	 * K M G: bytes as KiB, MiB, GiB; e: name of an errno; k: stack; p: message; -: not shown
	 */
	char conv;
	const char *behind; /* each value, in text, and the title, unless it is a unit: "%", "/s"; "" for none */
};

struct tool_column {
	const char *title; /* "TIME(s)" */
	const char *name;  /* in JSON: "time_s" */
	struct tool_spec spec;
	unsigned slot;     /* which argument of row() it shows; columns of one title share it */
	const char *own;   /* its value is this expression instead of an argument; NULL: an argument */
	struct calc *value; /* of a table; NULL: an argument of row() */
	bool active;
	const struct tool_match *match; /* rows whose text in this column does not fit are left out; NULL: all fit */
};

/* Columns: of the rows that the script sends, or of a table over maps. */
struct tool_table {
	VEC(struct tool_column) columns;
	VEC(struct tool_column *) shown;
	bool titled;        /* the titles were shown */

	/* Over maps. */
	const char *sort;   /* title or name of a column; NULL: the first number */
	bool ascending;
	uint64_t top;       /* rows at most; 0: all */
	bool once;          /* titles once, not with each output */
	bool load;          /* the machine's load in front */
	bool clear;         /* clears the terminal, or leaves a line free */
	struct calc *where; /* rows for which it is not 0; NULL: all */
};

/* What an action that is a row knows: tool_bind(). */
struct tool_row {
	struct tool *tool;
	const struct format *message; /* of the column of kind p; NULL: there is none */
};

struct tool_hist {
	unsigned map;         /* in tool.maps */
	const char *unit;
	const char *label;    /* of the key; NULL: none */
	int average;          /* a line below each, of this map of stats(); -1: none */
	int least, greatest;  /* and of these maps of min() and max(); -1: none */
};

/* A map of values that an option of type `sample` asks for. */
struct tool_samples {
	unsigned map;
	struct front_sample sample;
};

/* A map that is shown. */
struct tool_map {
	const char *name;
	bool keep;                /* outputs do not empty it */
	const struct map *map;    /* of the script */
	struct map_copy *copy, *before; /* of the output in hand, and of the last one */
};

struct tool_example {
	const char *args, *text;
};

/* Of journal entries: name and text, with {TITLE} for what is in a column. */
struct tool_field {
	const char *name, *text;
};

enum tool_format { TF_TEXT, TF_JSON, TF_CSV };

struct tool {
	struct arena *arena;
	const char *name, *text;
	size_t len;
	const char *summary;
	const char *area;        /* one of tool_areas */
	const char *of;          /* the tool whose script this one is, and options for it; NULL: its own script */
	VEC(const char *) about;
	VEC(struct tool_option) options;
	VEC(struct tool_alias) aliases;
	VEC(struct tool_example) examples;
	VEC(const char *) exclusive; /* names of options, two of which do not go together; NULL behind each group */
	const char *shown;       /* a command and its output, for --help; "" or NULL: none */
	const char *unit;        /* of `common units`: "usecs"; NULL: it is not asked for */

	/* Made by tool_expand(), for the options given. */
	struct tool_table row;   /* of row() */
	VEC(struct tool_table *) tables;
	VEC(struct tool_hist) hists;
	VEC(struct tool_samples) samples;
	VEC(struct tool_map) maps;
	struct tool_stacks stacks;
	const char *banner;
	VEC(struct tool_field) fields; /* of each row in the journal */
	VEC(const char *) notes; /* what differs on this kernel */
	bool stamp;              /* the time of day before each output */
	const char *stamp_format;
	unsigned nslots;
	VEC(uint32_t) rows;      /* offsets of row() calls in the expanded text */
	struct front front;      /* for options that are probes */
	VEC(const struct tool_option *) mapped; /* lists long enough for a map of their values */
	VEC(struct tool_match *) matches;       /* for tool_done() */

	/* A run's. */
	struct out_ops ops;      /* stands before those of the format */
	const struct out_ops *base;
	struct out *out;
	struct run_report report;
	struct strbuf scratch;
	enum tool_format format;
	int64_t last_output;     /* monotonic ns */
	uint64_t noutputs;
	int journal;             /* socket; -1: rows do not go there */
	uint64_t unlogged;       /* rows that it did not take */
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
	enum tool_format format;
	bool raw, verbose, dry_run, source, help;
	const char *output; /* NULL: standard output */
};

/* 0, or -EINVAL. Texts are borrowed from argv. */
int tool_args(struct tool *t, int argc, char **argv, struct tool_request *ret, struct err *e);
/* Tools that trace probes of their options: the only process asked for, so that nothing else is slowed down; 0: none. */
pid_t tool_only_pid(const struct tool *t);
/* The regular expression that names of probes have to match, in the arena; NULL: none. -EINVAL: an option is wrong. */
int tool_probe_filter(struct tool *t, const char **ret, struct err *e);
/* The command of an option that is one: it is to be run, and traced alone; NULL: nothing. */
const char *tool_command(const struct tool *t);
bool tool_takes_probes(const struct tool *t);
void tool_help(const struct tool *t, const char *self, struct strbuf *out);
/* A manual page, for man(1). */
void tool_man(const struct tool *t, const char *version, struct strbuf *out);
/*
 * Its options and arguments (without a name) first, in their order, then those that every tool has, then other names; in the
 * arena.
 */
struct opt_def;
struct opt_def *tool_opt_table(const struct tool *t, size_t *ret_n);
/* Is there a probe where the tool cannot do without? 0 or -EINVAL. */
int tool_check_probes(const struct tool *t, struct err *e);
/* What areas tools are of; NULL ends them. */
extern const char *const tool_areas[];

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

#endif
