/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See scan.h. */
#include "fn/scan.h"

void scan_begin(struct lower *lw, struct scan *s, uint32_t rounds, bool walk)
{
	struct ir_builder *b = lower_b(lw);

	s->head = ir_block_new(b);
	s->body = ir_block_new(b);
	s->done = ir_block_new(b);
	s->zero = ir_iconst(b, 0);
	s->iter = NULL;
	if (!walk) {
		s->iter = ir_slot(b, 8, 8);
		s->zero = ir_kcall(b, "bpf_iter_num_new", 3, s->iter, s->zero, ir_iconst(b, rounds));
	}
	ir_jmp(b, s->head);
	ir_at(b, s->head);
	s->found = ir_phi(b, s->done);
}

/* To the body, or the loss is counted and nothing found. */
static void run_out(struct lower *lw, struct scan *s, struct ir_val *more)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_block *out = ir_block_new(b);

	out->cold = true;
	ir_br(b, more, s->body, out);
	lower_seal(lw, out);
	ir_loss(b, LOSS_LOOP);
	ir_phi_add(b, s->found, ir_iconst(b, s->none));
	ir_jmp(b, s->done);
}

void scan_step(struct lower *lw, struct scan *s, uint32_t rounds)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *more;

	if (s->iter) {
		s->i = ir_kcall(b, "bpf_iter_num_next", 1, s->iter);
		s->i->ptr = PK_MAPVAL0;
		more = ir_bin(b, IR_ne, s->i, ir_iconst(b, 0));
	} else {
		s->i = ir_phi(b, s->head);
		ir_phi_add(b, s->i, s->zero);
		more = ir_bin(b, IR_ult, s->i, ir_iconst(b, rounds));
	}
	if (s->may_run_out) {
		run_out(lw, s, more);
	} else {
		ir_phi_add(b, s->found, ir_iconst(b, s->none));
		ir_br(b, more, s->body, s->done);
	}
	lower_seal(lw, s->body);
	if (s->iter)
		s->i = ir_umin(b, ir_load(b, ir_nonnull(b, s->i), 0, 4, false), rounds - 1);
}

void scan_leave_if(struct lower *lw, struct scan *s, struct ir_val *cond, struct ir_val *value)
{
	struct ir_block *on = ir_block_new(lower_b(lw));

	ir_phi_add(lower_b(lw), s->found, value);
	ir_br(lower_b(lw), cond, s->done, on);
	lower_seal(lw, on);
}

void scan_leave(struct lower *lw, struct scan *s, struct ir_val *value)
{
	ir_phi_add(lower_b(lw), s->found, value);
	ir_jmp(lower_b(lw), s->done);
}

struct ir_val *scan_end(struct lower *lw, struct scan *s)
{
	struct ir_builder *b = lower_b(lw);

	if (!s->iter)
		ir_phi_add(b, s->i, ir_addi(b, s->i, 1));
	ir_jmp(b, s->head);
	lower_seal(lw, s->head);
	lower_seal(lw, s->done);
	if (s->iter)
		ir_kcall(b, "bpf_iter_num_destroy", 1, s->iter);
	return s->found;
}
