/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members, indexes, and the memory behind them. */
#include "lower/internal.h"

enum addr_space lower_space(struct lower *lw, const struct type *ptr)
{
	if (ptr->space != AS_NONE)
		return ptr->space;
	return lw->probe->provider->flags & PF_USER ? AS_USER : AS_KERNEL;
}

struct ir_val *lower_read(struct lower *lw, struct ir_val *ptr, int64_t off, unsigned width,
			  bool is_signed, enum addr_space space)
{
	if (space == AS_NONE)
		return ir_load(&lw->b, ptr, off, width, is_signed);
	if (space == AS_USER)
		return ir_uread(&lw->b, ptr, off, width, is_signed);
	return ir_kread(&lw->b, ptr, off, width, is_signed);
}

static enum ir_helper read_helper(struct lower *lw, enum addr_space space, bool str)
{
	if (!target_has(lower_target(lw), TF_PROBE_READ_KERNEL))
		return str ? IRH_probe_read_str : IRH_probe_read;
	if (space == AS_USER)
		return str ? IRH_probe_read_user_str : IRH_probe_read_user;
	return str ? IRH_probe_read_kernel_str : IRH_probe_read_kernel;
}

struct ir_val *lower_read_agg(struct lower *lw, struct ir_val *ptr, uint32_t size, enum addr_space space)
{
	if (space == AS_NONE)
		return ptr;
	return ir_fill(&lw->b, read_helper(lw, space, false), size, 1, ptr);
}

struct ir_val *lower_read_str(struct lower *lw, struct ir_val *ptr, uint32_t size, enum addr_space space)
{
	if (space == AS_NONE)
		return ptr;
	return ir_fill(&lw->b, read_helper(lw, space, true), size, 1, ptr);
}

struct ir_val *lower_local(struct lower *lw, struct ir_val *v, const struct type *t)
{
	if (t->kind != TY_STRUCT && t->kind != TY_ARRAY)
		return v;
	return lower_read_agg(lw, v, t->size, t->space);
}

struct ir_val *lower_bytes(struct lower *lw, struct node *e)
{
	struct ir_val *v;

	lw->whole_chars = e->kind == E_FIELD && e->type->kind == TY_STRING;
	v = lower_expr(lw, e);
	lw->whole_chars = false;
	return lower_local(lw, v, e->type);
}

/*
 * A char array is text, unless its bytes were asked for. Those of the kernel end with a NUL; in those of programs all
 * characters may count: the one more that is read becomes the NUL behind them (strncpy_from_user_nofault()).
 */
static struct ir_val *read_chars(struct lower *lw, struct ir_val *ptr, uint32_t size, bool is_full,
				 enum addr_space space)
{
	bool whole = lw->whole_chars;

	lw->whole_chars = false;
	return whole ? lower_read_agg(lw, ptr, size, space) : lower_read_str(lw, ptr, size + is_full, space);
}

/* Bits of a value that was read as whole bytes. */
static struct ir_val *extract_bits(struct lower *lw, struct ir_val *v, const struct field *f)
{
	unsigned up = 64 - f->bit_offset - f->bit_size, down = 64 - f->bit_size;
	bool s = type_is_int(f->type) && f->type->is_signed;

	if (up)
		v = ir_bin(&lw->b, IR_shl, v, ir_iconst(&lw->b, up));
	return ir_bin(&lw->b, s ? IR_sar : IR_shr, v, ir_iconst(&lw->b, down));
}

static unsigned bit_bytes(const struct field *f)
{
	unsigned n = (f->bit_offset + f->bit_size + 7) / 8;

	return n <= 1 ? 1 : n <= 2 ? 2 : n <= 4 ? 4 : 8;
}

/*
 * A BTF pointer may be loaded from directly only where the verifier's walk of the type is
 * sure to agree with ours: plain members named in the structure itself (btf_struct_walk in
 * kernel/bpf/verifier.c). Others are read with a helper, from the address as a number.
 */
static bool is_plain_member(struct lower *lw, const struct type *st, const char *name, const struct field *f)
{
	const struct struct_def *d = type_fields(lw->types, st);

	if (f->bit_size || !d || d->is_union)
		return false;
	vec_each(d->fields, i)
		if (!strcmp(d->fields.v[i].name, name))
			return true;
	return false;
}

/* p is base or was made from it. */
static struct ir_val *as_number(struct lower *lw, struct ir_val *base, struct ir_val *p)
{
	if (p->ptr != PK_BTF)
		return p;
	if (p == base)
		p = ir_op(&lw->b, IR_add, 2, base, ir_iconst(&lw->b, 0));
	p->ptr = PK_NONE;
	return p;
}

