/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The builder: every constructor of a value ends in ir_opv() or ir_val_new(). */
#include "ir/pass.h"

struct ir_block *ir_new_block(struct ir_fn *fn)
{
	struct ir_block *block = arena_new(fn->module->arena, struct ir_block);

	block->id = fn->next_block++;
	avec_push(fn->module->arena, &fn->blocks, block);
	return block;
}

struct ir_block *ir_block_new(struct ir_builder *b)
{
	return ir_new_block(b->fn);
}

void ir_add_pred(struct ir_fn *fn, struct ir_block *block, struct ir_block *pred)
{
	avec_push(fn->module->arena, &block->preds, pred);
}

struct ir_val *ir_val_new(struct ir_fn *fn, enum ir_op op, uint32_t nargs)
{
	struct ir_val *v = arena_new(fn->module->arena, struct ir_val);

	v->op = op;
	v->id = fn->next_val++;
	v->nargs = nargs;
	v->arg = nargs ? arena_array(fn->module->arena, struct ir_val *, nargs) : NULL;
	v->lo = INT64_MIN;
	v->hi = INT64_MAX;
	return v;
}

static enum ir_ptr nonnull_kind(enum ir_ptr k)
{
	return k == PK_MAPVAL0 ? PK_MAPVAL : k == PK_RING0 ? PK_RING : k;
}

static enum ir_ptr call_kind(unsigned helper)
{
	switch (ir_helper_info(helper)->result) {
	case 'V':
		return PK_MAPVAL0;
	case 'R':
		return PK_RING0;
	case 'B':
		return PK_BTF;
	default:
		return PK_NONE;
	}
}

/* A pointer plus or minus a number stays that pointer; the difference of two is a number. */
static enum ir_ptr sum_kind(const struct ir_val *v)
{
	enum ir_ptr a = v->arg[0]->ptr, b = v->arg[1]->ptr;

	if (v->op == IR_sub)
		return b == PK_NONE ? a : PK_NONE;
	return a != PK_NONE ? a : b;
}

void ir_set_kind(struct ir_val *v)
{
	if ((int)v->nargs < ir_ops[v->op].nargs)
		return; /* bad text: the checker says it */
	switch (v->op) {
	case IR_ctx:
		v->ptr = PK_CTX;
		break;
	case IR_global:
	case IR_rodata:
	case IR_pcpu:
		v->ptr = PK_MAPVAL;
		break;
	case IR_slot:
	case IR_scratch:
	case IR_fill:
	case IR_key:
	case IR_digest:
		v->ptr = PK_STACK;
		break;
	case IR_mapaddr:
		v->ptr = PK_MAP;
		break;
	case IR_fnaddr:
		v->ptr = PK_FN;
		break;
	case IR_mapptr:
		v->ptr = PK_MAPVAL0;
		break;
	case IR_nonnull:
		v->ptr = nonnull_kind(v->arg[0]->ptr);
		break;
	case IR_call:
		v->ptr = call_kind((unsigned)v->imm);
		break;
	case IR_add:
	case IR_sub:
		v->ptr = sum_kind(v);
		break;
	case IR_select:
		v->ptr = v->arg[1]->ptr == v->arg[2]->ptr ? v->arg[1]->ptr : PK_NONE;
		break;
	default:
		break;
	}
}

void ir_append(struct ir_block *block, struct ir_val *v)
{
	v->block = block;
	v->prev = block->last;
	v->next = NULL;
	if (block->last)
		block->last->next = v;
	else
		block->first = v;
	block->last = v;
}

struct ir_val *ir_insert_before(struct ir_fn *fn, struct ir_val *at, struct ir_val *v)
{
	struct ir_block *block = at->block;

	v->block = block;
	v->next = at;
	v->prev = at->prev;
	if (at->prev)
		at->prev->next = v;
	else
		block->first = v;
	at->prev = v;
	return v;
}

void ir_remove(struct ir_val *v)
{
	struct ir_block *block = v->block;

	if (v->prev)
		v->prev->next = v->next;
	else
		block->first = v->next;
	if (v->next)
		v->next->prev = v->prev;
	else
		block->last = v->prev;
	v->block = NULL;
	v->prev = v->next = NULL;
}

/* Appends; code after a control operation goes to a block of its own that nothing reaches. */
static struct ir_val *place(struct ir_builder *b, struct ir_val *v)
{
	if (!b->block)
		b->block = ir_new_block(b->fn);
	v->span = b->span;
	ir_set_kind(v);
	ir_append(b->block, v);
	return v;
}

