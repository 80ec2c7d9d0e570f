/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tool/calc.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fdutil.h"
#include "base/vec.h"

enum op {
	OP_NUMBER, OP_MAP, OP_PART, OP_DELTA, OP_KEY, OP_TOTAL, OP_SECONDS, OP_NOW, OP_MEMINFO, OP_NOT, OP_NEGATE,
	OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD, OP_LT, OP_GT, OP_LE, OP_GE, OP_EQ, OP_NE, OP_AND, OP_OR, OP_CHOOSE,
	OP_MIN, OP_MAX,
};

struct calc {
	enum op op;
	double number;     /* OP_NUMBER; OP_TOTAL: the sum so far */
	unsigned map;      /* OP_MAP, OP_PART, OP_DELTA */
	int part;          /* OP_KEY: which, -1: the whole key */
	const char *name;  /* OP_PART: "avg"; OP_MEMINFO */
	struct calc *a, *b, *c;
};

struct parser {
	struct arena *arena;
	const char *p, *end;
	const struct calc_maps *maps;
	struct err *e;
};

/* By precedence; longer ones first where one begins like another. */
static const struct binary {
	const char *text;
	enum op op;
	int level;
} binaries[] = {
	{ "||", OP_OR, 1 }, { "&&", OP_AND, 2 }, { "==", OP_EQ, 3 }, { "!=", OP_NE, 3 }, { "<=", OP_LE, 4 },
	{ ">=", OP_GE, 4 }, { "<", OP_LT, 4 }, { ">", OP_GT, 4 }, { "+", OP_ADD, 5 }, { "-", OP_SUB, 5 },
	{ "*", OP_MUL, 6 }, { "/", OP_DIV, 6 }, { "%", OP_MOD, 6 },
};

static struct calc *parse_choice(struct parser *s);

static struct calc *wrong(struct parser *s, const char *what)
{
	if (!s->e->what[0])
		err_set(s->e, -EINVAL, "%s at '%.*s'", what, (int)(s->end - s->p), s->p);
	return NULL;
}

static struct calc *node(struct parser *s, enum op op)
{
	struct calc *c = arena_alloc(s->arena, sizeof(*c));

	*c = (struct calc){ .op = op };
	return c;
}

static void skip_blanks(struct parser *s)
{
	while (s->p < s->end && isspace((unsigned char)*s->p))
		s->p++;
}

static bool take(struct parser *s, const char *what)
{
	size_t n = strlen(what);

	skip_blanks(s);
	if ((size_t)(s->end - s->p) < n || memcmp(s->p, what, n))
		return false;
	s->p += n;
	return true;
}

static size_t name_length(const struct parser *s)
{
	const char *p = s->p;

	while (p < s->end && (isalnum((unsigned char)*p) || *p == '_'))
		p++;
	return (size_t)(p - s->p);
}

static const char *take_name(struct parser *s)
{
	size_t n = name_length(s);
	const char *name = arena_strndup(s->arena, s->p, n);

	s->p += n;
	return name;
}

/* @map, @map.avg; s->p is behind the @. */
static struct calc *parse_map(struct parser *s, bool keep)
{
	size_t n = name_length(s);
	struct calc *c = node(s, OP_MAP);

	c->map = s->maps->index(s->maps->arg, s->p, n, keep);
	s->p += n;
	if (s->p < s->end && *s->p == '.') {
		s->p++;
		c->op = OP_PART;
		c->name = take_name(s);
	}
	return c;
}

static struct calc *parse_key(struct parser *s)
{
	struct calc *c = node(s, OP_KEY);

	c->part = -1;
	if (s->p < s->end && *s->p == '.') {
		s->p++;
		c->part = atoi(take_name(s));
	}
	return c;
}

/* The arguments of a function; s->p is behind the parenthesis. */
static struct calc *parse_args(struct parser *s, struct calc *c, bool two)
{
	c->a = parse_choice(s);
	if (c->a && two && !take(s, ","))
		return wrong(s, "a comma is missing");
	if (c->a && two)
		c->b = parse_choice(s);
	if (!c->a || (two && !c->b))
		return NULL;
	return take(s, ")") ? c : wrong(s, "a parenthesis is missing");
}

static struct calc *parse_delta(struct parser *s)
{
	struct calc *c;

	if (!take(s, "@"))
		return wrong(s, "delta() takes a map");
	c = parse_map(s, true);
	if (c->op != OP_MAP || !take(s, ")"))
		return wrong(s, "delta() takes a map");
	c->op = OP_DELTA;
	return c;
}

