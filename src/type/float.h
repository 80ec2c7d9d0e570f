/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Floating point numbers of C structures and of programs' arguments: printed, kept and compared for being the same; BPF cannot
 * compute with them, but makes whole numbers of them.
 */
#ifndef TYPE_FLOAT_H
#define TYPE_FLOAT_H

#include "type/value_ops.h"

extern const struct value_ops float_value, double_value;

/* float (4 bytes) or double (8); NULL for other sizes. */
const struct type *type_float(struct types *ts, uint32_t size);
bool type_is_float(const struct type *t);

#endif
