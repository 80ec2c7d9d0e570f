/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fdutil.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static int write_all(int fd, const char *bytes, size_t n)
{
	for (size_t done = 0; done < n;) {
		ssize_t some = write(fd, bytes + done, n - done);

		if (some < 0 && errno == EINTR)
			continue;
		if (some <= 0)
			return some ? -errno : -EIO;
		done += (size_t)some;
	}
	return 0;
}

/* What other users may do with a new file. */
static mode_t allowed(mode_t mode)
{
	mode_t mask = umask(0);

	umask(mask);
	return mode & ~mask;
}

static int write_new(const char *path, const void *bytes, size_t n, mode_t mode)
{
	_cleanup_sb_ struct strbuf part = { 0 };
	_cleanup_fd_ int fd = -1;
	int r;

	sb_addf(&part, "%s.XXXXXX", path);
	fd = mkostemp(part.p, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = write_all(fd, bytes, n);
	if (!r && (fchmod(fd, allowed(mode)) || rename(part.p, path)))
		r = -errno;
	if (r)
		unlink(part.p);
	return r;
}

int file_write(const char *path, const void *bytes, size_t n, mode_t mode)
{
	_cleanup_fd_ int fd = -1;
	struct stat st;

	if (lstat(path, &st) || S_ISREG(st.st_mode))
		return write_new(path, bytes, n, mode);
	fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	return fd < 0 ? -errno : write_all(fd, bytes, n);
}
