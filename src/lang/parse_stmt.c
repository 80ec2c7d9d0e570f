/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statements and blocks. */
#include "lang/parse.h"

static const struct {
	enum tok tok;
	enum op op;
} assigns[] = {
	{ T_ASSIGN, OP_NONE },  { T_ADDEQ, OP_ADD },    { T_SUBEQ, OP_SUB },
	{ T_MULEQ, OP_MUL },    { T_DIVEQ, OP_DIV },    { T_MODEQ, OP_MOD },
	{ T_ANDEQ, OP_BITAND }, { T_OREQ, OP_BITOR },   { T_XOREQ, OP_BITXOR },
	{ T_SHLEQ, OP_SHL },    { T_SHREQ, OP_SHR },
};

static bool at_assign(const struct parser *p, enum op *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(assigns); i++) {
		if (!p_at(p, assigns[i].tok))
			continue;
		*ret = assigns[i].op;
		return true;
	}
	return false;
}

static bool is_block_stmt(const struct node *n)
{
	return n->kind == S_IF || n->kind == S_WHILE || n->kind == S_UNROLL ||
	       n->kind == S_FOR_RANGE || n->kind == S_FOR_MAP || n->kind == S_BLOCK;
}

/* A statement that begins a line is not taken along when the one before lacks its semicolon. */
static bool begins_clearly(const struct parser *p)
{
	static const char *const words[] = {
		"if", "for", "while", "unroll", "let", "return", "break", "continue",
	};

	if (p->tok.new_line && (p_at(p, T_IDENT) || p_at(p, T_VAR) || p_at(p, T_MAP)))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (p_at_word(p, words[i]))
			return true;
	return false;
}

static void parse_end(struct parser *p)
{
	bool clear;

	if (p->panic || p_at(p, T_RBRACE) || p_accept(p, T_SEMI))
		return;
	clear = begins_clearly(p);
	p_expected(p, "';'");
	p->panic = !clear;
}

static struct node *parse_assign(struct parser *p, struct node *place, enum op op)
{
	struct node *n = p_node(p, S_ASSIGN, place->span);

	if (place->kind != E_VAR && place->kind != E_MAP)
		p_error(p, place->span, DT_syntax,
			"only a variable ($x) or a map (@x) can be assigned to");
	n->op = op;
	n->op_span = p->tok.span;
	n->a = place;
	p_next(p);
	n->b = parse_expr(p);
	return p_done(p, n);
}

/* _ = a; evaluates it: nothing is said of its unused value. */
static struct node *parse_discard(struct parser *p)
{
	struct node *n = p_node(p, S_EXPR, p->tok.span);

	p_next(p);
	p_next(p);
	n->ival = 1;
	n->a = parse_expr(p);
	return p_done(p, n);
}

static struct node *parse_expr_stmt(struct parser *p)
{
	struct node *n, *e;
	enum op op;

	if (p_at_word(p, "_") && p_peek(p).kind == T_ASSIGN)
		return parse_discard(p);
	e = parse_expr(p);
	if (!p->panic && at_assign(p, &op))
		return parse_assign(p, e, op);
	n = p_node(p, S_EXPR, e->span);
	n->a = e;
	return p_done(p, n);
}

static struct node *parse_let(struct parser *p)
{
	struct node *n = p_node(p, S_LET, p->tok.span);

	p_next(p);
	if (!p_at(p, T_VAR)) {
		p_expected(p, "a variable ($x)");
		return n;
	}
	n->a = parse_primary(p);
	n->name = n->a->name;
	if (p_accept(p, T_COLON))
		n->cast_type = parse_type(p);
	if (!p->panic && p_accept(p, T_ASSIGN))
		n->b = parse_expr(p);
	return p_done(p, n);
}

/*
 * A condition may do without its parentheses. With them, "(x) {" ends at the closing one: what
 * follows must not make "(x) y" a cast; only an operator goes on with the expression.
 */