static struct ir_val *make(struct ir_builder *b, enum ir_op op, unsigned nargs,
			   struct ir_val *const *args)
{
	struct ir_val *v = ir_val_new(b->fn, op, nargs);

	for (unsigned i = 0; i < nargs; i++)
		v->arg[i] = args[i];
	return v;
}

struct ir_val *ir_opv(struct ir_builder *b, enum ir_op op, unsigned nargs,
		      struct ir_val *const *args)
{
	return place(b, make(b, op, nargs, args));
}

static struct ir_val *make_va(struct ir_builder *b, enum ir_op op, unsigned nargs, va_list ap)
{
	struct ir_val *v = ir_val_new(b->fn, op, nargs);

	for (unsigned i = 0; i < nargs; i++)
		v->arg[i] = va_arg(ap, struct ir_val *);
	return v;
}

struct ir_val *ir_op(struct ir_builder *b, enum ir_op op, unsigned nargs, ...)
{
	struct ir_val *v;
	va_list ap;

	va_start(ap, nargs);
	v = make_va(b, op, nargs, ap);
	va_end(ap);
	return place(b, v);
}

static struct ir_val *leaf(struct ir_builder *b, enum ir_op op, int64_t imm, uint32_t size)
{
	struct ir_val *v = ir_val_new(b->fn, op, 0);

	v->imm = imm;
	v->size = size;
	return place(b, v);
}

struct ir_val *ir_iconst(struct ir_builder *b, int64_t imm)
{
	return leaf(b, IR_iconst, imm, 0);
}

struct ir_val *ir_core(struct ir_builder *b, const struct ir_core *c, int64_t v)
{
	struct ir_val *core = ir_op(b, IR_core, 0);

	core->core = c;
	core->imm = v;
	return core;
}

struct ir_val *ir_ctx(struct ir_builder *b)
{
	return leaf(b, IR_ctx, 0, 0);
}

struct ir_val *ir_bin(struct ir_builder *b, enum ir_op op, struct ir_val *x, struct ir_val *y)
{
	return ir_op(b, op, 2, x, y);
}

struct ir_val *ir_addi(struct ir_builder *b, struct ir_val *x, int64_t imm)
{
	return imm ? ir_bin(b, IR_add, x, ir_iconst(b, imm)) : x;
}

struct ir_val *ir_ext(struct ir_builder *b, struct ir_val *x, unsigned width, bool is_signed)
{
	struct ir_val *v;

	if (width >= 8)
		return x;
	v = ir_op(b, IR_ext, 1, x);
	v->width = (uint8_t)width;
	v->is_signed = is_signed;
	return v;
}

struct ir_val *ir_umin(struct ir_builder *b, struct ir_val *x, int64_t max)
{
	struct ir_val *v = ir_op(b, IR_umin, 1, x);

	v->imm = max;
	return v;
}

struct ir_val *ir_slot(struct ir_builder *b, uint32_t size, uint32_t align)
{
	return leaf(b, IR_slot, align, size);
}

struct ir_val *ir_global_ptr(struct ir_builder *b, uint32_t off)
{
	ir_globals(b->module);
	return leaf(b, IR_global, off, 0);
}

struct ir_val *ir_rodata_ptr(struct ir_builder *b, const void *p, uint32_t n)
{
	return leaf(b, IR_rodata, ir_rodata_add(b->module, p, n), n);
}

struct ir_val *ir_pcpu_ptr(struct ir_builder *b, uint32_t off)
{
	ir_pcpu_map(b->module);
	return leaf(b, IR_pcpu, off, 0);
}

struct ir_val *ir_scratch_ptr(struct ir_builder *b, struct ir_map *map, uint32_t off)
{
	struct ir_val *v = ir_pcpu_ptr(b, off);

	v->map = map;
	return v;
}

struct ir_val *ir_unknown_zero(struct ir_builder *b)
{
	struct ir_module *m = b->module;

	if (!m->zero_off)
		m->zero_off = ir_global_alloc(m, 8, 8);
	return ir_load(b, ir_global_ptr(b, m->zero_off), 0, 8, false);
}

/* Operations on memory: offset in imm, width and sign. */
static struct ir_val *access(struct ir_builder *b, enum ir_op op, struct ir_val *ptr, int64_t off,
			     struct ir_val *arg, unsigned width, bool is_signed)
{
	struct ir_val *args[] = { ptr, arg };
	struct ir_val *v = make(b, op, arg ? 2 : 1, args);

