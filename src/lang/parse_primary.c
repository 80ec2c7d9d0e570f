/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operands: literals, names, calls, maps, parentheses. */
#include <stdlib.h>
#include <string.h>

#include "lang/literal.h"
#include "lang/parse.h"

/* Inside brackets a / is always a division. */
void parse_list(struct parser *p, struct node *to, enum tok close, struct span open)
{
	bool in_pred = p->in_pred;

	p->in_pred = false;
	while (!p_at(p, close) && !p->panic && !p->stop) {
		p_add(p, to, parse_expr(p));
		if (!p_accept(p, T_COMMA))
			break;
	}
	p->in_pred = in_pred;
	p_expect_close(p, close, open);
}

struct node *parse_int(struct parser *p)
{
	struct node *n = p_node(p, E_INT, p->tok.span);
	enum diag_tag tag;
	const char *why;
	uint64_t v;

	if (!literal_number(p->tok.text, p->tok.len, &v, &tag, &why))
		diag_error(p->d, p->tok.span, tag, "%s", why);
	n->ival = (int64_t)v;
	n->is_unsigned = v > INT64_MAX;
	p_next(p);
	return n;
}

/* Is the token at hand one that the last one touches? */
static bool touches(const struct parser *p, struct span last)
{
	return p->tok.span.start == last.end && !p->tok.space;
}

/* 1.5: a number that has begun as an integer goes on. */
static struct node *parse_fraction(struct parser *p, struct node *n, const char *text)
{
	struct span dot = p->tok.span;
	char *end;
	double v;

	p_next(p);
	if (!p_at(p, T_INT) || !touches(p, dot)) {
		p_expected(p, "digits");
		return n;
	}
	n->kind = E_FLOAT;
	n->str = arena_strndup(p->arena, text, (size_t)(p->tok.text + p->tok.len - text));
	v = strtod(n->str, &end);
	memcpy(&n->ival, &v, sizeof(v));
	if (*end || (n->str[0] == '0' && n->str[1] != '.'))
		diag_error(p->d, span_join(n->span, p->tok.span), DT_bad_literal, "'%s' is no number", n->str);
	p_next(p);
	return p_done(p, n);
}

static struct node *parse_number(struct parser *p)
{
	const char *text = p->tok.text;
	struct node *n = parse_int(p);

	return p_at(p, T_DOT) && touches(p, n->span) ? parse_fraction(p, n, text) : n;
}

static struct node *parse_str(struct parser *p)
{
	struct node *n = p_node(p, E_STR, p->tok.span);

	n->str = literal_string(p->arena, p->d, p->tok.text + 1, p->tok.len - 2,
				p->tok.span.start + 1, &n->len);
	p_next(p);
	return n;
}

/* $1 or $# */
static struct node *parse_param(struct parser *p)
{
	struct node *n = p_node(p, E_PARAM, p->tok.span);
	uint32_t i = 1;

	for (; p_at(p, T_PARAM) && i < p->tok.len && n->ival < 100000; i++)
		n->ival = n->ival * 10 + (p->tok.text[i] - '0');
	if (p_at(p, T_PARAM) && (!n->ival || i < p->tok.len))
		p_error(p, n->span, DT_syntax, "positional parameters are $1 to $99999");
	p_next(p);
	return n;
}

static struct node *parse_var(struct parser *p)
{
	struct node *n = p_node(p, E_VAR, p->tok.span);

	n->name = arena_strndup(p->arena, p->tok.text + 1, p->tok.len - 1);
	p_next(p);
	return n;
}

static struct node *parse_map(struct parser *p)
{
	struct node *n = p_node(p, E_MAP, p->tok.span);
	struct span open;

	n->name = arena_strndup(p->arena, p->tok.text + 1, p->tok.len - 1);
	p_next(p);
	open = p->tok.span;
	if (!p_accept(p, T_LBRACKET))
		return n;
	n->keyed = true;
	if (p_at(p, T_RBRACKET))
		p_expected(p, "a key");
	parse_list(p, n, T_RBRACKET, open);
	return p_done(p, n);
}

/* A type where a value may stand: the argument of a macro. */
static struct node *parse_typeof(struct parser *p)
{
	struct node *n = p_node(p, E_TYPEOF, p->tok.span);

	n->cast_type = parse_type(p);
	return p_done(p, n);
}

static bool begins_type(const struct parser *p)
{
	return p_at_word(p, "struct") || p_at_word(p, "union") || p_at_word(p, "enum");
}

/* As parse_list() does it; "struct x" is an argument of container_of() and of macros. */
static void parse_args(struct parser *p, struct node *to, struct span open)
{
	bool in_pred = p->in_pred;

	p->in_pred = false;
	while (!p_at(p, T_RPAREN) && !p->panic && !p->stop) {
		p_add(p, to, begins_type(p) ? parse_typeof(p) : parse_expr(p));
		if (!p_accept(p, T_COMMA))
			break;
	}
	p->in_pred = in_pred;
	p_expect_close(p, T_RPAREN, open);
}

static struct node *parse_call(struct parser *p, struct node *n)
{
	struct span open = p->tok.span;

	n->kind = E_CALL;
	p_next(p);
	n->called = p_at(p, T_RPAREN);
	parse_args(p, n, open);
	return p_done(p, n);
}

/* sizeof(type) and sizeof(expression), typeinfo likewise; n's name is the word, which is taken. */
static struct node *parse_sizeof(struct parser *p, struct node *n, enum node_kind kind)
{
	struct span open = p->tok.span;

	n->kind = kind;
	if (!p_expect(p, T_LPAREN))
		return n;
	n->cast_type = parse_type_before(p, T_RPAREN);
	if (!n->cast_type)
		n->a = parse_expr(p);
	p_expect_close(p, T_RPAREN, open);
	return p_done(p, n);
}

