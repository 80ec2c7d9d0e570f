/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The numbers of system calls on the architecture that this is compiled for, from syscalls.def. */
#ifndef TYPE_SYSCALLS_H
#define TYPE_SYSCALLS_H

#include <stddef.h>

struct syscall_number {
	const char *name;
	int number; /* negative: this architecture does not have it */
};

extern const struct syscall_number syscall_numbers[];
extern const size_t syscall_count;

#endif
