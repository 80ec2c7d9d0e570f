/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C definitions in scripts, shared by the files that parse them. The rules of parse.h hold. */
#ifndef LANG_CDEF_H
#define LANG_CDEF_H

#include "lang/parse.h"

/* Larger types than this are mistakes; sizes stay far from overflow. */
#define CDEF_MAX_SIZE (1u << 30)

struct cattrs {
	bool packed;
	unsigned align; /* at least; 0: not said */
};

/*
 * The type words before a declarator, with the definition of a struct, union or enum among them;
 * attributes for what is declared are added to attrs.
 */
const struct type *cdef_specifier(struct parser *p, struct cattrs *attrs);

struct cdecl {
	const char *name; /* NULL: none */
	struct span span; /* of the name */
	const struct type *type;
};

/* "*name[3]", "(*fn)(int)", or nothing at all, applied to base (cdecl.c). */
struct cdecl cdecl_parse(struct parser *p, const struct type *base);
/* Any number of __attribute__((...)), added to attrs. Those without bearing on layout are ignored. */
void cdecl_attributes(struct parser *p, struct cattrs *attrs);

/* enum [NAME] [{ A, B = 2 }]; the word is taken (cenum.c). */
const struct type *cenum_parse(struct parser *p);
/* An expression of constants: numbers, enumerators, sizeof of a type. */
int64_t cenum_const(struct parser *p);

/* Reports a type that cannot be held by value. */
void cdef_check_complete(struct parser *p, const struct type *t, struct span at);

#endif
