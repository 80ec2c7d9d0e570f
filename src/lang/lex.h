/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lexer: makes tokens on demand, one at a time, from the script, its headers and macros.
 *
 * The struct is small and holds all state that goes back when the parser does: to look ahead,
 * copy it, lex on, and assign the copy. What never goes back (preprocessor lines seen so far) is
 * behind pp and file. The lexer reports nothing: text that is no token comes back as T_BAD and the parser
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
	T_INT,        /* a digit and all letters, digits and _ that follow, or 'c'; see literal.h */
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
	struct span span; /* of a token that came out of a macro's text: of the macro's use */
	const char *text; /* as spelled, not NUL-terminated */
	uint32_t len;
	bool new_line;    /* first on its line */
	bool space;       /* a blank or comment stands before it */
	bool painted;     /* the name of a macro that must not be replaced here */
	bool header;      /* not of the script's text */
};

/* Where to go on after the text of a macro or a header. */
struct lex_frame {
	const struct lex_frame *up;
	const struct pp_macro *macro; /* NULL: a header */
	struct pp_file *file;
	const struct token *toks;
	uint32_t pos, end;
	struct span use;
	bool use_header;
	bool stop; /* the text ends here */
};

struct lexer {
	struct pp *pp;
	struct pp_file *file;     /* whose text is read from pos to end */
	const struct token *toks; /* not NULL: tokens of a macro's use instead */
	uint32_t pos, end;
	const struct lex_frame *up;
	struct span use;          /* of tokens without a span: the outermost use of a macro */
	bool use_header;
	bool in_line;             /* the text is one preprocessor line */
};

/* At the beginning of the script's text. */
void lex_init(struct lexer *lx, struct pp *pp);
/* Over start .. end of a text: (the rest of) one preprocessor line. */
void lex_init_line(struct lexer *lx, struct pp *pp, struct pp_file *f, uint32_t start, uint32_t end);
/* Over tokens that stand where lx is; macros that are open there stay so. */
void lex_init_tokens(struct lexer *lx, const struct lexer *at, const struct token *toks, uint32_t n);
/* Reads a header before what follows. */
void lex_include(struct lexer *lx, struct pp_file *f);
/* Goes to an offset of the script's text, out of all macros. */
void lex_goto(struct lexer *lx, uint32_t pos);
/* The next token, macros replaced. */
struct token lex_next(struct lexer *lx);
/* The same with macros as they are. */
struct token lex_raw(struct lexer *lx);
/* Text that was made, as tokens without a span: up to max of them. */
uint32_t lex_text(struct pp *pp, const char *text, struct token *ret, uint32_t max);
/*
 * A token of lex_raw() is a macro's name: its text is what comes next (lex_macro.c). False: it
 * stands for itself.
 */
bool lex_use_macro(struct lexer *lx, struct token *t);
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

/*
 * attach.c: of n bytes of text, what looks like one attach point ends at end; slash: the first / of its last part, 0: none;
 * next: what follows it behind blanks and comments. Is the slash where a predicate begins?
 */
bool attach_has_pred(const char *text, uint32_t n, uint32_t slash, uint32_t end, uint32_t next);

#endif
