/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preprocessor lines, as far as scripts need them: #define NAME TEXT, #undef, #ifdef, #ifndef,
 * #else, #endif; #include <...> is passed over, for types come from BTF. BPFTRACE_HAVE_BTF is
 * defined. Each line is obeyed once, when the lexer first reaches it; after that it is skipped.
 */
#ifndef LANG_PP_H
#define LANG_PP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/strmap.h"
#include "base/vec.h"

struct pp_macro {
	uint32_t start, end; /* its text in the source */
};

struct pp_region {
	uint32_t start, end;
};

struct pp_cond {
	uint32_t start;  /* the #if line, for messages */
	bool else_seen;
};

struct pp {
	struct arena *arena;
	struct diags *d;
	const struct source *src;
	struct strmap macros;        /* name -> struct pp_macro *, NULL: undefined again */
	VEC(struct pp_region) done;  /* lines and false branches already obeyed, in order */
	VEC(struct pp_cond) conds;   /* branches that are open */
	unsigned uses;               /* macros replaced so far */
	bool include_warned, too_large;
};

void pp_init(struct pp *pp, struct arena *a, struct diags *d, const struct source *src);
/* The # at pos is first on its line: obeys the line and returns where the text goes on. */
uint32_t pp_line(struct pp *pp, uint32_t pos);
/* The macro of this name; NULL if there is none. */
const struct pp_macro *pp_find(const struct pp *pp, const char *name, size_t len);
/* At the end of the text: reports a condition that was not closed. */
void pp_end(struct pp *pp);

#endif
