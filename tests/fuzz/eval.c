/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Direct evaluation of typed trees: what a script means, without any of the compiler behind sema. */
#include "tests/fuzz/fuzz.h"
#include "sema/program.h"

#define MOST_STEPS 3000000

/* A scalar as 64 bits, extended by its type; anything else as its bytes. */
struct value {
	uint64_t n;
	const uint8_t *p;
};

enum flow { GO_ON, BREAK, CONTINUE, RETURN };

struct variable {
	const struct var *var;
	struct value value;
};

struct eval {
	struct session *s;
	struct fuzz_world *w;
	VEC(struct variable) vars;
};

static struct value expr(struct eval *e, const struct node *n);
static enum flow block(struct eval *e, const struct node *n);

static struct value number(uint64_t n)
{
	return (struct value){ .n = n };
}

static struct value unknown(struct eval *e, const char *what)
{
	static const uint8_t nothing[4096];

	e->w->error = what;
	return (struct value){ .p = nothing };
}

static uint64_t extend(uint64_t v, const struct type *t)
{
	unsigned up = t->size < 8 ? 64 - 8 * t->size : 0;

	if (t->kind == TY_BOOL)
		return v & 0xff;
	return t->is_signed ? (uint64_t)((int64_t)(v << up) >> up) : v << up >> up;
}

static struct value load(const struct type *t, const uint8_t *p)
{
	uint64_t v = 0;

	if (!type_is_scalar(t))
		return (struct value){ .p = p };
	memcpy(&v, p, t->size);
	return number(extend(v, t));
}

static void store(const struct type *t, uint8_t *to, struct value v)
{
	if (type_is_scalar(t))
		memcpy(to, &v.n, t->size);
	else
		memcpy(to, v.p, t->size);
}

static uint8_t *room(struct eval *e, uint32_t size)
{
	return arena_alloc(e->w->arena, size + 8);
}

static struct value convert(struct eval *e, struct value v, const struct type *from, const struct type *to);

static struct value convert_text(struct eval *e, struct value v, const struct type *from, const struct type *to)
{
	uint8_t *p = room(e, to->size);

	memcpy(p, v.p, strnlen((const char *)v.p, from->size < to->size ? from->size : to->size - 1));
	return (struct value){ .p = p };
}

static struct value convert_tuple(struct eval *e, struct value v, const struct type *from, const struct type *to)
{
	uint8_t *p = room(e, to->size);

	vec_each(to->st->fields, i) {
		const struct field *f = &from->st->fields.v[i], *t = &to->st->fields.v[i];

		store(t->type, p + t->offset, convert(e, load(f->type, v.p + f->offset), f->type, t->type));
	}
	return (struct value){ .p = p };
}

static struct value convert(struct eval *e, struct value v, const struct type *from, const struct type *to)
{
	if (to->kind == TY_BOOL && from->kind != TY_BOOL)
		return number(v.n != 0);
	if (type_is_scalar(to) && type_is_scalar(from))
		return number(extend(v.n, to));
	if (to->kind == TY_STRING && from->kind == TY_STRING)
		return convert_text(e, v, from, to);
	if (to->kind == TY_TUPLE && from->kind == TY_TUPLE)
		return convert_tuple(e, v, from, to);
	return unknown(e, "a conversion");
}

static struct value as(struct eval *e, const struct node *n, const struct type *t)
{
	return convert(e, expr(e, n), n->type, t);
}

static struct value *variable(struct eval *e, const struct var *v)
{
	vec_each(e->vars, i)
		if (e->vars.v[i].var == v)
			return &e->vars.v[i].value;
	avec_push(e->w->arena, &e->vars, ((struct variable){ .var = v }));
	return &e->vars.v[e->vars.n - 1].value;
}

/* Maps */

static const uint8_t *key_of(struct eval *e, const struct node *n)
{
	const struct type *t = n->map->key;
	uint8_t *p;

	if (!t)
		return NULL;
	p = room(e, t->size);
	if (n->list.n == 1) {
		store(t, p, as(e, n->list.v[0], t));
		return p;
	}
	for (size_t i = 0; i < n->list.n; i++) {
		const struct field *f = &t->st->fields.v[i];

		store(f->type, p + f->offset, as(e, n->list.v[i], f->type));
	}
	return p;
}

