/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unwinding user stacks in programs, by the tables of unwind/layout.h. */
#ifndef FN_UNWIND_H
#define FN_UNWIND_H

#include "fn/check.h"
#include "fn/lower.h"

/* Can programs of this probe do it? Else the fault is told. */
bool unwind_check(struct check *ck, const struct node *n);
/*
 * Walks at most depth frames of the running task's user stack and stores them: their id, or -EFAULT (there are none) or
 * another negative number (they were not stored). *ret_n: how many.
 */
struct ir_val *unwind_lower(struct lower *lw, unsigned depth, struct ir_val **ret_n);

#endif
