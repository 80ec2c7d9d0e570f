/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Folding of memory operations: offsets, read-only data, loads of what was just stored. */
#include "ir/fold.h"
#include "ir/pass.h"

static struct ir_val *konst(struct ir_fn *fn, struct ir_val *at, int64_t imm)
{
	struct ir_val *c = ir_val_new(fn, IR_iconst, 0);

	c->imm = imm;
	c->span = at->span;
	return ir_insert_before(fn, at, c);
}

/* The instruction's own offset has 16 bits. */
static bool merge_offset(struct ir_val *v)
{
	struct ir_val *p = v->arg[0];
	int64_t c;

	if (v->core || p->op != IR_add || p->arg[0]->ptr == PK_NONE || p->arg[0]->ptr != p->ptr ||
	    !ir_is_const(p->arg[1], &c) || v->imm + c < INT16_MIN || v->imm + c > INT16_MAX)
		return false;
	v->arg[0] = p->arg[0];
	v->imm += c;
	return true;
}

/* Only the low bytes are stored: an extension from at least as many is not needed. */
static bool strip_ext(struct ir_val **arg, unsigned width)
{
	bool changed = false;

	while ((*arg)->op == IR_ext && (*arg)->width >= width) {
		*arg = (*arg)->arg[0];
		changed = true;
	}
	return changed;
}

static bool strip_parts(struct ir_val *v)
{
	bool changed = false;

	for (uint32_t i = 0; i < v->nargs; i++)
		if (v->layout->part[i].kind == IP_SCALAR)
			changed |= strip_ext(&v->arg[i], v->layout->part[i].size);
	return changed;
}

static struct ir_val *load_rodata(struct ir_fn *fn, struct ir_val *v)
{
	struct strbuf *ro = &fn->module->rodata;
	int64_t off = v->arg[0]->imm + v->imm;
	uint64_t raw = 0;
	unsigned drop = 64 - 8 * v->width;

	if (off < 0 || (uint64_t)off + v->width > ro->n)
		return NULL;
	memcpy(&raw, ro->p + off, v->width);
	if (v->is_signed)
		return konst(fn, v, (int64_t)(raw << drop) >> drop);
	return konst(fn, v, (int64_t)raw);
}

struct ir_val *ir_fold_access(struct ir_fn *fn, struct ir_val *v, bool *changed)
{
	if (v->op == IR_key || v->op == IR_emit) {
		*changed |= strip_parts(v);
		return NULL;
	}
	*changed |= merge_offset(v);
	if (v->op == IR_store)
		*changed |= strip_ext(&v->arg[1], v->width);
	if (v->op == IR_load && v->arg[0]->op == IR_rodata)
		return load_rodata(fn, v);
	return NULL;
}

/* Two literals are compared now. */
struct ir_val *ir_fold_streq(struct ir_fn *fn, struct ir_val *v)
{
	const struct ir_val *a = v->arg[0], *b = v->arg[1];
	const char *ro = fn->module->rodata.p;
	size_t n = a->size < b->size ? a->size : b->size;

	if (a->op != IR_rodata || b->op != IR_rodata)
		return NULL;
	if ((size_t)v->imm < n)
		n = (size_t)v->imm;
	return konst(fn, v, !strncmp(ro + a->imm, ro + b->imm, n));
}

#define MAX_STORES 64

struct stores {
	struct ir_val *v[MAX_STORES];
	unsigned n;
	bool escaped; /* addresses of slots are in memory: a call may reach any */
};

static bool overlap(const struct ir_val *a, const struct ir_val *b)
{
	return a->imm < b->imm + b->width && b->imm < a->imm + a->width;
}

/* Drops what v, a store with a plain slot as address, writes over. */
static void drop_overlapping(struct stores *s, const struct ir_val *v)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->n; i++)
		if (s->v[i]->arg[0] != v->arg[0] || !overlap(s->v[i], v))
			s->v[n++] = s->v[i];
	s->n = n;
}

static void drop_slot(struct stores *s, const struct ir_val *slot)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->n; i++)
		if (s->v[i]->arg[0] != slot)
			s->v[n++] = s->v[i];
	s->n = n;
}

/* A pointer to stack memory is given away: whatever it may reach is not known any more. */
static void drop_given(struct stores *s, struct ir_val *ptr)
{
	int64_t off;
	bool exact;
	struct ir_val *base;

	if (!ir_may_be_stack(ptr))
		return;
	base = ir_base(ptr, &off, &exact);
	if (base->op == IR_slot && !s->escaped)
		drop_slot(s, base);
	else if (base->op != IR_fill && base->op != IR_key && base->op != IR_digest)
		s->n = 0;
}

static struct ir_val *stored(const struct stores *s, const struct ir_val *load)
{
	for (unsigned i = 0; i < s->n; i++)
		if (s->v[i]->arg[0] == load->arg[0] && s->v[i]->imm == load->imm &&
		    s->v[i]->width == load->width)
			return s->v[i]->arg[1];
	return NULL;
}

static void forward(struct ir_val *load, struct ir_val *val, bool *changed)
{
	*changed = true;
	if (load->width == 8) {
		ir_subst(load, val);
		return;
	}
	load->op = IR_ext;
	load->imm = 0;
	load->arg[0] = val;
}

static bool may_write(const struct ir_val *v)
{
	enum ir_effect e = ir_effect(v);

	return e == IRE_WMEM || e == IRE_WMAP || e == IRE_EMIT;
}

bool ir_fold_escapes(const struct ir_fn *fn)
{
	each_block(fn, b)
		each_val(b, v)
			if (v->op == IR_store && ir_may_be_stack(v->arg[1]))
				return true;
	return false;
}

void ir_fold_forward(struct ir_block *block, bool escapes, bool *changed)
{
	struct stores s = { .n = 0, .escaped = escapes };

	each_val(block, v) {
		struct ir_val *val;

		if (v->data)
			continue;
		if (v->op == IR_store && v->arg[0]->op == IR_slot) {
			drop_overlapping(&s, v);
			if (v->arg[1]->ptr == PK_NONE && s.n < MAX_STORES)
				s.v[s.n++] = v;
			else
				drop_given(&s, v->arg[1]);
		} else if (v->op == IR_load && v->arg[0]->op == IR_slot) {
			val = stored(&s, v);
			if (val)
				forward(v, val, changed);
		} else if (may_write(v)) {
			for (uint32_t i = 0; i < v->nargs; i++)
				drop_given(&s, v->arg[i]);
		}
	}
}
