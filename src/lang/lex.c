/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/lex.h"

#include <string.h>

/* Macros in macros: deeper ones are left as they are. */
#define LEX_MACRO_DEPTH 64
/* Macros that double at each step would never end. */
#define LEX_MACRO_USES 1000000

static const struct punct {
	const char *text;
	uint8_t len;
	enum tok kind;
} puncts[] = {
#define TOK(id, text) { text, sizeof(text) - 1, T_##id },
	LEX_PUNCT(TOK)
#undef TOK
};

bool lex_is_name_start(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool lex_is_name(char c)
{
	return lex_is_name_start(c) || (c >= '0' && c <= '9');
}

const char *lex_punct_text(enum tok kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(puncts); i++)
		if (puncts[i].kind == kind)
			return puncts[i].text;
	return "?";
}

bool token_is(const struct token *t, const char *name)
{
	return t->kind == T_IDENT && strlen(name) == t->len && !memcmp(name, t->text, t->len);
}

void lex_init(struct lexer *lx, struct pp *pp, const struct source *src)
{
	*lx = (struct lexer){ .pp = pp, .src = src, .end = src->len };
}

void lex_goto(struct lexer *lx, uint32_t pos)
{
	lx->up = NULL;
	lx->pos = pos;
	lx->end = lx->src->len;
}

static char lex_at(const struct lexer *lx, uint32_t ahead)
{
	return ahead < lx->end - lx->pos ? lx->src->text[lx->pos + ahead] : '\0';
}

/* A # is a preprocessor line only if blanks alone stand before it on its line. */
static bool lex_first_on_line(const struct lexer *lx)
{
	const char *text = lx->src->text;
	uint32_t i = lx->pos;

	while (i && (text[i - 1] == ' ' || text[i - 1] == '\t'))
		i--;
	return !i || text[i - 1] == '\n';
}

static void lex_line_comment(struct lexer *lx)
{
	const char *text = lx->src->text;
	const char *nl = memchr(text + lx->pos, '\n', lx->end - lx->pos);

	lx->pos = nl ? (uint32_t)(nl - text) : lx->end;
}

static bool lex_block_comment(struct lexer *lx, bool *new_line)
{
	const char *text = lx->src->text;

	for (uint32_t i = lx->pos + 2; i + 1 < lx->end; i++) {
		*new_line |= text[i] == '\n';
		if (text[i] != '*' || text[i + 1] != '/')
			continue;
		lx->pos = i + 2;
		return true;
	}
	return false;
}

bool lex_layout(struct lexer *lx, bool *ret_new_line)
{
	bool new_line = false, ok = true;

	while (ok && lx->pos < lx->end) {
		char c = lex_at(lx, 0), next = lex_at(lx, 1);

		if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v' || c == '\n') {
			new_line |= c == '\n' && !lx->up;
			lx->pos++;
		} else if (c == '\\' && next == '\n' && lx->up) {
			lx->pos += 2;
		} else if (c == '/' && next == '/') {
			lex_line_comment(lx);
		} else if (c == '/' && next == '*') {
			ok = lex_block_comment(lx, &new_line);
		} else if (c == '#' && !lx->up && lex_first_on_line(lx)) {
			lx->pos = pp_line(lx->pp, lx->pos);
			new_line = true;
		} else {
			break;
		}
	}
	if (new_line && ret_new_line)
		*ret_new_line = true;
	return ok;
}

static uint32_t lex_name_len(const struct lexer *lx, uint32_t from)
{
	while (lex_is_name(lex_at(lx, from)))
		from++;
	return from;
}

static bool lex_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void lex_dollar(const struct lexer *lx, struct token *t)
{
	char c = lex_at(lx, 1);

	t->len = 2;
	if (c == '#') {
		t->kind = T_PARAMCOUNT;
	} else if (lex_is_digit(c)) {
		t->kind = T_PARAM;
		while (lex_is_digit(lex_at(lx, t->len)))
			t->len++;
	} else if (lex_is_name_start(c)) {
		t->kind = T_VAR;
		t->len = lex_name_len(lx, 1);
	} else {
		t->bad = BAD_DOLLAR;
		t->len = 1;
	}
}

static void lex_string(const struct lexer *lx, struct token *t)
{
	uint32_t i = 1, left = lx->end - lx->pos;

	while (i < left && lex_at(lx, i) != '"' && lex_at(lx, i) != '\n')
		i += lex_at(lx, i) == '\\' && i + 1 < left && lex_at(lx, i + 1) != '\n' ? 2 : 1;
	if (i < left && lex_at(lx, i) == '"') {
		t->kind = T_STR;
		t->len = i + 1;
	} else {
		t->bad = BAD_STRING;
		t->len = i;
	}
}

