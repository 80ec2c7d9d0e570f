/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What "prog show" tells of all programs, by one iterator of the kernel's instead of several calls for each. */
#ifndef INSPECT_PROG_ALL_H
#define INSPECT_PROG_ALL_H

#include <linux/bpf.h>

#include "inspect/inspect.h"

#define PROG_TOLD_MAPS 4 /* the most that is told of */

struct prog_told {
	struct bpf_prog_info info; /* without what is in the kernel's other structures: instructions, lines, maps' ids */
	uint64_t memlock;          /* bytes */
	const char *name;          /* whole: its function's if the kernel's own was cut. Borrowed */
	uint32_t maps[PROG_TOLD_MAPS];
	uint32_t data[PROG_TOLD_MAPS]; /* those of them with read-only data */
	uint32_t nmaps, ndata;
	bool in_part; /* a device's, or more maps, or code of several functions: bpf(2) knows more */
};

/*
 * All programs by rising id, without the iterator's own: calls f for each until it returns non-zero, which is
 * returned. -ENOTSUP: this kernel or this user has no such iterator, and f was not called.
 */
int prog_all(struct inspect *in, int (*f)(struct inspect *in, const struct prog_told *told));

#endif
