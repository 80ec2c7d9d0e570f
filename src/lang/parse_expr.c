/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operators: ternary, binary by precedence climbing, unary and postfix. */
#include "lang/parse.h"

/* Binary operators, higher levels bind tighter. */
static const struct binop {
	enum tok tok;
	enum op op;
	unsigned level;
} binops[] = {
	{ T_OROR, OP_LOR, 1 },    { T_ANDAND, OP_LAND, 2 }, { T_OR, OP_BITOR, 3 },
	{ T_XOR, OP_BITXOR, 4 },  { T_AND, OP_BITAND, 5 },  { T_EQ, OP_EQ, 6 },
	{ T_NE, OP_NE, 6 },       { T_LT, OP_LT, 7 },       { T_LE, OP_LE, 7 },
	{ T_GT, OP_GT, 7 },       { T_GE, OP_GE, 7 },       { T_SHL, OP_SHL, 8 },
	{ T_SHR, OP_SHR, 8 },     { T_ADD, OP_ADD, 9 },     { T_SUB, OP_SUB, 9 },
	{ T_STAR, OP_MUL, 10 },   { T_SLASH, OP_DIV, 10 },  { T_PERCENT, OP_MOD, 10 },
};

static const struct {
	enum tok tok;
	enum op op;
} unops[] = {
	{ T_SUB, OP_NEG }, { T_NOT, OP_NOT }, { T_TILDE, OP_BITNOT }, { T_STAR, OP_DEREF },
	{ T_ADD, OP_PLUS },
};

/* In a predicate a / before the block (or before nothing) is its end, not a division. */
static bool at_pred_end(const struct parser *p)
{
	struct token next;

	if (!p->in_pred || !p_at(p, T_SLASH))
		return false;
	next = p_peek(p);
	return next.kind == T_LBRACE || next.kind == T_EOF;
}

static const struct binop *binop_here(const struct parser *p)
{
	if (p->panic || at_pred_end(p))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(binops); i++)
		if (p_at(p, binops[i].tok))
			return &binops[i];
	return NULL;
}

static struct node *parse_binary(struct parser *p, unsigned min)
{
	struct node *left = parse_unary(p), *n;
	const struct binop *b;

	while ((b = binop_here(p)) && b->level >= min) {
		n = p_node(p, E_BINOP, left->span);
		n->op = b->op;
		n->op_span = p->tok.span;
		n->a = left;
		p_next(p);
		n->b = parse_binary(p, b->level + 1);
		left = p_done(p, n);
	}
	return left;
}

/* A chain of ternaries is as long as a chain of else-ifs may be, not as deep as brackets. */
static struct node *parse_ternary(struct parser *p)
{
	struct node *cond = parse_binary(p, 1), *n;

	if (p->panic || !p_at(p, T_QUESTION) || !p_enter_else(p))
		return cond;
	n = p_node(p, E_TERNARY, cond->span);
	n->op_span = p->tok.span;
	n->a = cond;
	p_next(p);
	if (!p_at(p, T_COLON))
		n->b = parse_expr(p);
	p_expect(p, T_COLON);
	n->c = parse_ternary(p);
	p_leave_else(p);
	return p_done(p, n);
}

struct node *parse_expr(struct parser *p)
{
	struct node *n;

	if (p->panic || p->stop || !p_enter(p))
		return p_bad_node(p);
	n = parse_ternary(p);
	p_leave(p);
	return n;
}

static bool is_place(const struct node *n)
{
	return n->kind == E_VAR || n->kind == E_MAP;
}

static void check_place(struct parser *p, const struct node *a, struct span op)
{
	if (!is_place(a))
		p_error(p, op, DT_syntax, "++ and -- need a variable ($x) or a map (@x)");
}

static struct node *parse_prefix_incdec(struct parser *p)
{
	struct node *n = p_node(p, E_INCDEC, p->tok.span);

	n->op = p_at(p, T_INC) ? OP_INC : OP_DEC;
	n->is_prefix = true;
	p_next(p);
	n->a = parse_operand(p);
	check_place(p, n->a, n->op_span);
	return p_done(p, n);
}

static struct node *parse_unop(struct parser *p, enum op op)
{
	struct node *n = p_node(p, E_UNOP, p->tok.span);

	n->op = op;
	p_next(p);
	n->a = parse_operand(p);
	return p_done(p, n);
}

static struct node *parse_member(struct parser *p, struct node *of)
{
	struct node *n = p_node(p, E_FIELD, of->span);

	n->a = of;
	n->is_arrow = p_at(p, T_ARROW);
	p_next(p);
	n->op_span = p->tok.span;
	if (p_at(p, T_INT) && !n->is_arrow) {
		struct node *index = parse_int(p);

		n->kind = E_TUPIDX;
		n->ival = index->ival;
	} else {
		n->name = p_expect_name(p, n->is_arrow ? "a field name"
						       : "a field name or a tuple's index");
	}
	return p_done(p, n);
}

static struct node *parse_index(struct parser *p, struct node *of)
{
	struct node *n = p_node(p, E_INDEX, of->span);
	bool in_pred = p->in_pred;

	n->a = of;
	n->op_span = p->tok.span;
	p->in_pred = false;
	p_next(p);
	n->b = parse_expr(p);
	p->in_pred = in_pred;
	p_expect_close(p, T_RBRACKET, n->op_span);
	return p_done(p, n);
}

static struct node *parse_postfix(struct parser *p)
{
	struct node *n = parse_primary(p), *of;

	while (!p->panic && !p->stop) {
		if (p_at(p, T_DOT) || p_at(p, T_ARROW)) {
			n = parse_member(p, n);
		} else if (p_at(p, T_LBRACKET)) {
			n = parse_index(p, n);
		} else if (p_at(p, T_INC) || p_at(p, T_DEC)) {
			of = n;
			n = p_node(p, E_INCDEC, of->span);
			n->op = p_at(p, T_INC) ? OP_INC : OP_DEC;
			n->op_span = p->tok.span;
			n->a = of;
			check_place(p, of, n->op_span);
			p_next(p);
			p_done(p, n);
		} else {
			break;
		}
	}
	return n;
}

struct node *parse_operand(struct parser *p)
{
	struct node *n;

	if (p->panic || p->stop || !p_enter(p))
		return p_bad_node(p);
	n = parse_unary(p);
	p_leave(p);
	return n;
}

static struct node *parse_address(struct parser *p)
{
	struct node *n = parse_unop(p, OP_ADDR);

	if (!p->panic && n->a && (n->a->kind != E_VAR && (n->a->kind != E_MAP || n->a->keyed)))
		p_error(p, n->span, DT_syntax, "& takes a variable or a map without keys");
	return n;
}

struct node *parse_unary(struct parser *p)
{
	if (p_at(p, T_INC) || p_at(p, T_DEC))
		return parse_prefix_incdec(p);
	if (p_at(p, T_AND))
		return parse_address(p);
	for (size_t i = 0; i < ARRAY_SIZE(unops); i++)
		if (p_at(p, unops[i].tok))
			return parse_unop(p, unops[i].op);
	return parse_postfix(p);
}