static bool lex_punct(const struct lexer *lx, struct token *t)
{
	char c = lex_at(lx, 0);

	for (size_t i = 0; i < ARRAY_SIZE(puncts); i++) {
		if (puncts[i].text[0] != c || puncts[i].len > lx->end - lx->pos ||
		    memcmp(puncts[i].text, t->text, puncts[i].len))
			continue;
		t->kind = puncts[i].kind;
		t->len = puncts[i].len;
		return true;
	}
	return false;
}

static bool lex_begins_token(char c)
{
	static const char others[] = " \t\r\n\f\v\"$@#";

	if (lex_is_name(c) || (c && strchr(others, c)))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(puncts); i++)
		if (puncts[i].text[0] == c)
			return true;
	return false;
}

/* One token for all bad characters in a row: one message. */
static void lex_bad_chars(const struct lexer *lx, struct token *t)
{
	uint32_t left = lx->end - lx->pos;

	t->bad = BAD_CHAR;
	t->len = 1;
	while (t->len < left && !lex_begins_token(lex_at(lx, t->len)))
		t->len++;
}

static void lex_one(const struct lexer *lx, struct token *t)
{
	char c = lex_at(lx, 0);

	t->kind = T_BAD;
	if (lex_is_name_start(c)) {
		t->kind = T_IDENT;
		t->len = lex_name_len(lx, 1);
	} else if (lex_is_digit(c)) {
		t->kind = T_INT;
		t->len = lex_name_len(lx, 1);
	} else if (c == '$') {
		lex_dollar(lx, t);
	} else if (c == '@') {
		t->kind = T_MAP;
		t->len = lex_name_len(lx, 1);
	} else if (c == '"') {
		lex_string(lx, t);
	} else if (!lex_punct(lx, t)) {
		lex_bad_chars(lx, t);
	}
}

/* True if the token was a macro's name: the lexer is at the macro's text then. */
static bool lex_enter_macro(struct lexer *lx, const struct token *t)
{
	const struct pp_macro *m = pp_find(lx->pp, t->text, t->len);
	struct lex_frame *f;
	unsigned depth = 0;

	if (!m)
		return false;
	for (f = lx->up; f; f = f->up)
		if (f->macro == m || ++depth == LEX_MACRO_DEPTH)
			return false;
	if (lx->pp->uses++ == LEX_MACRO_USES) {
		lx->pp->too_large = true;
		diag_error(lx->pp->d, t->span, DT_too_large,
			   "macros are replaced more than %u times", LEX_MACRO_USES);
		return true;
	}
	f = arena_new(lx->pp->arena, struct lex_frame);
	*f = (struct lex_frame){ lx->up, m, lx->pos, lx->end };
	if (!lx->up)
		lx->use = t->span;
	lx->up = f;
	lx->pos = m->start;
	lx->end = m->end;
	return true;
}

/* At the end of a macro's text: back to where it was used. */
static bool lex_leave_macro(struct lexer *lx)
{
	struct lex_frame *f = lx->up;

	if (!f)
		return false;
	lx->pos = f->pos;
	lx->end = f->end;
	lx->up = f->up;
	return true;
}

static struct span lex_span(const struct lexer *lx, uint32_t len)
{
	uint32_t at = lx->src->base + lx->pos;

	return lx->up ? lx->use : (struct span){ at, at + len };
}

struct token lex_next(struct lexer *lx)
{
	struct token t = { 0 };
	bool comment_ends;

	do {
		t.kind = T_EOF;
		if (lx->pp->too_large)
			lex_goto(lx, lx->src->len);
		do
			comment_ends = lex_layout(lx, &t.new_line);
		while (comment_ends && lx->pos == lx->end && lex_leave_macro(lx));
		t.text = lx->src->text + lx->pos;
		t.len = 0;
		if (!comment_ends) {
			t.kind = T_BAD;
			t.bad = BAD_COMMENT;
			t.len = 2;
			t.span = lex_span(lx, t.len);
			lx->pos = lx->end;
			return t;
		}
		if (lx->pos < lx->end)
			lex_one(lx, &t);
		t.span = lex_span(lx, t.len);
		lx->pos += t.len;
	} while (t.kind == T_IDENT && lex_enter_macro(lx, &t));
	return t;
}
