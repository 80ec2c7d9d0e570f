/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The maps that programs unwind by (layout.h), kept up to date with what processes have mapped. Rows of an object are made
 * once, however many processes map it.
 */
#ifndef UNWIND_TABLES_H
#define UNWIND_TABLES_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "sym/maps.h"
#include "unwind/layout.h"

struct unwind;

/* Makes the maps. 0 or -errno. */
int unwind_new(struct unwind **ret, struct err *e);
void unwind_free(struct unwind *u);
/* The maps, which stay u's: process -> number; number -> struct unwind_proc; shard -> rows (an array of arrays). */
int unwind_pids_fd(const struct unwind *u);
int unwind_procs_fd(const struct unwind *u);
int unwind_rows_fd(const struct unwind *u);
/* Only this process and others so named, and what they fork, get tables from now on. */
void unwind_limit(struct unwind *u, pid_t pid);
void unwind_forked(struct unwind *u, pid_t pid, pid_t parent);
/* Does the process get tables? */
bool unwind_wants(const struct unwind *u, pid_t pid);
/* What the process has mapped now; files are opened through it, so it should be alive. */
void unwind_update(struct unwind *u, pid_t pid, const struct maps *maps);
void unwind_forget(struct unwind *u, pid_t pid);
/* Objects or processes that got no tables since there was no room. */
uint64_t unwind_dropped(const struct unwind *u);

#endif
