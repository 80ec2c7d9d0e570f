/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that the kernel was built with, as it says itself. */
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

/*
 * Fills in the values of options (the list ends with a NULL name) as the running kernel has them, from
 * /boot/config-RELEASE or /proc/config.gz; values are in the arena. 0, or -errno if neither can be read.
 */
int kconfig_read(struct arena *a, struct kconfig_option *all, struct err *e);

#endif
