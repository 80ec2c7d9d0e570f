/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sym/maps.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fdutil.h"
#include "sym/perfmap.h"

/* 65530 mappings (vm.max_map_count) with long paths. */
#define MAPS_MAX (64 << 20)

static bool take_hex(const char **p, const char *end, uint64_t *ret)
{
	const char *start = *p;
	uint64_t v = 0;

	for (; *p < end; ++*p) {
		char c = **p;

		if (c >= '0' && c <= '9')
			v = v << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint64_t)(c - 'a' + 10);
		else
			break;
	}
	*ret = v;
	return *p != start && *p - start <= 16;
}

static bool take_char(const char **p, const char *end, char c)
{
	if (*p == end || **p != c)
		return false;
	++*p;
	return true;
}

static uint64_t take_decimal(const char **p, const char *end)
{
	uint64_t v = 0;

	for (; *p < end && **p >= '0' && **p <= '9'; ++*p)
		v = v * 10 + (uint64_t)(**p - '0');
	return v;
}

static uint32_t add_path(struct maps *m, const char *p, const char *end)
{
	static const char deleted[] = " (deleted)";
	size_t n = (size_t)(end - p), at = m->names.n, tail = sizeof(deleted) - 1;

	if (n > tail && !memcmp(end - tail, deleted, tail))
		n -= tail;
	sb_add(&m->names, p, n);
	sb_addc(&m->names, '\0');
	return (uint32_t)at;
}

/* "7f12-7f34 r-xp 00001000 fd:00 1234     /usr/lib/x" */
static void parse_line(struct maps *m, const char *p, const char *end)
{
	struct map_range r = { 0 };
	uint64_t major, minor;
	const char *perms;

	if (!take_hex(&p, end, &r.start) || !take_char(&p, end, '-') ||
	    !take_hex(&p, end, &r.end) || !take_char(&p, end, ' ') || end - p < 5)
		return;
	perms = p;
	p += 4;
	if (!take_char(&p, end, ' ') || !take_hex(&p, end, &r.offset) || !take_char(&p, end, ' ') ||
	    !take_hex(&p, end, &major) || !take_char(&p, end, ':') || !take_hex(&p, end, &minor) ||
	    !take_char(&p, end, ' '))
		return;
	r.inode = take_decimal(&p, end);
	while (take_char(&p, end, ' '))
		;
	if (perms[2] != 'x' || r.start >= r.end ||
	    (m->list.n && r.start < m->list.v[m->list.n - 1].end))
		return;
	r.path = add_path(m, p, end);
	vec_push(&m->list, r);
}

void maps_parse(struct maps *m, const char *text, size_t n)
{
	const char *end = text + n;

	m->list.n = 0;
	sb_reset(&m->names);
	while (text < end) {
		const char *line = memchr(text, '\n', (size_t)(end - text));

		parse_line(m, text, line ? line : end);
		text = line ? line + 1 : end;
	}
}

int maps_read(pid_t pid, struct maps *m)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	char path[32];
	int rc;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	rc = file_read(path, MAPS_MAX, &text);
	if (rc)
		return rc == -ENOENT ? -ESRCH : rc;
	maps_parse(m, sb_str(&text), text.n);
	return 0;
}

void maps_done(struct maps *m)
{
	vec_done(&m->list);
	sb_done(&m->names);
}

const char *maps_path(const struct maps *m, const struct map_range *r)
{
	return sb_str(&m->names) + r->path;
}

const struct map_range *maps_find(const struct maps *m, uint64_t addr)
{
	size_t low = 0, high = m->list.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (m->list.v[mid].end <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	return low < m->list.n && m->list.v[low].start <= addr ? &m->list.v[low] : NULL;
}

/* By its path a file counts only if it is the inode that was mapped. */
static int open_by_path(const char *path, uint64_t inode)
{
	int fd = open_regular(path, 0);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) || st.st_ino != inode))
		fd_close(&fd);
	return fd;
}

int maps_open(pid_t pid, const struct maps *m, const struct map_range *r)
{
	const char *name = maps_path(m, r);
	_cleanup_sb_ struct strbuf path = { 0 };
	int fd;

	sb_addf(&path, "/proc/%d/map_files/%llx-%llx", (int)pid, (unsigned long long)r->start, (unsigned long long)r->end);
	fd = open_regular(sb_str(&path), 0);
	if (fd >= 0)
		return fd;
	sb_reset(&path);
	sb_addf(&path, "/proc/%d/root%s", (int)pid, name);
	fd = open_by_path(sb_str(&path), r->inode);
	return fd >= 0 ? fd : open_by_path(name, r->inode);
}
