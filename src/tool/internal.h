/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share. */
#ifndef TOOL_INTERNAL_H
#define TOOL_INTERNAL_H

#include "fn/tables.h"
#include "tool/calc.h"
#include "tool/tool.h"

/* One declaration: its words taken one by one. */
struct tool_line {
	const char *p, *end;
	unsigned number;
};

#define TOOL_MAX_COLUMNS 64
/* Length of what stands for each column in the format of a row's printf(). */
#define TOOL_FORMAT_LEN 2

/* A value for a column: one or more typed ones, or a number. None: v NULL, n 1. */
struct tool_cell {
	const struct value_ref *v;
	size_t n;      /* 0: number, or a message without values */
	double number;
	const struct format *message; /* what shows the values of a column of kind p */
};
/* One row, in the format that was asked for; time: in front of JSON and CSV rows, NULL: none. */
void tool_put_row(struct tool *t, struct out *o, const struct tool_table *table, const struct tool_cell *cells,
		  const char *time);
/* Does it show the time in a column of its own? Else JSON and CSV have it in front. */
bool tool_has_time(const struct tool_table *table);
/* Titles, as text or CSV. */
void tool_put_titles(struct tool *t, struct out *o, struct tool_table *table, bool timed);
/* The text of a cell without the column's padding. */
void tool_cell_text(struct render *r, struct strbuf *out, const struct tool_spec *spec, const struct tool_cell *c);
/* As JSON. */
void tool_cell_json(struct tool *t, struct strbuf *out, const struct tool_spec *spec, const struct tool_cell *c);
/* Text as a field of CSV. */
void tool_csv_text(struct strbuf *out, const char *text, size_t n);
/* The columns that the options show, in order. */
void tool_show_columns(struct tool *t, struct tool_table *table);

/* The time of the first interval begins. */
void tool_report_begin(struct tool *t);
/* One output, or the last: every map read once. What struct run_report calls. */
bool tool_report(void *tool, struct runtime *rt, bool last);
/* Does it show maps? */
bool tool_has_report(const struct tool *t);
/* Their rows; time: of the output. False: there was none. */
bool tool_put_table(struct tool *t, struct tool_table *table, const char *time, double seconds);
/* The line above CSV. */
void tool_hist_titles(struct tool *t);
bool tool_put_hist(struct tool *t, const struct tool_hist *h, const char *time);
/* The time of day by strftime(3). */
void tool_add_now(struct strbuf *out, const char *format);
/* What the map had at this output, and at the last one (of those that are kept); NULL: nothing. */
const struct map_dump *tool_dump(const struct tool *t, unsigned map);
const struct map_dump *tool_dump_before(const struct tool *t, unsigned map);
/* Its index in t->maps; new ones are added. */
unsigned tool_map_index(struct tool *t, const char *name, size_t len, bool keep);
/* match TITLE OPTION */
int tool_declare_match(struct tool *t, struct tool_line *l, struct err *e);
bool tool_matches(const struct tool_match *m, const char *text);
void tool_matches_done(struct tool *t);
/* 0, or -EINVAL: it is no extended regular expression. */
int tool_check_regex(const char *text, struct err *e);
/* journal FIELD TEXT */
int tool_declare_journal(struct tool *t, struct tool_line *l, struct err *e);
/* Before the run, if its option was given: 0 or -errno; for each row; at the end, which tells what was lost. */
int tool_journal_open(struct tool *t, struct err *e);
void tool_journal_row(struct tool *t, const struct tool_cell *cells);
void tool_journal_end(struct tool *t);
/* samples @MAP OPTION NUMBER */
int tool_declare_samples(struct tool *t, struct tool_line *l, struct err *e);
void tool_put_samples(struct tool *t, const struct tool_samples *s, const char *time);
/* table ..., where ..., hist ... */
int tool_declare_table(struct tool *t, struct tool_line *l, struct err *e);
int tool_declare_hist(struct tool *t, struct tool_line *l, struct err *e);
int tool_declare_where(struct tool *t, struct tool_line *l, struct err *e);
/* The rest of the line as an expression; NULL and a message: it is none. */
struct calc *tool_calc(struct tool *t, struct tool_line *l, struct err *e);

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
/* The text behind "//!" if the line is a declaration. Blanks around it are left out. */
bool tool_line_is(const char *line, size_t len, struct tool_line *ret);
/* The next word, false at the end; the rest as a whole. */
bool tool_word(struct tool_line *l, const char **ret, size_t *ret_len);
bool tool_word_is(const char *word, size_t len, const char *what);
const char *tool_rest(struct tool *t, struct tool_line *l);
/* The next word, or what is between quotes; "" at the end. */
const char *tool_quoted(struct tool *t, struct tool_line *l);
/* common WORD... */
int tool_declare_common(struct tool *t, struct tool_line *l, struct err *e);
/* Makes t one of the tool that its `of` names: that one's script and options, with the values given there. */
int tool_derive(struct tool *t, struct err *e);
/* Letters that are there twice: a tool's own options keep them. */
void tool_settle_letters(struct tool *t);
/* "ARG:TYPE[=DEFAULT]" into *o. */
int tool_take_value(struct tool *t, struct tool_option *o, const char *word, size_t len,
		    const struct tool_line *l, struct err *e);
/* Time columns of the common set, before those that the tool declares. */
void tool_common_columns(struct tool *t);
/* Once all is declared: the time before outputs, if it was asked for. */
void tool_common_stamp(struct tool *t);
/* Texts are borrowed. False: it is none. */
bool tool_parse_spec(const char *p, struct tool_spec *ret);
/* Text with {NAME} replaced by the option's value. */
const char *tool_fill_in(struct tool *t, const char *text);
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
/* column, table, where, hist, banner, stamp, match; active: the blocks around it hold. */
int tool_declare_output(struct tool *t, const struct tool_host *host, const char *word, size_t len,
			struct tool_line *l, bool active, struct err *e);
/* Code with opt.NAME, given.NAME and row(...) replaced; lines stay as they are. */
int tool_code(struct tool *t, const char *text, size_t len, struct strbuf *out, struct err *e);

/* A title as a name in JSON: "TIME(s)" is time_s. */
const char *tool_json_name(struct arena *a, const char *title);

#endif
