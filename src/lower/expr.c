/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Expressions. A scalar is a 64-bit value extended by its type. A string, tuple, buffer or opaque value is a
 * pointer to an aggregate. A struct or array is the address of its bytes, in the space of its type.
 */
#include "lower/internal.h"
#include "type/float.h"

static struct ir_val *lower_str(struct lower *lw, const struct node *n)
{
	return lower_literal(lw, n->str ? n->str : "", n->len + 1);
}

static struct ir_val *lower_incdec(struct lower *lw, struct node *n)
{
	struct var *v;
	struct ir_val *old, *new;
	int64_t step;

	if (n->a->kind == E_MAP)
		return lower_map_incdec(lw, n);
	v = n->a->var;
	step = v->type->kind == TY_PTR && v->type->to->size ? v->type->to->size : 1;
	old = var_read(lw, v);
	new = ir_addi(&lw->b, old, n->op == OP_INC ? step : -step);
	if (type_is_int(v->type) && v->type->size < 8)
		new = ir_ext(&lw->b, new, v->type->size, v->type->is_signed);
	var_write(lw, v, new);
	return n->is_prefix ? new : old;
}

/* The arms meet in a variable of their own. */
static struct ir_val *lower_ternary(struct lower *lw, struct node *n)
{
	struct ir_block *yes = block_open(lw), *no = block_open(lw), *join = block_open(lw);
	struct var *v = arena_new(lw->arena, struct var);
	bool value = n->type->kind != TY_NONE;
	struct ir_val *cond = NULL, *arm;

	v->name = "(ternary)";
	v->type = n->type;
	if (n->b) {
		lower_cond(lw, n->a, yes, no);
	} else {
		cond = lower_expr(lw, n->a);
		ir_br(&lw->b, cond, yes, no);
	}
	block_enter(lw, yes);
	if (n->b)
		arm = value ? lower_expr_as(lw, n->b, n->type) : lower_expr(lw, n->b);
	else
		arm = lower_convert(lw, n->a, cond, n->a->type, n->type);
	if (value)
		var_write(lw, v, arm);
	ir_jmp(&lw->b, join);
	block_enter(lw, no);
	arm = value ? lower_expr_as(lw, n->c, n->type) : lower_expr(lw, n->c);
	if (value)
		var_write(lw, v, arm);
	ir_jmp(&lw->b, join);
	block_enter(lw, join);
	return value ? var_read(lw, v) : NULL;
}

static struct ir_val *lower_var(struct lower *lw, struct node *n)
{
	if (n->var->kind == VK_PAIR && lw->callback && lw->callback->pair == n->var)
		return lower_whole_pair(lw, n->type);
	return var_read(lw, n->var);
}

/* The bytes of a number or of text as an array. */
static struct ir_val *cast_to_array(struct lower *lw, struct node *n, struct ir_val *v)
{
	struct ir_val *s;

	if (n->a->type->kind == TY_ARRAY)
		return lower_local(lw, v, n->a->type);
	if (n->a->type->kind == TY_STRING)
		return lower_convert(lw, n->a, v, n->a->type, type_string(lw->types, n->type->size));
	s = ir_slot(&lw->b, n->type->size, 8);
	ir_store(&lw->b, s, 0, v, n->type->size);
	return s;
}

static struct ir_val *lower_cast(struct lower *lw, struct node *n)
{
	struct ir_val *v = lower_expr(lw, n->a);

	if (n->type->kind == TY_ARRAY)
		return cast_to_array(lw, n, v);
	if (n->a->type->kind == TY_ARRAY && type_is_int(n->type))
		return ir_load(&lw->b, lower_local(lw, v, n->a->type), 0, n->type->size, n->type->is_signed);
	if (n->a->type->kind == TY_ARRAY)
		return v; /* decays to its address */
	if (type_is_float(n->a->type))
		return lower_convert(lw, NULL, lower_float_whole(lw, v, n->a->type->size), type_i64(), n->type);
	if (n->a->type->kind == TY_OPAQUE)
		return lower_convert(lw, NULL, ir_load(&lw->b, v, 0, 8, false), type_u64(), n->type);
	/* The verifier would go on with the structure that the pointer had. */
	if (n->type->kind == TY_PTR && n->a->type->kind == TY_PTR && !type_eq(n->type->to, n->a->type->to))
		v = lower_untyped(lw, v);
	return lower_convert(lw, n->a, v, n->a->type, n->type);
}

static struct ir_val *lower_value_block(struct lower *lw, struct node *n)
{
	struct span outer = lw->b.span;

	lower_block(lw, n);
	lw->b.span = outer;
	return n->a ? lower_expr(lw, n->a) : NULL;
}

static struct ir_val *lower_kind(struct lower *lw, struct node *n)
{
	switch (n->kind) {
	case E_STR:
		return lower_str(lw, n);
	case E_FLOAT:
		return lower_literal(lw, (const char *)&n->ival, sizeof(n->ival));
	case E_VAR:
		return lower_var(lw, n);
	case E_MAP:
		return lower_map_read(lw, n);
	case E_IDENT:
	case E_CALL:
		return n->fn ? n->fn->lower(lw, n) : lower_args(lw, n);
	case E_TUPLE:
		return lower_tuple(lw, n->type, n->list.v);
	case E_TERNARY:
		return lower_ternary(lw, n);
	case E_BLOCK:
		return lower_value_block(lw, n);
	case E_INCDEC:
		return lower_incdec(lw, n);
	case E_CAST:
		return lower_cast(lw, n);
	case E_FIELD:
	case E_TUPIDX:
	case E_INDEX:
		return lower_access(lw, n);
	default:
		return lower_op(lw, n);
	}
}

/* What comes of it is of this expression: faults at run time and the verifier's are shown there. */
struct ir_val *lower_expr(struct lower *lw, struct node *n)
{
	struct span outer = lw->b.span;
	struct ir_val *v;

	if (n->is_const && type_is_scalar(n->type))
		return ir_iconst(&lw->b, n->ival);
	lw->b.span = n->span;
	v = lower_kind(lw, n);
	lw->b.span = outer;
	return v;
}

struct ir_val *lower_expr_as(struct lower *lw, struct node *e, const struct type *t)
{
	return lower_convert(lw, e, lower_expr(lw, e), e->type, t);
}

struct ir_val *lower_zero(struct lower *lw, const struct type *t)
{
	struct ir_val *v;

	if (type_is_scalar(t))
		return ir_iconst(&lw->b, 0);
	v = ir_op(&lw->b, IR_rodata, 0);
	v->imm = ir_rodata_zeros(lw->b.module, t->size);
	v->size = t->size;
	return v;
}

struct ir_val *lower_literal(struct lower *lw, const char *s, uint32_t n)
{
	return ir_rodata_ptr(&lw->b, s, n);
}
