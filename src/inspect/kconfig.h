/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that the kernel was built with, as far as BPF depends on them. */
#ifndef INSPECT_KCONFIG_H
#define INSPECT_KCONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"

struct kconfig_option {
	const char *name;  /* "CONFIG_BPF" */
	bool macro;        /* worth a macro in C: shown by "feature probe macros" */
	const char *value; /* "y", "m", "250"; NULL: not set */
};

extern const struct kconfig_option kconfig_wanted[]; /* ends with a NULL name */
enum { KCONFIG_MAX = 64 };
/*
 * Copies kconfig_wanted to ret (KCONFIG_MAX of them) with the values of the running kernel, from
 * /boot/config-RELEASE or /proc/config.gz; values are in the arena. 0, or -errno if neither can be read.
 */
int kconfig_read(struct arena *a, struct kconfig_option *ret, struct err *e);

#endif