static struct ir_val *number_at(struct lower *lw, struct ir_val *base, const struct type *st, const struct field *f)
{
	return as_number(lw, base, lower_member_at(lw, base, st, f));
}

/* A scalar member; the offset is in the read itself where that is a load. */
static struct ir_val *read_scalar(struct lower *lw, struct ir_val *base, const struct field *f, const struct type *t,
				  const struct type *st, bool direct, enum addr_space space)
{
	const struct ir_core *core = lower_core(lw, st, f);
	unsigned width = f->bit_size ? bit_bytes(f) : t->size;
	bool is_signed = type_is_int(t) && t->is_signed && !f->bit_size;
	struct ir_val *v;

	if (core && f->bit_size)
		return lower_core_bits(lw, as_number(lw, base, base), st, f, space);
	if ((core || base->ptr == PK_BTF) && !direct)
		v = lower_read(lw, number_at(lw, base, st, f), 0, width, is_signed, space);
	else
		v = lower_read(lw, base, f->offset, width, is_signed, space);
	if (direct)
		v->core = core;
	return f->bit_size ? extract_bits(lw, v, f) : v;
}

struct ir_val *lower_untyped(struct lower *lw, struct ir_val *p)
{
	return p->ptr == PK_BTF ? as_number(lw, p, p) : p;
}

/* Reads a member's value, or gives its address, from the start of its structure. */
static struct ir_val *read_member(struct lower *lw, struct ir_val *base, const struct field *f,
				  const struct type *t, const struct type *st, const char *name,
				  enum addr_space space)
{
	bool direct = base->ptr == PK_BTF && is_plain_member(lw, st, name, f);
	struct ir_val *v;

	if (t->kind == TY_STRUCT || t->kind == TY_ARRAY)
		return direct ? lower_member_at(lw, base, st, f) : number_at(lw, base, st, f);
	if (t->kind == TY_OPAQUE)
		return lower_read_agg(lw, number_at(lw, base, st, f), t->size, space);
	if (t->kind == TY_STRING)
		return read_chars(lw, number_at(lw, base, st, f), t->size, !f->btf_id, space);
	v = read_scalar(lw, base, f, t, st, direct, space);
	if (direct && t->kind == TY_PTR && t->space != AS_USER && t->to->kind == TY_STRUCT &&
	    t->to->st->name[0])
		v->ptr = PK_BTF;
	return v;
}

struct ir_val *lower_member(struct lower *lw, struct ir_val *base, const struct type *st, const char *name)
{
	struct field f;

	type_field(lw->types, st, name, &f);
	return read_member(lw, base, &f, f.type, st, name, AS_KERNEL);
}

/* Where arguments are is no relocation: a portable program keeps what it depends on. */
static void note_field(struct lower *lw, const struct field *f)
{
	struct probe *p = lw->probe;

	if (!lower_target(lw)->is_portable)
		return;
	if (!p->built)
		p->built = arena_new(lw->arena, struct probe_built);
	avec_push(lw->arena, &p->built->fields, *f);
}

static struct ir_val *args_member(struct lower *lw, const struct field *f, const struct type *t,
				  enum addr_space *ret_space)
{
	struct ir_val *v = lw->probe->provider->lower_field(lw, f, ret_space);

	note_field(lw, f);
	return t->kind == TY_STRING ? read_chars(lw, v, t->size, *ret_space == AS_USER, *ret_space) : v;
}

static struct ir_val *lower_args_field(struct lower *lw, struct node *n)
{
	enum addr_space space = AS_NONE;

	return args_member(lw, &n->field, n->type, &space);
}

struct ir_val *lower_args(struct lower *lw, struct node *n)
{
	const struct struct_def *def = n->type->st;
	struct ir_val **vals = arena_array(lw->arena, struct ir_val *, def->fields.n + 1);
	struct field f;

	vec_each(def->fields, i) {
		const struct type *t = def->fields.v[i].type;
		enum addr_space space = AS_NONE;

		type_field(lw->types, lw->probe->args, def->fields.v[i].name, &f);
		vals[i] = args_member(lw, &f, t, &space);
		if (t->kind == TY_ARRAY)
			vals[i] = lower_local(lw, vals[i], type_in_space(lw->types, t, space));
	}
	return lower_members(lw, n->type, vals);
}

/* A member of an aggregate: its value, or a pointer to its bytes. */
static struct ir_val *tuple_member(struct lower *lw, struct ir_val *agg, const struct field *f)
{
	const struct type *t = f->type;