	v->imm = off;
	v->width = (uint8_t)width;
	v->is_signed = is_signed;
	return place(b, v);
}

struct ir_val *ir_load(struct ir_builder *b, struct ir_val *ptr, int64_t off, unsigned width,
		       bool is_signed)
{
	return access(b, IR_load, ptr, off, NULL, width, is_signed);
}

void ir_store(struct ir_builder *b, struct ir_val *ptr, int64_t off, struct ir_val *v,
	      unsigned width)
{
	access(b, IR_store, ptr, off, v, width, false);
}

void ir_atomadd(struct ir_builder *b, struct ir_val *ptr, int64_t off, struct ir_val *v,
		unsigned width)
{
	access(b, IR_atomadd, ptr, off, v, width, false);
}

void ir_copy(struct ir_builder *b, struct ir_val *dst, int64_t off, struct ir_val *src,
	     uint32_t size)
{
	access(b, IR_copy, dst, off, src, 0, false)->size = size;
}

void ir_zero(struct ir_builder *b, struct ir_val *dst, int64_t off, uint32_t size)
{
	access(b, IR_zero, dst, off, NULL, 0, false)->size = size;
}

struct ir_val *ir_kread(struct ir_builder *b, struct ir_val *ptr, int64_t off, unsigned width,
			bool is_signed)
{
	return access(b, IR_kread, ptr, off, NULL, width, is_signed);
}

struct ir_val *ir_uread(struct ir_builder *b, struct ir_val *ptr, int64_t off, unsigned width,
			bool is_signed)
{
	return access(b, IR_uread, ptr, off, NULL, width, is_signed);
}

struct ir_val *ir_fill(struct ir_builder *b, enum ir_helper h, uint32_t size, unsigned nargs, ...)
{
	struct ir_val *v;
	va_list ap;

	va_start(ap, nargs);
	v = make_va(b, IR_fill, nargs, ap);
	va_end(ap);
	v->helper = (uint16_t)h;
	v->size = size;
	return place(b, v);
}

struct ir_val *ir_filllen(struct ir_builder *b, struct ir_val *fill)
{
	return ir_op(b, IR_filllen, 1, fill);
}

struct ir_val *ir_call(struct ir_builder *b, enum ir_helper h, unsigned nargs, ...)
{
	struct ir_val *v;
	va_list ap;

	va_start(ap, nargs);
	v = make_va(b, IR_call, nargs, ap);
	va_end(ap);
	v->imm = h;
	return place(b, v);
}

struct ir_val *ir_kcall(struct ir_builder *b, const char *kfunc, unsigned nargs, ...)
{
	struct ir_val *v;
	va_list ap;

	va_start(ap, nargs);
	v = make_va(b, IR_kcall, nargs, ap);
	va_end(ap);
	v->kfunc = arena_strdup(b->module->arena, kfunc);
	return place(b, v);
}

struct ir_val *ir_object_call(struct ir_builder *b, const char *name, unsigned nargs, struct ir_val *const *args)
{
	struct ir_val *v = ir_val_new(b->fn, IR_kcall, nargs);

	for (unsigned i = 0; i < nargs; i++)
		v->arg[i] = args[i];
	v->kfunc = arena_strdup(b->module->arena, name);
	v->imm = IR_OF_OBJECT;
	return place(b, v);
}

struct ir_val *ir_mapaddr(struct ir_builder *b, struct ir_map *map)
{
	struct ir_val *v = leaf(b, IR_mapaddr, 0, 0);

	v->map = map;
	return v;
}

struct ir_val *ir_fnaddr(struct ir_builder *b, struct ir_fn *fn)
{
	struct ir_val *v = leaf(b, IR_fnaddr, 0, 0);

	v->fn = fn;
	return v;
}

struct ir_layout *ir_layout_new(struct arena *a, uint32_t nparts)
{
	struct ir_layout *l = arena_alloc(a, sizeof(*l) + nparts * sizeof(l->part[0]));

	l->nparts = nparts;
	return l;
}

struct ir_val *ir_key(struct ir_builder *b, const struct ir_layout *l, struct ir_val *const *parts)
{
	struct ir_val *v = make(b, IR_key, l->nparts, parts);

	v->layout = l;
	v->size = l->size;
	return place(b, v);
}

struct ir_val *ir_digest(struct ir_builder *b, struct ir_val *key, uint32_t n)
{
	struct ir_val *v = make(b, IR_digest, 1, &key);

	v->imm = n;
	v->size = IR_DIGEST_SIZE;
	return place(b, v);
}