static struct value map_value(struct eval *e, const struct map *m, const struct fuzz_entry *x)
{
	if (m->value->kind == TY_AGG)
		return number(x ? (uint64_t)m->value->agg->number(m->value, x->value) : 0);
	if (!x)
		return (struct value){ .p = room(e, m->value->size) };
	if (!type_is_scalar(m->value))
		return (struct value){ .p = arena_dup(e->w->arena, x->value, m->value->size) };
	return load(m->value, x->value);
}

static struct value map_read(struct eval *e, const struct node *n)
{
	return map_value(e, n->map, fuzz_find(e->w, n->map, key_of(e, n)));
}

static struct value arith(struct eval *e, enum op op, uint64_t a, uint64_t b, bool s)
{
	int64_t x = (int64_t)a, y = (int64_t)b;

	switch (op) {
	case OP_ADD: return number(a + b);
	case OP_SUB: return number(a - b);
	case OP_MUL: return number(a * b);
	case OP_BITAND: return number(a & b);
	case OP_BITOR: return number(a | b);
	case OP_BITXOR: return number(a ^ b);
	case OP_SHL: return number(a << (b & 63));
	case OP_SHR: return number(s ? (uint64_t)(x >> (b & 63)) : a >> (b & 63));
	case OP_DIV:
		if (!b)
			return number(1);
		return number(!s ? a / b : y == -1 ? -a : (uint64_t)(x / y));
	case OP_MOD:
		if (!b)
			return number(1);
		return number(!s ? a % b : y == -1 ? 0 : (uint64_t)(x % y));
	default: return unknown(e, "an operator");
	}
}

static void map_assign(struct eval *e, const struct node *n)
{
	const struct map *m = n->a->map;
	const struct type *t = m->value;
	struct value v = n->b->kind == E_CALL && t->kind == TY_AGG ? number(0) : expr(e, n->b), old;
	const uint8_t *key;
	struct fuzz_entry *x;

	if (t->kind == TY_AGG) {
		v = n->b->list.n ? expr(e, n->b->list.v[0]) : number(1);
		x = fuzz_take(e->w, m, key_of(e, n->a));
		if (!fuzz_aggregate(t, x->value, n->b, v.n))
			e->w->error = "an aggregation";
		return;
	}
	key = key_of(e, n->a);
	if (n->op != OP_NONE) {
		old = map_value(e, m, fuzz_find(e->w, m, key));
		v = arith(e, n->op, old.n, v.n, t->is_signed);
	} else {
		v = convert(e, v, n->b->type, t);
	}
	x = fuzz_take(e->w, m, key);
	store(t, x->value, v);
}

static void remove_entry(struct fuzz_world *w, struct fuzz_entry *x)
{
	*x = w->entries.v[--w->entries.n];
}

/* Expressions */

static struct value call(struct eval *e, const struct node *n)
{
	const struct node *m = n->list.v[0];
	struct fuzz_entry *x;
	uint64_t count = 0;

	if (!strcmp(n->name, "len")) {
		vec_each(e->w->entries, i)
			count += e->w->entries.v[i].map == m->map;
		return number(count);
	}
	x = fuzz_find(e->w, m->map, key_of(e, m));
	if (!strcmp(n->name, "has_key"))
		return number(x != NULL);
	if (strcmp(n->name, "delete"))
		return unknown(e, "a function");
	if (x)
		remove_entry(e->w, x);
	return number(x != NULL);
}

static bool same(struct eval *e, const struct node *n)
{
	const struct type *t = type_join(&e->s->types, n->a->type, n->b->type);

	if (t->kind == TY_STRING)
		return !strcmp((const char *)as(e, n->a, t).p, (const char *)as(e, n->b, t).p);
	return !memcmp(as(e, n->a, t).p, as(e, n->b, t).p, t->size);
}

