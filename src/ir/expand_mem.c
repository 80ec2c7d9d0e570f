/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expansion of copies, fills, reads of foreign memory, and keys. */
#include "ir/expand.h"

static enum ir_helper kernel_read(struct ir_expand *x)
{
	return target_has(x->b.module->target, TF_PROBE_READ_KERNEL) ? IRH_probe_read_kernel
								     : IRH_probe_read;
}

enum ir_helper ir_kernel_read_str(struct ir_expand *x)
{
	return target_has(x->b.module->target, TF_PROBE_READ_KERNEL) ? IRH_probe_read_kernel_str
								     : IRH_probe_read_str;
}

/* The helpers of one name for both memories, where the kernel does not tell them apart. */
static enum ir_helper available(struct ir_expand *x, enum ir_helper h)
{
	if (target_has(x->b.module->target, TF_PROBE_READ_KERNEL))
		return h;
	if (h == IRH_probe_read_kernel || h == IRH_probe_read_user)
		return IRH_probe_read;
	if (h == IRH_probe_read_kernel_str || h == IRH_probe_read_user_str)
		return IRH_probe_read_str;
	return h;
}

unsigned ir_chunk(uint32_t n, uint32_t align, int64_t off)
{
	unsigned w = align < 8 ? align : 8;

	while (w > 1 && (w > n || off % w))
		w /= 2;
	return w;
}

/* Alignment of address + off as far as accesses must respect it. */
static uint32_t alignment_at(const struct ir_val *ptr, int64_t off)
{
	uint32_t a = ir_alignment(ptr);

	while (a > 1 && off % a)
		a /= 2;
	return a;
}

static struct ir_val *rodata_zeros(struct ir_expand *x, uint32_t size)
{
	struct ir_val *v = ir_op(&x->b, IR_rodata, 0);

	v->imm = ir_rodata_zeros(x->b.module, size);
	v->size = size;
	return v;
}

static void helper_copy(struct ir_expand *x, struct ir_val *dst, int64_t off, struct ir_val *src,
			uint32_t size)
{
	struct ir_builder *b = &x->b;
	struct ir_val *to = ir_addi(b, dst, off), *n = ir_iconst(b, size);

	ir_call(b, kernel_read(x), 3, to, n, src);
}

void ir_expand_zero(struct ir_expand *x, struct ir_val *dst, int64_t off, uint32_t size)
{
	uint32_t align = alignment_at(dst, 0);
	int64_t end = off + size;
	unsigned w;

	if (size > IR_INLINE_COPY) {
		helper_copy(x, dst, off, rodata_zeros(x, size), size);
		return;
	}
	for (; off < end; off += w) {
		w = ir_chunk((uint32_t)(end - off), align, off);
		ir_store(&x->b, dst, off, ir_iconst(&x->b, 0), w);
	}
}

void ir_expand_copy(struct ir_expand *x, struct ir_val *dst, int64_t off, struct ir_val *src,
		    uint32_t size)
{
	uint32_t da = alignment_at(dst, off), sa = alignment_at(src, 0), align = da < sa ? da : sa;
	unsigned w;

	if (size > IR_INLINE_COPY || size / align > 8) {
		helper_copy(x, dst, off, src, size);
		return;
	}
	for (uint32_t at = 0; at < size; at += w) {
		w = ir_chunk(size - at, align, at);
		ir_store(&x->b, dst, off + at, ir_load(&x->b, src, at, w, false), w);
	}
}

bool ir_is_str_read(unsigned helper)
{
	return helper == IRH_probe_read_str || helper == IRH_probe_read_kernel_str ||
	       helper == IRH_probe_read_user_str;
}

static bool is_read(unsigned helper)
{
	return helper == IRH_probe_read || helper == IRH_probe_read_kernel ||
	       helper == IRH_probe_read_user;
}

/*
 * A failed read leaves zeroes: the kernel clears the destination itself (kernel/trace/bpf_trace.c:
 * bpf_probe_read_kernel_common(), bpf_probe_read_user_str_common()). It remains to count it.
 */
static void check_fill(struct ir_expand *x, unsigned helper, struct ir_val *r)
{
	if (is_read(helper))
		ir_watch(x, r, helper, r, LOSS_READ);
	else if (ir_is_str_read(helper))
		ir_watch(x, ir_bin(&x->b, IR_slt, r, ir_iconst(&x->b, 0)), helper, r, LOSS_READ);
}

