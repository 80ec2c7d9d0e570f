/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C declarators and attributes. */
#include <string.h>

#include "lang/cdef.h"

#define MAX_DIMS 8

struct dims {
	uint32_t v[MAX_DIMS];
	size_t n;
};

static void parse_dim(struct parser *p, struct dims *d)
{
	struct span open = p->tok.span;
	int64_t count = 0;

	p_next(p);
	if (!p_at(p, T_RBRACKET))
		count = cenum_const(p);
	if (count < 0 || count > CDEF_MAX_SIZE)
		p_error(p, span_join(open, p->prev), DT_bad_definition,
			"an array has 0 to %u elements", CDEF_MAX_SIZE);
	if (d->n == MAX_DIMS)
		p_error(p, open, DT_bad_definition, "an array has at most %d dimensions", MAX_DIMS);
	p_expect_close(p, T_RBRACKET, open);
	if (!p->panic)
		d->v[d->n++] = (uint32_t)count;
}

static void parse_dims(struct parser *p, struct dims *d)
{
	while (!p->panic && p_at(p, T_LBRACKET))
		parse_dim(p, d);
}

static const struct type *array_of(struct parser *p, const struct type *t, const struct dims *d)
{
	for (size_t i = d->n; i-- && !p->panic;) {
		cdef_check_complete(p, t, p->prev);
		if ((uint64_t)t->size * d->v[i] > CDEF_MAX_SIZE)
			p_error(p, p->prev, DT_bad_definition, "this array is too large");
		if (!p->panic)
			t = type_array(p->ts, t, d->v[i]);
	}
	return t;
}

static bool is_pointer_word(const struct parser *p)
{
	return p_at_word(p, "const") || p_at_word(p, "volatile") || p_at_word(p, "restrict");
}

static const struct type *parse_pointers(struct parser *p, const struct type *t)
{
	unsigned n = 0;

	for (; !p->panic && !p->stop; p_next(p)) {
		if (p_at(p, T_STAR) && ++n > TYPE_MAX_STARS)
			p_error(p, p->tok.span, DT_too_deep, "a type has at most %d stars",
				TYPE_MAX_STARS);
		else if (p_at(p, T_STAR))
			t = type_ptr(p->ts, t, AS_NONE);
		else if (!is_pointer_word(p))
			break;
	}
	return t;
}

static void parse_name(struct parser *p, struct cdecl *d)
{
	d->span = p->tok.span;
	if (p_at(p, T_IDENT) && !p_at_word(p, "__attribute__"))
		d->name = p_expect_name(p, "");
}

/* Parameters of a function pointer: their types do not matter. */
static void skip_params(struct parser *p)
{
	struct span open = p->tok.span;
	unsigned depth = 1;

	p_next(p);
	while (depth && !p_at(p, T_EOF) && !p_at(p, T_SEMI) && !p_at(p, T_RBRACE)) {
		if (p_at(p, T_LPAREN))
			depth++;
		else if (p_at(p, T_RPAREN) && !--depth)
			break;
		p_next(p);
	}
	p_expect_close(p, T_RPAREN, open);
}

static struct cdecl parse_inner(struct parser *p, const struct type *base);

/* (*(*name)(params))(params): a pointer to a function whose result is a pointer to another. */
static struct cdecl parse_nested(struct parser *p, struct span open)
{
	struct cdecl d = { 0 };

	if (!p_enter(p))
		return d;
	d = parse_inner(p, type_none());
	p_leave(p);
	p_expect_close(p, T_RPAREN, open);
	if (!p->panic && p_at(p, T_LPAREN))
		skip_params(p);
	return d;
}

/* (*name)(params), (*name[3])(params), (*name)[4] */
static struct cdecl parse_inner(struct parser *p, const struct type *base)
{
	struct cdecl d = { .type = base };
	struct dims inside = { 0 }, behind = { 0 };
	struct span open = p->tok.span;
	const struct type *stars;

	p_next(p);
	if (!p_at(p, T_STAR))
		p_expected(p, "'*'");
	/* What they point to stands behind the closing parenthesis: built on a stand-in. */
	stars = parse_pointers(p, type_none());
	if (!p->panic && p_at(p, T_LPAREN))
		return parse_nested(p, open);
	parse_name(p, &d);
	parse_dims(p, &inside);
	p_expect_close(p, T_RPAREN, open);
	if (!p->panic && p_at(p, T_LPAREN)) {
		skip_params(p);
		d.type = type_none();
	} else {
		parse_dims(p, &behind);
		d.type = array_of(p, d.type, &behind);
	}
	for (; stars->kind == TY_PTR && !p->panic; stars = stars->to)
		d.type = type_ptr(p->ts, d.type, AS_NONE);
	d.type = array_of(p, d.type, &inside);
	return d;
}

struct cdecl cdecl_parse(struct parser *p, const struct type *base)
{
	struct cdecl d = { .type = parse_pointers(p, base), .span = p->prev };
	struct dims dims = { 0 };

	if (p->panic)
		return d;
	if (p_at(p, T_LPAREN))
		return parse_inner(p, d.type);
	parse_name(p, &d);
	if (!d.name) {
		d.span = p->prev;
		return d;
	}
	if (p_at(p, T_LPAREN)) {
		skip_params(p); /* a function: a typedef may name its type */
		d.type = type_none();
	}
	parse_dims(p, &dims);
	d.type = array_of(p, d.type, &dims);
	return d;
}

static bool is_packed(const char *name)
{
	return !strcmp(name, "packed") || !strcmp(name, "__packed__");
}

static bool is_aligned(const char *name)
{
	return !strcmp(name, "aligned") || !strcmp(name, "__aligned__");
}

#define MAX_ALIGN 4096
#define BIGGEST_ALIGN 16 /* what "aligned" alone means */

/* aligned(N) */
static unsigned parse_align(struct parser *p)
{
	struct span at = p->tok.span, open = at;
	int64_t n;

	if (!p_accept(p, T_LPAREN))
		return BIGGEST_ALIGN;
	n = cenum_const(p);
	p_expect_close(p, T_RPAREN, open);
	if (n > 0 && n <= MAX_ALIGN && !(n & (n - 1)))
		return (unsigned)n;
	p_error(p, span_join(at, p->prev), DT_bad_definition, "an alignment is a power of two up to %d",
		MAX_ALIGN);
	return 0;
}

static void parse_attribute(struct parser *p, struct cattrs *attrs)
{
	const char *name = p_expect_name(p, "the name of an attribute");
	unsigned align;

	if (is_packed(name)) {
		attrs->packed = true;
	} else if (is_aligned(name)) {
		align = parse_align(p);
		if (align > attrs->align)
			attrs->align = align;
	}
	if (!p->panic && p_at(p, T_LPAREN))
		skip_params(p);
}

void cdecl_attributes(struct parser *p, struct cattrs *attrs)
{
	while (!p->panic && p_accept_word(p, "__attribute__")) {
		struct span open = p->tok.span;

		p_expect(p, T_LPAREN);
		p_expect(p, T_LPAREN);
		while (!p->panic && !p->stop && !p_at(p, T_RPAREN)) {
			parse_attribute(p, attrs);
			if (!p_at(p, T_RPAREN))
				p_expect(p, T_COMMA);
		}
		p_expect_close(p, T_RPAREN, open);
		p_expect_close(p, T_RPAREN, open);
	}
}
