/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * join(argv[, separator]): prints an array of strings. The record has the strings one after another, each with
 * its NUL, as one argument of variable length.
 */
#include "fn/internal.h"

#define JOIN_ARGS 16  /* strings read at most, as bpftrace */
#define JOIN_BYTES 1024 /* of each string */

static bool check_join(struct check *ck, struct node *call)
{
	const char *sep = " ";
	uint32_t len;

	call->type = type_none();
	if (call->list.n > 1 && !check_const_str(ck, call->list.v[1], &sep, &len))
		return check_error(ck, call->list.v[1]->span, DT_bad_argument, "join() expects a string literal as its separator");
	call->fn_data = (void *)sep;
	return true;
}

/* Reads argv[i] and its text to buf + off; gives the new offset. Ends at `done` on a null pointer. */
static struct ir_val *join_one(struct lower *lw, struct ir_val *argv, unsigned i, struct ir_val *buf,
			       struct ir_val *off, enum addr_space space, struct ir_block *done)
{
	struct ir_builder *b = lower_b(lw);
	bool split = target_has(lower_target(lw), TF_PROBE_READ_KERNEL);
	struct ir_block *more = ir_block_new(b);
	struct ir_val *p = lower_read(lw, argv, i * 8, 8, false, space), *n;

	ir_br(b, p, more, done);
	lower_seal(lw, more);
	n = ir_call(b, !split ? IRH_probe_read_str : space == AS_USER ? IRH_probe_read_user_str : IRH_probe_read_kernel_str,
		    3, ir_bin(b, IR_add, buf, off), ir_iconst(b, JOIN_BYTES), p);
	/* A failure is a negative number: no text. */
	n = ir_bin(b, IR_mul, n, ir_bin(b, IR_slt, ir_iconst(b, 0), n));
	return ir_umin(b, ir_bin(b, IR_add, off, ir_umin(b, n, JOIN_BYTES)), (i + 1) * JOIN_BYTES);
}

static void send_joined(struct lower *lw, struct node *call, struct ir_val *rec, struct ir_val *len)
{
	static const struct type text = { .kind = TY_STRING, .align = 1, .size = JOIN_ARGS * JOIN_BYTES };
	struct ir_builder *b = lower_b(lw);
	struct ir_layout *l = ir_layout_new(b->module->arena, 1);
	struct tables *t = lower_tables(lw);
	struct action *a = arena_new(b->module->arena, struct action);
	struct ir_val *size, *r;
	struct lower_if lost;

	a->id = t->actions.n;
	a->fn = call->fn;
	a->span = call->span;
	a->data = call->fn_data;
	a->nargs = 1;
	a->arg_types = arena_array(b->module->arena, const struct type *, 1);
	a->arg_types[0] = &text;
	l->size = 8;
	l->part[0] = (struct ir_part){ IP_VSTR, 4, text.size };
	a->layout = l;
	avec_push(b->module->arena, &t->actions, a);

	ir_store(b, rec, 0, ir_iconst(b, a->id), 4);
	ir_store(b, rec, 4, len, 4);
	size = ir_addi(b, len, 8);
	if (target_has(lower_target(lw), TF_RINGBUF))
		r = ir_call(b, IRH_ringbuf_output, 4, ir_mapaddr(b, ir_ring_map(b->module)), rec, size, ir_iconst(b, 0));
	else
		r = ir_call(b, IRH_perf_event_output, 5, lower_ctx(lw), ir_mapaddr(b, ir_ring_map(b->module)),
			    ir_iconst(b, 0xffffffff), rec, size);
	lost = lower_if_begin(lw, r);
	lost.yes->cold = true;
	ir_loss(b, LOSS_RING);
	lower_if_end(lw, &lost);
}

static struct ir_val *lower_join(struct lower *lw, struct node *call)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *argv = lower_expr(lw, call->list.v[0]), *rec, *buf, *off, *phi;
	enum addr_space space = call->list.v[0]->type->kind == TY_PTR ? lower_space(lw, call->list.v[0]->type)
								     : lower_space(lw, &(struct type){ .kind = TY_PTR });
	struct ir_block *done = ir_block_new(b);
	struct ir_val *ends[JOIN_ARGS + 1];

	rec = ir_slot(b, 8 + JOIN_ARGS * JOIN_BYTES, 8);
	buf = ir_addi(b, rec, 8);
	off = ir_iconst(b, 0);
	for (unsigned i = 0; i < JOIN_ARGS; i++) {
		ends[i] = off;
		off = join_one(lw, argv, i, buf, off, space, done);
	}
	ends[JOIN_ARGS] = off;
	ir_jmp(b, done);
	lower_seal(lw, done);
	phi = ir_phi(b, done);
	for (unsigned i = 0; i <= JOIN_ARGS; i++)
		ir_phi_add(b, phi, ends[i]);
	send_joined(lw, call, rec, ir_umin(b, phi, JOIN_ARGS * JOIN_BYTES));
	return NULL;
}

static void handle_join(struct runtime *rt, const struct action *a, const struct value_ref *args)
{
	struct strbuf *out = rt_scratch(rt);
	const char *p = args[0].bytes, *end = p + args[0].len, *nul;

	while (p < end && (nul = memchr(p, 0, end - p))) {
		if (p != args[0].bytes)
			sb_adds(out, a->data);
		sb_add(out, p, nul - p); /* the writer escapes */
		p = nul + 1;
	}
	rt_out(rt)->ops->text(rt_out(rt), OT_JOIN, sb_str(out), out->n);
}

const struct fn_ops fn_join = {
	.name = "join", .proto = "join(char **argv[, string separator])", .doc = "prints an array of strings",
	.flags = FN_CALL | FN_ASYNC | FN_STMT, .min_args = 1, .max_args = 2, .arg = { FA_PTR | FA_INT, FA_CONST_STR },
	.check = check_join, .lower = lower_join, .handle = handle_join,
	.data = FD_TEXT,
};
