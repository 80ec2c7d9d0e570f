/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the types that debug information describes to the type model. */
#ifndef PROBE_DWTYPES_H
#define PROBE_DWTYPES_H

#include "sym/dwarf_int.h"
#include "type/type.h"

/* Types of one file. They refer to it: it must stay open as long as they are used. */
struct dwarf_types {
	struct types *ts;
	struct dwarf_file *dw;
	struct strmap by_die;  /* address of a DIE (8 bytes) -> struct type * */
	struct strmap by_name; /* "struct x" -> const struct type *, type_none() for names that are not there */
};

void dwarf_types_init(struct dwarf_types *dt, struct types *ts, struct dwarf_file *dw);
/*
 * The type that die describes: modifiers and typedefs stripped; TY_NONE for void, functions and what is broken.
 * Pointers lead to user space; floating point numbers are bytes.
 */
const struct type *dwarf_type(struct dwarf_types *dt, Dwarf_Die *die);
/* "struct x", "union x", "enum x", or a typedef; addr: of code whose unit comes first. NULL: not there. */
const struct type *dwarf_named_type(struct dwarf_types *dt, uint64_t addr, const char *name);
/* The DIE of die's DW_AT_type, without typedefs and qualifiers if bare; false: void. */
bool dwarf_type_of(Dwarf_Die *die, bool bare, Dwarf_Die *ret);
/* A constant attribute; fallback if it is absent. */
uint64_t dwarf_number(Dwarf_Die *die, unsigned attr, uint64_t fallback);
/* Offset of a member in its structure; false if it is not constant. */
bool dwarf_member_offset(Dwarf_Die *member, uint64_t *ret);
/* A type in C's words: "const char*", "struct x[4]"; die NULL: void. */
void dwarf_type_print(struct strbuf *out, Dwarf_Die *die);

#endif
