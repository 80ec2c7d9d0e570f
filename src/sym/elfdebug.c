/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Separate debug files: by build ID, else by .gnu_debuglink ("Debugging Information in Separate
 * Files" of GDB's manual says where they lie).
 */
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "base/strbuf.h"
#include "sym/elf_int.h"

#define DEBUG_DIR "/usr/lib/debug"

static bool same_build_id(const struct elf_file *a, const struct elf_file *b)
{
	return a->build_id_len == b->build_id_len &&
	       !memcmp(a->build_id, b->build_id, a->build_id_len);
}

static bool same_file(const struct elf_file *a, const struct elf_file *b)
{
	return a->ehdr.e_machine == b->ehdr.e_machine && a->ehdr.e_type == b->ehdr.e_type;
}

/* A file that is not its debug file is as good as none. */
static struct elf_file *try_open(struct elf_file *f, const char *path)
{
	struct elf_file *debug;

	if (access(path, R_OK) || elf_file_open(path, &debug, NULL))
		return NULL;
	if (same_build_id(f, debug) && same_file(f, debug))
		return debug;
	elf_file_free(debug);
	return NULL;
}

static struct elf_file *open_by_build_id(struct elf_file *f)
{
	_cleanup_sb_ struct strbuf path = { 0 };

	if (f->build_id_len < 2)
		return NULL;
	sb_addf(&path, DEBUG_DIR "/.build-id/%02x/", f->build_id[0]);
	for (unsigned i = 1; i < f->build_id_len; i++)
		sb_addf(&path, "%02x", f->build_id[i]);
	sb_adds(&path, ".debug");
	return try_open(f, sb_str(&path));
}

/* The name in .gnu_debuglink: of a file, never with a folder. */
static const char *debuglink(struct elf_file *f)
{
	GElf_Shdr sh;
	Elf_Data *data = elf_section(f, ".gnu_debuglink", &sh);

	if (!data || !data->d_buf || !memchr(data->d_buf, '\0', data->d_size))
		return NULL;
	return strchr(data->d_buf, '/') || !*(const char *)data->d_buf ? NULL : data->d_buf;
}

static struct elf_file *open_by_link(struct elf_file *f)
{
	static const struct { const char *before, *between; } places[] = {
		{ "", "/" }, { "", "/.debug/" }, { DEBUG_DIR, "/" },
	};
	const char *name = debuglink(f), *slash = strrchr(f->path, '/');
	int dir = slash ? (int)(slash - f->path) : 0;
	struct elf_file *debug = NULL;

	/* Without a build ID nothing says that the two belong together. */
	if (!name || !slash || !f->build_id_len)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(places) && !debug; i++) {
		_cleanup_sb_ struct strbuf path = { 0 };

		sb_addf(&path, "%s%.*s%s%s", places[i].before, dir, f->path, places[i].between,
			name);
		if (strcmp(sb_str(&path), f->path))
			debug = try_open(f, sb_str(&path));
	}
	return debug;
}

struct elf_file *elf_open_debug(struct elf_file *f)
{
	struct elf_file *debug = open_by_build_id(f);

	return debug ? debug : open_by_link(f);
}
