/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fdutil.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void fd_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

void free_ptr(void *p)
{
	void *block;

	memcpy(&block, p, sizeof(block));
	free(block);
}

/* Appends up to max bytes, one more if there are more. */
static int fd_read_some(int fd, size_t max, struct strbuf *b)
{
	size_t start = b->n;

	while (b->n - start <= max) {
		ssize_t n;

		sb_grow(b, 16384);
		n = read(fd, b->p + b->n, b->cap - b->n - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return 0;
		b->n += (size_t)n;
	}
	return -EFBIG;
}

int fd_read_all(int fd, size_t max, struct strbuf *ret_text)
{
	size_t old = ret_text->n;
	int rc = fd_read_some(fd, max, ret_text);

	if (rc) {
		ret_text->n = old;
	} else {
		ret_text->n -= old;
		memmove(ret_text->p, ret_text->p + old, ret_text->n);
	}
	if (ret_text->p)
		ret_text->p[ret_text->n] = '\0';
	return rc;
}

int file_read(const char *path, size_t max, struct strbuf *ret_text)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fd_read_all(fd, max, ret_text);
}
