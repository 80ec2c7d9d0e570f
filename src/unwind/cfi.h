/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Call frame information of .eh_frame (Linux Standard Base, Core; DWARF 5, section 6.4) as rows: only what leads to the
 * next frame, that is sp, bp and the return address. The bytes are hostile input.
 */
#ifndef UNWIND_CFI_H
#define UNWIND_CFI_H

#include <stddef.h>

#include "base/vec.h"
#include "unwind/layout.h"

struct unwind_rows {
	VEC(struct unwind_row) list;
};

/*
 * Adds the rows of all functions, sorted by pc, with UW_END where code without a table begins. addr: where the section is
 * in the address space of the file. What cannot be read is left out.
 */
void cfi_read(const void *section, size_t n, uint64_t addr, struct unwind_rows *rows);
void unwind_rows_done(struct unwind_rows *rows);

#endif