static struct node *parse_cond(struct parser *p)
{
	struct mark start = p_mark(p);
	struct span open = p->tok.span;
	struct node *e;

	if (p_at(p, T_LBRACE))
		p_expected(p, "a condition or a number");
	if (!p_accept(p, T_LPAREN))
		return parse_expr(p);
	e = parse_expr(p);
	if (!p->panic && p_at(p, T_COMMA)) {
		p_back(p, &start);
		return parse_expr(p);
	}
	if (p_at(p, T_ASSIGN)) {
		struct diag *dg = p_expected(p, "')'");

		if (dg)
			diag_hint(p->d, dg, "== compares");
	}
	p_expect_close(p, T_RPAREN, open);
	if (p->panic || p_at(p, T_LBRACE) || p_at(p, T_IDENT) || p_at(p, T_VAR) ||
	    p_at(p, T_MAP) || p_at(p, T_SEMI) || p_at(p, T_INC) || p_at(p, T_DEC))
		return e;
	p_back(p, &start);
	return parse_expr(p);
}

static struct node *parse_body(struct parser *p)
{
	if (!p_recover_to_block(p))
		return NULL;
	return parse_block(p);
}

static struct node *parse_if(struct parser *p);

static struct node *parse_else(struct parser *p)
{
	struct node *n;

	if (!p_at_word(p, "if"))
		return parse_body(p);
	if (!p_enter_else(p))
		return NULL;
	n = parse_if(p);
	p_leave_else(p);
	return n;
}

static struct node *parse_if(struct parser *p)
{
	struct node *n = p_node(p, S_IF, p->tok.span);

	p_next(p);
	n->is_comptime = p_accept_word(p, "comptime");
	n->a = parse_cond(p);
	n->a->is_comptime |= n->is_comptime;
	n->b = parse_body(p);
	if (!p->panic && p_accept_word(p, "else"))
		n->c = parse_else(p);
	n->span = span_join(n->span, p->prev);
	return n;
}

/* while (a) b, unroll (a) b */
static struct node *parse_loop(struct parser *p, enum node_kind kind)
{
	struct node *n = p_node(p, kind, p->tok.span);

	p_next(p);
	n->a = parse_cond(p);
	n->b = parse_body(p);
	n->span = span_join(n->span, p->prev);
	return n;
}

static void parse_for_range(struct parser *p, struct node *n)
{
	n->kind = S_FOR_RANGE;
	p_next(p);
	n->b = parse_expr(p);
}

static void check_for_map(struct parser *p, struct node *n)
{
	n->kind = S_FOR_MAP;
	if (n->a->kind != E_MAP)
		p_error(p, n->a->span, DT_syntax,
			"a for loop goes over a range (0..10) or a map (@x)");
	else if (n->a->keyed)
		p_error(p, n->a->span, DT_syntax,
			"a for loop goes over a whole map, not over a value of it");
}

static void parse_for_head(struct parser *p, struct node *n)
{
	struct span open = p->tok.span;
	bool paren = p_accept(p, T_LPAREN);

	if (!p_at(p, T_VAR)) {
		p_expected(p, "the loop's variable ($x)");
		return;
	}
	n->decl = parse_primary(p);
	p_expect(p, T_COLON);
	n->a = parse_expr(p);
	if (!p->panic && p_at(p, T_DOTDOT))
		parse_for_range(p, n);
	else if (!p->panic)
		check_for_map(p, n);
	if (paren)
		p_expect_close(p, T_RPAREN, open);
}

static struct node *parse_for(struct parser *p)
{
	struct node *n = p_node(p, S_FOR_MAP, p->tok.span);

	p_next(p);
	parse_for_head(p, n);
	n->c = parse_body(p);
	n->span = span_join(n->span, p->prev);
	return n;
}

static struct node *parse_jump(struct parser *p, enum node_kind kind)
{
	struct node *n = p_node(p, kind, p->tok.span);

	p_next(p);
	if (kind == S_RETURN && !p_at(p, T_SEMI) && !p_at(p, T_RBRACE))
		n->a = parse_expr(p);
	return p_done(p, n);
}

