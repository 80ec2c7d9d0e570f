/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/binary.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "sym/elfsym.h"

#define MAX_MAPS (64u << 20)
#define MAX_KEPT 256

struct search {
	struct probe_env *env;
	const struct part *path;
	bool (*f)(void *arg, const struct binary *b, struct elf_file *elf);
	void *arg;
	struct strmap seen;
	bool wild;
	bool keep; /* the files of one process: other attach points ask for the same ones */
	bool ok;  /* f returned no false */
	int code; /* of the last failure */
	struct err e;
};

/* Each file of a process is opened once for all attach points; many more than usual are not all held open. */
static int take(struct search *s, const char *path, struct elf_file **ret)
{
	struct strmap *files = &s->env->files;
	int r;

	*ret = strmap_get(files, path);
	if (*ret)
		return 0;
	r = elf_file_open(path, ret, &s->e);
	if (!r && s->keep && files->n < MAX_KEPT) {
		files->arena = s->env->arena;
		strmap_put(files, path, *ret);
	}
	return r;
}

static void give_back(struct search *s, const char *path, struct elf_file *elf)
{
	if (strmap_get(&s->env->files, path) != elf)
		elf_file_free(elf);
}

void binaries_close(struct probe_env *env)
{
	for (size_t i = 0; i < env->files.n; i++)
		elf_file_free(env->files.items[i].value);
	env->files = (struct strmap){ 0 };
}

/* Among many, files that are no ELF are passed over. */
static void visit(struct search *s, const char *name, const char *path)
{
	struct arena *a = s->env->arena;
	struct binary b = { arena_strdup(a, name), arena_strdup(a, path) };
	struct elf_file *elf;
	struct stat st;
	int r;

	if (!s->ok || strmap_get(&s->seen, path))
		return;
	strmap_put(&s->seen, path, s);
	if (s->wild && (stat(path, &st) || !S_ISREG(st.st_mode)))
		return;
	r = take(s, path, &elf);
	if (r) {
		s->code = s->wild ? s->code : r;
		return;
	}
	s->code = 0;
	s->ok = s->f(s->arg, &b, elf);
	give_back(s, path, elf);
}

/* Matches the components of pattern from `rest` on below dir ("" or ending in a slash). */
static void walk_dir(struct search *s, const char *dir, const char *rest)
{
	const char *slash = strchrnul(rest, '/');
	char part[PATH_MAX], path[PATH_MAX];
	struct dirent *ent;
	DIR *d;

	if (slash - rest >= (ptrdiff_t)sizeof(part) || !s->ok)
		return;
	memcpy(part, rest, (size_t)(slash - rest));
	part[slash - rest] = 0;
	if (!probe_has_wildcard(part) && *slash) {
		if (snprintf(path, sizeof(path), "%s%s/", dir, part) < (int)sizeof(path))
			walk_dir(s, path, slash + 1);
		return;
	}
	d = opendir(*dir ? dir : ".");
	while (d && (ent = readdir(d))) {
		if (!strcmp(ent->d_name, ".") || !strcmp(ent->d_name, "..") || !probe_match(part, ent->d_name) ||
		    snprintf(path, sizeof(path), "%s%s%s", dir, ent->d_name, *slash ? "/" : "") >= (int)sizeof(path))
			continue;
		if (*slash)
			walk_dir(s, path, slash + 1);
		else
			visit(s, path, path);
	}
	if (d)
		closedir(d);
}

static void walk_folder(struct search *s, const char *dir, size_t n)
{
	char path[PATH_MAX];

	if (n && n + 2 < sizeof(path)) {
		snprintf(path, sizeof(path), "%.*s/", (int)n, dir);
		walk_dir(s, path, s->path->text);
	}
}

static void walk_known_folders(struct search *s)
{
	static const char *const libs[] = { "/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib",
					    "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu",
					    "/lib/aarch64-linux-gnu", "/usr/lib/aarch64-linux-gnu" };
	const char *p = getenv("PATH");

	while (p && *p) {
		size_t n = strcspn(p, ":");

		walk_folder(s, p, n);
		p += n + (p[n] == ':');
	}
	for (size_t i = 0; i < ARRAY_SIZE(libs); i++)
		walk_folder(s, libs[i], strlen(libs[i]));
}

