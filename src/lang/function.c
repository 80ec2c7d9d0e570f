/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Functions: fn name($a : type, ...) : type { ... }. A call becomes a copy of the body as a value (macro.c): its
 * parameters are variables of their own that are given the arguments, a return assigns the value and goes to the end.
 */
#include "lang/parse.h"

#include <string.h>

static void parse_param(struct parser *p, struct macro *m)
{
	struct node *n;

	if (!p_at(p, T_VAR)) {
		p_expected(p, "a parameter ($x : type)");
		return;
	}
	n = parse_primary(p);
	if (p_expect(p, T_COLON))
		n->cast_type = parse_type(p);
	vec_each(m->params, i)
		if (!p->panic && !strcmp(m->params.v[i]->name, n->name))
			p_error(p, n->span, DT_redeclared, "Function %s has two parameters of this name", m->name);
	avec_push(p->arena, &m->params, n);
}

/* Where the walk over a body is. */
struct place {
	const struct macro *m;
	bool in_loop, in_map_loop;
};

static bool is_loop(const struct node *n)
{
	return n->kind == S_WHILE || n->kind == S_UNROLL || n->kind == S_FOR_RANGE || n->kind == S_FOR_MAP;
}

static void check_return(struct parser *p, const struct node *n, const struct place *at)
{
	if (at->in_map_loop)
		diag_error(p->d, n->span, DT_bad_function, "A function cannot return from inside a loop over a map");
	else if (at->m->result && !n->a)
		diag_error(p->d, n->span, DT_bad_function, "Function %s has a result: return needs a value", at->m->name);
	else if (!at->m->result && n->a)
		diag_error(p->d, n->a->span, DT_bad_function, "Function %s has no result: return takes no value", at->m->name);
}

static void check_body(struct parser *p, const struct node *n, struct place at)
{
	if (!n)
		return;
	if (n->kind == S_RETURN)
		check_return(p, n, &at);
	else if ((n->kind == S_BREAK || n->kind == S_CONTINUE) && !at.in_loop)
		diag_error(p->d, n->span, DT_not_in_loop, "%s used outside of a loop",
			   n->kind == S_BREAK ? "break" : "continue");
	at.in_loop |= is_loop(n);
	at.in_map_loop |= n->kind == S_FOR_MAP;
	check_body(p, n->a, at);
	check_body(p, n->b, at);
	check_body(p, n->c, at);
	vec_each(n->list, i)
		check_body(p, n->list.v[i], at);
}

static bool is_void(const struct type_ref *t)
{
	return t && t->name && !strcmp(t->name, "void") && !t->stars && !t->is_array;
}

static void parse_params(struct parser *p, struct macro *m)
{
	struct span open = p->tok.span;

	p_expect(p, T_LPAREN);
	while (!p->panic && !p_at(p, T_RPAREN)) {
		parse_param(p, m);
		if (!p_accept(p, T_COMMA))
			break;
	}
	if (!p->panic)
		p_expect_close(p, T_RPAREN, open);
}

void parse_function(struct parser *p)
{
	struct macro *m = arena_new(p->arena, struct macro);

	m->span = p->tok.span;
	m->is_function = true;
	p_next(p);
	m->name = p_expect_name(p, "the function's name");
	parse_params(p, m);
	if (!p->panic && p_accept(p, T_COLON))
		m->result = parse_type(p);
	m->span = span_join(m->span, p->prev);
	if (is_void(m->result))
		m->result = NULL;
	if (p->panic)
		return;
	m->body = parse_block(p);
	if (p->panic || p->stop)
		return;
	check_body(p, m->body, (struct place){ .m = m });
	add_macro(p, m);
}
