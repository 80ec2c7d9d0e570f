/* SPDX-License-Identifier: GPL-2.0-or-later */
/* #include: where headers are, and which are needless. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fdutil.h"
#include "lang/ast.h"
#include "lang/lex.h"

#define INCLUDE_DEPTH 200
#define INCLUDE_FILES 10000
#define INCLUDE_MAX (16u << 20)

#if defined(__x86_64__)
#define MULTIARCH_DIR "/usr/include/x86_64-linux-gnu"
#elif defined(__aarch64__)
#define MULTIARCH_DIR "/usr/include/aarch64-linux-gnu"
#elif defined(__riscv)
#define MULTIARCH_DIR "/usr/include/riscv64-linux-gnu"
#else
#define MULTIARCH_DIR "/usr/include"
#endif

static const char *const system_dirs[] = {
	"/usr/local/include", MULTIARCH_DIR, "/usr/include",
};

struct include {
	struct pp *pp;
	struct pp_file *from; /* NULL: the command line */
	uint32_t start, end;  /* the name in its text, with what is around it */
	const char *name;
	bool quoted;
	bool look_only; /* whether it is there */
};

/* True if all of start .. end is blanks and comments. */
static bool only_layout(struct pp *pp, struct pp_file *f, uint32_t start, uint32_t end)
{
	struct lexer lx;

	lex_init_line(&lx, pp, f, start, end);
	return lex_layout(&lx, NULL) && lx.pos == end;
}

/* Read before, and it says itself that once is enough. */
static bool is_done(struct pp *pp, struct pp_file *f)
{
	if (f->once)
		return true;
	return f->guard && f->guard_end && pp_find(pp, f->guard, strlen(f->guard)) &&
	       only_layout(pp, f, 0, f->done.v[0].start) &&
	       only_layout(pp, f, f->guard_end, f->src->len);
}

static struct diag *complain(struct include *inc, enum diag_tag tag, const char *text)
{
	if (inc->from)
		return pp_error(inc->pp, inc->from, inc->start, inc->end, tag, text);
	return diag_error(inc->pp->d, (struct span){ 0, 0 }, tag, "%s", text);
}

static struct pp_file *add_file(struct include *inc, const char *path, const char *text, size_t len)
{
	struct pp *pp = inc->pp;
	struct pp_file *f = arena_new(pp->arena, struct pp_file);

	f->src = sources_add(pp->d->sources, path, text, len);
	f->path = arena_strdup(pp->arena, path);
	f->depth = inc->from ? inc->from->depth + 1 : 1;
	if (!f->src || f->depth > INCLUDE_DEPTH || ++pp->nfiles > INCLUDE_FILES) {
		diag_error(pp->d, (struct span){ 0, 0 }, DT_too_large,
			   "headers include one another without end: %s", path);
		pp->too_large = true;
		return NULL;
	}
	strmap_put(&pp->headers, path, f);
	return f;
}

static struct pp_file *read_header(struct include *inc, const char *path)
{
	_cleanup_sb_ struct strbuf text = { 0 };

	if (!file_read(path, INCLUDE_MAX, &text))
		return add_file(inc, path, sb_str(&text), text.n);
	complain(inc, DT_no_header, arena_printf(inc->pp->arena, "cannot read '%s'", path));
	return NULL;
}

/* True if the header is there; ret_file is what to read, NULL if nothing. */
static bool try_path(struct include *inc, const char *dir, struct pp_file **ret_file)
{
	struct pp_file *before;
	char path[PATH_MAX];
	struct stat st;
	int n;

	if (*inc->name == '/' || !strcmp(dir, "."))
		n = snprintf(path, sizeof(path), "%s", inc->name);
	else
		n = snprintf(path, sizeof(path), "%s/%s", dir, inc->name);
	if (n >= (int)sizeof(path) || stat(path, &st) || !S_ISREG(st.st_mode))
		return false;
	if (inc->look_only)
		return true;
	before = strmap_get(&inc->pp->headers, path);
	*ret_file = before && is_done(inc->pp, before) ? NULL : read_header(inc, path);
	return true;
}

static const char *dir_of(struct pp *pp, const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? arena_strndup(pp->arena, path, (size_t)(slash - path)) : ".";
}

