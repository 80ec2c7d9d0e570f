/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import "path"; takes a script, a header, an object, or all of these of a folder into this one. Paths are relative to
 * the file that names them; each file is read once. Who could change a file of a folder that all may write to could
 * make root run it, so such folders are refused.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/fdutil.h"
#include "lang/parse.h"

#define IMPORT_MAX (16u << 20)
#define IMPORT_DEPTH 32

static const char *folder_of(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? arena_strndup(a, path, (size_t)(slash - path + (slash == path))) : ".";
}

static const char *relative_to(struct parser *p, const char *path)
{
	const char *folder = folder_of(p->arena, p->src->name);

	return *path == '/' || !strcmp(folder, ".") ? path : arena_printf(p->arena, "%s/%s", folder, path);
}

static void fail(struct parser *p, struct span at, const char *path, const char *why)
{
	diag_error(p->d, at, DT_bad_import, "cannot import '%s': %s", path, why);
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	return n > m && !strcmp(name + n - m, suffix);
}

/* Was it read before? Else it is from now on. */
static bool is_known(struct parser *p, const char *real)
{
	vec_each(p->script->imports, i)
		if (!strcmp(p->script->imports.v[i], real))
			return true;
	avec_push(p->arena, &p->script->imports, arena_strdup(p->arena, real));
	return false;
}

static bool is_safe(struct parser *p, struct span at, const char *path, const char *real)
{
	struct stat st;

	if (!stat(folder_of(p->arena, real), &st) && !(st.st_mode & S_IWOTH))
		return true;
	fail(p, at, path, "everybody may write to its folder");
	return false;
}

static unsigned depth_of(const struct parser *p)
{
	unsigned n = 0;

	for (; p->importer; p = p->importer)
		n++;
	return n;
}

/* The file is parsed as the script itself, by a parser of its own that adds to the same script. */
static void import_script(struct parser *p, struct span at, const char *path)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	struct parser sub = { .arena = p->arena, .d = p->d, .ts = p->ts, .script = p->script, .params = p->params,
			      .nodes = p->nodes, .tags = p->tags, .levels = p->levels, .importer = p };
	int rc = file_read(path, IMPORT_MAX, &text);

	if (rc) {
		fail(p, at, path, errname(rc));
		return;
	}
	if (depth_of(p) >= IMPORT_DEPTH) {
		fail(p, at, path, "imports nest too deeply");
		return;
	}
	sub.src = sources_add(p->d->sources, path, sb_str(&text), text.n);
	if (!sub.src) {
		fail(p, at, path, "it is too large");
		return;
	}
	parse_all(&sub);
	p->nodes = sub.nodes;
	p->tags = sub.tags;
	p->levels = sub.levels;
	if (!p->script->absent_header)
		p->script->absent_header = sub.pp.absent;
}

/* Its text comes next: after the semicolon, which is the token at hand. */
static void import_header(struct parser *p, const char *path)
{
	struct pp_file *f = pp_include_option(&p->pp, path);

	if (f)
		lex_include(&p->lx, f);
}

static void import_code(struct parser *p, struct span at, const char *path)
{
	const char *why = import_object(p, at, path, has_suffix(path, ".c"));

	if (why)
		fail(p, at, path, why);
}

static void import_file(struct parser *p, struct span at, const char *path)
{
	_cleanup_free_ char *real = realpath(path, NULL);

	if (!real) {
		fail(p, at, path, errname(errno));
		return;
	}
	if (!is_safe(p, at, path, real) || is_known(p, real))
		return;
	if (has_suffix(path, ".h"))
		import_header(p, path);
	else if (has_suffix(path, ".bt"))
		import_script(p, at, path);
	else if (has_suffix(path, ".o") || has_suffix(path, ".bpf.c"))
		import_code(p, at, path);
	else
		fail(p, at, path, "it is no script (.bt), header (.h), object (.o) or BPF program in C (.bpf.c)");
}

static int is_source(const struct dirent *e)
{
	return has_suffix(e->d_name, ".bt") || has_suffix(e->d_name, ".h") || has_suffix(e->d_name, ".bpf.o") ||
	       has_suffix(e->d_name, ".bpf.c");
}

/* Of C and the object that was made of it, which come one behind the other, the object is taken. */
static bool is_compiled(struct dirent *const *names, int n, int i)
{
	const char *name = names[i]->d_name, *next = i + 1 < n ? names[i + 1]->d_name : "";
	size_t len = strlen(name);

	return has_suffix(name, ".bpf.c") && has_suffix(next, ".bpf.o") && strlen(next) == len && !strncmp(name, next, len - 1);
}

static void import_folder(struct parser *p, struct span at, const char *path)
{
	struct dirent **names = NULL;
	int n = scandir(path, &names, is_source, alphasort);

	if (n < 0)
		fail(p, at, path, errname(errno));
	for (int i = 0; i < n; i++)
		if (!is_compiled(names, n, i))
			import_file(p, at, arena_printf(p->arena, "%s/%s", path, names[i]->d_name));
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

/* The script itself is not to come again by way of what it imports. */
static void know_script(struct parser *p)
{
	_cleanup_free_ char *real = p->importer || p->script->imports.n ? NULL : realpath(p->src->name, NULL);

	if (real)
		is_known(p, real);
}

void parse_import(struct parser *p)
{
	struct node *name;
	const char *path;
	struct stat st;

	p_next(p);
	name = parse_primary(p);
	if (p->panic)
		return;
	if (!p_at(p, T_SEMI)) {
		p_expected(p, "';'");
		return;
	}
	know_script(p);
	path = relative_to(p, name->str);
	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		import_folder(p, name->span, path);
	else
		import_file(p, name->span, path);
	p_next(p);
}
