/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs and libraries by the names that people use for them. */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "sym/elfsym.h"
#include "sym/ldcache.h"
#include "sym/maps.h"

#if defined(__x86_64__)
#define NATIVE_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define NATIVE_MACHINE EM_AARCH64
#elif defined(__riscv)
#define NATIVE_MACHINE EM_RISCV
#elif defined(__arm__)
#define NATIVE_MACHINE EM_ARM
#else
#define NATIVE_MACHINE EM_NONE
#endif

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode);
}

/* "ARCHIVE!/MEMBER" */
static bool is_member(const char *path)
{
	_cleanup_free_ char *archive = strndup(path, elf_path_len(path));

	return strlen(archive) < strlen(path) && is_file(archive);
}

/* Libraries of other machines lie beside ours, and libc.so of developers is a text. */
static bool is_native_elf(const char *path)
{
	_cleanup_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	Elf32_Ehdr h; /* both classes agree up to e_machine */

	if (fd < 0 || pread(fd, &h, sizeof(h), 0) != sizeof(h) ||
	    memcmp(h.e_ident, ELFMAG, SELFMAG))
		return false;
	return NATIVE_MACHINE == EM_NONE ||
	       (h.e_machine == NATIVE_MACHINE &&
		h.e_ident[EI_CLASS] == (sizeof(long) == 8 ? ELFCLASS64 : ELFCLASS32));
}

/* Behind a library's stem: nothing, ".so", ".so.6", "-2.31.so"; with ".so" in the stem ".6". */
static bool is_version(const char *rest, bool has_so)
{
	if (!*rest)
		return has_so;
	if (has_so)
		return rest[0] == '.';
	if (rest[0] == '-' && rest[1] >= '0' && rest[1] <= '9')
		return strstr(rest, ".so") != NULL;
	return !strncmp(rest, ".so", 3) && (!rest[3] || rest[3] == '.');
}

/* Does a file "libc.so.6" go by the name "libc.so.6", "libc.so", "libc" or "c"? */
bool elf_lib_matches(const char *file, const char *name)
{
	bool has_so = strstr(name, ".so") != NULL;
	size_t n = strlen(name);

	if (!strcmp(file, name))
		return true;
	if (!strncmp(file, name, n))
		return !strncmp(name, "lib", 3) && is_version(file + n, has_so);
	return !strncmp(file, "lib", 3) && !strncmp(file + 3, name, n) &&
	       is_version(file + 3 + n, has_so);
}

/* The best library so far: the very name before others, then the highest version. */
struct search {
	const char *root; /* "" or "/proc/PID/root" */
	const char *name;
	struct strbuf path, file;
};

static void try_library(void *arg, const char *file, const char *path)
{
	_cleanup_sb_ struct strbuf full = { 0 };
	struct search *s = arg;
	bool exact = !strcmp(file, s->name);

	if (!elf_lib_matches(file, s->name))
		return;
	if (s->path.n && (!strcmp(sb_str(&s->file), s->name) ||
			  (!exact && strverscmp(file, sb_str(&s->file)) <= 0)))
		return;
	sb_addf(&full, "%s%s", s->root, path);
	if (!is_native_elf(sb_str(&full)))
		return;
	sb_reset(&s->path);
	sb_adds(&s->path, sb_str(&full));
	sb_reset(&s->file);
	sb_adds(&s->file, file);
}

static void try_folder(struct search *s, const char *folder)
{
	_cleanup_sb_ struct strbuf path = { 0 };
	struct dirent *d;
	DIR *dir;

	sb_addf(&path, "%s%s", s->root, folder);
	dir = opendir(sb_str(&path));
	if (!dir)
		return;
	while ((d = readdir(dir))) {
		sb_reset(&path);
		sb_addf(&path, "%s/%s", folder, d->d_name);
		try_library(s, d->d_name, sb_str(&path));
	}
	closedir(dir);
}

