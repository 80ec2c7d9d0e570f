/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a record's bytes to the arguments of the action that sent it. */
#ifndef RUN_RECORD_H
#define RUN_RECORD_H

#include "fn/tables.h"
#include "ir/ir.h"
#include "out/format.h"

/*
 * Fills one value for each part of the action's layout, pointing into the record, and one more, without a type, for
 * what comes after them. False if the
 * record is shorter than its layout, or a string leaves it or has no NUL at its end.
 */
bool record_decode(const struct action *a, const void *rec, uint32_t len, struct value_ref *ret);

#endif
