/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sources, spans and diagnostics of the compile side.
 *
 * All source texts of a run (script, imports, built-in tools) share one space
 * of byte offsets, so a span is two numbers and never needs a file pointer.
 * Passes add diagnostics and go on; the driver stops after a pass that left
 * errors. At most DIAG_MAX errors are kept.
 *
 * Every diagnostic has a tag: a short stable name (lower case, dashes). Each
 * tag has a test of its name that shows its exact text. All tags are listed in diag_tags.def,
 * DIAG(unknown_field, "unknown-field") one a line; code passes the enum.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/vec.h"

#define DIAG_MAX 20

struct span {
	uint32_t start, end; /* offsets in struct sources' space; end is exclusive; 0,0: no position */
};

/* Where a macro was used whose text something comes from; up: the use that this one is part of, NULL: none. */
struct macro_use {
	struct span span;
	const struct macro_use *up;
};

struct source {
	const char *name; /* "stdin" for -e and standard input, else the path as given */
	const char *text; /* NUL-terminated, may contain NULs before len */
	uint32_t len;
	uint32_t base;    /* first offset; at least 1 so that 0 means "nowhere" */
	uint32_t *lines;  /* offsets of line starts in text */
	uint32_t nlines;
};

struct sources {
	struct arena *arena;
	VEC(struct source *) list;
};

struct position {
	const struct source *source;
	uint32_t line, col; /* from 1; columns count bytes */
};

/* Copies name and text; NULL if the space of 4 GiB for all sources is used up. */
struct source *sources_add(struct sources *s, const char *name, const char *text, size_t len);
/* False if the offset belongs to no source. */
bool sources_find(const struct sources *s, uint32_t offset, struct position *ret_pos);
/* Text of a line (without its newline); false if there is none. */
bool source_line(const struct source *src, uint32_t line, const char **ret_text, size_t *ret_len);

enum diag_tag {
#define DIAG(id, name) DT_##id,
#include "base/diag_tags.def"
#undef DIAG
	DT_COUNT
};

enum severity { SEV_ERROR, SEV_WARNING };

struct diag {
	enum severity severity;
	enum diag_tag tag;
	struct span span;
	const char *text;
	const char *hint; /* NULL: none */
};

struct diags {
	struct arena *arena;
	struct sources *sources;
	VEC(struct diag *) list;
	unsigned nerrors, nwarnings;
	bool quiet_warnings; /* --no-warnings */
};

/*
 * Adds one; never returns NULL. One message a span and tag: a repeated one is not kept, nor are
 * those over DIAG_MAX, which are counted, and warnings under quiet_warnings, which are not.
 */
struct diag *diag_error(struct diags *d, struct span at, enum diag_tag tag, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
struct diag *diag_warning(struct diags *d, struct span at, enum diag_tag tag, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void diag_hint(struct diags *d, struct diag *dg, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
const char *diag_tag_name(enum diag_tag tag);

/*
 * A place to go back to: what was added since is dropped but for messages about keep's text. Returns the
 * first error that was dropped, NULL if none.
 */
struct diags_mark {
	size_t n;
	unsigned nerrors, nwarnings;
};
struct diags_mark diags_mark(const struct diags *d);
const struct diag *diags_back(struct diags *d, const struct diags_mark *m, const struct source *keep);
/*
 * Renders all: "NAME:LINE:COL-END: ERROR: text", the line, the caret line, "HINT: ...".
 * A span over several lines gives "NAME:LINE-LINE: ERROR: text"; a long line is cut to a window
 * around the span. Colours only if asked. Source text is escaped for the terminal.
 */
void diags_print(const struct diags *d, struct strbuf *out, bool colour);
void diags_print_one(const struct diags *d, const struct diag *dg, struct strbuf *out, bool colour);

static inline struct span span_join(struct span a, struct span b)
{
	if (!a.end)
		return b;
	return (struct span){ a.start, b.end > a.end ? b.end : a.end };
}

/* Nearest of n names by edit distance, NULL if none is near enough for a hint. */
struct near {
	const char *name;
	const char *best;
	unsigned dist;
};
void near_start(struct near *n, const char *name);
void near_try(struct near *n, const char *candidate);

#endif
