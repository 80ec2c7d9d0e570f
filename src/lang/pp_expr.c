/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Conditions of #if and #elif: whole numbers of 64 bits, names that are no macros are 0
 * (C11 6.10.1). Faults in headers make the condition false.
 */
#include <string.h>

#include "base/fdutil.h"
#include "lang/lex.h"
#include "lang/literal.h"

#define EXPR_DEPTH 64

struct eval {
	struct pp *pp;
	struct pp_file *file;
	struct lexer lx;
	struct token t;
	uint32_t start, end;
	unsigned depth;
	bool bad;  /* reported */
	bool dead; /* the value does not matter: the right of "0 &&" */
};

static int64_t complain(struct eval *e, const char *why)
{
	if (!e->bad)
		pp_error(e->pp, e->file, e->start, e->end, DT_syntax, why);
	e->bad = true;
	return 0;
}

/* The next token, macros replaced but for the operand of defined. */
static void take(struct eval *e)
{
	do
		e->t = lex_raw(&e->lx);
	while (e->t.kind == T_IDENT && !token_is(&e->t, "defined") && !token_is(&e->t, "__has_include") && !e->t.painted &&
	       lex_use_macro(&e->lx, &e->t));
}

static int64_t eval_defined(struct eval *e)
{
	struct token name = lex_raw(&e->lx);
	bool paren = name.kind == T_LPAREN;

	if (paren)
		name = lex_raw(&e->lx);
	if (name.kind != T_IDENT || (paren && lex_raw(&e->lx).kind != T_RPAREN))
		return complain(e, "expected a name after defined");
	take(e);
	return pp_find(e->pp, name.text, name.len) != NULL;
}

/* The name between < and >, which is made of tokens here; NULL: there is none. */
static const char *angle_name(struct eval *e)
{
	_cleanup_sb_ struct strbuf name = { 0 };
	struct token t;

	while ((t = lex_raw(&e->lx)).kind != T_GT) {
		if (t.kind == T_EOF)
			return NULL;
		sb_add(&name, t.text, t.len);
	}
	return arena_strdup(e->pp->arena, sb_str(&name));
}

static int64_t eval_has_include(struct eval *e)
{
	bool paren = lex_raw(&e->lx).kind == T_LPAREN, quoted;
	struct token t = lex_raw(&e->lx);
	const char *name = NULL;

	quoted = t.kind == T_STR;
	if (quoted && t.len > 2)
		name = arena_strndup(e->pp->arena, t.text + 1, t.len - 2);
	else if (t.kind == T_LT)
		name = angle_name(e);
	if (!paren || !name || lex_raw(&e->lx).kind != T_RPAREN)
		return complain(e, "expected (<name>) or (\"name\") after __has_include");
	take(e);
	return pp_has_include(e->pp, e->file, name, quoted);
}

static int64_t eval_name(struct eval *e)
{
	bool yes = token_is(&e->t, "true");

	if (token_is(&e->t, "__has_include"))
		return eval_has_include(e);

	if (token_is(&e->t, "defined"))
		return eval_defined(e);
	take(e);
	return yes;
}

static int64_t eval_number(struct eval *e)
{
	enum diag_tag tag;
	const char *why;
	uint64_t v;

	if (!literal_number(e->t.text, e->t.len, &v, &tag, &why))
		return complain(e, why);
	take(e);
	return (int64_t)v;
}

static int64_t eval_level(struct eval *e, int level);
static int64_t eval_ternary(struct eval *e);

static int64_t eval_group(struct eval *e)
{
	int64_t v;

	take(e);
	v = eval_ternary(e);
	if (e->t.kind != T_RPAREN)
		return complain(e, "expected ')' in this condition");
	take(e);
	return v;
}

