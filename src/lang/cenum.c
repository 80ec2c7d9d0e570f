/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Enumerations and constant expressions of C definitions. */
#include <string.h>

#include "lang/cdef.h"

static int64_t eval(struct parser *p, const struct node *n);

static int64_t eval_div(struct parser *p, const struct node *n, int64_t a, int64_t b)
{
	if (!b || (a == INT64_MIN && b == -1)) {
		p_error(p, n->op_span, DT_bad_definition, "this division has no result");
		return 0;
	}
	return n->op == OP_DIV ? a / b : a % b;
}

static int64_t eval_binop(struct parser *p, const struct node *n)
{
	int64_t a = eval(p, n->a), b = eval(p, n->b);
	uint64_t ua = (uint64_t)a, ub = (uint64_t)b;

	switch (n->op) {
	case OP_ADD: return (int64_t)(ua + ub);
	case OP_SUB: return (int64_t)(ua - ub);
	case OP_MUL: return (int64_t)(ua * ub);
	case OP_DIV:
	case OP_MOD: return eval_div(p, n, a, b);
	case OP_BITAND: return a & b;
	case OP_BITOR: return a | b;
	case OP_BITXOR: return a ^ b;
	case OP_SHL: return ub < 64 ? (int64_t)(ua << ub) : 0;
	case OP_SHR: return ub < 64 ? a >> ub : 0;
	case OP_EQ: return a == b;
	case OP_NE: return a != b;
	case OP_LT: return a < b;
	case OP_LE: return a <= b;
	case OP_GT: return a > b;
	case OP_GE: return a >= b;
	case OP_LAND: return a && b;
	default: return a || b;
	}
}

static int64_t eval_unop(struct parser *p, const struct node *n)
{
	int64_t a = eval(p, n->a);

	switch (n->op) {
	case OP_NEG: return (int64_t)-(uint64_t)a;
	case OP_NOT: return !a;
	case OP_BITNOT: return ~a;
	case OP_PLUS: return a;
	default:
		p_error(p, n->op_span, DT_bad_definition, "this is not a constant");
		return 0;
	}
}

static int64_t eval_name(struct parser *p, const struct node *n)
{
	struct enum_const c;

	if (types_enumerator(p->ts, n->name, &c))
		return c.value;
	p_error(p, n->span, DT_bad_definition, "'%s' is not a constant", n->name);
	return 0;
}

/* An integer type cuts its value off; a pointer leaves it. */
static int64_t eval_cast(struct parser *p, const struct node *n)
{
	const struct type_ref *r = n->cast_type;
	const struct type *t = r && !r->is_array && !r->stars ? types_lookup(p->ts, r->name) : NULL;
	int64_t v = eval(p, n->a);
	unsigned unused;

	if (!t || !type_is_int(t) || t->size >= 8)
		return v;
	unused = 64 - 8 * t->size;
	v = (int64_t)((uint64_t)v << unused);
	return t->is_signed ? v >> unused : (int64_t)((uint64_t)v >> unused);
}

static int64_t eval_sizeof(struct parser *p, const struct node *n)
{
	const struct type_ref *r = n->cast_type;
	const struct type *t = r && !r->is_array ? types_lookup(p->ts, r->name) : NULL;

	if (t && r->stars)
		return 8;
	if (!t || (t->kind == TY_STRUCT && t->st->incomplete)) {
		p_error(p, n->span, DT_bad_definition, "this size is not known here");
		return 0;
	}
	return t->size;
}

static int64_t eval(struct parser *p, const struct node *n)
{
	if (p->panic || p->stop)
		return 0;
	switch (n->kind) {
	case E_INT:
	case E_BOOL:
		return n->ival;
	case E_IDENT:
		return eval_name(p, n);
	case E_UNOP:
		return eval_unop(p, n);
	case E_BINOP:
		return eval_binop(p, n);
	case E_TERNARY:
		return eval(p, n->a) ? eval(p, n->b ? n->b : n->a) : eval(p, n->c);
	case E_SIZEOF:
		return eval_sizeof(p, n);
	case E_CAST:
		return eval_cast(p, n);
	default:
		p_error(p, n->span, DT_bad_definition, "this is not a constant");
		return 0;
	}
}

int64_t cenum_const(struct parser *p)
{
	return eval(p, parse_expr(p));
}

struct range {
	int64_t min, max;
};

static void add_value(struct parser *p, struct type *t, const struct enumerator *e, struct span at)
{
	struct enum_const *c = arena_new(p->arena, struct enum_const);

	if (strmap_get(&p->ts->enumerators, e->name)) {
		p_error(p, at, DT_redefined, "there is another constant '%s'", e->name);
		return;
	}
	*c = (struct enum_const){ .value = e->value, .type = t };
	strmap_put(&p->ts->enumerators, e->name, c);
	avec_push(p->arena, &t->en->values, *e);
}

static void parse_value(struct parser *p, struct type *t, int64_t next)
{
	struct span at = p->tok.span;
	struct enumerator e = { .name = p_expect_name(p, "the name of a constant"), .value = next };

	if (!p->panic && p_accept(p, T_ASSIGN))
		e.value = cenum_const(p);
	if (!p->panic)
		add_value(p, t, &e, at);
}

/* gcc's choice: the smallest of unsigned int, int, unsigned long, long that holds all values. */
static void choose_size(struct type *t)
{
	struct range r = { 0, 0 };

	vec_each(t->en->values, i) {
		int64_t v = t->en->values.v[i].value;

		if (v < r.min)
			r.min = v;
		if (v > r.max)
			r.max = v;
	}
	t->is_signed = r.min < 0;
	if (t->is_signed)
		t->size = r.min >= INT32_MIN && r.max <= INT32_MAX ? 4 : 8;
	else
		t->size = r.max <= UINT32_MAX ? 4 : 8;
	t->align = (uint8_t)t->size;
}

static void parse_values(struct parser *p, struct type *t)
{
	struct span open = p->tok.span;
	uint64_t next = 0;

	p_next(p);
	while (!p->panic && !p_at(p, T_RBRACE) && !p_at(p, T_EOF)) {
		parse_value(p, t, (int64_t)next);
		if (t->en->values.n)
			next = (uint64_t)t->en->values.v[t->en->values.n - 1].value + 1;
		if (!p_at(p, T_RBRACE))
			p_expect(p, T_COMMA);
	}
	while (p->panic && !p_at(p, T_RBRACE) && !p_at(p, T_EOF))
		p_next(p);
	p->panic = p_at(p, T_EOF) && p->panic;
	p_expect_close(p, T_RBRACE, open);
}

static const struct type *refer(struct parser *p, const char *name, struct span at)
{
	const struct type *t = types_lookup(p->ts, arena_printf(p->arena, "enum %s", name));

	if (t)
		return t;
	p_error(p, at, DT_unknown_type, "unknown type 'enum %s'", name);
	return type_none();
}

const struct type *cenum_parse(struct parser *p)
{
	const char *name = "";
	struct span at = p->tok.span;
	struct type *t;
	struct cattrs attrs = { 0 };

	if (p_at(p, T_IDENT))
		name = p_expect_name(p, "");
	if (!p_at(p, T_LBRACE)) {
		if (!*name)
			p_expected(p, "a name or '{'");
		return *name ? refer(p, name, at) : type_none();
	}
	t = type_enum_new(p->ts, name);
	parse_values(p, t);
	cdecl_attributes(p, &attrs);
	choose_size(t);
	return t;
}
