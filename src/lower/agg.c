/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Aggregations read as numbers: a loop over the CPUs puts their values together. The verifier walks its
 * rounds, there are no more of them than possible CPUs.
 */
#include "lower/internal.h"

/* The loop's state: SSA variables that no script names. */
struct reading {
	struct var *cpu, *acc[2];
	struct ir_block *head, *next, *done;
};

static struct var *hidden(struct lower *lw, const char *name)
{
	struct var *v = arena_new(lw->arena, struct var);

	v->name = name;
	v->type = type_u64();
	var_write(lw, v, ir_iconst(&lw->b, 0));
	return v;
}

/* Scalars share one element of an array. */
static struct ir_val *array_key(struct lower *lw)
{
	struct ir_val *slot = ir_slot(&lw->b, 4, 4);

	ir_store(&lw->b, slot, 0, ir_iconst(&lw->b, 0), 4);
	return slot;
}

#define MANY_CPUS 512

static void merge(struct lower *lw, struct reading *r, const struct map *m, struct ir_val *p)
{
	struct ir_val *acc[2];

	p = ir_nonnull(&lw->b, p);
	if (m->storage == MS_PCPU)
		p = ir_addi(&lw->b, p, m->offset);
	for (int i = 0; i < 2; i++)
		acc[i] = var_read(lw, r->acc[i]);
	m->agg->agg_merge(lw, m->value, acc, p);
	for (int i = 0; i < 2; i++)
		var_write(lw, r->acc[i], acc[i]);
}

/* How many there are elsewhere is not known: then there is a bound besides, for the verifier's sake. */
static struct ir_val *is_cpu(struct lower *lw, struct ir_val *cpu)
{
	struct ir_val *n = lower_late(lw, LATE_CPUS, "", lower_target(lw)->ncpus);
	struct ir_val *is = ir_bin(&lw->b, IR_ult, cpu, n);

	if (!lower_target(lw)->is_portable)
		return is;
	return ir_bin(&lw->b, IR_and, ir_bin(&lw->b, IR_ult, cpu, ir_iconst(&lw->b, MANY_CPUS)), is);
}

static void read_cpus(struct lower *lw, struct reading *r, const struct map *m, struct ir_val *key)
{
	struct ir_map *map = m->storage == MS_PCPU ? ir_pcpu_map(lw->b.module) : m->ir;
	struct ir_block *body = block_open(lw), *found = block_open(lw);
	struct ir_val *cpu, *p;

	ir_jmp(&lw->b, r->head);
	ir_at(&lw->b, r->head);
	cpu = var_read(lw, r->cpu);
	ir_br(&lw->b, is_cpu(lw, cpu), body, r->done);
	block_enter(lw, body);
	p = ir_call(&lw->b, IRH_map_lookup_percpu_elem, 3, ir_mapaddr(&lw->b, map), key, cpu);
	ir_br(&lw->b, p, found, r->next);
	block_enter(lw, found);
	merge(lw, r, m, p);
	ir_jmp(&lw->b, r->next);
	block_enter(lw, r->next);
	var_write(lw, r->cpu, ir_addi(&lw->b, var_read(lw, r->cpu), 1));
	ir_jmp(&lw->b, r->head);
	block_seal(lw, r->head);
	block_enter(lw, r->done);
}

struct ir_val *lower_agg_number(struct lower *lw, struct span at, const struct map *m, struct ir_val *key)
{
	struct reading r = { .head = block_open(lw), .next = block_open(lw), .done = block_open(lw) };
	struct ir_val *acc[2];

	if (!target_has(lower_target(lw), TF_PERCPU_ELEM)) {
		diag_error(lw->diags, at, DT_kernel_lacks,
			   "Reading @%s needs the helper map_lookup_percpu_elem, which this kernel lacks (5.19 has it)",
			   m->name);
		return ir_iconst(&lw->b, 0);
	}
	r.cpu = hidden(lw, "(cpu)");
	r.acc[0] = hidden(lw, "(first)");
	r.acc[1] = hidden(lw, "(second)");
	read_cpus(lw, &r, m, m->storage == MS_PCPU ? array_key(lw) : key);
	for (int i = 0; i < 2; i++)
		acc[i] = var_read(lw, r.acc[i]);
	return m->agg->agg_number(lw, m->value, acc);
}

struct ir_val *lower_whole_pair(struct lower *lw, const struct type *t)
{
	const struct callback *cb = lw->callback;
	const struct field *key = &t->st->fields.v[0], *value = &t->st->fields.v[1];
	struct ir_val *pair = ir_slot(&lw->b, t->size, 8);

	ir_zero(&lw->b, pair, 0, t->size);
	ir_copy(&lw->b, pair, key->offset, cb->key, key->type->size);
	if (cb->map->value->kind == TY_AGG)
		ir_store(&lw->b, pair, value->offset, lower_agg_number(lw, cb->map->span, cb->map, cb->at), 8);
	else
		ir_copy(&lw->b, pair, value->offset, cb->value, value->type->size);
	return pair;
}
