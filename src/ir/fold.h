/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of the folding pass. */
#ifndef IR_FOLD_H
#define IR_FOLD_H

#include "ir/ir.h"

/* Result of v's operation on these arguments (b: the second, if any); false: not of this kind. */
bool ir_fold_number(const struct ir_val *v, int64_t a, int64_t b, int64_t *ret);
/* Rules for operations on memory; NULL or the value that replaces v. */
struct ir_val *ir_fold_access(struct ir_fn *fn, struct ir_val *v, bool *changed);
struct ir_val *ir_fold_streq(struct ir_fn *fn, struct ir_val *v);
/* Loads of what the same block stored before into the same slot. */
void ir_fold_forward(struct ir_block *block, bool escapes, bool *changed);
/* Some slot's address is stored in memory. */
bool ir_fold_escapes(const struct ir_fn *fn);

#endif