static struct ir_val *call_fill(struct ir_expand *x, struct ir_val *fill, struct ir_val *dst)
{
	struct ir_val *args[8], *call;
	unsigned n = 0, lead = ir_fill_lead(fill->helper);

	for (uint32_t i = 0; i < fill->nargs && i < lead; i++)
		args[n++] = ir_arg(fill, i);
	args[n++] = dst;
	args[n++] = ir_iconst(&x->b, fill->size);
	for (uint32_t i = lead; i < fill->nargs && n < ARRAY_SIZE(args); i++)
		args[n++] = ir_arg(fill, i);
	call = ir_opv(&x->b, IR_call, n, args);
	call->imm = available(x, fill->helper);
	return call;
}

struct ir_val *ir_expand_fill_at(struct ir_expand *x, struct ir_val *fill, struct ir_val *dst,
				 int64_t off)
{
	struct ir_val *r = call_fill(x, fill, ir_addi(&x->b, dst, off));

	if (!fill->imm) /* else nothing is lost with it */
		check_fill(x, fill->helper, r);
	return r;
}

struct ir_val *ir_expand_fill(struct ir_expand *x, struct ir_val *fill)
{
	struct ir_val *slot = ir_slot(&x->b, (fill->size + 7) & ~7u, 8);

	if (ir_plan_of(x, fill)->padded && !ir_pads_itself(x, fill))
		ir_expand_zero(x, slot, 0, slot->size);
	ir_plan_of(x, fill)->len = ir_expand_fill_at(x, fill, slot, 0);
	return slot;
}

/* Offsets of a load have 16 bits. */
static struct ir_val *direct_read(struct ir_expand *x, struct ir_val *v)
{
	struct ir_val *ptr = ir_arg(v, 0), *load;
	int64_t off = v->imm;

	if (!v->core && (off > INT16_MAX || off < INT16_MIN)) {
		ptr = ir_addi(&x->b, ptr, off);
		off = 0;
	}
	load = ir_load(&x->b, ptr, off, v->width, v->is_signed);
	load->ptr = v->ptr;
	load->core = v->core;
	return load;
}

struct ir_val *ir_expand_read(struct ir_expand *x, struct ir_val *v)
{
	enum ir_helper h = v->op == IR_kread ? IRH_probe_read_kernel : IRH_probe_read_user;
	struct ir_builder *b = &x->b;
	struct ir_val *slot, *from, *n, *r;

	if (v->op == IR_kread && ir_arg(v, 0)->ptr == PK_BTF)
		return direct_read(x, v);
	slot = ir_slot(b, v->width, v->width);
	n = ir_iconst(b, v->width);
	from = ir_addi(b, ir_arg(v, 0), v->imm);
	r = ir_call(b, available(x, h), 3, slot, n, from);
	check_fill(x, h, r);
	return ir_load(b, slot, 0, v->width, v->is_signed);
}

/* A string from memory of unknown size, or with an unknown rest, is read up to its NUL. */
static void put_string(struct ir_expand *x, const struct ir_part *part, struct ir_val *orig,
		       struct ir_val *base, bool pad)
{
	uint32_t known = ir_known_size(orig);
	struct ir_val *src = ir_subst_of(orig), *to, *n;
	struct ir_builder *b = &x->b;

	if (known && (!pad || orig->op == IR_rodata || ir_is_padded(x, orig))) {
		ir_expand_copy(x, base, part->off, src, known < part->size ? known : part->size);
		return;
	}
	to = ir_addi(b, base, part->off);
	n = ir_iconst(b, part->size);
	ir_call(b, ir_kernel_read_str(x), 3, to, n, src);
}

void ir_expand_part(struct ir_expand *x, const struct ir_part *part, struct ir_val *orig,
		    struct ir_val *base, bool pad)
{
	if (part->kind == IP_SCALAR)
		ir_store(&x->b, base, part->off, ir_subst_of(orig), part->size);
	else if (ir_is_deferred(x, orig))
		ir_expand_fill_at(x, orig, base, part->off);
	else if (part->kind == IP_STR)
		put_string(x, part, orig, base, pad);
	else
		ir_expand_copy(x, base, part->off, ir_subst_of(orig), part->size);
}