/* In a block it does what it does in front of all: the statement itself is empty. */
static struct node *parse_import_stmt(struct parser *p)
{
	struct node *n = p_node(p, S_BLOCK, p->tok.span);

	parse_import(p);
	avec_push(p->arena, &p->script->block_imports, n->span);
	return p_done(p, n);
}

static struct node *parse_stmt(struct parser *p)
{
	if (p_at(p, T_LBRACE))
		return parse_block(p);
	if (p_at_word(p, "if"))
		return parse_if(p);
	if (p_at_word(p, "while"))
		return parse_loop(p, S_WHILE);
	if (p_at_word(p, "unroll"))
		return parse_loop(p, S_UNROLL);
	if (p_at_word(p, "for"))
		return parse_for(p);
	if (p_at_word(p, "let"))
		return parse_let(p);
	if (p_at_word(p, "break"))
		return parse_jump(p, S_BREAK);
	if (p_at_word(p, "continue"))
		return parse_jump(p, S_CONTINUE);
	if (p_at_word(p, "return"))
		return parse_jump(p, S_RETURN);
	if (p_at_word(p, "import"))
		return parse_import_stmt(p);
	return parse_expr_stmt(p);
}

static void parse_stmts(struct parser *p, struct node *block)
{
	while (!p_at(p, T_RBRACE) && !p_at(p, T_EOF)) {
		struct node *n;

		if (p_accept(p, T_SEMI))
			continue;
		n = parse_stmt(p);
		n->is_tail = n->kind == S_EXPR && p_at(p, T_RBRACE);
		p_add(p, block, n);
		if (!is_block_stmt(n))
			parse_end(p);
		if (p->panic)
			p_recover(p);
	}
}

struct node *parse_block(struct parser *p)
{
	struct node *n = p_node(p, S_BLOCK, p->tok.span);
	struct span open = p->tok.span;

	if (!p_expect(p, T_LBRACE) || !p_enter(p))
		return n;
	parse_stmts(p, n);
	p_leave(p);
	p_expect_close(p, T_RBRACE, open);
	n->span = span_join(n->span, p->prev);
	return n;
}

static bool has_value(const struct node *n)
{
	if (n && n->kind == S_BLOCK)
		return n->list.n && has_value(n->list.v[n->list.n - 1]);
	if (n && n->kind == S_IF)
		return has_value(n->b) && has_value(n->c);
	return n && n->is_tail;
}

static struct node *to_value(struct parser *p, struct node *n);

static struct node *block_value(struct parser *p, struct node *n)
{
	struct node *last = n->list.n ? n->list.v[n->list.n - 1] : NULL;

	n->kind = E_BLOCK;
	if (has_value(last) && last->kind != S_BLOCK) {
		n->list.n--;
		n->a = last->kind == S_EXPR ? last->a : to_value(p, last);
	}
	return p_done(p, n);
}

/* Blocks and ifs that were read as statements become values. */
static struct node *to_value(struct parser *p, struct node *n)
{
	if (n->kind == S_BLOCK)
		return block_value(p, n);
	n->kind = E_TERNARY;
	n->is_tail = true;
	n->b = to_value(p, n->b);
	n->c = to_value(p, n->c);
	return p_done(p, n);
}

struct node *parse_value_block(struct parser *p)
{
	bool in_pred = p->in_pred;
	struct node *n;

	p->in_pred = false;
	n = block_value(p, parse_block(p));
	p->in_pred = in_pred;
	return n;
}

struct node *parse_value_if(struct parser *p)
{
	bool in_pred = p->in_pred;
	struct node *n;

	p->in_pred = false;
	n = parse_if(p);
	p->in_pred = in_pred;
	if (!p->panic && !has_value(n))
		p_error(p, n->span, DT_syntax,
			"an if that is a value needs an else, and both end with an expression");
	return p->panic ? p_bad_node(p) : to_value(p, n);
}
