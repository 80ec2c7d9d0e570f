/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expansion of emit: a record of fixed size is written into the ring buffer itself; one with
 * strings of variable size, or for a kernel without ring buffers, is built in memory of the program
 * and copied.
 *
 * A reserved record is a reference to the verifier: each path must submit it. Hence all
 * arguments exist before the reservation, and nothing between it and the submit leaves the program.
 */
#include <linux/bpf.h>

#include "ir/expand.h"

#define CURRENT_CPU 0xffffffffll /* BPF_F_CURRENT_CPU */

static bool has_strings(const struct ir_layout *l)
{
	for (uint32_t i = 0; i < l->nparts; i++)
		if (l->part[i].kind == IP_VSTR)
			return true;
	return false;
}

static struct ir_val *wake_flags(struct ir_expand *x)
{
	return ir_load(&x->b, ir_global_ptr(&x->b, IR_GLOBAL_WAKE), 0, 4, false);
}

static void put_action(struct ir_expand *x, struct ir_val *v, struct ir_val *base)
{
	ir_store(&x->b, base, 0, ir_iconst(&x->b, v->imm), 4);
}

static void put_fixed_parts(struct ir_expand *x, struct ir_val *v, struct ir_val *base)
{
	put_action(x, v, base);
	for (uint32_t i = 0; i < v->nargs; i++)
		if (v->layout->part[i].kind != IP_VSTR)
			ir_expand_part(x, &v->layout->part[i], v->arg[i], base, false);
}

static void emit_reserved(struct ir_expand *x, struct ir_val *v)
{
	struct ir_builder *b = &x->b;
	struct ir_block *ok = ir_block_new(b), *full = ir_cold_block(x), *done = ir_block_new(b);
	struct ir_val *ring = ir_mapaddr(b, ir_ring_map(b->module)), *rec;
	struct ir_val *size = ir_iconst(b, (v->layout->size + 7) & ~7u), *zero = ir_iconst(b, 0);

	ok->cold = done->cold = b->block->cold;
	rec = ir_call(b, IRH_ringbuf_reserve, 3, ring, size, zero);
	ir_br(b, rec, ok, full);
	ir_at(b, full);
	ir_count_loss(x, LOSS_RING);
	ir_jmp(b, done);
	ir_at(b, ok);
	rec = ir_nonnull(b, rec);
	put_fixed_parts(x, v, rec);
	ir_call(b, IRH_ringbuf_submit, 2, rec, wake_flags(x));
	ir_jmp(b, done);
	ir_at(b, done);
}

/* Its length with the NUL; a failed read leaves an empty string, counted. */
static struct ir_val *string_length(struct ir_expand *x, enum ir_helper helper, struct ir_val *r, uint32_t max)
{
	struct ir_builder *b = &x->b;
	struct ir_block *bad = ir_cold_block(x), *on = ir_block_new(b);
	struct ir_val *phi, *one;

	on->cold = b->block->cold;
	ir_br(b, ir_bin(b, IR_sle, r, ir_iconst(b, 0)), bad, on);
	ir_at(b, bad);
	one = ir_iconst(b, 1);
	ir_watched(x, helper, r, LOSS_READ);
	ir_jmp(b, on);
	phi = ir_phi(b, on);
	ir_phi_add(b, phi, r);
	ir_phi_add(b, phi, one);
	ir_at(b, on);
	return ir_umin(b, phi, max);
}

static enum ir_helper str_helper(struct ir_expand *x, const struct ir_val *orig)
{
	if (ir_is_deferred(x, orig) && target_has(x->b.module->target, TF_PROBE_READ_KERNEL))
		return orig->helper;
	return ir_kernel_read_str(x);
}

/* Bytes that it may take. One in memory of the program may fill its size: a NUL comes on top. */
static uint32_t vstr_size(struct ir_expand *x, const struct ir_part *part, const struct ir_val *orig)
{
	return ir_is_deferred(x, orig) ? part->size : part->size + 1;
}

