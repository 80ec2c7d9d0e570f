/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What reads and writes which memory. Memory is split into classes: the stack, the globals, the
 * per-CPU data, other map values, and for each map its set of keys and its values. Two more for
 * reads that may be of any memory.
 */
#ifndef IR_EFFECTS_H
#define IR_EFFECTS_H

#include "ir/ir.h"

enum ir_class {
	IC_STACK,
	IC_GLOBAL,
	IC_PCPU,
	IC_VALUE,   /* values of maps, records */
	IC_ANY,     /* written by every write of memory */
	IC_MAPS,    /* + 2 * map: its keys; + 1: its values */
};

/* Of one function; blocks, their order and dominators must not change while it lives. */
struct ir_effects;

struct ir_effects *ir_effects_new(struct ir_fn *fn);
void ir_effects_free(struct ir_effects *fx);
unsigned ir_effects_classes(const struct ir_effects *fx);
/* The class that a value of effect RMEM or RMAP reads. */
unsigned ir_effects_read(const struct ir_effects *fx, const struct ir_val *v);
/* Sets written[class] for all that v may write. */
void ir_effects_written(const struct ir_effects *fx, const struct ir_val *v, bool *written);
/* writer may change what reader reads. */
bool ir_effects_harm(struct ir_effects *fx, const struct ir_val *writer,
		     const struct ir_val *reader);
/*
 * Some block on a path from `from` (dominates `to`) to `to`, both left out, may change what reader
 * reads.
 */
bool ir_effects_harm_between(struct ir_effects *fx, struct ir_block *from, struct ir_block *to,
			     const struct ir_val *reader);
/* As above for all classes: adds to written[] what the blocks between from and to may write. */
void ir_effects_between(struct ir_effects *fx, struct ir_block *from, struct ir_block *to,
			bool *written);

#endif
