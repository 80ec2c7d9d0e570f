/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loops that built-ins make: an open-coded iterator where the kernel has them (6.4), else the verifier walks the rounds.
 *
 *	scan_begin(lw, &s, rounds, walk);  phis of what is carried: ir_phi(b, s.head)
 *	scan_step(lw, &s, rounds);         the body: s.i is the number of the round
 *	scan_leave_if(lw, &s, cond, v);    ends with the result v
 *	scan_end(lw, &s)                   the result; phis got their values of the next round before
 */
#ifndef FN_SCAN_H
#define FN_SCAN_H

#include "fn/lower.h"

struct scan {
	struct ir_block *head, *body, *done;
	struct ir_val *iter;  /* NULL: walked */
	struct ir_val *zero;  /* 0; of an iterator the verifier does not know it, so that its states repeat */
	struct ir_val *i;
	struct ir_val *found; /* phi of done */
	int64_t none;         /* the result if nothing ended the loop */
	bool may_run_out;     /* there may be fewer rounds than needed: counted */
};

/* walk: by the verifier, whatever the kernel has. The builder is in the head, where phis go. */
void scan_begin(struct lower *lw, struct scan *s, uint32_t rounds, bool walk);
/* Enters the body, or ends the loop with nothing found. */
void scan_step(struct lower *lw, struct scan *s, uint32_t rounds);
/* The loop ends here if cond, with this value. */
void scan_leave_if(struct lower *lw, struct scan *s, struct ir_val *cond, struct ir_val *value);
/* The loop ends here with this value; the builder needs a new block then. */
void scan_leave(struct lower *lw, struct scan *s, struct ir_val *value);
struct ir_val *scan_end(struct lower *lw, struct scan *s);

#endif
