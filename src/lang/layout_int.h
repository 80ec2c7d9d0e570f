/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files of --fmt: a script as a row of items, nothing of it left out. */
#ifndef LANG_LAYOUT_INT_H
#define LANG_LAYOUT_INT_H

#include "base/vec.h"
#include "lang/lex.h"

enum item_kind {
	LI_TOKEN,
	LI_TEXT,      /* an attach point, or what exists() is given: kept as it is */
	LI_REMARK,    /* a comment to the end of its line */
	LI_COMMENT,
	LI_DIRECTIVE, /* a preprocessor line */
};

enum item_role {
	LR_NONE,
	LR_OPERAND, /* its end may be followed by an operator between two values */
	LR_PREFIX,  /* -x, *p, &x, !x, ++x */
	LR_POSTFIX, /* x++ */
	LR_POINTER, /* the star of a type */
	LR_AS_IS,   /* a colon that belongs to no question mark: apart if it was */
	LR_CAST,    /* the parenthesis that closes a type */
};

/* A line that chooses between texts: #if, "//! if" of a tool. */
enum item_branch { LB_NONE, LB_OPENS, LB_NEXT, LB_ENDS };

struct item {
	enum item_kind kind;
	enum tok tok; /* LI_TOKEN; of others T_EOF */
	enum item_role role;
	enum item_branch branch;
	const char *text;
	uint32_t len;
	uint32_t lines;  /* line ends in front of it */
	uint32_t pair;   /* of a bracket: the other one; 0: there is none */
	bool at_margin;  /* in the first column */
	bool begins;     /* the first one of a probe or a definition, at the root */
	bool is_edge;    /* a predicate's slash */
	bool at_root;    /* between definitions: a comment, or what should not be there */
	bool in_points;  /* among attach points */
	bool in_c;       /* of a definition in C */
};

struct items {
	VEC(struct item) v;
};

/* layout_scan.c: the whole text. */
void layout_scan(const char *text, uint32_t n, struct items *ret);
/* layout_space.c: roles of all; a blank between two that follow one another on a line? */
void layout_roles(struct items *items);
bool layout_space(const struct item *before, const struct item *it);
bool layout_is_word(const struct item *it, const char *name);
/* Is it something for people, not for the parser? */
static inline bool item_is_comment(const struct item *it)
{
	return it->kind == LI_REMARK || it->kind == LI_COMMENT;
}

#endif
