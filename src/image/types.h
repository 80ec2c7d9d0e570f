/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Types as bytes: all that printing, sorting and comparing values needs to know of them. */
#ifndef IMAGE_TYPES_H
#define IMAGE_TYPES_H

#include "image/pack.h"
#include "type/type.h"

/*
 * NULL is a type of its own. What a pointer points to is left out. False if the type has values that no built-in
 * can be found for by name: *ret_what is what it is called.
 */
bool pack_type(struct strbuf *out, struct types *ts, const struct type *t, const char **ret_what);
/* u->bad if it is none. */
const struct type *unpack_type(struct unpack *u);

#endif
