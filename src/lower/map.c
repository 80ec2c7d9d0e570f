/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Maps: reading, assigning, aggregating. */
#include "lower/internal.h"

static unsigned width_of(const struct type *t)
{
	return type_is_scalar(t) ? 8 : 0;
}

/* A copy of the bytes at a map value, zero if the pointer is null. */
static struct ir_val *copy_value(struct lower *lw, struct ir_val *p, uint32_t size, bool maybe_null)
{
	struct ir_val *s = ir_slot(&lw->b, size, 8);
	struct lower_if c;

	if (!maybe_null) {
		ir_copy(&lw->b, s, 0, p, size);
		return s;
	}
	c = lower_if_begin(lw, ir_bin(&lw->b, IR_ne, p, ir_iconst(&lw->b, 0)));
	ir_copy(&lw->b, s, 0, ir_nonnull(&lw->b, p), size);
	lower_if_else(lw, &c);
	ir_zero(&lw->b, s, 0, size);
	lower_if_end(lw, &c);
	return s;
}

/* key: of lower_key() */
static struct ir_val *read_at(struct lower *lw, struct node *n, struct ir_val *key)
{
	const struct map *m = n->map;
	const struct type *t = m->value;

	if (m->storage == MS_HASH && !lw->b.fn->preemptible)
		m->ir->interrupts = true;
	if (t->kind == TY_AGG)
		return lower_agg_number(lw, n->span, m, key);
	if (m->storage == MS_GLOBAL && type_is_scalar(t))
		return ir_load(&lw->b, ir_global_ptr(&lw->b, m->offset), 0, 8, false);
	if (m->storage == MS_GLOBAL)
		return copy_value(lw, ir_global_ptr(&lw->b, m->offset), t->size, false);
	if (type_is_scalar(t))
		return ir_mapget(&lw->b, m->ir, key, 8, false);
	return copy_value(lw, ir_mapptr(&lw->b, m->ir, key), t->size, true);
}

struct ir_val *lower_map_read(struct lower *lw, struct node *n)
{
	return read_at(lw, n, lower_key(lw, n));
}

static void write_at(struct lower *lw, const struct map *m, struct ir_val *key, struct ir_val *v)
{
	const struct type *t = m->value;

	if (m->storage == MS_HASH)
		ir_mapset(&lw->b, m->ir, key, v, width_of(t));
	else if (type_is_scalar(t))
		ir_store(&lw->b, ir_global_ptr(&lw->b, m->offset), 0, v, 8);
	else
		ir_copy(&lw->b, ir_global_ptr(&lw->b, m->offset), 0, v, t->size);
}

static struct ir_val *first_value(struct lower *lw, uint32_t size)
{
	struct ir_val *s = ir_slot(&lw->b, size, 8);

	ir_zero(&lw->b, s, 0, size);
	return s;
}

/* Small values: absent ones are made complete in a slot, then inserted: no second look-up. */
static void aggregate_small(struct lower *lw, struct node *n, struct ir_val *key)
{
	const struct map *m = n->a->map;
	struct ir_val *p = ir_mapptr(&lw->b, m->ir, key), *first;
	struct lower_if c = lower_if_begin(lw, ir_bin(&lw->b, IR_ne, p, ir_iconst(&lw->b, 0)));

	n->b->fn->agg_update(lw, n->b, ir_nonnull(&lw->b, p), !m->per_cpu || lw->b.fn->preemptible);
	lower_if_else(lw, &c);
	first = first_value(lw, m->ir->value_size);
	n->b->fn->agg_update(lw, n->b, first, false);
	ir_mapins(&lw->b, m->ir, key, first);
	lower_if_end(lw, &c);
}

/* Large values are shared by the CPUs: insert zeros unless another CPU was first, then update in place. */
static void aggregate_large(struct lower *lw, struct node *n, struct ir_val *key)
{
	const struct map *m = n->a->map;
	struct ir_val *p = ir_mapptr(&lw->b, m->ir, key), *zeros, *again, *ins;
	struct var *v = arena_new(lw->arena, struct var);
	struct lower_if c;

	v->name = "(value)";
	v->type = type_u64();
	var_write(lw, v, p);
	c = lower_if_begin(lw, ir_bin(&lw->b, IR_eq, p, ir_iconst(&lw->b, 0)));
	c.yes->cold = true;
	zeros = ir_op(&lw->b, IR_rodata, 0);
	zeros->imm = ir_rodata_zeros(lw->b.module, m->ir->value_size);
	zeros->size = m->ir->value_size;
	ins = ir_mapins(&lw->b, m->ir, key, zeros);
	ins->imm = 1; /* BPF_NOEXIST */
	again = ir_mapptr(&lw->b, m->ir, key);
	var_write(lw, v, again);
	lower_if_end(lw, &c);
	p = var_read(lw, v);
	p->ptr = PK_MAPVAL0;
	c = lower_if_begin(lw, ir_bin(&lw->b, IR_ne, p, ir_iconst(&lw->b, 0)));
	n->b->fn->agg_update(lw, n->b, ir_nonnull(&lw->b, p), true);
	lower_if_end(lw, &c);
}