static struct calc *parse_meminfo(struct parser *s)
{
	struct calc *c = node(s, OP_MEMINFO);

	skip_blanks(s);
	c->name = take_name(s);
	return take(s, ")") ? c : wrong(s, "a parenthesis is missing");
}

static struct calc *parse_word(struct parser *s)
{
	const char *name = take_name(s);
	bool call = take(s, "(");

	if (!strcmp(name, "key") && !call)
		return parse_key(s);
	if (!strcmp(name, "seconds") && !call)
		return node(s, OP_SECONDS);
	if (!strcmp(name, "now") && !call)
		return node(s, OP_NOW);
	if (!strcmp(name, "total") && call)
		return parse_args(s, node(s, OP_TOTAL), false);
	if (!strcmp(name, "min") && call)
		return parse_args(s, node(s, OP_MIN), true);
	if (!strcmp(name, "max") && call)
		return parse_args(s, node(s, OP_MAX), true);
	if (!strcmp(name, "delta") && call)
		return parse_delta(s);
	if (!strcmp(name, "meminfo") && call)
		return parse_meminfo(s);
	return wrong(s, "what is this name");
}

static struct calc *parse_number(struct parser *s)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	struct calc *c = node(s, OP_NUMBER);
	char *end;

	sb_add(&text, s->p, (size_t)(s->end - s->p));
	c->number = strtod(sb_str(&text), &end);
	s->p += end - sb_str(&text);
	return c;
}

static struct calc *parse_primary(struct parser *s)
{
	struct calc *c;

	if (take(s, "(")) {
		c = parse_choice(s);
		return !c || take(s, ")") ? c : wrong(s, "a parenthesis is missing");
	}
	if (take(s, "!") || take(s, "-")) {
		c = node(s, s->p[-1] == '!' ? OP_NOT : OP_NEGATE);
		c->a = parse_primary(s);
		return c->a ? c : NULL;
	}
	if (take(s, "@"))
		return parse_map(s, false);
	if (s->p < s->end && (isdigit((unsigned char)*s->p) || *s->p == '.'))
		return parse_number(s);
	if (s->p < s->end && isalpha((unsigned char)*s->p))
		return parse_word(s);
	return wrong(s, "a value is missing");
}

static const struct binary *take_binary(struct parser *s, int level)
{
	for (size_t i = 0; i < ARRAY_SIZE(binaries); i++) {
		const char *p = s->p;

		if (!take(s, binaries[i].text))
			continue;
		if (binaries[i].level >= level)
			return &binaries[i];
		s->p = p;
		return NULL;
	}
	return NULL;
}

static struct calc *parse_binary(struct parser *s, int level)
{
	struct calc *left = parse_primary(s);
	const struct binary *b;

	while (left && (b = take_binary(s, level))) {
		struct calc *c = node(s, b->op);

		c->a = left;
		c->b = parse_binary(s, b->level + 1);
		left = c->b ? c : NULL;
	}
	return left;
}

static struct calc *parse_choice(struct parser *s)
{
	struct calc *c, *cond = parse_binary(s, 1);

	if (!cond || !take(s, "?"))
		return cond;
	c = node(s, OP_CHOOSE);
	c->a = cond;
	c->b = parse_choice(s);
	if (c->b && !take(s, ":"))
		return wrong(s, "a ':' is missing");
	c->c = c->b ? parse_choice(s) : NULL;
	return c->c ? c : NULL;
}

struct calc *calc_parse(struct arena *a, const char *text, size_t len, const struct calc_maps *maps, struct err *e)
{
	struct parser s = { .arena = a, .p = text, .end = text + len, .maps = maps, .e = e };
	struct calc *c = parse_choice(&s);

	skip_blanks(&s);
	return c && s.p < s.end ? wrong(&s, "the expression has no end") : c;
}

static double value_number(const struct calc_value *v)
{
	int64_t n = 0;

	if (!v->type)
		return 0;
	if (v->type->kind != TY_AGG) {
		if (!render_number(v->type, v->bytes, &n))
			return 0;
		return type_is_int(v->type) && !v->type->is_signed ? (double)(uint64_t)n : (double)n;
	}
	if (!v->type->agg->number)
		return (double)v->type->agg->order(v->type, v->bytes);
	n = v->type->agg->number(v->type, v->bytes);
	return v->type->param[0] || v->type->agg->order_unsigned ? (double)n : (double)(uint64_t)n;
}