static bool below(uint64_t a, uint64_t b, bool s)
{
	return s ? (int64_t)a < (int64_t)b : a < b;
}

static struct value compare(struct eval *e, const struct node *n)
{
	bool s = sema_compare_signed(n);
	uint64_t a, b;

	if (!type_is_scalar(n->a->type))
		return number(same(e, n) == (n->op == OP_EQ));
	a = expr(e, n->a).n;
	b = expr(e, n->b).n;
	switch (n->op) {
	case OP_EQ: return number(a == b);
	case OP_NE: return number(a != b);
	case OP_LT: return number(below(a, b, s));
	case OP_LE: return number(!below(b, a, s));
	case OP_GT: return number(below(b, a, s));
	default: return number(!below(a, b, s));
	}
}

static struct value binary(struct eval *e, const struct node *n)
{
	uint64_t a;

	if (n->op == OP_LAND)
		return number(expr(e, n->a).n && expr(e, n->b).n);
	if (n->op == OP_LOR)
		return number(expr(e, n->a).n || expr(e, n->b).n);
	if (n->op >= OP_EQ && n->op <= OP_GE)
		return compare(e, n);
	/* A constant's type is the smallest for its value, not what it was computed in. */
	if (n->is_const && type_is_int(n->type))
		return number((uint64_t)n->ival);
	a = expr(e, n->a).n;
	return arith(e, n->op, a, expr(e, n->b).n, n->type->is_signed);
}

static struct value unary(struct eval *e, const struct node *n)
{
	uint64_t a = expr(e, n->a).n;

	switch (n->op) {
	case OP_NEG: return number(-a);
	case OP_BITNOT: return number(~a);
	case OP_NOT: return number(!a);
	default: return unknown(e, "an operator of one operand");
	}
}

static struct value step(struct eval *e, const struct node *n)
{
	uint64_t by = n->op == OP_INC ? 1 : -1ull, old;
	struct fuzz_entry *x;
	struct value *v;

	if (n->a->kind == E_MAP) {
		x = fuzz_take(e->w, n->a->map, key_of(e, n->a));
		old = load(n->a->map->value, x->value).n;
		store(n->a->map->value, x->value, number(old + by));
	} else {
		v = variable(e, n->a->var);
		old = v->n;
		v->n = extend(old + by, n->a->var->type);
	}
	return number(n->is_prefix ? old + by : old);
}

static struct value tuple(struct eval *e, const struct node *n)
{
	uint8_t *p = room(e, n->type->size);

	for (size_t i = 0; i < n->list.n; i++) {
		const struct field *f = &n->type->st->fields.v[i];

		store(f->type, p + f->offset, as(e, n->list.v[i], f->type));
	}
	return (struct value){ .p = p };
}

static struct value literal(struct eval *e, const struct node *n)
{
	uint8_t *p = room(e, n->type->size);

	memcpy(p, n->str, n->len);
	return (struct value){ .p = p };
}

static struct value expr(struct eval *e, const struct node *n)
{
	if (++e->w->steps > MOST_STEPS)
		return unknown(e, "so many steps");
	switch (n->kind) {
	case E_INT: case E_BOOL: return number((uint64_t)n->ival);
	case E_STR: return literal(e, n);
	case E_VAR: return *variable(e, n->var);
	case E_MAP: return map_read(e, n);
	case E_CALL: return call(e, n);
	case E_UNOP: return unary(e, n);
	case E_BINOP: return binary(e, n);
	case E_INCDEC: return step(e, n);
	case E_TERNARY: return expr(e, n->a).n ? as(e, n->b, n->type) : as(e, n->c, n->type);
	case E_CAST: return as(e, n->a, n->type);
	case E_TUPLE: return tuple(e, n);
	case E_TUPIDX: return load(n->type, expr(e, n->a).p + n->field.offset);
	default: return unknown(e, "a kind of expression");
	}
}

/* Statements */

