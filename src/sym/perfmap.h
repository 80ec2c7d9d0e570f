/* SPDX-License-Identifier: GPL-2.0-or-later */
/* /tmp/perf-PID.map, written by compilers at run time: "START SIZE name" a line, in hexadecimal. */
#ifndef SYM_PERFMAP_H
#define SYM_PERFMAP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/strbuf.h"
#include "base/vec.h"

struct perf_entry {
	uint64_t start, size;
	size_t name; /* offset in text */
};

struct perf_map {
	struct strbuf text;
	VEC(struct perf_entry) list; /* by start; of equal ones the file's last comes last */
	int64_t mtime;               /* of what was read */
	int64_t bytes;
};

/*
 * Reads the map of a process if it is new or has grown; true if there are entries now. A file
 * counts only if it belongs to uid (the process' owner) or root: /tmp is everybody's.
 */
bool perf_map_read(struct perf_map *m, pid_t pid, uid_t uid);
void perf_map_parse(struct perf_map *m, const char *text, size_t n);
void perf_map_done(struct perf_map *m);
/* NULL if nothing covers addr. */
const struct perf_entry *perf_map_find(const struct perf_map *m, uint64_t addr);

/* Opens a file only if it is a regular one, without touching it if it is not; fd or -errno. */
int open_regular(const char *path, int flags);

#endif
