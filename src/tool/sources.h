/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The built-in tools: the text of every tools/NAME.bt, made into a table by the build
 * (scripts/embed-tools.sh), sorted by name.
 */
#ifndef TOOL_SOURCES_H
#define TOOL_SOURCES_H

#include <stddef.h>

struct tool_source {
	const char *name; /* without the ending */
	const char *text; /* NUL-terminated */
	size_t len;
};

extern const struct tool_source tool_sources[]; /* one more of all zeros ends the table */
extern const size_t tool_sources_n;

/* By name, NULL if there is none. */
const struct tool_source *tool_source_find(const char *name);

#endif
