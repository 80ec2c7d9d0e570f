/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lang/lex.h"

#include <string.h>

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

void lex_init(struct lexer *lx, struct pp *pp)
{
	*lx = (struct lexer){ .pp = pp };
	lex_goto(lx, 0);
}

void lex_goto(struct lexer *lx, uint32_t pos)
{
	lx->up = NULL;
	lx->toks = NULL;
	lx->file = lx->pp->script;
	lx->pos = pos;
	lx->end = lx->file->src->len;
}

void lex_init_line(struct lexer *lx, struct pp *pp, struct pp_file *f, uint32_t start, uint32_t end)
{
	*lx = (struct lexer){ .pp = pp, .file = f, .pos = start, .end = end, .in_line = true };
}

static void lex_push(struct lexer *lx, const struct lex_frame *f)
{
	lx->up = arena_dup(lx->pp->arena, f, sizeof(*f));
}

void lex_include(struct lexer *lx, struct pp_file *f)
{
	struct lex_frame back = { .up = lx->up, .file = lx->file, .pos = lx->pos, .end = lx->end };

	lex_push(lx, &back);
	lx->file = f;
	lx->pos = 0;
	lx->end = f->src->len;
}

void lex_init_tokens(struct lexer *lx, const struct lexer *at, const struct token *toks, uint32_t n)
{
	struct lex_frame stop = { .up = at->up, .stop = true };

	*lx = *at;
	lex_push(lx, &stop);
	lx->toks = toks;
	lx->pos = 0;
	lx->end = n;
}

/* Back to what stands around the macro or header that has ended; false: nothing does. */
static bool leave(struct lexer *lx)
{
	const struct lex_frame *f = lx->up;

	if (!f || f->stop)
		return false;
	lx->file = f->file;
	lx->toks = f->toks;
	lx->pos = f->pos;
	lx->end = f->end;
	lx->use = f->use;
	lx->use_header = f->use_header;
	lx->up = f->up;
	return true;
}

static const char *lex_here(const struct lexer *lx)
{
	return lx->file->src->text + lx->pos;
}

static char lex_at(const struct lexer *lx, uint32_t ahead)
{
	return ahead < lx->end - lx->pos ? lex_here(lx)[ahead] : '\0';
}

/* A # is a preprocessor line only if blanks alone stand before it on its line. */
static bool lex_first_on_line(const struct lexer *lx)
{
	const char *text = lx->file->src->text;
	uint32_t i = lx->pos;

	while (i && (text[i - 1] == ' ' || text[i - 1] == '\t'))
		i--;
	return !i || text[i - 1] == '\n';
}

static void lex_directive(struct lexer *lx)
{
	struct pp_region r = pp_line(lx->pp, lx->file, lx->pos);

	lx->pos = r.end;
	if (r.include)
		lex_include(lx, r.include);
}

static void lex_line_comment(struct lexer *lx)
{
	const char *text = lx->file->src->text;
	const char *nl = memchr(text + lx->pos, '\n', lx->end - lx->pos);

	lx->pos = nl ? (uint32_t)(nl - text) : lx->end;
}

static bool lex_block_comment(struct lexer *lx, bool *new_line)
{
	const char *text = lx->file->src->text;

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
			new_line |= c == '\n';
			lx->pos++;
		} else if (c == '\\' && next == '\n' && (lx->in_line || lx->file->path)) {
			lx->pos += 2;
		} else if (c == '/' && next == '/') {
			lex_line_comment(lx);
		} else if (c == '/' && next == '*') {
			ok = lex_block_comment(lx, &new_line);
		} else if (c == '#' && !lx->in_line && lex_first_on_line(lx)) {
			lex_directive(lx);
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

/* 'c' or '\n'; a quote alone has no meaning. */
static bool lex_char(const struct lexer *lx, struct token *t)
{
	uint32_t i = lex_at(lx, 1) == '\\' ? 2 : 1;

	if (lex_at(lx, i) == '\n' || lex_at(lx, 1) == '\'')
		return false;
	for (i++; i < 6 && lex_at(lx, i) != '\''; i++)
		if (lex_at(lx, 1) != '\\' || !lex_is_name(lex_at(lx, i)))
			return false;
	if (lex_at(lx, i) != '\'')
		return false;
	t->kind = T_INT;
	t->len = i + 1;
	return true;
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
	} else if ((c != '\'' || !lex_char(lx, t)) && !lex_punct(lx, t)) {
		lex_bad_chars(lx, t);
	}
}

/* The next token of a text; kind T_EOF at its end. */
static void lex_of_text(struct lexer *lx, struct token *t)
{
	uint32_t start = lx->pos, at;
	bool comment_ends = lex_layout(lx, &t->new_line);

	t->space = lx->pos != start;
	t->text = lex_here(lx);
	t->header = lx->file->path != NULL;
	if (!comment_ends) {
		t->kind = T_BAD;
		t->bad = BAD_COMMENT;
		t->len = 2;
	} else if (lx->pos < lx->end) {
		lex_one(lx, t);
	}
	at = lx->file->src->base + lx->pos;
	t->span = (struct span){ at, at + t->len };
	lx->pos = comment_ends ? lx->pos + t->len : lx->end;
}

static void lex_of_macro(struct lexer *lx, struct token *t)
{
	bool new_line = t->new_line;

	*t = lx->toks[lx->pos++];
	t->new_line |= new_line;
	if (t->span.end)
		return;
	t->span = lx->use;
	t->header = lx->use_header;
}

struct token lex_raw(struct lexer *lx)
{
	struct token t = { 0 };

	do {
		if (lx->pp->too_large)
			lex_goto(lx, lx->pp->script->src->len);
		if (!lx->toks)
			lex_of_text(lx, &t);
		else if (lx->pos < lx->end)
			lex_of_macro(lx, &t);
	} while (t.kind == T_EOF && leave(lx));
	return t;
}

struct token lex_next(struct lexer *lx)
{
	bool new_line = false;
	struct token t;

	do {
		t = lex_raw(lx);
		new_line |= t.new_line;
	} while (t.kind == T_IDENT && !t.painted && lex_use_macro(lx, &t));
	t.new_line = new_line;
	return t;
}

uint32_t lex_text(struct pp *pp, const char *text, struct token *ret, uint32_t max)
{
	struct source *src = arena_new(pp->arena, struct source);
	struct pp_file *f = arena_new(pp->arena, struct pp_file);
	struct lexer lx;
	uint32_t n = 0;

	src->text = text;
	src->len = (uint32_t)strlen(text);
	f->src = src;
	lex_init_line(&lx, pp, f, 0, src->len);
	for (struct token t; n < max && (t = lex_raw(&lx)).kind != T_EOF; n++) {
		ret[n] = t;
		ret[n].span = (struct span){ 0, 0 };
	}
	return n;
}
