/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_FLAME_H
#define CLI_FLAME_H

/* sonde flame [OPTIONS] [FILE...]: a flame graph of folded stacks; an exit status. */
int flame_command(int argc, char **argv);

#endif
