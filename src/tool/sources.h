/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The built-in tools: every tools/NAME.bt and what tools/examples/NAME.txt shows of it, compressed, in
 * a table made by the build (scripts/embed-tools.py), sorted by name.
 */
#ifndef TOOL_SOURCES_H
#define TOOL_SOURCES_H

#include <stddef.h>

#include "base/arena.h"

struct tool_source {
	const char *name; /* without the ending */
	const unsigned char *packed; /* raw deflate, with tool_dictionary's text */
	size_t packed_len;
	size_t len, example_len; /* of the script, and of the example behind it; a NUL behind each */
};

extern const struct tool_source tool_sources[]; /* one more of all zeros ends the table */
extern const size_t tool_sources_n;
extern const struct tool_source tool_dictionary; /* what scripts have in common */

/* By name, NULL if there is none. */
const struct tool_source *tool_source_find(const char *name);
/* The script, src->len bytes and a NUL, then the example (at + src->len + 1) and a NUL; in the arena. */
const char *tool_source_text(const struct tool_source *src, struct arena *a);

#endif
