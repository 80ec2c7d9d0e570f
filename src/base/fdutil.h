/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files and descriptors: cleanup attributes and whole-file reads. */
#ifndef BASE_FDUTIL_H
#define BASE_FDUTIL_H

#include <stddef.h>
#include <sys/types.h>

#include "base/strbuf.h"

void fd_close(int *fd); /* closes if >= 0, sets -1 */
#define _cleanup_fd_ __attribute__((cleanup(fd_close)))
void free_ptr(void *p); /* p: address of a malloced pointer */
#define _cleanup_free_ __attribute__((cleanup(free_ptr)))
#define _cleanup_sb_ __attribute__((cleanup(sb_done)))

/*
 * Reads a whole file (also of /proc and /sys), at most max bytes; 0 or -errno (-EFBIG over max).
 * The text takes the place of what was in the buffer; on failure the buffer is as before.
 */
int file_read(const char *path, size_t max, struct strbuf *ret_text);
int fd_read_all(int fd, size_t max, struct strbuf *ret_text);

/*
 * Makes a file of these bytes, whole or not at all: it takes its name once it is complete. What is there and no
 * regular file (a device, a pipe, a link to /dev/stdout) is written to. mode: before the umask. 0 or -errno.
 */
int file_write(const char *path, const void *bytes, size_t n, mode_t mode);

#endif
