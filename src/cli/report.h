/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages on stderr. Coloured on a terminal, unless BPFTRACE_COLOR or NO_COLOR say otherwise. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include <stdbool.h>

#include "base/diag.h"
#include "base/err.h"

/* Is stderr to be coloured? */
bool report_colour(void);
/* "ERROR: what", "HINT: hint"; always returns 1, an exit status. */
int report_err(const struct err *e);
int report_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void report_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A line without a label; always returns 1. */
int report_plain(const char *text);
/* The first lines of --help, to standard error. */
void report_usage(const char *self);
/* All diagnostics so far; they are not printed again. */
void report_diags(struct diags *d);
/* Writes the text to stdout at once; exit status: 0, or 1 if it cannot be written. */
int report_text(const struct strbuf *text);

#endif
