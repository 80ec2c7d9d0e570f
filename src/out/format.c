/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parsing of printf formats; running them is in format_run.c. */
#include "out/format.h"

#include <string.h>

#include "base/vec.h"
#include "out/format_int.h"

/* Width and precision; more would only fill memory. */
#define NUMBER_MAX 4096

struct parser {
	struct arena *arena;
	const char *at, *end;
	struct strbuf literal; /* text before the conversion being read */
	struct format *f;
	const char *error;
};

static char peek(const struct parser *p)
{
	return p->at < p->end ? *p->at : '\0';
}

static void parse_flags(struct parser *p, struct conversion *c)
{
	for (;; p->at++) {
		switch (peek(p)) {
		case '-':
			c->left = true;
			break;
		case '+':
			c->plus = true;
			break;
		case ' ':
			c->space = true;
			break;
		case '#':
			c->alternate = true;
			break;
		case '0':
			c->zero = true;
			break;
		default:
			return;
		}
	}
}

static int parse_number(struct parser *p)
{
	int v = 0;

	if (peek(p) == '*' && !p->error) {
		p->error = "'*' in a format is not supported: write the number";
		p->at++;
	}
	for (; peek(p) >= '0' && peek(p) <= '9'; p->at++) {
		v = v * 10 + (peek(p) - '0');
		if (v > NUMBER_MAX) {
			v = NUMBER_MAX;
			if (!p->error)
				p->error = "width or precision over 4096 in a format";
		}
	}
	return v;
}

/* Bytes of the C type that a length modifier stands for; 0 without one. */
static void parse_length(struct parser *p, struct conversion *c)
{
	c->bytes = 0;
	for (;; p->at++) {
		switch (peek(p)) {
		case 'h':
			c->bytes = c->bytes == 2 ? 1 : 2;
			break;
		case 'l':
		case 'L':
		case 'j':
		case 'z':
		case 't':
			c->bytes = 8;
			break;
		default:
			return;
		}
	}
}

static bool parse_buffer(struct parser *p, struct conversion *c)
{
	c->class = FC_BUFFER;
	c->conv = 'r';
	if (peek(p) == 'x' || peek(p) == 'h')
		c->conv = *p->at++ == 'x' ? 'X' : 'H';
	return true;
}

static bool parse_conversion_char(struct parser *p, struct conversion *c)
{
	c->conv = peek(p);
	if (c->conv == 'g' && p->at + 1 < p->end && p->at[1] == 'r') {
		c->class = FC_GFP;
		p->at += 2;
		return true;
	}
	switch (c->conv) {
	case 'i':
		c->conv = 'd';
		/* fallthrough */
	case 'd':
	case 'u':
	case 'o':
	case 'x':
	case 'X':
		c->class = FC_INT;
		break;
	case 'c':
		c->class = FC_CHAR;
		break;
	case 'p':
		c->class = FC_POINTER;
		break;
	case 's':
		c->class = FC_STRING;
		break;
	case 'f':
		c->class = FC_DECIMAL;
		break;
	case 'r':
		p->at++;
		return parse_buffer(p, c);
	default:
		return false;
	}
	p->at++;
	return true;
}

static bool is_unsupported(char c)
{
	return c && strchr("aAeEFgGn", c);
}

/* p->at is behind a '%' that is not "%%". */
static void parse_conversion(struct parser *p)
{
	struct conversion c = { .precision = -1 };
	const char *start = p->at, *error = p->error;

	parse_flags(p, &c);
	c.width = parse_number(p);
	if (peek(p) == '.') {
		p->at++;
		c.precision = parse_number(p);
	}
	parse_length(p, &c);
	if (!parse_conversion_char(p, &c)) {
		if (!is_unsupported(peek(p))) {
			p->error = error;
			p->at = start;
			sb_addc(&p->literal, '%');
		} else if (!p->error) {
			p->error = arena_printf(p->arena, "unsupported format specifier: %%%.*s",
						(int)(p->at - start) + 1, start);
		}
		return;
	}
	c.spec = arena_printf(p->arena, "%%%.*s", (int)(p->at - start), start);
	c.before_len = p->literal.n;
	c.before = arena_dup(p->arena, sb_str(&p->literal), p->literal.n);
	sb_reset(&p->literal);
	avec_push(p->arena, &p->f->list, c);
}

struct format *format_parse(struct arena *a, const char *text, size_t len, const char **ret_error)
{
	struct parser p = { .arena = a, .at = text, .end = text + len };

	p.f = arena_new(a, struct format);
	p.f->text = arena_strndup(a, text, len);
	p.f->len = len;
	while (p.at < p.end && !p.error) {
		const char *mark = memchr(p.at, '%', (size_t)(p.end - p.at));

		sb_add(&p.literal, p.at, (size_t)((mark ? mark : p.end) - p.at));
		p.at = mark ? mark + 1 : p.end;
		if (!mark)
			break;
		if (peek(&p) == '%') {
			sb_addc(&p.literal, '%');
			p.at++;
		} else {
			parse_conversion(&p);
		}
	}
	p.f->after_len = p.literal.n;
	p.f->after = arena_dup(a, sb_str(&p.literal), p.literal.n);
	sb_done(&p.literal);
	if (!p.error)
		return p.f;
	*ret_error = p.error;
	return NULL;
}

const char *format_text(const struct format *f, size_t *ret_len)
{
	*ret_len = f->len;
	return f->text;
}

size_t format_nargs(const struct format *f)
{
	return f->list.n;
}

enum format_class format_class(const struct format *f, size_t i)
{
	return f->list.v[i].class;
}

const char *format_spec(const struct format *f, size_t i)
{
	return f->list.v[i].spec;
}

static bool has_number(const struct type *t)
{
	return type_is_scalar(t) || (t->kind == TY_OPAQUE && t->ops->number) ||
	       (t->kind == TY_AGG && t->agg->number);
}

bool format_accepts(const struct format *f, size_t i, const struct type *t)
{
	switch (f->list.v[i].class) {
	case FC_BUFFER:
		return t->kind == TY_BUFFER;
	case FC_DECIMAL:
		return has_number(t) || (t->kind == TY_OPAQUE && t->ops->decimal);
	case FC_STRING:
		return t->kind != TY_NONE && t->kind != TY_FUNC && t->kind != TY_AGG;
	default:
		return has_number(t);
	}
}
