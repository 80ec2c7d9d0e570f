/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See effects.h. */
#include "ir/effects.h"
#include "ir/pass.h"

struct ir_effects {
	struct arena arena;
	unsigned nclasses;
	bool *block; /* [rpo * nclasses + class]: written in that block */
	bool *tmp;
	uint32_t *seen; /* by rpo: the walk that came there last */
	uint32_t walk;
	struct ir_block **work;
};

unsigned ir_effects_classes(const struct ir_effects *fx)
{
	return fx->nclasses;
}

static struct ir_map *map_of_base(const struct ir_val *base)
{
	if (base->op == IR_mapptr)
		return base->map;
	if (base->op == IR_call && base->imm == IRH_map_lookup_elem &&
	    base->arg[0]->op == IR_mapaddr)
		return base->arg[0]->map;
	return NULL;
}

static enum ir_class class_of(const struct ir_val *base)
{
	if (base->op == IR_global)
		return IC_GLOBAL;
	if (base->op == IR_pcpu)
		return IC_PCPU;
	if (base->ptr == PK_STACK)
		return IC_STACK;
	return IC_VALUE;
}

static bool origin_known(const struct ir_val *base)
{
	return base->op == IR_global || base->op == IR_pcpu || base->ptr == PK_STACK ||
	       base->ptr == PK_RING0 || map_of_base(base);
}

static unsigned read_class(const struct ir_val *ptr)
{
	int64_t off;
	bool exact;
	const struct ir_val *base = ir_base((struct ir_val *)ptr, &off, &exact);

	return origin_known(base) ? class_of(base) : IC_ANY;
}

unsigned ir_effects_read(const struct ir_effects *fx, const struct ir_val *v)
{
	if (v->op == IR_load)
		return read_class(v->arg[0]);
	if (v->map)
		return IC_MAPS + 2 * v->map->index + (v->op != IR_mapptr);
	return IC_ANY;
}

static void all(const struct ir_effects *fx, bool *written)
{
	memset(written, 1, fx->nclasses);
}

static void write_values_of(const struct ir_effects *fx, const struct ir_map *map, bool *written)
{
	for (unsigned c = IC_MAPS + 1; c < fx->nclasses; c += 2)
		if (!map || c == IC_MAPS + 2 * map->index + 1)
			written[c] = true;
}

/* Writing through a pointer. */
static void write_at(const struct ir_effects *fx, const struct ir_val *ptr, bool *written)
{
	int64_t off;
	bool exact;
	const struct ir_val *base = ir_base((struct ir_val *)ptr, &off, &exact);

	written[IC_ANY] = true;
	written[class_of(base)] = true;
	if (base->ptr == PK_STACK || base->op == IR_global || base->op == IR_pcpu ||
	    base->ptr == PK_RING0)
		return;
	write_values_of(fx, map_of_base(base), written);
	if (!origin_known(base))
		written[IC_GLOBAL] = written[IC_PCPU] = true;
	written[IC_STACK] |= ir_may_be_stack(base);
}

static void write_map(const struct ir_effects *fx, const struct ir_map *map, bool *written)
{
	written[IC_ANY] = written[IC_VALUE] = true;
	written[IC_MAPS + 2 * map->index] = written[IC_MAPS + 2 * map->index + 1] = true;
}

static void call_writes(const struct ir_effects *fx, const struct ir_val *v, bool *written)
{
	enum ir_effect e = ir_effect(v);

	if (v->op == IR_kcall && !strcmp(v->kfunc, "bpf_rdonly_cast"))
		return;
	if (v->op == IR_kcall || v->imm == IRH_loop || v->imm == IRH_for_each_map_elem)
		all(fx, written);
	else if (e == IRE_WMAP && v->arg[0]->op == IR_mapaddr)
		write_map(fx, v->arg[0]->map, written);
	else if (e == IRE_WMAP)
		all(fx, written);
	else if (e == IRE_WMEM)
		for (uint32_t i = 0; i < v->nargs; i++)
			if (v->arg[i]->ptr != PK_NONE)
				write_at(fx, v->arg[i], written);
}

void ir_effects_written(const struct ir_effects *fx, const struct ir_val *v, bool *written)
{
	switch (v->op) {
	case IR_call:
	case IR_kcall:
		call_writes(fx, v, written);
		break;
	case IR_store:
	case IR_atomadd:
	case IR_copy:
	case IR_zero:
		write_at(fx, v->arg[0], written);
		break;
	default:
		if (ir_effect(v) == IRE_WMAP)
			write_map(fx, v->map, written);
		break;
	}
}

bool ir_effects_harm(struct ir_effects *fx, const struct ir_val *writer,
		     const struct ir_val *reader)
{
	memset(fx->tmp, 0, fx->nclasses);
	ir_effects_written(fx, writer, fx->tmp);
	return fx->tmp[ir_effects_read(fx, reader)];
}

static void visit(struct ir_effects *fx, struct ir_block *b, const struct ir_block *stop, size_t *n)
{
	if (b == stop || fx->seen[b->rpo] == fx->walk)
		return;
	fx->seen[b->rpo] = fx->walk;
	fx->work[(*n)++] = b;
}

void ir_effects_between(struct ir_effects *fx, struct ir_block *from, struct ir_block *to,
			bool *written)
{
	size_t n = 0;

	fx->walk++;
	vec_each(to->preds, i)
		visit(fx, to->preds.v[i], from, &n);
	while (n) {
		struct ir_block *b = fx->work[--n];

		for (unsigned c = 0; c < fx->nclasses; c++)
			written[c] |= fx->block[b->rpo * fx->nclasses + c];
		vec_each(b->preds, i)
			visit(fx, b->preds.v[i], from, &n);
	}
}

bool ir_effects_harm_between(struct ir_effects *fx, struct ir_block *from, struct ir_block *to,
			     const struct ir_val *reader)
{
	memset(fx->tmp, 0, fx->nclasses);
	ir_effects_between(fx, from, to, fx->tmp);
	return fx->tmp[ir_effects_read(fx, reader)];
}

struct ir_effects *ir_effects_new(struct ir_fn *fn)
{
	struct ir_effects *fx = xcalloc(1, sizeof(*fx));
	size_t n = fn->blocks.n;

	fx->nclasses = IC_MAPS + 2 * (unsigned)fn->module->maps.n;
	fx->block = arena_array(&fx->arena, bool, n * fx->nclasses);
	fx->tmp = arena_array(&fx->arena, bool, fx->nclasses);
	fx->seen = arena_array(&fx->arena, uint32_t, n);
	fx->work = arena_array(&fx->arena, struct ir_block *, n + 1);
	each_block(fn, b)
		each_val(b, v)
			ir_effects_written(fx, v, fx->block + b->rpo * fx->nclasses);
	return fx;
}

void ir_effects_free(struct ir_effects *fx)
{
	if (!fx)
		return;
	arena_done(&fx->arena);
	free(fx);
}
