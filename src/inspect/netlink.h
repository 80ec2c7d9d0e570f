/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Route netlink as far as network devices and their filters need it (rtnetlink(7)). The kernel's
 * answers are walked in place; attributes with lengths that do not fit are as if they were missing.
 */
#ifndef INSPECT_NETLINK_H
#define INSPECT_NETLINK_H

#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct netlink {
	int fd; /* -1: not open */
	uint32_t seq;
};

/* 0 or -errno. */
int netlink_open(struct netlink *nl, struct err *e);
void netlink_done(struct netlink *nl);
#define _cleanup_netlink_ __attribute__((cleanup(netlink_done)))

/* A message as the caller looks at it: the fixed part, then attributes. */
struct netlink_msg {
	uint16_t type;
	const void *fixed;
	const void *attrs;
	size_t attrs_len;
};
typedef int netlink_fn(void *arg, const struct netlink_msg *m);
/*
 * Asks for a dump (type RTM_GET...) with this fixed part and calls f for each answer until it
 * returns non-zero, which is returned. 0 or -errno, e is set on a failure of the dump itself.
 */
int netlink_dump(struct netlink *nl, uint16_t type, const void *fixed, size_t fixed_size,
		 netlink_fn *f, void *arg, struct err *e);
/* Sends a request of n bytes (header included) and takes its acknowledgement; e->hint: the kernel's own words. */
int netlink_request(struct netlink *nl, void *request, size_t n, struct err *e);

/* The attribute's data, at least min bytes; NULL if there is none. nested flags are ignored. */
const void *netlink_attr(const void *attrs, size_t len, uint16_t type, size_t min, size_t *ret_len);
/* The same with results: a number, or 0; NUL-terminated text, or NULL. */
uint32_t netlink_u32(const void *attrs, size_t len, uint16_t type);
const char *netlink_text(const void *attrs, size_t len, uint16_t type);

#endif
