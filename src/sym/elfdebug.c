/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Separate debug files: by build ID, else by .gnu_debuglink ("Debugging Information in Separate
 * Files" of GDB's manual says where they lie), and the symbols that a file carries compressed.
 */
#include <fcntl.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "base/fdutil.h"
#include "base/strbuf.h"
#include "sym/elf_int.h"

#define DEBUG_DIR "/usr/lib/debug"
#define MINI_DEBUG_MAX (256u << 20)

/* Folders of --debuginfo, ':' between them; NULL: none. Lives as long as the process. */
static char *debug_dirs;

void elf_add_debug_dirs(const char *dirs)
{
	struct strbuf all = { 0 };

	sb_addf(&all, "%s%s%s", debug_dirs ? debug_dirs : "", debug_dirs ? ":" : "", dirs);
	free(debug_dirs);
	debug_dirs = xstrdup(sb_str(&all));
	sb_done(&all);
}

/* Files that were named one by one. Live as long as the process. */
static VEC(char *) debug_files;

void elf_add_debug_file(const char *path)
{
	vec_push(&debug_files, xstrdup(path));
}

/* Length of the folder that a file lies in, without the last slash. */
static int dir_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (int)(slash - path) : 0;
}

typedef bool dir_fn(const char *dir, void *arg);

/* A folder of --debuginfo: one that is not absolute may lie beside the program as well. */
static bool try_option_dir(const struct elf_file *of, const char *dir, size_t n, dir_fn *f, void *arg)
{
	_cleanup_sb_ struct strbuf path = { 0 };
	int at = dir_len(of->path);

	if (!n)
		return false;
	sb_add(&path, dir, n);
	if (f(sb_str(&path), arg))
		return true;
	if (*dir == '/' || !at)
		return false;
	sb_reset(&path);
	sb_addf(&path, "%.*s/%.*s", at, of->path, (int)n, dir);
	return f(sb_str(&path), arg);
}

/* Folders where debug files are looked for, those of the file's own root among them; f returns true to stop. */
static bool each_debug_dir(const struct elf_file *of, dir_fn *f, void *arg)
{
	const char *p = debug_dirs ? debug_dirs : "";
	char root[64];
	int pid, n = 0;

	for (; *p; p += *p == ':') {
		size_t len = strcspn(p, ":");

		if (try_option_dir(of, p, len, f, arg))
			return true;
		p += len;
	}
	if (sscanf(of->path, "/proc/%d/root%n", &pid, &n) == 1 && n) {
		snprintf(root, sizeof(root), "/proc/%d/root" DEBUG_DIR, pid);
		if (f(root, arg))
			return true;
	}
	return f(DEBUG_DIR, arg);
}

/* A place to look at: of is the file whose debug file is wanted, found is where it goes. */
struct debug_search {
	struct elf_file *of, *found;
	const char *name;   /* of .gnu_debuglink */
	const uint32_t *crc; /* that it says the debug file has */
};

static bool same_build_id(const struct elf_file *a, const struct elf_file *b)
{
	return a->build_id_len == b->build_id_len &&
	       !memcmp(a->build_id, b->build_id, a->build_id_len);
}

static bool same_file(const struct elf_file *a, const struct elf_file *b)
{
	return a->ehdr.e_machine == b->ehdr.e_machine && a->ehdr.e_type == b->ehdr.e_type;
}

static bool same_crc(const struct elf_file *debug, uint32_t want)
{
	unsigned char block[65536];
	uLong crc = crc32(0, NULL, 0);
	off_t at = 0;
	ssize_t n;

	while ((n = pread(debug->fd, block, sizeof(block), at)) > 0) {
		crc = crc32(crc, block, (uInt)n);
		at += n;
	}
	return !n && crc == want;
}

/* A file that is not its debug file is as good as none: the build ID tells, without one the checksum. */
static bool try_open(struct debug_search *s, const char *path)
{
	struct elf_file *debug;

	if (!strcmp(path, s->of->path) || access(path, R_OK) || elf_file_open(path, &debug, NULL))
		return false;
	if (same_file(s->of, debug) && (s->of->build_id_len ? same_build_id(s->of, debug)
							     : s->crc && same_crc(debug, *s->crc))) {
		s->found = debug;
		return true;
	}
	elf_file_free(debug);
	return false;
}