static bool find_library(const char *root, const char *name, struct strbuf *ret_path)
{
	static const char *const folders[] = {
		"/lib64", "/usr/lib64", "/usr/local/lib", "/lib", "/usr/lib",
#if defined(__x86_64__)
		"/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
#elif defined(__aarch64__)
		"/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
#elif defined(__riscv)
		"/lib/riscv64-linux-gnu", "/usr/lib/riscv64-linux-gnu",
#elif defined(__arm__)
		"/lib/arm-linux-gnueabihf", "/usr/lib/arm-linux-gnueabihf",
#endif
	};
	struct search s = { .root = root, .name = name };
	_cleanup_sb_ struct strbuf cache = { 0 };
	bool found;

	sb_addf(&cache, "%s/etc/ld.so.cache", root);
	ldcache_each(sb_str(&cache), try_library, &s);
	for (size_t i = 0; i < ARRAY_SIZE(folders) && !s.path.n; i++)
		try_folder(&s, folders[i]);
	found = s.path.n > 0;
	if (found)
		sb_adds(ret_path, sb_str(&s.path));
	sb_done(&s.path);
	sb_done(&s.file);
	return found;
}

/* Folders that are not absolute are not searched: the current one is no place for root's tools. */
static bool find_in_path(const char *name, struct strbuf *ret_path)
{
	const char *p = getenv("PATH");

	if (!p)
		p = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	while (*p) {
		size_t n = strcspn(p, ":");
		_cleanup_sb_ struct strbuf path = { 0 };

		sb_addf(&path, "%.*s/%s", (int)n, p, name);
		if (*p == '/' && is_file(sb_str(&path)) && !access(sb_str(&path), X_OK)) {
			sb_adds(ret_path, sb_str(&path));
			return true;
		}
		p += n + (p[n] == ':');
	}
	return false;
}

/* A path as a process sees it, by our own name for the same file if there is one. */
static bool find_in_root(const char *path, pid_t pid, struct strbuf *ret_path)
{
	_cleanup_sb_ struct strbuf theirs = { 0 };
	struct stat a, b;

	sb_addf(&theirs, "/proc/%d/root%s", (int)pid, path);
	if (stat(sb_str(&theirs), &a) || !S_ISREG(a.st_mode))
		return false;
	if (!stat(path, &b) && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
		sb_adds(ret_path, path);
	else
		sb_adds(ret_path, sb_str(&theirs));
	return true;
}

static bool find_in_maps(const char *name, pid_t pid, struct strbuf *ret_path)
{
	struct maps m = { 0 };
	bool found = false;

	if (!maps_read(pid, &m)) {
		for (size_t i = 0; i < m.list.n && !found; i++) {
			const char *path = maps_path(&m, &m.list.v[i]), *slash = strrchr(path, '/');

			if (slash && *path == '/' && elf_lib_matches(slash + 1, name))
				found = find_in_root(path, pid, ret_path);
		}
	}
	maps_done(&m);
	return found;
}

static bool resolve(const char *name, pid_t pid, struct strbuf *ret_path)
{
	char root[32] = "";

	if (!*name)
		return false;
	if (strchr(name, '/')) {
		if (pid > 0 && *name == '/' && find_in_root(name, pid, ret_path))
			return true;
	} else {
		if (pid > 0 && find_in_maps(name, pid, ret_path))
			return true;
		if (find_in_path(name, ret_path))
			return true;
		if (pid > 0)
			snprintf(root, sizeof(root), "/proc/%d/root", (int)pid);
		if (find_library(root, name, ret_path) ||
		    (pid > 0 && find_library("", name, ret_path)))
			return true;
	}
	if (!is_file(name) && !is_member(name))
		return false;
	sb_adds(ret_path, name);
	return true;
}

int elf_resolve_path(const char *name, pid_t pid, struct strbuf *ret_path)
{
	_cleanup_sb_ struct strbuf path = { 0 };

	if (!resolve(name, pid, &path))
		return -ENOENT;
	sb_reset(ret_path);
	sb_adds(ret_path, sb_str(&path));
	return 0;
}