static double value_part(const struct calc_value *v, const char *name)
{
	double d = 0;

	if (v->type && v->type->kind == TY_AGG && v->type->agg->part)
		v->type->agg->part(v->type, v->bytes, name, &d);
	return d;
}

static struct calc_value key_part(const struct calc *c, const struct calc_row *row)
{
	struct calc_value v = { row->key_type, row->key };
	const struct struct_def *def;

	if (c->part < 0 || !row->key_type)
		return v;
	def = row->key_type->kind == TY_TUPLE ? type_fields(row->types, row->key_type) : NULL;
	if (!def && !c->part)
		return v;
	if (!def || (size_t)c->part >= def->fields.n)
		return (struct calc_value){ 0 };
	v.type = def->fields.v[c->part].type;
	v.bytes = (const char *)row->key + def->fields.v[c->part].offset;
	return v;
}

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Bytes; 0: there is no such line. */
static double meminfo(const char *name)
{
	FILE *f = fopen("/proc/meminfo", "re");
	size_t n = strlen(name);
	char line[256];
	double kb = 0;

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, n) && line[n] == ':')
			kb = strtod(line + n + 1, NULL);
	if (f)
		fclose(f);
	return kb * 1024;
}

static double remainder_of(double a, double b)
{
	double q = b != 0 ? a / b : 0;

	return b != 0 && q > -9e18 && q < 9e18 ? a - b * (double)(int64_t)q : 0;
}

static double two(enum op op, double a, double b)
{
	switch (op) {
	case OP_ADD: return a + b;
	case OP_SUB: return a - b;
	case OP_MUL: return a * b;
	case OP_DIV: return b != 0 ? a / b : 0;
	case OP_MOD: return remainder_of(a, b);
	case OP_LT: return a < b;
	case OP_GT: return a > b;
	case OP_LE: return a <= b;
	case OP_GE: return a >= b;
	case OP_EQ: return a == b;
	case OP_NE: return a != b;
	case OP_AND: return a != 0 && b != 0;
	case OP_OR: return a != 0 || b != 0;
	case OP_MIN: return a < b ? a : b;
	default: return a > b ? a : b; /* OP_MAX */
	}
}

double calc_number(const struct calc *c, const struct calc_row *row)
{
	struct calc_value v;

	switch (c->op) {
	case OP_TOTAL:
	case OP_NUMBER: return c->number;
	case OP_MAP: return value_number(&row->values[c->map]);
	case OP_PART: return value_part(&row->values[c->map], c->name);
	case OP_DELTA: return value_number(&row->values[c->map]) - value_number(&row->before[c->map]);
	case OP_KEY: v = key_part(c, row); return value_number(&v);
	case OP_SECONDS: return row->seconds;
	case OP_NOW: return now_ns();
	case OP_MEMINFO: return meminfo(c->name);
	case OP_NOT: return calc_number(c->a, row) == 0;
	case OP_NEGATE: return -calc_number(c->a, row);
	case OP_CHOOSE: return calc_number(calc_number(c->a, row) != 0 ? c->b : c->c, row);
	default: return two(c->op, calc_number(c->a, row), calc_number(c->b, row));
	}
}

bool calc_value(const struct calc *c, const struct calc_row *row, struct calc_value *ret)
{
	if (c->op == OP_KEY)
		*ret = key_part(c, row);
	else if (c->op == OP_MAP)
		*ret = row->values[c->map];
	else
		return false;
	return ret->type && ret->type->kind != TY_AGG;
}

bool calc_names(const struct calc *c, unsigned map)
{
	if (!c)
		return false;
	if ((c->op == OP_MAP || c->op == OP_PART || c->op == OP_DELTA) && c->map == map)
		return true;
	return calc_names(c->a, map) || calc_names(c->b, map) || calc_names(c->c, map);
}

void calc_total_reset(struct calc *c)
{
	if (!c)
		return;
	if (c->op == OP_TOTAL)
		c->number = 0;
	calc_total_reset(c->a);
	calc_total_reset(c->b);
	calc_total_reset(c->c);
}

void calc_total_add(struct calc *c, const struct calc_row *row)
{
	if (!c)
		return;
	if (c->op == OP_TOTAL) {
		c->number += calc_number(c->a, row);
		return;
	}
	calc_total_add(c->a, row);
	calc_total_add(c->b, row);
	calc_total_add(c->c, row);
}

bool calc_has_total(const struct calc *c)
{
	return c && (c->op == OP_TOTAL || calc_has_total(c->a) || calc_has_total(c->b) || calc_has_total(c->c));
}
