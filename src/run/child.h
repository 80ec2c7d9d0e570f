/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The child process of -c, as the event loop sees it; child_start() and others are in run.h. */
#ifndef RUN_CHILD_H
#define RUN_CHILD_H

#include "base/strbuf.h"
#include "run/run.h"

/*
 * Splits a command at blanks; '...' and "..." keep blanks, a backslash outside '...' keeps the next
 * character. Appends the words to ret, each with its NUL, and counts them; -EINVAL for an open
 * quote or an empty command.
 */
int child_split(const char *cmd, struct strbuf *ret, unsigned *ret_n, struct err *e);
/*
 * Lets it exec its program: 0, or -errno of the exec. at_exec(arg), if not NULL: while the new program is in memory and has
 * not run yet (left out if the process cannot be held).
 */
int child_go(struct child *c, void (*at_exec)(void *arg), void *arg, struct err *e);
/* The script is over: so is its command (SIGTERM). */
void child_stop(struct child *c);
/* Collects its exit if it has ended. */
bool child_ended(struct child *c);

#endif
