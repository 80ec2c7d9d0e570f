/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The preprocessor: lines that begin with #, and the macros they define.
 *
 * Each line is obeyed once, when the lexer first reaches it; what came of it is remembered, for the
 * parser goes back. Headers are read where they are found; a header of the kernel that is not on
 * this machine is passed over, for types come from BTF and the usual constants from a table
 * (type/consts.h). Text of headers is not the script's: faults in it are passed over.
 */
#ifndef LANG_PP_H
#define LANG_PP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/strmap.h"
#include "base/vec.h"

struct token;
struct pp_file;
struct parse_params;

/* What a preprocessor line took: the line, or all that a false condition switches off. */
struct pp_region {
	uint32_t start, end;
	struct pp_file *include; /* to be read there; NULL: nothing */
};

struct pp_cond {
	uint32_t start;  /* the #if line, for messages */
	bool else_seen;
};

/* The script or a header as it is read once. */
struct pp_file {
	const struct source *src;
	const char *path;  /* of a header; NULL: the script */
	unsigned depth;    /* headers around it */
	VEC(struct pp_region) done; /* in order */
	VEC(struct pp_cond) conds;  /* branches that are open */
	bool once;          /* #pragma once */
	const char *guard;  /* the name of #ifndef around the whole; NULL: none seen */
	uint32_t guard_end; /* behind its #endif; 0: not reached */
};

struct pp_macro {
	struct pp_file *file;   /* where its text is */
	uint32_t start, end;
	bool is_function, is_variadic; /* variadic: the last parameter is all the rest */
	bool in_header;
	const char **params;
	size_t nparams;
	const struct token *toks; /* its text, once it is used */
	uint32_t ntoks;
	bool has_hash;            /* toks have # or ## */
};

struct pp {
	struct arena *arena;
	struct diags *d;
	const struct parse_params *params; /* NULL: no header is searched */
	struct pp_file *script;
	struct strmap macros;      /* name -> struct pp_macro */
	struct strmap headers;     /* path -> struct pp_file * of its last reading */
	unsigned uses;             /* macros replaced and tokens made of them so far */
	unsigned nfiles;
	const char *absent;        /* the first header that is not on this machine; NULL: none */
	bool too_large;
};

void pp_init(struct pp *pp, struct arena *a, struct diags *d, const struct source *src,
	     const struct parse_params *params);
/* The # at pos is first on its line: obeys the line and says where the text goes on. */
struct pp_region pp_line(struct pp *pp, struct pp_file *f, uint32_t pos);
/* The macro of this name; NULL if there is none. */
struct pp_macro *pp_find(struct pp *pp, const char *name, size_t len);
void pp_undef(struct pp *pp, const char *name, size_t len);
/* At the end of a text: reports a condition that was not closed. */
void pp_end(struct pp *pp, struct pp_file *f);

/* The value of the condition at start .. end of the text, a whole line's (pp_expr.c). */
bool pp_condition(struct pp *pp, struct pp_file *f, uint32_t start, uint32_t end);

/* Finding headers (pp_include.c) */
/* The header named at start .. end, "x" or <x>; NULL: there is nothing to read. */
struct pp_file *pp_include(struct pp *pp, struct pp_file *f, uint32_t start, uint32_t end);
/* __has_include(): would #include find it, or is it known without? */
bool pp_has_include(struct pp *pp, struct pp_file *f, const char *name, bool quoted);
/* One that the command line names; NULL after a message. */
struct pp_file *pp_include_option(struct pp *pp, const char *name);

/* Reporting and reading of lines, shared by the files above */
struct pp_word {
	const char *text;
	uint32_t len, next; /* next: offset behind it */
};
/* The name behind blanks at pos, empty if there is none. */
struct pp_word pp_word(const struct pp_file *f, uint32_t pos);
uint32_t pp_blanks(const struct pp_file *f, uint32_t pos);
/* NULL inside of headers, and beyond the limit: lines may come many in a row before the parser looks. */
struct diag *pp_error(struct pp *pp, struct pp_file *f, uint32_t from, uint32_t to, enum diag_tag tag,
		      const char *text);

#endif
