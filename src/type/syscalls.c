/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "type/syscalls.h"

#include "base/vec.h"

const struct syscall_number syscall_numbers[] = {
#ifdef __x86_64__
#define SYSCALL(name, x86, arm) { #name, x86 },
#else
#define SYSCALL(name, x86, arm) { #name, arm },
#endif
#include "type/syscalls.def"
#undef SYSCALL
};

const size_t syscall_count = ARRAY_SIZE(syscall_numbers);