static struct ir_val *map_op(struct ir_builder *b, enum ir_op op, struct ir_map *m,
			     struct ir_val *key, struct ir_val *arg)
{
	struct ir_val *args[] = { key, arg };
	struct ir_val *v = make(b, op, arg ? 2 : 1, args);

	v->map = m;
	return place(b, v);
}

struct ir_val *ir_mapget(struct ir_builder *b, struct ir_map *m, struct ir_val *key, unsigned width,
			 bool is_signed)
{
	struct ir_val *v = map_op(b, IR_mapget, m, key, NULL);

	v->width = (uint8_t)width;
	v->is_signed = is_signed;
	return v;
}

struct ir_val *ir_mapptr(struct ir_builder *b, struct ir_map *m, struct ir_val *key)
{
	return map_op(b, IR_mapptr, m, key, NULL);
}

void ir_mapset(struct ir_builder *b, struct ir_map *m, struct ir_val *key, struct ir_val *v,
	       unsigned width)
{
	map_op(b, IR_mapset, m, key, v)->width = (uint8_t)width;
}

struct ir_val *ir_mapadd(struct ir_builder *b, struct ir_map *m, struct ir_val *key,
			 struct ir_val *delta)
{
	struct ir_val *v = map_op(b, IR_mapadd, m, key, delta);

	v->width = 8;
	return v;
}

struct ir_val *ir_mapins(struct ir_builder *b, struct ir_map *m, struct ir_val *key,
			 struct ir_val *agg)
{
	return map_op(b, IR_mapins, m, key, agg);
}

struct ir_val *ir_mapdel(struct ir_builder *b, struct ir_map *m, struct ir_val *key)
{
	return map_op(b, IR_mapdel, m, key, NULL);
}

void ir_emit(struct ir_builder *b, uint32_t action, const struct ir_layout *l,
	     struct ir_val *const *parts)
{
	struct ir_val *v = make(b, IR_emit, l->nparts, parts);

	v->imm = action;
	v->layout = l;
	place(b, v);
}

void ir_loss(struct ir_builder *b, uint32_t counter)
{
	leaf(b, IR_loss, counter, 0);
}

struct ir_val *ir_nonnull(struct ir_builder *b, struct ir_val *ptr)
{
	return ir_op(b, IR_nonnull, 1, ptr);
}

void ir_jmp(struct ir_builder *b, struct ir_block *to)
{
	struct ir_val *v = ir_op(b, IR_jmp, 0);

	v->block->succ[0] = to;
	ir_add_pred(b->fn, to, v->block);
	b->block = NULL;
}

void ir_br(struct ir_builder *b, struct ir_val *cond, struct ir_block *yes, struct ir_block *no)
{
	struct ir_val *v = ir_op(b, IR_br, 1, cond);

	v->block->succ[0] = yes;
	v->block->succ[1] = no;
	ir_add_pred(b->fn, yes, v->block);
	ir_add_pred(b->fn, no, v->block);
	b->block = NULL;
}

void ir_ret(struct ir_builder *b, struct ir_val *v)
{
	ir_op(b, IR_ret, 1, v ? v : ir_iconst(b, 0));
	b->block = NULL;
}

struct ir_val *ir_phi(struct ir_builder *b, struct ir_block *block)
{
	struct ir_val *v = ir_val_new(b->fn, IR_phi, 0), *at = block->first;

	while (at && at->op == IR_phi)
		at = at->next;
	v->span = b->span;
	if (at)
		ir_insert_before(b->fn, at, v);
	else
		ir_append(block, v);
	return v;
}

/* Memory that may be of the stack or of a map counts as a map's: see ir_may_be_stack(). */
static enum ir_ptr joined_kind(enum ir_ptr a, enum ir_ptr b)
{
	bool memory = (a == PK_STACK || a == PK_MAPVAL) && (b == PK_STACK || b == PK_MAPVAL);

	return a == b ? a : memory ? PK_MAPVAL : PK_NONE;
}

void ir_phi_add(struct ir_builder *b, struct ir_val *phi, struct ir_val *v)
{
	struct ir_val **args = arena_array(b->module->arena, struct ir_val *, phi->nargs + 1);

	if (phi->nargs)
		memcpy(args, phi->arg, phi->nargs * sizeof(*args));
	args[phi->nargs] = v;
	phi->ptr = phi->nargs ? joined_kind(phi->ptr, v->ptr) : v->ptr;
	phi->arg = args;
	phi->nargs++;
}
