/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types as expressions name them, and telling them from expressions. */
#include <string.h>

#include "lang/literal.h"
#include "lang/parse.h"

static bool is_tag_word(const struct token *t)
{
	return token_is(t, "struct") || token_is(t, "union") || token_is(t, "enum");
}

/* Words that make up C's integer types and may follow one another. */
static bool is_int_word(const struct token *t)
{
	static const char *const words[] = { "unsigned", "signed", "long", "short", "int", "char" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (token_is(t, words[i]))
			return true;
	return false;
}

static bool is_qualifier(const struct token *t)
{
	return token_is(t, "const") || token_is(t, "volatile");
}

static const char *add_word(struct parser *p, const char *name, const struct token *t)
{
	return arena_printf(p->arena, "%s%s%.*s", name, *name ? " " : "", (int)t->len, t->text);
}

/* "unsigned long int"; four words are the longest that C has. */
static const char *parse_int_words(struct parser *p)
{
	const char *name = "";

	for (int i = 0; i < 4 && is_int_word(&p->tok); i++) {
		name = add_word(p, name, &p->tok);
		p_next(p);
	}
	return name;
}

const char *parse_type_name(struct parser *p)
{
	const char *name = "";
	bool tag;

	while (is_qualifier(&p->tok))
		p_next(p);
	tag = is_tag_word(&p->tok);
	if (!p_at(p, T_IDENT))
		p_expected(p, "a type");
	if (p->panic || p->stop)
		return name;
	if (is_int_word(&p->tok))
		return parse_int_words(p);
	name = add_word(p, name, &p->tok);
	p_next(p);
	if (tag && p_at(p, T_IDENT)) {
		name = add_word(p, name, &p->tok);
		p_next(p);
	} else if (tag) {
		p_expected(p, "the name of a structure, union or enumeration");
	}
	return name;
}

static unsigned parse_stars(struct parser *p)
{
	unsigned n = 0;

	for (;; p_next(p)) {
		if (p_at(p, T_STAR) && ++n > TYPE_MAX_STARS)
			p_error(p, p->tok.span, DT_too_deep, "a type has at most %d stars",
				TYPE_MAX_STARS);
		if (p->panic || (!p_at(p, T_STAR) && !is_qualifier(&p->tok)))
			return n;
	}
}

static void parse_count(struct parser *p, struct type_ref *t)
{
	struct span open = p->tok.span;
	enum diag_tag tag;
	const char *why;

	p_next(p);
	t->is_array = true;
	if (p_at(p, T_INT)) {
		t->has_count = true;
		if (!literal_number(p->tok.text, p->tok.len, &t->count, &tag, &why))
			p_error(p, p->tok.span, tag, "%s", why);
		p_next(p);
	} else if (!p_at(p, T_RBRACKET)) {
		p_expected(p, "a number of elements or ']'");
	}
	p_expect_close(p, T_RBRACKET, open);
}

/* Types whose first number in brackets is their size. */
static bool is_sized(const char *name)
{
	return !strcmp(name, "string") || !strcmp(name, "buffer");
}

/* typeof(type) and typeof(expression) */
static void parse_typeof(struct parser *p, struct type_ref *t)
{
	struct span open;

	t->name = "typeof";
	p_next(p);
	open = p->tok.span;
	if (!p_expect(p, T_LPAREN) || !p_enter(p))
		return;
	t->base = parse_type_before(p, T_RPAREN);
	if (!t->base)
		t->of = parse_expr(p);
	p_leave(p);
	p_expect_close(p, T_RPAREN, open);
}

static struct type_ref *wrap(struct parser *p, struct type_ref *base)
{
	struct type_ref *t = arena_new(p->arena, struct type_ref);

	t->span = base->span;
	t->name = "typeof";
	t->base = base;
	return t;
}

/* [2][3] behind t: as in C, two arrays of three. */
static struct type_ref *parse_dims(struct parser *p, struct type_ref *t)
{
	struct type_ref dims[TYPE_MAX_DIMS];
	unsigned n = 0;

	for (; !p->panic && p_at(p, T_LBRACKET); n++) {
		if (n == TYPE_MAX_DIMS) {
			p_error(p, p->tok.span, DT_too_deep, "a type has at most %d dimensions", TYPE_MAX_DIMS);
			break;
		}
		dims[n] = (struct type_ref){ 0 };
		parse_count(p, &dims[n]);
	}
	while (n--) {
		if (t->is_array)
			t = wrap(p, t);
		t->elem_stars = t->stars;
		t->stars = 0;
		t->is_array = true;
		t->has_count = dims[n].has_count;
		t->count = dims[n].count;
	}
	return t;
}

struct type_ref *parse_type(struct parser *p)
{
	struct type_ref *t = arena_new(p->arena, struct type_ref);
	unsigned i;

	t->span = p->tok.span;
	if (p_at_word(p, "typeof"))
		parse_typeof(p, t);
	else
		t->name = parse_type_name(p);
	t->stars = parse_stars(p);
	if (!p->panic && !t->stars && p_at(p, T_LBRACKET) && is_sized(t->name))
		parse_count(p, t);
	for (i = 0; !p->panic && p_at(p, T_LBRACKET) && i < TYPE_MAX_DIMS; i++) {
		t = parse_dims(p, t);
		t->stars = parse_stars(p);
	}
	t->span = span_join(t->span, p->prev);
	return t;
}

struct shape {
	bool certain;      /* cannot be an expression */
	struct token name; /* else the name that decides it */
};

/*
 * Walks over tokens that look like a type: NAME or TAG NAME, stars, brackets with a number.
 * Reports nothing; false if it is no type.
 */
static bool scan_type(struct parser *p, struct shape *s)
{
	bool brackets = false;

	while (is_qualifier(&p->tok)) {
		s->certain = true;
		p_next(p);
	}
	s->name = p->tok;
	if (!p_at(p, T_IDENT))
		return false;
	s->certain |= is_tag_word(&p->tok) || is_int_word(&p->tok);
	for (p_next(p); p_at(p, T_IDENT); p_next(p))
		if (!s->certain)
			return false;
	while (p_at(p, T_STAR) || p_at(p, T_LBRACKET) || is_qualifier(&p->tok)) {
		s->certain |= p_at(p, T_STAR) && !brackets;
		if (p_accept(p, T_LBRACKET)) {
			brackets = true;
			s->certain |= p_at(p, T_RBRACKET);
			p_accept(p, T_INT);
			if (!p_at(p, T_RBRACKET))
				return false;
		}
		p_next(p);
	}
	return true;
}

/* The language's own types have no entry among C's. */
static bool is_known_type(struct parser *p, const struct shape *s)
{
	return is_sized(p_text(p, &s->name)) ||
	       types_lookup(p->ts, p_text(p, &s->name)) != NULL;
}

/* What can only begin an operand; a * or - may as well be a binary operator. */
static bool begins_operand(const struct parser *p)
{
	switch (p->tok.kind) {
	case T_IDENT:
	case T_VAR:
	case T_PARAM:
	case T_PARAMCOUNT:
	case T_MAP:
	case T_INT:
	case T_STR:
	case T_LPAREN:
	case T_NOT:
	case T_TILDE:
		return true;
	default:
		return false;
	}
}

static bool may_begin_operand(const struct parser *p)
{
	return begins_operand(p) || p_at(p, T_STAR) || p_at(p, T_SUB) || p_at(p, T_AND) ||
	       p_at(p, T_ADD) || p_at(p, T_INC) || p_at(p, T_DEC);
}

/* (name)*x, (name)-x: a product or difference unless name is known as a type. */
static bool is_cast(struct parser *p)
{
	struct shape s = { 0 };

	p_next(p);
	if (p_at_word(p, "typeof"))
		return true;
	if (!scan_type(p, &s) || !p_accept(p, T_RPAREN) || !may_begin_operand(p))
		return false;
	return s.certain || begins_operand(p) || is_known_type(p, &s);
}

struct type_ref *parse_cast_type(struct parser *p)
{
	struct mark start = p_mark(p);
	struct type_ref *t;
	struct span open = p->tok.span;
	bool cast = is_cast(p);

	p_back(p, &start);
	if (!cast)
		return NULL;
	p_next(p);
	t = parse_type(p);
	p_expect_close(p, T_RPAREN, open);
	return t;
}

struct type_ref *parse_type_before(struct parser *p, enum tok end)
{
	struct mark start = p_mark(p);
	struct shape s = { 0 };
	bool is_type = scan_type(p, &s) && p_at(p, end) && (s.certain || is_known_type(p, &s));

	p_back(p, &start);
	return is_type || p_at_word(p, "typeof") ? parse_type(p) : NULL;
}