/* The part's own writing leaves all its bytes as wanted; otherwise they are zeroed first. */
static bool writes_all(struct ir_expand *x, const struct ir_part *part, const struct ir_val *orig)
{
	if (part->kind == IP_SCALAR)
		return true;
	if (part->kind == IP_AGG)
		return !ir_is_deferred(x, orig) || orig->size >= part->size;
	if (ir_is_deferred(x, orig))
		return ir_pads_itself(x, orig) && orig->size >= part->size;
	return ir_is_padded(x, orig) && orig->size >= part->size;
}

/* A scalar that fits also as 8 bytes overwrites the gap behind it with its own zero bytes. */
static bool widen(const struct ir_layout *l, uint32_t i, const struct ir_val *arg)
{
	const struct ir_part *p = &l->part[i];
	uint32_t end = i + 1 < l->nparts ? l->part[i + 1].off : l->size;
	int64_t lo, hi;

	if (p->kind != IP_SCALAR)
		return false;
	ir_bounds(arg, &lo, &hi);
	return p->size < 8 && p->off % 8 == 0 && end >= p->off + 8 && lo >= 0 &&
	       (uint64_t)hi >> (8 * p->size) == 0;
}

static void put_key_parts(struct ir_expand *x, struct ir_val *key, struct ir_val *slot)
{
	const struct ir_layout *l = key->layout;
	uint32_t end = 0; /* of what is written */

	for (uint32_t i = 0; i < l->nparts; i++) {
		struct ir_part part = l->part[i];
		bool whole = writes_all(x, &part, key->arg[i]);

		if (widen(l, i, key->arg[i]))
			part.size = 8;
		if (whole && part.off > end)
			ir_expand_zero(x, slot, end, part.off - end);
		else if (!whole)
			ir_expand_zero(x, slot, end, part.off + part.size - end);
		end = part.off + part.size;
		ir_expand_part(x, &part, key->arg[i], slot, true);
	}
	if (end < l->size)
		ir_expand_zero(x, slot, end, l->size - end);
}

/* All parts are numbers or literals: the key is read-only data. Short ones: rather stores. */
static bool is_literal_key(const struct ir_val *key)
{
	if (key->layout->size <= 8)
		return false;
	for (uint32_t i = 0; i < key->nargs; i++)
		if (key->arg[i]->op != IR_iconst && key->arg[i]->op != IR_rodata)
			return false;
	return true;
}

static void literal_part(struct ir_expand *x, const struct ir_part *part, const struct ir_val *arg,
			 char *dst)
{
	const char *ro = x->b.module->rodata.p;
	uint32_t n = arg->size < part->size ? arg->size : part->size;

	if (arg->op == IR_iconst)
		memcpy(dst, &arg->imm, part->size);
	else if (part->kind == IP_STR)
		memcpy(dst, ro + arg->imm, strnlen(ro + arg->imm, n));
	else
		memcpy(dst, ro + arg->imm, n);
}

static struct ir_val *literal_key(struct ir_expand *x, const struct ir_val *key)
{
	const struct ir_layout *l = key->layout;
	char *bytes = arena_alloc(&x->arena, l->size);

	for (uint32_t i = 0; i < l->nparts; i++)
		literal_part(x, &l->part[i], key->arg[i], bytes + l->part[i].off);
	return ir_rodata_ptr(&x->b, bytes, l->size);
}

/* One aggregate that is the whole key needs no copy if its bytes are those of the key. */
static struct ir_val *whole_key(struct ir_expand *x, const struct ir_val *key)
{
	const struct ir_part *p = key->layout->part;

	if (key->layout->nparts != 1 || p->off || p->size != key->layout->size ||
	    p->kind == IP_SCALAR)
		return NULL;
	if (p->kind == IP_STR &&
	    !(ir_is_padded(x, key->arg[0]) && key->arg[0]->size == p->size))
		return NULL;
	return ir_arg(key, 0);
}

struct ir_val *ir_expand_key(struct ir_expand *x, struct ir_val *key)
{
	struct ir_val *v, *slot;

	if (is_literal_key(key))
		return literal_key(x, key);
	v = whole_key(x, key);
	if (v)
		return v;
	slot = ir_slot(&x->b, key->layout->size ? (key->layout->size + 7) & ~7u : 8, 8);
	if (!key->layout->size) /* an empty tuple: maps have at least a byte of it */
		ir_expand_zero(x, slot, 0, 8);
	put_key_parts(x, key, slot);
	return slot;
}
