/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operators and conditions. */
#include "lower/internal.h"
#include "type/float.h"

static struct ir_val *is_zero(struct lower *lw, struct ir_val *v)
{
	return ir_bin(&lw->b, IR_eq, v, ir_iconst(&lw->b, 0));
}

static struct ir_val *lower_scalar_compare(struct lower *lw, struct node *n)
{
	struct ir_val *a = lower_expr(lw, n->a), *b = lower_expr(lw, n->b);
	bool s = sema_compare_signed(n);

	switch (n->op) {
	case OP_EQ:
		return ir_bin(&lw->b, IR_eq, a, b);
	case OP_NE:
		return ir_bin(&lw->b, IR_ne, a, b);
	case OP_LT:
		return ir_bin(&lw->b, s ? IR_slt : IR_ult, a, b);
	case OP_LE:
		return ir_bin(&lw->b, s ? IR_sle : IR_ule, a, b);
	case OP_GT:
		return ir_bin(&lw->b, s ? IR_slt : IR_ult, b, a);
	default:
		return ir_bin(&lw->b, s ? IR_sle : IR_ule, b, a);
	}
}

/* A literal with more characters than a string has room for: a char array need not end with a NUL. */
static bool is_longer_text(const struct node *text, const struct type *t)
{
	return text->kind == E_STR && t->kind == TY_STRING && strnlen(text->str, text->len) > t->size;
}

static struct ir_val *lower_aggregate_compare(struct lower *lw, struct node *n)
{
	const struct type *ta = n->a->type, *tb = n->b->type;
	struct ir_val *a, *b, *v;

	if (ta->kind == TY_TUPLE)
		ta = tb = type_join(lw->types, ta, tb);
	a = ta->kind == TY_TUPLE ? lower_expr_as(lw, n->a, ta) : lower_local(lw, lower_expr(lw, n->a), ta);
	b = tb->kind == TY_TUPLE ? lower_expr_as(lw, n->b, tb) : lower_local(lw, lower_expr(lw, n->b), tb);
	v = ir_op(&lw->b, ta->kind == TY_STRING ? IR_streq : IR_memeq, 2, a, b);
	v->size = v->imm = ta->size < tb->size ? ta->size : tb->size;
	if (is_longer_text(n->a, tb) || is_longer_text(n->b, ta))
		v = ir_iconst(&lw->b, 0);
	return n->op == OP_EQ ? v : is_zero(lw, v);
}

static struct ir_val *lower_compare(struct lower *lw, struct node *n)
{
	if (type_is_float(n->a->type) || type_is_float(n->b->type))
		return lower_float_compare(lw, n);
	if (type_is_scalar(n->a->type))
		return lower_scalar_compare(lw, n);
	return lower_aggregate_compare(lw, n);
}

void lower_fault(struct lower *lw, enum ir_fault kind, uint32_t counter)
{
	uint32_t site = ir_site_counter(lw->b.module, kind, 0, lw->b.span);

	ir_loss(&lw->b, site == LOSS_NONE ? counter : site);
}

/* Quotient or remainder; by zero: 1, as bpftrace has it, and counted. */
static struct ir_val *divide(struct lower *lw, enum ir_op op, struct ir_val *a, struct ir_val *b)
{
	struct ir_block *good, *bad, *join;
	struct ir_val *q, *phi, *one;

	if (b->op == IR_iconst && b->imm)
		return ir_bin(&lw->b, op, a, b);
	good = block_open(lw);
	bad = block_open(lw);
	join = block_open(lw);
	ir_br(&lw->b, b, good, bad);
	block_enter(lw, bad);
	bad->cold = true;
	lower_fault(lw, IF_DIV, LOSS_DIV);
	one = ir_iconst(&lw->b, 1);
	ir_jmp(&lw->b, join);
	block_enter(lw, good);
	q = ir_bin(&lw->b, op, a, b);
	ir_jmp(&lw->b, join);
	block_enter(lw, join);
	phi = ir_phi(&lw->b, join);
	vec_each(join->preds, i)
		ir_phi_add(&lw->b, phi, join->preds.v[i] == bad ? one : q);
	return phi;
}

static struct ir_val *scale(struct lower *lw, struct ir_val *v, const struct type *ptr)
{
	uint32_t size = ptr->to->size;

	return size > 1 ? ir_bin(&lw->b, IR_mul, v, ir_iconst(&lw->b, size)) : v;
}

static enum ir_op arith_op(enum op op, bool is_signed)
{
	switch (op) {
	case OP_ADD:
		return IR_add;
	case OP_SUB:
		return IR_sub;
	case OP_MUL:
		return IR_mul;
	case OP_DIV:
		return is_signed ? IR_sdiv : IR_udiv;
	case OP_MOD:
		return is_signed ? IR_smod : IR_umod;
	case OP_BITAND:
		return IR_and;
	case OP_BITOR:
		return IR_or;
	case OP_BITXOR:
		return IR_xor;
	case OP_SHL:
		return IR_shl;
	default:
		return is_signed ? IR_sar : IR_shr;
	}
}

