/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sym/perfmap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdutil.h"

#define PERF_MAP_MAX (256 << 20)
/* A younger function may cover older ones: so many before the nearest are looked at. */
#define OVERLAP_MAX 16

int open_regular(const char *path, int flags)
{
	_cleanup_fd_ int fd = open(path, O_PATH | O_CLOEXEC | flags);
	char self[32];
	struct stat st;
	int rc;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOEXEC;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	rc = open(self, O_RDONLY | O_CLOEXEC);
	return rc < 0 ? -errno : rc;
}

static bool take_hex(const char **p, const char *end, uint64_t *ret)
{
	const char *start = *p;
	uint64_t v = 0;

	if (end - *p > 2 && (*p)[0] == '0' && (*p)[1] == 'x')
		start = *p += 2;
	for (; *p < end; ++*p) {
		unsigned c = (unsigned char)**p | 32u;

		if (c >= '0' && c <= '9')
			v = v << 4 | (c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (c - 'a' + 10);
		else
			break;
	}
	*ret = v;
	return *p != start && *p - start <= 16 && *p < end && *(*p)++ == ' ';
}

static int by_start(const void *a, const void *b)
{
	const struct perf_entry *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

/* The text becomes names: each line ended by a NUL. */
static void index_text(struct perf_map *m)
{
	char *p = m->text.p, *end = p + m->text.n;

	m->list.n = 0;
	while (p < end) {
		char *line = memchr(p, '\n', (size_t)(end - p));
		struct perf_entry e;
		const char *at = p;

		if (!line) /* being written */
			break;
		*line = '\0';
		if (take_hex(&at, line, &e.start) && take_hex(&at, line, &e.size) && at < line) {
			e.name = (size_t)(at - m->text.p);
			vec_push(&m->list, e);
		}
		p = line + 1;
	}
	if (m->list.n)
		qsort(m->list.v, m->list.n, sizeof(*m->list.v), by_start);
}

void perf_map_parse(struct perf_map *m, const char *text, size_t n)
{
	sb_reset(&m->text);
	sb_add(&m->text, text, n);
	index_text(m);
}

/* The process' number in its own namespace: the last of NSpid in its status. */
static long inner_pid(pid_t pid)
{
	_cleanup_sb_ struct strbuf status = { 0 };
	const char *line, *end;
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (file_read(path, 65536, &status))
		return pid;
	line = strstr(sb_str(&status), "\nNSpid:");
	if (!line)
		return pid;
	end = strchrnul(line + 1, '\n');
	while (end > line && end[-1] >= '0' && end[-1] <= '9')
		end--;
	return atol(end);
}

static int open_map(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/root/tmp/perf-%ld.map", (int)pid, inner_pid(pid));
	fd = open_regular(path, O_NOFOLLOW);
	if (fd >= 0)
		return fd;
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)pid);
	return open_regular(path, O_NOFOLLOW);
}

bool perf_map_read(struct perf_map *m, pid_t pid, uid_t uid)
{
	_cleanup_fd_ int fd = open_map(pid);
	int64_t mtime;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || (st.st_uid != uid && st.st_uid != 0))
		return m->list.n > 0;
	mtime = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	if (mtime == m->mtime && st.st_size == m->bytes)
		return m->list.n > 0;
	m->mtime = mtime;
	m->bytes = st.st_size;
	if (!fd_read_all(fd, PERF_MAP_MAX, &m->text))
		index_text(m);
	return m->list.n > 0;
}

void perf_map_done(struct perf_map *m)
{
	vec_done(&m->list);
	sb_done(&m->text);
}

const struct perf_entry *perf_map_find(const struct perf_map *m, uint64_t addr)
{
	size_t low = 0, high = m->list.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (m->list.v[mid].start <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	for (size_t i = low, tries = 0; i-- && tries < OVERLAP_MAX; tries++) {
		if (addr - m->list.v[i].start < m->list.v[i].size)
			return &m->list.v[i];
	}
	return NULL;
}
