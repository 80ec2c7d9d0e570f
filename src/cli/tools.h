/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that concern tools. */
#ifndef CLI_TOOLS_H
#define CLI_TOOLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "tool/sources.h"

/* Offers all their names. */
void tools_near(struct near *n);
/* Runs a built-in tool; argv[0] is not looked at, self is how usage texts call it. Exit status. */
int tools_run_embedded(const struct tool_source *src, const char *self, int argc, char **argv);
/* The same with a user's script, which is called by its path. */
int tools_run_file(const char *path, const char *text, size_t len, int argc, char **argv);
/* The list of all with their one-line descriptions. */
int tools_list(void);

#endif
