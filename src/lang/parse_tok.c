/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parser's tokens, errors and recovery. */
#include <string.h>

#include "lang/parse.h"

void p_stop(struct parser *p)
{
	p->stop = true;
	p->tok.kind = T_EOF;
}

/* Names go into messages: a bound on them is a bound on those. */
static void check_name(struct parser *p)
{
	const struct token *t = &p->tok;

	if (t->len > PARSE_MAX_NAME && (t->kind == T_IDENT || t->kind == T_VAR || t->kind == T_MAP))
		p_error(p, t->span, DT_too_large, "this name has more than %d characters",
			PARSE_MAX_NAME);
}

void p_next(struct parser *p)
{
	if (p->stop)
		return;
	p->prev = p->tok.span;
	p->prev_kind = p->tok.kind;
	p->tok = lex_next(&p->lx);
	check_name(p);
	if (p->pp.too_large || p->d->nerrors >= DIAG_MAX)
		p_stop(p);
}

struct mark p_mark(const struct parser *p)
{
	return (struct mark){ p->lx, p->tok, p->prev, p->prev_kind };
}

void p_back(struct parser *p, const struct mark *m)
{
	if (p->stop)
		return;
	p->lx = m->lx;
	p->tok = m->tok;
	p->prev = m->prev;
	p->prev_kind = m->prev_kind;
}

struct token p_peek(const struct parser *p)
{
	struct lexer ahead = p->lx;

	return lex_next(&ahead);
}

bool p_at(const struct parser *p, enum tok kind)
{
	return p->tok.kind == kind;
}

bool p_at_word(const struct parser *p, const char *word)
{
	return token_is(&p->tok, word);
}

bool p_accept(struct parser *p, enum tok kind)
{
	if (!p_at(p, kind))
		return false;
	p_next(p);
	return true;
}

bool p_accept_word(struct parser *p, const char *word)
{
	if (!p_at_word(p, word))
		return false;
	p_next(p);
	return true;
}

const char *p_text(struct parser *p, const struct token *t)
{
	return arena_strndup(p->arena, t->text, t->len);
}

struct diag *p_error(struct parser *p, struct span at, enum diag_tag tag, const char *fmt, ...)
{
	struct diag *dg;
	const char *text;
	va_list ap;

	if (p->panic || p->stop)
		return NULL;
	va_start(ap, fmt);
	text = arena_vprintf(p->arena, fmt, ap);
	va_end(ap);
	dg = diag_error(p->d, at, tag, "%s", text);
	p->panic = true;
	if (p->d->nerrors >= DIAG_MAX)
		p_stop(p);
	return dg;
}

static struct diag *p_bad_token(struct parser *p)
{
	struct span at = p->tok.span;

	switch (p->tok.bad) {
	case BAD_STRING:
		return p_error(p, at, DT_unterminated, "this string has no closing quote");
	case BAD_COMMENT:
		return p_error(p, at, DT_unterminated, "this comment has no end");
	case BAD_DOLLAR:
		return p_error(p, at, DT_bad_character,
			       "expected a name, a number or '#' after '$'");
	default:
		return p_error(p, at, DT_bad_character,
			       p->tok.len > 1 ? "these characters have no meaning here"
					      : "this character has no meaning here");
	}
}

static const char *p_found(struct parser *p)
{
	const struct token *t = &p->tok;
	bool whole = t->len <= 32;

	if (t->kind == T_EOF)
		return "the end of the script";
	if (t->kind == T_STR)
		return "a string";
	return arena_printf(p->arena, "'%.*s%s'", whole ? (int)t->len : 29, t->text,
			    whole ? "" : "...");
}

/*
 * Points at what was found; if that is on a later line or nothing, what is missing is missing
 * behind the last token.
 */
struct diag *p_expected(struct parser *p, const char *what)
{
	if (p->panic || p->stop)
		return NULL;
	if (p->tok.kind == T_BAD)
		return p_bad_token(p);
	if (p->prev.end && (p->tok.new_line || p->tok.kind == T_EOF))
		return p_error(p, p->prev, DT_syntax, "expected %s after this, found %s", what,
			       p_found(p));
	return p_error(p, p->tok.span, DT_syntax, "expected %s, found %s", what, p_found(p));
}

bool p_expect(struct parser *p, enum tok kind)
{
	if (p->panic || p->stop)
		return false;
	if (p_accept(p, kind))
		return true;
	p_expected(p, arena_printf(p->arena, "'%s'", lex_punct_text(kind)));
	return false;
}

bool p_expect_close(struct parser *p, enum tok kind, struct span open)
{
	struct diag *dg;
	struct position pos, here;

	if (p->panic || p->stop)
		return false;
	if (p_accept(p, kind))
		return true;
	dg = p_expected(p, arena_printf(p->arena, "'%s'", lex_punct_text(kind)));
	if (dg && sources_find(p->d->sources, open.start, &pos) &&
	    sources_find(p->d->sources, p->tok.span.start, &here) && pos.line != here.line)
		diag_hint(p->d, dg, "to close the one in line %u, column %u", pos.line, pos.col);
	return false;
}

const char *p_expect_name(struct parser *p, const char *what)
{
	const char *name = "";

	if (p->panic || p->stop)
		return name;
	if (!p_at(p, T_IDENT)) {
		p_expected(p, what);
		return name;
	}
	name = p_text(p, &p->tok);
	p_next(p);
	return name;
}

void p_recover(struct parser *p)
{
	unsigned depth = 0;

	while (!p_at(p, T_EOF)) {
		if (p_at(p, T_LBRACE))
			depth++;
		else if (p_at(p, T_RBRACE) && !depth--)
			break;
		else if (p_at(p, T_SEMI) && !depth) {
			p_next(p);
			break;
		}
		p_next(p);
	}
	/* At the end of the text the first error has said what there is to say. */
	p->panic = p_at(p, T_EOF);
}

bool p_recover_to_block(struct parser *p)
{
	if (!p->panic)
		return true;
	while (!p_at(p, T_EOF) && !p_at(p, T_LBRACE) && !p_at(p, T_RBRACE) && !p_at(p, T_SEMI))
		p_next(p);
	if (!p_at(p, T_LBRACE))
		return false;
	p->panic = false;
	return true;
}

bool p_enter(struct parser *p)
{
	if (++p->depth <= PARSE_DEPTH)
		return true;
	p_error(p, p->tok.span, DT_too_deep, "nested too deep: at most %u levels", PARSE_DEPTH);
	p_stop(p);
	return false;
}

void p_leave(struct parser *p)
{
	p->depth--;
}

bool p_enter_else(struct parser *p)
{
	if (++p->elses < PARSE_HEIGHT)
		return true;
	p_error(p, p->tok.span, DT_too_deep, "too many branches in a chain: at most %u",
		PARSE_HEIGHT);
	p_stop(p);
	return false;
}

void p_leave_else(struct parser *p)
{
	p->elses--;
}
