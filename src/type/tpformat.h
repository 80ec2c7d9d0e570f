/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Formats of tracepoints: /sys/kernel/tracing/events/CATEGORY/EVENT/format. */
#ifndef TYPE_TPFORMAT_H
#define TYPE_TPFORMAT_H

#include "base/err.h"
#include "type/type.h"

/*
 * Parses a format file's text (hostile input) to a struct type whose offsets count from the
 * start of the BPF program's context; common_* fields are left out. Fields whose C type is a
 * pointer or known to BTF get that type. Strings: char x[16] is a TY_ARRAY of int8; __data_loc
 * and __rel_loc fields are marked, with type TY_PTR to their element (kernel space).
 * Pointers of sys_enter_* events point to user space, and their integers have the size of the
 * C type, not of the 8-byte slot: the kernel looks at no more. 0 or -EINVAL.
 */
int tpformat_parse(struct types *ts, const char *category, const char *event, const char *text,
		   size_t n, const struct type **ret, struct err *e);
/* Reads and parses; tracefs is the mount point ("/sys/kernel/tracing"). 0 or -errno. */
int tpformat_load(struct types *ts, const char *tracefs, const char *category, const char *event,
		  const struct type **ret, struct err *e);

#endif
