/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libbpf's messages. */
#ifndef INSPECT_QUIET_H
#define INSPECT_QUIET_H

#include "inspect/inspect.h"

/*
 * Keeps libbpf from writing to stderr: warnings are kept (libbpf_said()), with -d all goes to stderr
 * at once. May be called any number of times.
 */
void quiet_libbpf(struct inspect *in);
/* The last warnings of libbpf since the call before, one a line; borrowed until the next call of libbpf. */
const char *libbpf_said(void);
/* Forgets them. */
void libbpf_forget(void);

#endif