/* Executable mappings of files: "start-end r-xp offset dev inode  path" (proc(5)), opened below the process' root. */
static void walk_maps(struct search *s, pid_t pid)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	char path[PATH_MAX], *line, *save = NULL;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
	s->code = file_read(path, MAX_MAPS, &text);
	if (s->code || !text.p)
		return;
	s->code = -ENOENT;
	for (line = strtok_r(text.p, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *file = strchr(line, '/'), *perms = strchr(line, ' ');

		if (!file || !perms || perms[3] != 'x')
			continue;
		if (snprintf(path, sizeof(path), "/proc/%d/root%s", (int)pid, file) < (int)sizeof(path))
			visit(s, file, path);
	}
}

static void find_one(struct search *s)
{
	_cleanup_sb_ struct strbuf path = { 0 };
	const char *text = s->path->text;
	int r = elf_resolve_path(text, s->env->pid, &path);

	if (r)
		s->code = r;
	else
		visit(s, strchr(text, '/') ? text : sb_str(&path), sb_str(&path));
}

/* A file, the libraries that it asks for, and those that they ask for; but not the dynamic linker, which the C library names. */
static void visit_linked(struct search *s, const char *name)
{
	_cleanup_sb_ struct strbuf path = { 0 };
	struct elf_file *elf = NULL;
	const char *needed;

	if (elf_resolve_path(name, 0, &path) || strmap_get(&s->seen, sb_str(&path)))
		return;
	visit(s, sb_str(&path), sb_str(&path));
	if (take(s, sb_str(&path), &elf))
		return;
	for (size_t i = 0; (needed = elf_file_needed(elf, i)); i++)
		if (strncmp(needed, "ld-", 3))
			visit_linked(s, needed);
	give_back(s, sb_str(&path), elf);
}

/* A program that does not run yet has nothing mapped: what the dynamic linker will map, also by LD_PRELOAD (ld.so(8)). */
static void visit_program(struct search *s)
{
	const char *p = getenv("LD_PRELOAD");

	visit_linked(s, s->env->child_path);
	while (p && *p) {
		size_t n = strcspn(p, ": ");

		if (n)
			visit_linked(s, arena_strndup(s->env->arena, p, n));
		p += n + (p[n] != 0);
	}
}

bool binaries_each(struct probe_env *env, const struct part *path,
		   bool (*f)(void *arg, const struct binary *b, struct elf_file *elf), void *arg, int *ret_code)
{
	struct search s = { .env = env, .path = path, .f = f, .arg = arg, .ok = true, .code = -ENOENT };

	s.wild = part_is_wild(path);
	s.keep = !strcmp(path->text, "*");
	strmap_init(&s.seen, env->arena);
	if (!s.wild)
		find_one(&s);
	else if (s.keep && env->child_path)
		visit_program(&s);
	else if (s.keep && env->pid > 0)
		walk_maps(&s, env->pid);
	else if (!strchr(path->text, '/'))
		walk_known_folders(&s);
	else
		walk_dir(&s, *path->text == '/' ? "/" : "", path->text + (*path->text == '/'));
	*ret_code = s.code;
	return s.ok;
}

bool binary_missing(struct probe_env *env, const struct provider *p, const struct part *path, int code)
{
	struct arena *a = env->arena;
	const char *text;

	if (code == -EACCES || code == -EPERM)
		return no_rights(env, path->span, path->text);
	if (code == -ENOENT || code == -ENOTDIR)
		text = arena_printf(a, "%s target file '%s' does not exist or is not executable.", p->name, path->text);
	else
		text = arena_printf(a, "%s target file '%s' cannot be read as an ELF file: %s.", p->name, path->text,
				    errname(code));
	return missing(env, path->span, text, NULL);
}

void warn_go(struct probe_env *env, const struct probe *out, const struct binary *b, struct elf_file *elf, struct span at)
{
	struct diag *d;

	if (!(out->provider->flags & PF_RETVAL) || !elf_file_is_go(elf))
		return;
	d = diag_warning(env->diags, at, DT_bad_probe, "%s is a Go program: a uretprobe may crash it", b->name);
	diag_hint(env->diags, d, "Go moves its stacks and checks the return addresses there, which uretprobes change; probe the "
				 "instructions before its returns (uprobe:PATH:FUNCTION+OFFSET)");
}
