/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The executable mappings of a process: /proc/PID/maps. */
#ifndef SYM_MAPS_H
#define SYM_MAPS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strbuf.h"
#include "base/vec.h"

struct map_range {
	uint64_t start, end, offset; /* offset in the file */
	uint64_t inode;              /* 0: no file */
	uint32_t path;               /* in names; see maps_path() */
};

struct maps {
	VEC(struct map_range) list; /* by address */
	struct strbuf names;
};

/*
 * Both replace what was there; ranges that are not executable, overlap or go backwards are left
 * out.
 */
int maps_read(pid_t pid, struct maps *m); /* 0 or -errno (-ESRCH: no such process) */
void maps_parse(struct maps *m, const char *text, size_t n);
void maps_done(struct maps *m);
/* "/usr/bin/x" without " (deleted)", "[vdso]", "" for anonymous memory. Borrowed. */
const char *maps_path(const struct maps *m, const struct map_range *r);
/* The file of a range, through the process if it is alive, else by its path: an fd, or negative. */
int maps_open(pid_t pid, const struct maps *m, const struct map_range *r);
/* The range with addr, NULL if there is none. */
const struct map_range *maps_find(const struct maps *m, uint64_t addr);

#endif
