/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdbool.h>

/* The release of bpftrace whose language and output this program follows. */
#define BPFTRACE_LEVEL "0.26.1"

/* How to use the program; self is the name it was called by. Exit status. */
int help_print(const char *self, bool as_bpftrace);
int help_version(bool as_bpftrace);

#endif