void parse_member_path(struct parser *p, struct node *n)
{
	do {
		struct node *part = p_node(p, E_IDENT, p->tok.span);

		part->name = p_expect_name(p, "a field name");
		p_add(p, n, part);
	} while (!p->panic && p_accept(p, T_DOT));
}

static struct node *parse_offsetof(struct parser *p, struct node *n)
{
	struct span open = p->tok.span;

	n->kind = E_OFFSETOF;
	if (!p_expect(p, T_LPAREN))
		return n;
	n->cast_type = parse_type_before(p, T_COMMA);
	if (!n->cast_type)
		n->a = parse_expr(p);
	p_expect(p, T_COMMA);
	parse_member_path(p, n);
	p_expect_close(p, T_RPAREN, open);
	return p_done(p, n);
}

/* Words of the language that begin no expression: true if it was reported. */
static bool reject_word(struct parser *p)
{
	static const char *const reserved[] = {
		"break", "continue", "else", "for", "import", "let", "macro", "return", "unroll",
		"while", "struct", "union", "enum",
	};

	for (size_t i = 0; i < ARRAY_SIZE(reserved); i++) {
		if (!p_at_word(p, reserved[i]))
			continue;
		p_expected(p, "an expression");
		return true;
	}
	return false;
}

static struct node *parse_word(struct parser *p)
{
	struct node *n;

	if (p_at_word(p, "if"))
		return parse_value_if(p);
	if (p_at_word(p, "typeof"))
		return parse_typeof(p);
	if (p_accept_word(p, "comptime")) {
		n = parse_operand(p);
		n->is_comptime = true;
		return n;
	}
	if (reject_word(p))
		return p_bad_node(p);
	n = p_node(p, E_IDENT, p->tok.span);
	n->name = p_text(p, &p->tok);
	p_next(p);
	if (!strcmp(n->name, "sizeof"))
		return parse_sizeof(p, n, E_SIZEOF);
	if (!strcmp(n->name, "typeinfo"))
		return parse_sizeof(p, n, E_TYPEINFO);
	if (!strcmp(n->name, "offsetof"))
		return parse_offsetof(p, n);
	if (!strcmp(n->name, "exists") && p_at(p, T_LPAREN))
		return parse_exists(p, n);
	if (p_at(p, T_LPAREN))
		return parse_call(p, n);
	if (!strcmp(n->name, "true") || !strcmp(n->name, "false")) {
		n->kind = E_BOOL;
		n->ival = n->name[0] == 't';
	}
	return n;
}

static struct node *parse_cast(struct parser *p, struct type_ref *type, struct span open)
{
	struct node *n = p_node(p, E_CAST, open);

	n->cast_type = type;
	n->op_span = span_join(open, p->prev);
	n->a = parse_operand(p);
	return p_done(p, n);
}

#define RECORD_MAX 64

/* (name=value, ...), the opening parenthesis is taken. */
static struct node *parse_record(struct parser *p, struct span open)
{
	struct node *n = p_node(p, E_TUPLE, open);
	const char **names = arena_array(p->arena, const char *, RECORD_MAX);

	p->in_pred = false;
	n->names = names;
	do {
		struct span at = p->tok.span;

		if (p_at(p, T_RPAREN))
			break;
		if (n->list.n == RECORD_MAX) {
			p_error(p, at, DT_too_deep, "A record may have at most %d members", RECORD_MAX);
			break;
		}
		names[n->list.n] = p_expect_name(p, "a member's name");
		for (size_t i = 0; i < n->list.n; i++)
			if (!p->panic && !strcmp(names[i], names[n->list.n]))
				p_error(p, at, DT_redefined, "A record cannot have two members '%s'",
					names[i]);
		p_expect(p, T_ASSIGN);
		p_add(p, n, parse_expr(p));
	} while (!p->panic && p_accept(p, T_COMMA));
	p_expect_close(p, T_RPAREN, open);
	return p_done(p, n);
}

/* The opening parenthesis is taken: (a) is a, anything with a comma a tuple. */
static struct node *parse_group(struct parser *p, struct span open)
{
	bool in_pred = p->in_pred;
	struct node *first, *n;

	if (p_at(p, T_IDENT) && p_peek(p).kind == T_ASSIGN) {
		n = parse_record(p, open);
		p->in_pred = in_pred;
		return n;
	}
	n = p_node(p, E_TUPLE, open);
	if (p_accept(p, T_RPAREN))
		return p_done(p, n);
	p->in_pred = false;
	first = parse_expr(p);
	p->in_pred = in_pred;
	if (!p->panic && p_accept(p, T_COMMA)) {
		p_add(p, n, first);
		parse_list(p, n, T_RPAREN, open);
		return p_done(p, n);
	}
	p_expect_close(p, T_RPAREN, open);
	return first;
}

static struct node *parse_paren(struct parser *p)
{
	struct span open = p->tok.span;
	struct type_ref *type = parse_cast_type(p);

	if (type)
		return parse_cast(p, type, open);
	p_next(p);
	return parse_group(p, open);
}

struct node *parse_primary(struct parser *p)
{
	if (p->panic || p->stop)
		return p_bad_node(p);
	switch (p->tok.kind) {
	case T_INT:
		return parse_number(p);
	case T_STR:
		return parse_str(p);
	case T_PARAM:
	case T_PARAMCOUNT:
		return parse_param(p);
	case T_VAR:
		return parse_var(p);
	case T_MAP:
		return parse_map(p);
	case T_IDENT:
		return parse_word(p);
	case T_LPAREN:
		return parse_paren(p);
	case T_LBRACE:
		return parse_value_block(p);
	default:
		p_expected(p, "an expression");
		return p_bad_node(p);
	}
}
