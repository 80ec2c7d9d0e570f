/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the slots pass and the list of passes share. */
#ifndef IR_SLOTS_H
#define IR_SLOTS_H

#include "ir/ir.h"

#define IR_SPILL_RESERVE 96 /* bytes of the 512 that the register allocator may need */

/* Bytes of stack that slots of this function may take. */
uint32_t ir_frame_limit(const struct ir_fn *fn);

#endif
