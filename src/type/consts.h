/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Macro constants of the kernel's and libc's headers by name, so that scripts need no headers:
 * AF_INET, S_IFMT, O_CREAT, ENOENT, SIGKILL, TASK_RUNNING, __NR_openat, NSEC_PER_SEC, ...
 */
#ifndef TYPE_CONSTS_H
#define TYPE_CONSTS_H

#include <stdbool.h>

struct near;
struct enum_const;

/* The constant of this name, with an integer type that holds it; false if there is none. */
bool const_find(const char *name, struct enum_const *ret);
/* Calls near_try() for all names. */
void const_near(struct near *n);

#endif
