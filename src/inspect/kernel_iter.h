/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small programs that the kernel runs for every one of its objects ("iter/NAME"), and what they write. */
#ifndef INSPECT_KERNEL_ITER_H
#define INSPECT_KERNEL_ITER_H

#include "inspect/code.h"
#include "inspect/inspect.h"
#include "type/type.h"

/* The kernel's types, opened once a session, which owns them; NULL: it has none to read. */
struct kernel_types *kernel_types(struct inspect *in);
void kernel_types_free(struct kernel_types *k);
/* A structure by its name ("struct file"), which is searched for; NULL: there is none. */
const struct type *kernel_type(struct kernel_types *k, const char *name);
/* What a member of a structure points to, pointers followed to their end; NULL: there is no such member. */
const struct type *kernel_target(struct kernel_types *k, const struct type *t, const char *member);
/* Where a structure's member lies: bytes from its start. False: there is no such member, or t is NULL. */
bool kernel_place(struct kernel_types *k, const struct type *t, const char *member, uint32_t *ret);
/* The same of a member of one bit: its byte, and its number there. */
bool kernel_bit(struct kernel_types *k, const struct type *t, const char *member, uint32_t *ret, uint32_t *ret_bit);

/* What there is an iterator for. */
enum kernel_iter_kind { ITER_TASK_FILE, ITER_BPF_PROG, ITER_KINDS };
/* Loads a program for each of these. fd or -errno. */
int kernel_iter_load(struct kernel_types *k, enum kernel_iter_kind kind, const struct code *c);

/* Files of a run; -1: none. */
struct kernel_iter {
	int prog, link, iter;
};
/* Attaches the program and begins. 0 or -errno; kernel_iter_done() in any case. */
int kernel_iter_start(struct kernel_iter *it);
/*
 * Runs it for every object: calls f with what it wrote, some whole objects at a time (aligned to 8 bytes), until that
 * returns non-zero, which is returned. 0 or -errno.
 */
int kernel_iter_read(const struct kernel_iter *it, int (*f)(void *arg, const char *text, size_t n), void *arg);
void kernel_iter_done(struct kernel_iter *it); /* closes all */

#endif