static bool search(struct include *inc, struct pp_file **ret_file)
{
	const struct parse_params *params = inc->pp->params;
	const struct pp_file *from = inc->from;

	if (inc->quoted && from && try_path(inc, dir_of(inc->pp, from->src->name), ret_file))
		return true;
	for (size_t i = 0; i < params->ndirs; i++)
		if (try_path(inc, params->dirs[i], ret_file))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(system_dirs); i++)
		if (try_path(inc, system_dirs[i], ret_file))
			return true;
	return false;
}

/* Those of the kernel and of compilers: types and constants are known without them. */
static bool is_needless(const char *name)
{
	static const char *const dirs[] = {
		"linux/", "net/", "asm/", "asm-generic/", "uapi/", "trace/", "sys/", "bits/", "scsi/",
		"crypto/", "sound/", "rdma/", "drm/", "media/", "video/", "acpi/", "kvm/", "xen/",
		"target/", "misc/", "keys/", "generated/", "vdso/", "ras/", "memory/", "soc/", "mtd/",
		"netinet/", "arpa/", "bcc/", "bpf/", "kunit/", "cxl/", "pcmcia/",
	};
	static const char *const files[] = {
		"stdint.h", "stddef.h", "stdbool.h", "stdarg.h", "limits.h", "float.h", "inttypes.h",
		"stdlib.h", "stdio.h", "string.h", "errno.h", "fcntl.h", "signal.h", "unistd.h",
		"time.h", "sched.h", "vmlinux.h", "types.h",
	};

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (!strncmp(name, dirs[i], strlen(dirs[i])))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (!strcmp(name, files[i]))
			return true;
	return false;
}

/* Headers that come with compilers: what the others need of them. */
static struct pp_file *compiler_header(struct include *inc)
{
	static const struct {
		const char *name, *text;
	} headers[] = {
		{ "stddef.h", "typedef __WCHAR_TYPE__ wchar_t; typedef __WINT_TYPE__ wint_t;\n" },
		{ "stdarg.h", "typedef struct { unsigned long state[3]; } __gnuc_va_list[1];\n"
			      "typedef __gnuc_va_list va_list;\n" },
	};
	struct pp *pp = inc->pp;

	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		const char *text = headers[i].text;
		struct pp_file *f;

		if (strcmp(headers[i].name, inc->name) || strmap_get(&pp->headers, inc->name))
			continue;
		f = add_file(inc, inc->name, text, strlen(text));
		if (f)
			f->once = true;
		return f;
	}
	return NULL;
}

static struct pp_file *find(struct include *inc)
{
	struct pp *pp = inc->pp;
	struct pp_file *f = NULL;
	struct diag *dg;

	if (pp->params && search(inc, &f))
		return f;
	f = compiler_header(inc);
	if (f)
		return f;
	if (is_needless(inc->name)) {
		if (!pp->absent)
			pp->absent = inc->name;
		return NULL;
	}
	dg = complain(inc, DT_no_header, arena_printf(pp->arena, "'%s' file not found", inc->name));
	if (dg)
		diag_hint(pp->d, dg, "-I DIR adds a directory to those where headers are searched");
	return NULL;
}

struct pp_file *pp_include(struct pp *pp, struct pp_file *f, uint32_t start, uint32_t end)
{
	struct include inc = { .pp = pp, .from = f, .start = pp_blanks(f, start) };
	const char *text = f->src->text + inc.start, *close = NULL;

	inc.quoted = inc.start < end && *text == '"';
	if (inc.quoted || (inc.start < end && *text == '<'))
		close = memchr(text + 1, inc.quoted ? '"' : '>', end - inc.start - 1);
	if (!close || close == text + 1) {
		pp_error(pp, f, start, end, DT_syntax, "expected <name> or \"name\" after #include");
		return NULL;
	}
	inc.end = inc.start + (uint32_t)(close - text) + 1;
	inc.name = arena_strndup(pp->arena, text + 1, (size_t)(close - text - 1));
	return find(&inc);
}

bool pp_has_include(struct pp *pp, struct pp_file *f, const char *name, bool quoted)
{
	struct include inc = { .pp = pp, .from = f, .name = name, .quoted = quoted, .look_only = true };
	struct pp_file *found = NULL;

	return (pp->params && search(&inc, &found)) || is_needless(name);
}

struct pp_file *pp_include_option(struct pp *pp, const char *name)
{
	struct include inc = { .pp = pp, .name = name };
	struct pp_file *f = NULL;

	if (try_path(&inc, ".", &f))
		return f;
	return find(&inc);
}