struct ir_val *lower_arith(struct lower *lw, struct node *at, enum op op, struct ir_val *a, struct ir_val *b,
			   const struct type *ta, const struct type *tb, const struct type *t)
{
	enum ir_op o = arith_op(op, t->kind == TY_INT && t->is_signed);
	struct ir_val *d;

	if (ta->kind == TY_PTR && tb->kind == TY_PTR && op == OP_SUB) {
		d = ir_bin(&lw->b, IR_sub, a, b);
		return ta->to->size > 1 ? ir_bin(&lw->b, IR_sdiv, d, ir_iconst(&lw->b, ta->to->size)) : d;
	}
	a = lower_untyped(lw, a);
	b = lower_untyped(lw, b);
	if (ta->kind == TY_PTR && t->kind == TY_PTR)
		b = scale(lw, b, ta);
	else if (tb->kind == TY_PTR && t->kind == TY_PTR)
		a = scale(lw, a, tb);
	if (op == OP_DIV || op == OP_MOD)
		return divide(lw, o, a, b);
	if (op == OP_SHL || op == OP_SHR)
		b = ir_bin(&lw->b, IR_and, b, ir_iconst(&lw->b, 63));
	return ir_bin(&lw->b, o, a, b);
}

/* The value 0 or 1 of a condition that was made of branches. */
static struct ir_val *lower_truth(struct lower *lw, struct node *n)
{
	struct ir_block *yes = block_open(lw), *no = block_open(lw), *join = block_open(lw);
	struct var *v = arena_new(lw->arena, struct var);

	v->name = "(truth)";
	v->type = type_bool();
	lower_cond(lw, n, yes, no);
	block_enter(lw, yes);
	var_write(lw, v, ir_iconst(&lw->b, 1));
	ir_jmp(&lw->b, join);
	block_enter(lw, no);
	var_write(lw, v, ir_iconst(&lw->b, 0));
	ir_jmp(&lw->b, join);
	block_enter(lw, join);
	return var_read(lw, v);
}

static struct ir_val *lower_binop(struct lower *lw, struct node *n)
{
	struct ir_val *a, *b;

	if (n->op >= OP_EQ && n->op <= OP_GE)
		return lower_compare(lw, n);
	if (n->op == OP_LAND || n->op == OP_LOR)
		return lower_truth(lw, n);
	a = lower_expr(lw, n->a);
	b = lower_expr(lw, n->b);
	return lower_arith(lw, n, n->op, a, b, n->a->type, n->b->type, n->type);
}

/* A map's number or bytes where they are, the map itself if it has keys. */
static struct ir_val *map_address(struct lower *lw, const struct map *m)
{
	switch (m->storage) {
	case MS_GLOBAL:
		return ir_global_ptr(&lw->b, m->offset);
	case MS_PCPU:
		return ir_pcpu_ptr(&lw->b, m->offset);
	default:
		return ir_mapaddr(&lw->b, m->ir);
	}
}

static struct ir_val *lower_address(struct lower *lw, struct node *n)
{
	return n->a->kind == E_VAR ? lower_var_address(lw, n->a->var) : map_address(lw, n->a->map);
}

/* Is it known to point to the program's own memory, as & gives it? */
static bool is_own(const struct ir_val *p)
{
	return p->ptr == PK_STACK || p->ptr == PK_MAPVAL;
}

static struct ir_val *own_value(struct lower *lw, struct ir_val *p, const struct type *t)
{
	struct ir_val *copy;

	if (type_is_scalar(t))
		return ir_load(&lw->b, p, 0, t->size, type_is_int(t) && t->is_signed);
	copy = ir_slot(&lw->b, t->size, 8); /* the variable may change */
	ir_copy(&lw->b, copy, 0, p, t->size);
	return copy;
}

static struct ir_val *lower_deref(struct lower *lw, struct node *n)
{
	struct ir_val *p = lower_expr(lw, n->a);
	const struct type *t = n->type;

	if (t->kind == TY_STRUCT || t->kind == TY_ARRAY)
		return p;
	if (is_own(p))
		return own_value(lw, p, t);
	if (!type_is_scalar(t))
		return lower_read_agg(lw, p, t->size, lower_space(lw, n->a->type));
	return lower_read(lw, p, 0, t->size, t->is_signed, lower_space(lw, n->a->type));
}

struct ir_val *lower_op(struct lower *lw, struct node *n)
{
	if (n->kind == E_BINOP)
		return lower_binop(lw, n);
	switch (n->op) {
	case OP_NOT:
		return is_zero(lw, lower_expr(lw, n->a));
	case OP_NEG:
		return ir_op(&lw->b, IR_neg, 1, lower_expr(lw, n->a));
	case OP_BITNOT:
		return ir_bin(&lw->b, IR_xor, lower_expr(lw, n->a), ir_iconst(&lw->b, -1));
	case OP_DEREF:
		return lower_deref(lw, n);
	case OP_ADDR:
		return lower_address(lw, n);
	default:
		return lower_expr(lw, n->a);
	}
}

void lower_cond(struct lower *lw, struct node *n, struct ir_block *yes, struct ir_block *no)
{
	struct ir_block *mid;

	if (n->kind == E_UNOP && n->op == OP_NOT && !n->is_const) {
		lower_cond(lw, n->a, no, yes);
	} else if (n->kind == E_BINOP && (n->op == OP_LAND || n->op == OP_LOR) && !n->is_const) {
		mid = block_open(lw);
		if (n->op == OP_LAND)
			lower_cond(lw, n->a, mid, no);
		else
			lower_cond(lw, n->a, yes, mid);
		block_enter(lw, mid);
		lower_cond(lw, n->b, yes, no);
	} else {
		ir_br(&lw->b, lower_expr(lw, n), yes, no);
	}
}
