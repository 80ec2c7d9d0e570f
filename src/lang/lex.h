/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lexer: makes tokens on demand, one at a time, from a source.
 *
 * The struct is small and holds all state that goes back when the parser does: to look ahead,
 * copy it, lex on, and assign the copy. What never goes back (preprocessor lines seen so far) is
 * behind pp. The lexer reports nothing: text that is no token comes back as T_BAD and the parser
 * reports it where it trips over it. Attach points are not made of tokens: see attach.c.
 */
#ifndef LANG_LEX_H
#define LANG_LEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "lang/pp.h"

/* Punctuation, longest first among those that begin alike. */
#define LEX_PUNCT(X)                                                                               \
	X(SHLEQ, "<<=") X(SHREQ, ">>=") X(DOTDOT, "..") X(ARROW, "->") X(INC, "++") X(DEC, "--")   \
	X(ANDAND, "&&") X(OROR, "||") X(SHL, "<<") X(SHR, ">>") X(EQ, "==") X(NE, "!=")            \
	X(LE, "<=") X(GE, ">=") X(ADDEQ, "+=") X(SUBEQ, "-=") X(MULEQ, "*=") X(DIVEQ, "/=")        \
	X(MODEQ, "%=") X(ANDEQ, "&=") X(OREQ, "|=") X(XOREQ, "^=") X(ASSIGN, "=") X(LT, "<")       \
	X(GT, ">") X(ADD, "+") X(SUB, "-") X(STAR, "*") X(SLASH, "/") X(PERCENT, "%")              \
	X(AND, "&") X(OR, "|") X(XOR, "^") X(TILDE, "~") X(NOT, "!") X(QUESTION, "?")              \
	X(COLON, ":") X(COMMA, ",") X(SEMI, ";") X(DOT, ".") X(LPAREN, "(") X(RPAREN, ")")         \
	X(LBRACKET, "[") X(RBRACKET, "]") X(LBRACE, "{") X(RBRACE, "}")

enum tok {
	T_EOF,
	T_BAD,        /* bad says why */
	T_IDENT,      /* name, also a keyword */
	T_VAR,        /* $x */
	T_PARAM,      /* $1 */
	T_PARAMCOUNT, /* $# */
	T_MAP,        /* @ or @x */
	T_INT,        /* a digit and all letters, digits and _ that follow; see literal.h */
	T_STR,        /* with its quotes, on one line */
#define TOK(id, text) T_##id,
	LEX_PUNCT(TOK)
#undef TOK
};

enum lex_bad {
	BAD_NONE,
	BAD_CHAR,    /* characters that begin no token */
	BAD_DOLLAR,  /* $ without name, number or # */
	BAD_STRING,  /* no closing quote on the line */
	BAD_COMMENT, /* no closing mark */
};

struct token {
	enum tok kind;
	enum lex_bad bad;
	struct span span; /* of a token that came out of a macro: of the macro's use */
	const char *text; /* as spelled, not NUL-terminated */
	uint32_t len;
	bool new_line;    /* first on its line */
};

/* Where to go on after the text of a macro. */
struct lex_frame {
	struct lex_frame *up;
	const struct pp_macro *macro;
	uint32_t pos, end;
};

struct lexer {
	struct pp *pp;
	const struct source *src;
	uint32_t pos, end;     /* offsets in the source's text */
	struct lex_frame *up;  /* not NULL: inside a macro's text */
	struct span use;       /* then: the outermost use */
};

void lex_init(struct lexer *lx, struct pp *pp, const struct source *src);
/* Goes to an offset of the source's text, out of all macros. */
void lex_goto(struct lexer *lx, uint32_t pos);
struct token lex_next(struct lexer *lx);
/*
 * Skips blanks, comments and preprocessor lines. False at a comment without an end, which
 * stays unread. ret_new_line (may be NULL) is set if a line end was skipped.
 */
bool lex_layout(struct lexer *lx, bool *ret_new_line);
/* The spelling of a punctuation token. */
const char *lex_punct_text(enum tok kind);
bool token_is(const struct token *t, const char *name); /* an identifier of this name */

bool lex_is_name_start(char c);
bool lex_is_name(char c);

#endif