static bool try_build_id(const char *dir, void *arg)
{
	_cleanup_sb_ struct strbuf path = { 0 };
	struct debug_search *s = arg;

	sb_addf(&path, "%s/.build-id/%02x/", dir, s->of->build_id[0]);
	for (unsigned i = 1; i < s->of->build_id_len; i++)
		sb_addf(&path, "%02x", s->of->build_id[i]);
	sb_adds(&path, ".debug");
	return try_open(s, sb_str(&path));
}

/* The name in .gnu_debuglink: of a file, never with a folder; behind it, at a multiple of 4, the checksum. */
static bool debuglink(struct elf_file *f, const char **ret_name, uint32_t *ret_crc)
{
	GElf_Shdr sh;
	Elf_Data *data = elf_section(f, ".gnu_debuglink", &sh);
	const char *name = data ? data->d_buf : NULL;
	size_t n;

	if (!name || !memchr(name, '\0', data->d_size) || strchr(name, '/') || !*name)
		return false;
	n = (strlen(name) + 4) & ~(size_t)3;
	if (n + 4 > data->d_size)
		return false;
	memcpy(ret_crc, name + n, 4);
	*ret_name = name;
	return true;
}

static bool try_beside(struct debug_search *s, const char *between)
{
	_cleanup_sb_ struct strbuf path = { 0 };
	int dir = dir_len(s->of->path);

	sb_addf(&path, "%.*s%s%s%s", dir, s->of->path, dir || *s->of->path == '/' ? "/" : "", between, s->name);
	return try_open(s, sb_str(&path));
}

/* Below a folder of debug files: at once, or under the path of the file it is for. */
static bool try_link(const char *dir, void *arg)
{
	_cleanup_sb_ struct strbuf path = { 0 }, below = { 0 };
	_cleanup_free_ char *real = NULL;
	struct debug_search *s = arg;

	sb_addf(&path, "%s/%s", dir, s->name);
	if (try_open(s, sb_str(&path)))
		return true;
	real = realpath(s->of->path, NULL);
	if (!real)
		return false;
	sb_addf(&below, "%s%.*s/%s", dir, dir_len(real), real, s->name);
	return try_open(s, sb_str(&below));
}

/* Without .gnu_debuglink it is by custom PROGRAM.debug; only the build ID can tell then. */
static const char *usual_name(struct elf_file *f)
{
	const char *slash = strrchr(f->path, '/');

	return f->build_id_len ? arena_printf(&f->arena, "%s.debug", slash ? slash + 1 : f->path) : NULL;
}

struct elf_file *elf_open_debug(struct elf_file *f)
{
	struct debug_search s = { .of = f };
	uint32_t crc;

	vec_each(debug_files, i)
		if (f->build_id_len && try_open(&s, debug_files.v[i]))
			return s.found;
	if (f->build_id_len >= 2 && each_debug_dir(f, try_build_id, &s))
		return s.found;
	if (debuglink(f, &s.name, &crc))
		s.crc = &crc;
	else
		s.name = usual_name(f);
	if (s.name && !try_beside(&s, "") && !try_beside(&s, ".debug/"))
		each_debug_dir(f, try_link, &s);
	return s.found;
}

/* The xz stream of .gnu_debugdata unpacked into a file in memory; -1 if there is none. */
static int unpack_mini_debug(struct elf_file *f)
{
	uint64_t limit = MINI_DEBUG_MAX;
	size_t in = 0, out = 0, room = 4u << 20;
	uint8_t *bytes = NULL;
	lzma_ret rc = LZMA_BUF_ERROR;
	GElf_Shdr sh;
	Elf_Data *data = elf_section(f, ".gnu_debugdata", &sh);
	int fd = -1;

	if (!data || !data->d_buf)
		return -1;
	for (; rc == LZMA_BUF_ERROR && room <= MINI_DEBUG_MAX; room *= 4) {
		bytes = xrealloc(bytes, room);
		in = out = 0;
		rc = lzma_stream_buffer_decode(&limit, 0, NULL, data->d_buf, &in, data->d_size, bytes, &out, room);
	}
	if (rc == LZMA_OK)
		fd = memfd_create("debugdata", MFD_CLOEXEC);
	if (fd >= 0 && write(fd, bytes, out) != (ssize_t)out)
		fd_close(&fd);
	free(bytes);
	return fd;
}

struct elf_file *elf_open_mini_debug(struct elf_file *f)
{
	int fd = unpack_mini_debug(f);
	struct elf_file *mini = NULL;

	if (fd >= 0 && elf_file_open_fd(fd, f->path, &mini, NULL))
		return NULL;
	return mini;
}
