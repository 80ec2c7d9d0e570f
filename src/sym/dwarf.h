/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Debug information of programs and libraries (DWARF 2 to 5), by elfutils: where code comes from, which functions were
 * inlined, where a line's code is. It is looked for in the file itself, in its debug file, and for split DWARF in the
 * .dwo files that it names. Files are hostile input: what is broken is as good as absent.
 */
#ifndef SYM_DWARF_H
#define SYM_DWARF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/vec.h"
#include "sym/elfsym.h"

struct dwarf_file;

/*
 * Debug information of a file that is still open (not settled), opened at the first call and closed with f;
 * NULL: it has none. Borrowed.
 */
struct dwarf_file *elf_file_dwarf(struct elf_file *f);

/* A function that an address belongs to. */
struct src_frame {
	const char *func; /* linkage name if there is one, NULL: unknown */
	const char *file; /* where in it the address (or the call of what was inlined) is; NULL: unknown */
	int line;         /* 0: unknown */
	bool inlined;
};

/*
 * Functions at an address, the innermost inlined one first, the one that is in the symbol table last; at most max, their
 * number. Strings live as long as the file.
 */
size_t dwarf_frames(struct dwarf_file *d, uint64_t addr, struct src_frame *ret, size_t max);

/* A place of a source line. */
struct src_place {
	uint64_t addr;
	const char *func; /* the function it is in, as of src_frame; NULL: unknown */
};
typedef VEC(struct src_place) src_places;

/*
 * Where statements of a line begin: one address in each function (or inlined copy of one) that has it, by address. file
 * matches whole components from the end of a path; col 0: any. Nothing: ret_near is the next line of the file that has
 * code, 0 if there is none; false: no such file.
 */
bool dwarf_line_places(struct dwarf_file *d, const char *file, int line, int col, struct arena *a, src_places *ret,
		       int *ret_near);

#endif