static void assign(struct eval *e, const struct node *n)
{
	const struct var *var = n->a->var;
	struct value v;

	if (n->a->kind == E_MAP) {
		map_assign(e, n);
		return;
	}
	if (n->op == OP_NONE)
		v = as(e, n->b, var->type);
	else
		v = number(extend(arith(e, n->op, variable(e, var)->n, expr(e, n->b).n, var->type->is_signed).n, var->type));
	*variable(e, var) = v;
}

static enum flow range(struct eval *e, const struct node *n)
{
	int64_t from = (int64_t)expr(e, n->a).n, end = (int64_t)expr(e, n->b).n;
	enum flow f = GO_ON;

	for (int64_t i = from; i < end && f != RETURN && !e->w->error; i++) {
		variable(e, n->decl->var)->n = (uint64_t)i;
		f = block(e, n->c);
		if (f == BREAK)
			break;
	}
	return f == RETURN ? f : GO_ON;
}

static enum flow loop(struct eval *e, const struct node *n)
{
	enum flow f;

	while (!e->w->error && expr(e, n->a).n) {
		f = block(e, n->b);
		if (f == BREAK)
			break;
		if (f == RETURN)
			return f;
	}
	return GO_ON;
}

/* The body does not change the map it goes through. */
static enum flow over_map(struct eval *e, const struct node *n)
{
	const struct map *m = n->a->map;
	const struct type *t = n->decl->var->type;
	enum flow f = GO_ON;

	for (size_t i = 0; i < e->w->entries.n && f != BREAK && f != RETURN; i++) {
		struct fuzz_entry *x = &e->w->entries.v[i];
		const struct field *k = &t->st->fields.v[0], *v = &t->st->fields.v[1];
		uint8_t *pair;

		if (x->map != m)
			continue;
		pair = room(e, t->size);
		memcpy(pair + k->offset, x->key, k->type->size);
		memcpy(pair + v->offset, x->value, v->type->size);
		variable(e, n->decl->var)->p = pair;
		f = block(e, n->c);
	}
	return f == RETURN ? f : GO_ON;
}

static void print(struct eval *e, const struct node *call)
{
	uint64_t v[4];
	const char *text;

	v[0] = expr(e, call->list.v[1]).n;
	v[1] = expr(e, call->list.v[2]).n;
	text = (const char *)expr(e, call->list.v[3]).p;
	v[3] = expr(e, call->list.v[4]).n;
	sb_addf(&e->w->printed, "{\"type\": \"printf\", \"data\": \"%lld %llu %s %llx\\n\"}\n", (long long)v[0],
		(unsigned long long)v[1], text, (unsigned long long)v[3]);
}

static enum flow statement(struct eval *e, const struct node *n)
{
	if (e->w->error)
		return RETURN;
	switch (n->kind) {
	case S_EXPR:
		if (n->a->kind == E_CALL && !strcmp(n->a->name, "printf"))
			print(e, n->a);
		else
			expr(e, n->a);
		return GO_ON;
	case S_ASSIGN:
		assign(e, n);
		return GO_ON;
	case S_IF:
		if (expr(e, n->a).n)
			return statement(e, n->b);
		return n->c ? statement(e, n->c) : GO_ON;
	case S_BLOCK: return block(e, n);
	case S_WHILE: return loop(e, n);
	case S_FOR_RANGE: return range(e, n);
	case S_FOR_MAP: return over_map(e, n);
	case S_BREAK: return BREAK;
	case S_CONTINUE: return CONTINUE;
	case S_RETURN: return RETURN;
	default:
		unknown(e, "a kind of statement");
		return RETURN;
	}
}

static enum flow block(struct eval *e, const struct node *n)
{
	enum flow f = GO_ON;

	for (size_t i = 0; i < n->list.n && f == GO_ON; i++)
		f = statement(e, n->list.v[i]);
	return f;
}

bool fuzz_evaluate(struct session *s, struct fuzz_world *w)
{
	vec_each(s->tables.probes, i) {
		struct eval e = { .s = s, .w = w };

		block(&e, s->tables.probes.v[i]->block->body);
	}
	return !w->error;
}
