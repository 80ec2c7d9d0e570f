/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of ZIP archives that lie there as they are (not compressed), as shared libraries in Android packages do. */
#ifndef SYM_ZIP_H
#define SYM_ZIP_H

#include <stdint.h>

/*
 * Where a member's bytes are. -ENOENT: no such member; -ENOEXEC: no archive, or a damaged one; -ENOTSUP: the member is
 * compressed or encrypted.
 */
int zip_find(int fd, const char *member, uint64_t *ret_offset, uint64_t *ret_size);

#endif
