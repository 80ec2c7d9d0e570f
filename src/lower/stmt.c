/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements. */
#include "lower/internal.h"

static void lower_assign_var(struct lower *lw, struct node *n)
{
	struct var *v = n->a->var;
	struct ir_val *val;

	if (n->op == OP_NONE) {
		var_write(lw, v, lower_expr_as(lw, n->b, v->type));
		return;
	}
	val = lower_arith(lw, n, n->op, var_read(lw, v), lower_expr(lw, n->b), v->type, n->b->type, v->type);
	if (type_is_int(v->type) && v->type->size < 8)
		val = ir_ext(&lw->b, val, v->type->size, v->type->is_signed);
	var_write(lw, v, val);
}

static void lower_let(struct lower *lw, struct node *n)
{
	struct var *v = n->a->var;

	if (!v->type)
		return; /* declared, never used */
	var_write(lw, v, n->b ? lower_expr_as(lw, n->b, v->type) : lower_zero(lw, v->type));
}

static void lower_if(struct lower *lw, struct node *n)
{
	struct ir_block *yes = block_open(lw), *join = block_open(lw);
	struct ir_block *no = n->c ? block_open(lw) : join;

	lower_cond(lw, n->a, yes, no);
	block_enter(lw, yes);
	lower_stmt(lw, n->b);
	ir_jmp(&lw->b, join);
	if (n->c) {
		block_enter(lw, no);
		lower_stmt(lw, n->c);
		ir_jmp(&lw->b, join);
	}
	block_enter(lw, join);
}

static void lower_return(struct lower *lw, struct node *n)
{
	struct ir_val *v = n->a ? lower_expr(lw, n->a) : NULL;
	bool counts = lw->probe->provider->flags & PF_TRIAL && v && type_is_scalar(n->a->type);

	lower_result(lw, counts ? v : NULL);
}

void lower_stmt(struct lower *lw, struct node *n)
{
	lw->b.span = n->span;
	switch (n->kind) {
	case S_EXPR:
		if (n->a->kind == E_INCDEC && n->a->a->kind == E_MAP)
			lower_map_bump(lw, n->a);
		else
			lower_expr(lw, n->a);
		break;
	case S_ASSIGN:
		if (n->a->kind == E_MAP)
			lower_map_assign(lw, n);
		else
			lower_assign_var(lw, n);
		break;
	case S_LET:
		lower_let(lw, n);
		break;
	case S_IF:
		lower_if(lw, n);
		break;
	case S_WHILE:
		lower_while(lw, n);
		break;
	case S_UNROLL:
		lower_unroll(lw, n);
		break;
	case S_FOR_RANGE:
		lower_for_range(lw, n);
		break;
	case S_FOR_MAP:
		lower_for_map(lw, n);
		break;
	case S_INLINE:
		lower_inline(lw, n);
		break;
	case S_LEAVE:
		lower_inline_leave(lw);
		break;
	case S_BREAK:
	case S_CONTINUE:
		lower_jump(lw, n);
		break;
	case S_RETURN:
		lower_return(lw, n);
		break;
	default:
		lower_block(lw, n);
	}
}

void lower_block(struct lower *lw, struct node *n)
{
	for (size_t i = 0; i < n->list.n; i++)
		lower_stmt(lw, n->list.v[i]);
}
