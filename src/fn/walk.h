/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ways through the kernel's own structures that built-ins take, by names of members: right on every kernel with BTF. */
#ifndef FN_WALK_H
#define FN_WALK_H

#include "fn/check.h"
#include "fn/lower.h"

/* One step of a way. */
struct walk_step {
	const char *st;     /* "struct file" */
	const char *member; /* "f_inode" */
};

/* Does this kernel have all members of these ways? Else a diagnostic at n, and false. */
bool walk_check(struct check *ck, const struct node *n, const struct walk_step *steps, size_t count);
/* Follows the steps from base: the last one's value. What is behind a null pointer on the way is 0. */
struct ir_val *walk(struct lower *lw, struct ir_val *base, const struct walk_step *steps, size_t count);
/* One step; base is not null, or known to the verifier as a kernel pointer, behind whose null is 0. */
struct ir_val *walk_one(struct lower *lw, struct ir_val *base, const char *st, const char *member);
/* Pointer to a kernel structure, or untyped where the kernel does not say what is in it. */
const struct type *walk_pointer(struct check *ck, const char *st);
/* Is n's type a pointer to this structure? */
bool walk_is(const struct node *n, const char *st);

/* A value under conditions: that of the last step, or 0 as soon as one does not hold. */
struct walk_maybe {
	struct ir_block *done;
	struct ir_val *result;
};
struct walk_maybe walk_begin(struct lower *lw);
void walk_need(struct lower *lw, struct walk_maybe *m, struct ir_val *cond);
struct ir_val *walk_end(struct lower *lw, struct walk_maybe *m, struct ir_val *value);

#endif
