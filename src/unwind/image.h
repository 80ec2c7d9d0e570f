/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What unwinding needs of an ELF file: its rows, and which addresses its parts are meant for. */
#ifndef UNWIND_IMAGE_H
#define UNWIND_IMAGE_H

#include <stdbool.h>

#include "unwind/cfi.h"

struct unwind_segment {
	uint64_t offset, addr, size; /* in the file; in its address space; bytes */
};

struct unwind_image {
	struct unwind_rows rows;
	VEC(struct unwind_segment) segments;
};

/* fd stays the caller's. A file that is no ELF file for this machine, or a broken one, has nothing. */
void unwind_image_read(int fd, struct unwind_image *ret);
/* Of a file in memory, as the vDSO is; it is not changed. */
void unwind_image_memory(const void *bytes, size_t n, struct unwind_image *ret);
void unwind_image_done(struct unwind_image *image);
/* The address in the file's address space of what is at an offset; false if no part of it is loaded. */
bool unwind_image_addr(const struct unwind_image *image, uint64_t offset, uint64_t *ret);

#endif
