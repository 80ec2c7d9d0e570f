/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mappings of processes as they were seen to be made, for processes that end before anybody reads /proc. */
#ifndef SYM_SEEN_H
#define SYM_SEEN_H

#include <stdbool.h>

#include "sym/maps.h"

struct seen;

struct seen *seen_new(void);
void seen_free(struct seen *s);
/* An executable mapping of n bytes; path of any length. */
void seen_map(struct seen *s, pid_t pid, uint64_t start, uint64_t n, uint64_t offset, uint64_t inode, const char *path);
/* A new process, with its parent's mappings. */
void seen_fork(struct seen *s, pid_t pid, pid_t parent);
/* The process runs another program: what it had mapped is gone. */
void seen_exec(struct seen *s, pid_t pid);
/* What a living process has mapped, as if it had been seen; nothing happens if something was seen of it. */
void seen_read(struct seen *s, pid_t pid);
/*
 * What is known of a process, in ret, which is empty before; false: nothing. *ret_parent is whose mappings it had when it was
 * made, if those are not known here; else 0.
 */
bool seen_maps(struct seen *s, pid_t pid, struct maps *ret, pid_t *ret_parent);

#endif