static int64_t eval_unary(struct eval *e)
{
	enum tok op = e->t.kind;
	int64_t v;

	switch (op) {
	case T_INT: return eval_number(e);
	case T_IDENT: return eval_name(e);
	case T_LPAREN: return eval_group(e);
	case T_NOT:
	case T_SUB:
	case T_ADD:
	case T_TILDE:
		break;
	default:
		return complain(e, "this condition is not complete");
	}
	take(e);
	if (++e->depth > EXPR_DEPTH)
		return complain(e, "this condition is nested too deep");
	v = eval_unary(e);
	e->depth--;
	if (op == T_NOT)
		return !v;
	return op == T_SUB ? (int64_t)-(uint64_t)v : op == T_TILDE ? ~v : v;
}

/* Binary operators by strength, the weakest first. */
static int strength(enum tok op)
{
	switch (op) {
	case T_OROR: return 0;
	case T_ANDAND: return 1;
	case T_OR: return 2;
	case T_XOR: return 3;
	case T_AND: return 4;
	case T_EQ: case T_NE: return 5;
	case T_LT: case T_GT: case T_LE: case T_GE: return 6;
	case T_SHL: case T_SHR: return 7;
	case T_ADD: case T_SUB: return 8;
	case T_STAR: case T_SLASH: case T_PERCENT: return 9;
	default: return -1;
	}
}

#define STRONGEST 9

static int64_t divide(struct eval *e, enum tok op, int64_t a, int64_t b)
{
	if (e->dead)
		return 0;
	if (!b || (a == INT64_MIN && b == -1))
		return complain(e, "this division has no result");
	return op == T_SLASH ? a / b : a % b;
}

static int64_t apply(struct eval *e, enum tok op, int64_t a, int64_t b)
{
	uint64_t ua = (uint64_t)a, ub = (uint64_t)b;

	switch (op) {
	case T_OROR: return a || b;
	case T_ANDAND: return a && b;
	case T_OR: return a | b;
	case T_XOR: return a ^ b;
	case T_AND: return a & b;
	case T_EQ: return a == b;
	case T_NE: return a != b;
	case T_LT: return a < b;
	case T_GT: return a > b;
	case T_LE: return a <= b;
	case T_GE: return a >= b;
	case T_SHL: return ub < 64 ? (int64_t)(ua << ub) : 0;
	case T_SHR: return ub < 64 ? a >> ub : 0;
	case T_ADD: return (int64_t)(ua + ub);
	case T_SUB: return (int64_t)(ua - ub);
	case T_STAR: return (int64_t)(ua * ub);
	default: return divide(e, op, a, b);
	}
}

static int64_t eval_level(struct eval *e, int level)
{
	int64_t v = level > STRONGEST ? eval_unary(e) : eval_level(e, level + 1);

	while (!e->bad && level <= STRONGEST && strength(e->t.kind) == level) {
		enum tok op = e->t.kind;
		bool dead = e->dead;
		int64_t right;

		e->dead |= (op == T_ANDAND && !v) || (op == T_OROR && v);
		take(e);
		right = eval_level(e, level + 1);
		e->dead = dead;
		v = apply(e, op, v, right);
	}
	return v;
}

static int64_t eval_arm(struct eval *e, bool dead)
{
	bool outer = e->dead;
	int64_t v;

	take(e);
	e->dead |= dead;
	v = eval_ternary(e);
	e->dead = outer;
	return v;
}

static int64_t eval_ternary(struct eval *e)
{
	int64_t cond, yes = 0, no = 0;

	if (++e->depth > EXPR_DEPTH)
		return complain(e, "this condition is nested too deep");
	cond = eval_level(e, 0);
	if (!e->bad && e->t.kind == T_QUESTION) {
		yes = eval_arm(e, !cond);
		if (!e->bad && e->t.kind != T_COLON)
			complain(e, "expected ':' in this condition");
		if (!e->bad)
			no = eval_arm(e, cond);
		cond = cond ? yes : no;
	}
	e->depth--;
	return cond;
}

bool pp_condition(struct pp *pp, struct pp_file *f, uint32_t start, uint32_t end)
{
	struct eval e = { .pp = pp, .file = f, .start = start, .end = end };
	int64_t v;

	lex_init_line(&e.lx, pp, f, start, end);
	take(&e);
	v = eval_ternary(&e);
	if (!e.bad && e.t.kind != T_EOF)
		complain(&e, "this condition does not end here");
	return !e.bad && v;
}
