/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs of the noun prog, by file. */
#ifndef INSPECT_PROG_H
#define INSPECT_PROG_H

#include "inspect/objects.h"

/* prog_show.c */
int prog_show(struct inspect *in, struct words *w);
/* The head of a program: "ID: TYPE  name ..." with its newline, or its members. */
void prog_header(struct inspect *in, const struct bpf_prog_info *info, int fd);

#endif
