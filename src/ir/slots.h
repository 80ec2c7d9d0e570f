/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stack slots: shared by liveness, colouring and the list of passes. */
#ifndef IR_SLOTS_H
#define IR_SLOTS_H

#include "ir/ir.h"

#define IR_SPILL_RESERVE 96 /* bytes of the 512 that the register allocator may need */
#define IR_SPILL_MORE 96    /* that many more of them in a function of so many values */
#define IR_SPILL_LARGE 1000

#define IR_KEYS_RESERVE 16  /* for the keys of the look-ups of scratch */

/* Bytes of stack that slots of this function may take. */
uint32_t ir_frame_limit(const struct ir_fn *fn);

/* Part of a block, in instructions counted over the whole function; both ends included. */
struct ir_interval {
	uint32_t start, end;
};

struct ir_slot {
	struct ir_val *v;
	uint32_t size, align;
	bool pinned;  /* the kernel wants it on the stack */
	bool scratch; /* per-CPU memory instead */
	uint32_t at;  /* offset in its region */
	VEC(struct ir_interval) live; /* in order */
	uint32_t first, last;         /* of them all; first > last: never alive */
};

struct ir_slots {
	struct ir_fn *fn;
	struct arena arena;
	VEC(struct ir_slot *) list;
	VEC(struct ir_slot *) rivals; /* of the slot that a place is sought for */
};

/*
 * Fills live and pinned of all slots of the list. Requires dominators; numbers instructions in
 * value->mark.
 */
void ir_slots_live(struct ir_slots *s);

#endif
