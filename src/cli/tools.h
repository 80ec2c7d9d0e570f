/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands that concern tools. */
#ifndef CLI_TOOLS_H
#define CLI_TOOLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "cli/script.h"
#include "tool/sources.h"
#include "tool/tool.h"

/* Offers all their names. */
void tools_near(struct near *n);
/* What its script would attach to on this kernel with the options it has now; nothing is loaded. kernel may be NULL. */
void tools_outlook(struct tool *t, struct session_kernel *kernel, struct script_outlook *ret);
/* Runs a built-in tool; argv[0] is not looked at, self is how usage texts call it. Exit status. */
int tools_run_embedded(const struct tool_source *src, const char *self, int argc, char **argv);
/* The same with a user's script, which is called by its path. */
int tools_run_file(const char *path, const char *text, size_t len, int argc, char **argv);
/*
 * tools [--json] [WORD]: all of them, or those with the word in their area or name, by area, with what hinders
 * them on this kernel.
 */
int tools_list(int argc, char **argv);
/* man NAME..., man --all DIR: manual pages made from the declarations. */
int tools_man(int argc, char **argv);

#endif