/* Writes a string at base + off, its length at the part's offset; the offset behind it. */
static struct ir_val *put_vstr(struct ir_expand *x, const struct ir_part *part, struct ir_val *orig,
			       struct ir_val *base, struct ir_val *off)
{
	struct ir_builder *b = &x->b;
	struct ir_val *src = ir_is_deferred(x, orig) ? ir_arg(orig, 0) : ir_subst_of(orig);
	uint32_t max = vstr_size(x, part, orig);
	struct ir_val *dst = ir_bin(b, IR_add, base, off), *len;

	len = ir_call(b, str_helper(x, orig), 3, dst, ir_iconst(b, max), src);
	len = string_length(x, str_helper(x, orig), len, max);
	ir_store(b, base, part->off, len, 4);
	return ir_bin(b, IR_add, off, len);
}

static uint32_t max_size(const struct ir_layout *l)
{
	uint32_t n = l->size;

	for (uint32_t i = 0; i < l->nparts; i++)
		if (l->part[i].kind == IP_VSTR)
			n += l->part[i].size + 1;
	return (n + 7) & ~7u;
}

static struct ir_val *put_strings(struct ir_expand *x, struct ir_val *v, struct ir_val *base)
{
	struct ir_val *off = ir_iconst(&x->b, v->layout->size);

	for (uint32_t i = 0; i < v->nargs; i++)
		if (v->layout->part[i].kind == IP_VSTR)
			off = put_vstr(x, &v->layout->part[i], v->arg[i], base, off);
	return off;
}

static void output(struct ir_expand *x, struct ir_val *base, struct ir_val *size)
{
	struct ir_builder *b = &x->b;
	struct ir_val *ring = ir_mapaddr(b, ir_ring_map(b->module)), *ctx, *cpu, *r;

	if (target_has(b->module->target, TF_RINGBUF)) {
		r = ir_call(b, IRH_ringbuf_output, 4, ring, base, size, wake_flags(x));
	} else {
		ctx = ir_ctx(b);
		cpu = ir_iconst(b, CURRENT_CPU);
		r = ir_call(b, IRH_perf_event_output, 5, ctx, ring, cpu, base, size);
	}
	ir_count_if(x, r, LOSS_RING);
}

/* What is copied from the stack has to be written wholly: gaps too. */
static void zero_gaps(struct ir_expand *x, const struct ir_layout *l, struct ir_val *base,
		      uint32_t total)
{
	uint32_t end = 4;

	for (uint32_t i = 0; i < l->nparts; i++) {
		const struct ir_part *p = &l->part[i];

		if (p->off > end)
			ir_expand_zero(x, base, end, p->off - end);
		end = p->off + (p->kind == IP_VSTR ? 4 : p->size);
	}
	if (total > end)
		ir_expand_zero(x, base, end, total - end);
}

/*
 * Strings of variable size go to per-CPU scratch: the verifier refuses helpers that write to the
 * stack at an offset that it does not know (check_stack_range_initialized()).
 */
static void emit_copied(struct ir_expand *x, struct ir_val *v)
{
	struct ir_builder *b = &x->b;
	bool strings = has_strings(v->layout);
	uint32_t size = max_size(v->layout);
	struct ir_val *base = strings ? ir_op(b, IR_scratch, 0) : ir_slot(b, size, 8);

	base->size = size;
	if (!strings)
		zero_gaps(x, v->layout, base, size);
	put_fixed_parts(x, v, base);
	output(x, base, strings ? put_strings(x, v, base) : ir_iconst(b, size));
}

void ir_expand_emit(struct ir_expand *x, struct ir_val *v)
{
	if (has_strings(v->layout) || !target_has(x->b.module->target, TF_RINGBUF))
		emit_copied(x, v);
	else
		emit_reserved(x, v);
}
