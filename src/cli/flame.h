/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_FLAME_H
#define CLI_FLAME_H

#include "base/err.h"
#include "flame/flame.h"

/* sonde flame [OPTIONS] [FILE...]: a flame graph of folded stacks; an exit status. */
int flame_command(int argc, char **argv);
/* The graph into a file, which is replaced ("-": standard output). 0 or -errno. */
int flame_write(const struct flame *f, const struct flame_look *look, const char *path, struct err *e);

#endif
