/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An open DWARF file, shared by the files that read its parts and by the reader of types. */
#ifndef SYM_DWARF_INT_H
#define SYM_DWARF_INT_H

#include <elfutils/libdw.h>

#include "base/strmap.h"
#include "sym/dwarf.h"

/* The code of a unit. */
struct unit_range {
	uint64_t start, end;
	uint32_t unit;
};

struct dwarf_unit {
	Dwarf_Die die;   /* of the skeleton, if the unit is split: line table, ranges */
	Dwarf_Die inner; /* what describes functions and types: the split unit's, else the same */
	bool tried_split;
};

/* A unit out of a package, as the image of a file (dwp.c). */
struct split_unit {
	char *image;
	Elf *elf;
	Dwarf *dw;
};

struct dwarf_file {
	const char *path; /* of the program, borrowed */
	int fd;                 /* own, -1: the debug file's is used */
	Elf *elf;               /* own */
	struct elf_file *debug; /* separate debug file, owned; NULL: none */
	Dwarf *dw;
	VEC(struct dwarf_unit) units;
	VEC(struct unit_range) ranges; /* by start */
	bool ranges_read, tried_dwp;
	struct elf_file *dwp; /* package of split units; NULL: none */
	VEC(struct split_unit) splits;
	struct arena arena;   /* of what is below */
	struct strmap frames; /* address (8 bytes) -> struct frame_list: a stack's frames come again and again */
};

/* elf_file_free()'s part. */
void dwarf_file_free(struct dwarf_file *d);
/* The split unit that belongs to a skeleton, by its id, in the program's package; false: it is not there. dwp.c */
bool dwp_unit(struct dwarf_file *d, Dwarf_Die *skeleton, uint64_t id, Dwarf_Die *ret);
void dwp_close(struct dwarf_file *d);
/* The unit with an address, NULL if there is none. */
struct dwarf_unit *dwarf_unit_at(struct dwarf_file *d, uint64_t addr);
/* The unit's description, with a split unit found and opened. */
Dwarf_Die *dwarf_unit_inner(struct dwarf_file *d, struct dwarf_unit *u);
/* The function (never an inlined copy) that covers an address. */
bool dwarf_func_at(struct dwarf_file *d, uint64_t addr, Dwarf_Die *ret);
/* Linkage name, else the name, also through an abstract origin or a specification; NULL: none. */
const char *dwarf_func_name(Dwarf_Die *die);

#endif