	if (type_is_scalar(t))
		return ir_load(&lw->b, agg, f->offset, t->size, type_is_int(t) && t->is_signed);
	return ir_addi(&lw->b, agg, f->offset);
}

static struct ir_val *lower_field(struct lower *lw, struct node *n)
{
	const struct type *t = n->a->type;
	struct ir_val *base;
	enum addr_space space;

	if (n->a->kind == E_IDENT && !strcmp(n->a->name, "args"))
		return lower_args_field(lw, n);
	base = lower_expr(lw, n->a);
	if (t->kind == TY_TUPLE)
		return tuple_member(lw, base, &n->field);
	if (t->kind == TY_PTR) {
		space = lower_space(lw, t);
		t = t->to;
	} else {
		space = t->space;
	}
	return read_member(lw, base, &n->field, n->type, t, n->name, space);
}

/* $kv.0 and $kv.1 read the entry itself. */
static struct ir_val *pair_member(struct lower *lw, struct node *n)
{
	struct callback *cb = lw->callback;
	struct field f = { .name = "", .type = n->type };
	struct ir_val *from = n->ival ? cb->value : cb->key, *copy;

	if (n->ival && cb->map->value->kind == TY_AGG)
		return lower_agg_number(lw, n->span, cb->map, cb->at);
	if (type_is_scalar(n->type))
		return tuple_member(lw, from, &f);
	copy = ir_slot(&lw->b, n->type->size, 8);
	ir_copy(&lw->b, copy, 0, from, n->type->size);
	return copy;
}

static struct ir_val *lower_tupidx(struct lower *lw, struct node *n)
{
	if (n->a->kind == E_VAR && lw->callback && lw->callback->pair == n->a->var)
		return pair_member(lw, n);
	return tuple_member(lw, lower_expr(lw, n->a), &n->field);
}

/* An index outside of the array is told, and the last element taken. */
static struct ir_val *bounded(struct lower *lw, struct ir_val *i, uint32_t count)
{
	struct ir_block *bad = block_open(lw), *on = block_open(lw);

	ir_br(&lw->b, ir_bin(&lw->b, IR_ult, i, ir_iconst(&lw->b, count)), on, bad);
	block_enter(lw, bad);
	bad->cold = true;
	lower_fault(lw, IF_INDEX, LOSS_INDEX);
	ir_jmp(&lw->b, on);
	block_enter(lw, on);
	return ir_umin(&lw->b, i, count - 1);
}

/* Address of an element; a variable index is kept inside the array. */
static struct ir_val *element(struct lower *lw, struct node *n, struct ir_val *base)
{
	const struct type *t = n->a->type;
	struct ir_val *i;

	if (n->b->is_const)
		return ir_addi(&lw->b, base, n->b->ival * (int64_t)t->to->size);
	i = lower_expr(lw, n->b);
	if (t->kind == TY_ARRAY && t->count)
		i = bounded(lw, i, t->count);
	i = ir_bin(&lw->b, IR_mul, i, ir_iconst(&lw->b, t->to->size));
	return ir_bin(&lw->b, IR_add, base, i);
}

/* A character of a string; those of a character array in memory are read whole. */
static struct ir_val *character(struct lower *lw, struct node *n)
{
	struct ir_val *s = lower_bytes(lw, n->a), *i;

	if (n->b->is_const)
		return ir_load(&lw->b, s, n->b->ival, 1, true);
	i = bounded(lw, lower_expr(lw, n->b), n->a->type->size);
	return ir_load(&lw->b, ir_bin(&lw->b, IR_add, s, i), 0, 1, true);
}

static struct ir_val *lower_index(struct lower *lw, struct node *n)
{
	const struct type *t = n->a->type, *e = n->type;
	enum addr_space space = t->kind == TY_PTR ? lower_space(lw, t) : t->space;
	struct ir_val *base;

	if (t->kind == TY_STRING)
		return character(lw, n);
	base = lower_expr(lw, n->a);
	base = lower_untyped(lw, base);
	base = element(lw, n, base);
	if (e->kind == TY_STRUCT || e->kind == TY_ARRAY)
		return base;
	if (e->kind == TY_OPAQUE)
		return lower_read_agg(lw, base, e->size, space);
	return lower_read(lw, base, 0, e->size, type_is_int(e) && e->is_signed, space);
}

struct ir_val *lower_access(struct lower *lw, struct node *n)
{
	if (n->kind == E_FIELD)
		return lower_field(lw, n);
	return n->kind == E_TUPIDX ? lower_tupidx(lw, n) : lower_index(lw, n);
}
