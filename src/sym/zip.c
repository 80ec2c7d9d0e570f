/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Layout: PKWARE's APPNOTE 4.3.7, 4.3.12, 4.3.16. Archives over 4 GiB (ZIP64) are not known here. */
#include "sym/zip.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"

#define LOCAL_SIG 0x04034b50u
#define LOCAL_SIZE 30
#define ENTRY_SIG 0x02014b50u
#define ENTRY_SIZE 46
#define END_SIG 0x06054b50u
#define END_SIZE 22
#define COMMENT_MAX 65535
#define DIRECTORY_MAX (64u << 20)

static uint32_t u16_at(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8;
}

static uint32_t u32_at(const uint8_t *p)
{
	return u16_at(p) | u16_at(p + 2) << 16;
}

static bool read_at(int fd, void *buf, size_t n, uint64_t at)
{
	return pread(fd, buf, n, (off_t)at) == (ssize_t)n;
}

/* The directory's place, from the record at the file's end, behind which there may be a comment. */
static int find_directory(int fd, uint64_t file_size, uint32_t *ret_offset, uint32_t *ret_size)
{
	size_t n = file_size < END_SIZE + COMMENT_MAX ? file_size : END_SIZE + COMMENT_MAX;
	uint8_t *tail;
	int rc = -ENOEXEC;

	if (n < END_SIZE)
		return -ENOEXEC;
	tail = xcalloc(1, n);
	if (read_at(fd, tail, n, file_size - n)) {
		for (size_t i = n - END_SIZE + 1; i-- > 0 && rc;) {
			if (u32_at(tail + i) != END_SIG)
				continue;
			*ret_size = u32_at(tail + i + 12);
			*ret_offset = u32_at(tail + i + 16);
			rc = (uint64_t)*ret_offset + *ret_size <= file_size && *ret_size <= DIRECTORY_MAX ? 0 : -ENOEXEC;
		}
	}
	free(tail);
	return rc;
}

/* The local header repeats the names, with other lengths. */
static int locate(int fd, const uint8_t *entry, uint64_t file_size, uint64_t *ret_offset, uint64_t *ret_size)
{
	uint64_t at = u32_at(entry + 42);
	uint8_t local[LOCAL_SIZE];

	if (u16_at(entry + 8) & 1 || u16_at(entry + 10))
		return -ENOTSUP;
	if (!read_at(fd, local, sizeof(local), at) || u32_at(local) != LOCAL_SIG)
		return -ENOEXEC;
	*ret_offset = at + LOCAL_SIZE + u16_at(local + 26) + u16_at(local + 28);
	*ret_size = u32_at(entry + 24);
	return *ret_offset + *ret_size <= file_size ? 0 : -ENOEXEC;
}

/* The entry of a member in the directory's n bytes. */
static const uint8_t *find_entry(const uint8_t *dir, size_t n, const char *member)
{
	size_t len = strlen(member);

	for (size_t at = 0; n - at >= ENTRY_SIZE && u32_at(dir + at) == ENTRY_SIG;) {
		const uint8_t *e = dir + at;
		size_t name = u16_at(e + 28), whole = ENTRY_SIZE + name + u16_at(e + 30) + u16_at(e + 32);

		if (whole > n - at)
			return NULL;
		if (name == len && !memcmp(e + ENTRY_SIZE, member, len))
			return e;
		at += whole;
	}
	return NULL;
}

int zip_find(int fd, const char *member, uint64_t *ret_offset, uint64_t *ret_size)
{
	uint32_t offset, size;
	const uint8_t *entry;
	struct stat st;
	uint8_t *dir;
	int rc;

	if (fstat(fd, &st))
		return -errno;
	rc = find_directory(fd, (uint64_t)st.st_size, &offset, &size);
	if (rc)
		return rc;
	dir = xcalloc(1, size + 1);
	entry = read_at(fd, dir, size, offset) ? find_entry(dir, size, member) : NULL;
	rc = entry ? locate(fd, entry, (uint64_t)st.st_size, ret_offset, ret_size) : -ENOENT;
	free(dir);
	return rc;
}