/* What is aggregated is computed once, before the branches of hit and miss. */
static void evaluate_args(struct lower *lw, struct node *call)
{
	for (size_t i = 0; i < call->list.n && i < FN_MAX_ARGS; i++)
		lw->agg_args[i] = lower_expr(lw, call->list.v[i]);
}

struct ir_val *lower_agg_arg(struct lower *lw, unsigned i)
{
	return lw->agg_args[i];
}

static void lower_aggregate(struct lower *lw, struct node *n)
{
	const struct map *m = n->a->map;
	struct span outer = lw->b.span;
	struct ir_val *key;

	lw->b.span = n->span;
	evaluate_args(lw, n->b);
	if (m->storage == MS_PCPU) {
		n->b->fn->agg_update(lw, n->b, ir_pcpu_ptr(&lw->b, m->offset), lw->b.fn->preemptible);
	} else {
		key = lower_key(lw, n->a);
		if (m->per_cpu)
			aggregate_small(lw, n, key);
		else
			aggregate_large(lw, n, key);
	}
	lw->b.span = outer;
}

/* @m op= v on something else than += and -=: read, compute, write. */
static void lower_op_assign(struct lower *lw, struct node *n)
{
	const struct map *m = n->a->map;
	struct ir_val *v = lower_expr(lw, n->b), *key, *old;

	if (m->value->kind == TY_PTR && m->value->to->size > 1)
		v = ir_bin(&lw->b, IR_mul, v, ir_iconst(&lw->b, m->value->to->size));
	if (m->storage == MS_HASH && (n->op == OP_ADD || n->op == OP_SUB)) {
		if (n->op == OP_SUB)
			v = ir_op(&lw->b, IR_neg, 1, v);
		ir_mapadd(&lw->b, m->ir, lower_key(lw, n->a), v);
		return;
	}
	if (n->op == OP_ADD || n->op == OP_SUB) {
		if (n->op == OP_SUB)
			v = ir_op(&lw->b, IR_neg, 1, v);
		ir_atomadd(&lw->b, ir_global_ptr(&lw->b, m->offset), 0, v, 8);
		return;
	}
	key = lower_key(lw, n->a); /* once: it may have effects */
	old = read_at(lw, n->a, key);
	write_at(lw, m, key, lower_arith(lw, n, n->op, old, v, m->value, n->b->type, m->value));
}

static void assign(struct lower *lw, struct node *n)
{
	const struct map *m = n->a->map;
	struct ir_val *v = lower_expr_as(lw, n->b, m->value);

	write_at(lw, m, lower_key(lw, n->a), v);
}

void lower_map_assign(struct lower *lw, struct node *n)
{
	const struct map *m = n->a->map;

	if (m->value->kind == TY_AGG)
		lower_aggregate(lw, n);
	else if (n->op != OP_NONE)
		lower_op_assign(lw, n);
	else
		assign(lw, n);
}

static int64_t step_of(const struct node *n)
{
	const struct type *t = n->a->map->value;
	int64_t step = n->op == OP_INC ? 1 : -1;

	return t->kind == TY_PTR && t->to->size ? step * t->to->size : step;
}

/* @m++ as a statement: an atomic addition, so that no CPU's share is lost. */
void lower_map_bump(struct lower *lw, struct node *n)
{
	const struct map *m = n->a->map;
	struct ir_val *step = ir_iconst(&lw->b, step_of(n));

	if (m->storage == MS_HASH)
		ir_mapadd(&lw->b, m->ir, lower_key(lw, n->a), step);
	else
		ir_atomadd(&lw->b, ir_global_ptr(&lw->b, m->offset), 0, step, 8);
}

struct ir_val *lower_map_incdec(struct lower *lw, struct node *n)
{
	const struct map *m = n->a->map;
	int64_t step = step_of(n);
	struct ir_val *old, *new;

	if (m->storage == MS_HASH) {
		old = ir_mapadd(&lw->b, m->ir, lower_key(lw, n->a), ir_iconst(&lw->b, step));
		return n->is_prefix ? ir_addi(&lw->b, old, step) : old;
	}
	old = lower_map_read(lw, n->a);
	new = ir_addi(&lw->b, old, step);
	write_at(lw, n->a->map, NULL, new);
	return n->is_prefix ? new : old;
}
