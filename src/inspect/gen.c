/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gen: the noun, static linking, and what all made code has. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fdutil.h"
#include "inspect/btf_dump.h"
#include "inspect/gen.h"
#include "inspect/nouns.h"
#include "inspect/objfile.h"
#include "inspect/quiet.h"

enum { OBJECT_MAX = 256 << 20 }; /* bytes of a linked one */

int gen_read(struct inspect *in, const char *path, struct strbuf *ret)
{
	struct objfile file = { 0 };
	int r = objfile_read(in, path, &file);

	sb_add(ret, file.bytes.p, file.bytes.n);
	objfile_done(&file);
	return r;
}

static void make_ident(char *text)
{
	for (; *text; text++)
		if (!isalnum((unsigned char)*text))
			*text = '_';
}

/* "dir/some-thing.bpf.o" is some_thing_bpf. */
static void name_of_file(struct gen *g, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t n = strlen(base);

	if (n > 2 && !strcmp(base + n - 2, ".o"))
		n -= 2;
	snprintf(g->name, sizeof(g->name), "%.*s", (int)n, base);
}

static int take_name(struct gen *g, struct words *w, const char *path)
{
	while (w->n) {
		if (words_need(g->in, w, "'name'", 2))
			return g->in->err.code;
		if (!word_take(w, "name"))
			return inspect_fail(g->in, -EINVAL, "unknown arg %s", w->v[0]);
		if (*g->name)
			return inspect_fail(g->in, -EINVAL, "object name already specified");
		snprintf(g->name, sizeof(g->name), "%s", word_next(w));
	}
	if (!*g->name)
		name_of_file(g, path);
	make_ident(g->name);
	return 0;
}

static void count_parts(struct gen *g)
{
	char ident[GEN_IDENT];
	struct bpf_program *prog;
	struct bpf_map *map;

	bpf_object__for_each_map(map, g->obj) {
		g->nmaps += gen_map_ident(map, ident);
		g->nops += gen_map_is_ops(map);
	}
	bpf_object__for_each_program(prog, g->obj)
		g->nprogs++;
}

/* What libbpf makes of the bytes, which stay as they are. */
static struct bpf_object *open_bytes(const struct strbuf *bytes, const struct bpf_object_open_opts *opts)
{
	struct objfile copy = { 0 };
	struct bpf_object *obj;

	sb_add(&copy.bytes, bytes->p, bytes->n);
	objfile_ops_with_links(&copy);
	obj = bpf_object__open_mem(copy.bytes.p, copy.bytes.n, opts);
	objfile_done(&copy);
	return obj;
}

int gen_open(struct inspect *in, struct words *w, bool part, struct gen *ret)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = part ? "" : ret->name);
	const char *path;
	int r;

	ret->in = in;
	ret->out = &in->out;
	if (!w->n)
		return INSPECT_USAGE;
	path = word_next(w);
	r = take_name(ret, w, path);
	if (!r)
		r = gen_read(in, path, &ret->bytes);
	if (!part && r == -LIBBPF_ERRNO__FORMAT && ret->bytes.n)
		inspect_pass(in, r);
	if (r)
		return r;
	ret->obj = open_bytes(&ret->bytes, &opts);
	if (!ret->obj) {
		r = -errno;
		inspect_fail(in, part ? r : inspect_pass(in, r), "failed to open BPF object file: %s", errname(r));
		err_hint(&in->err, "%s", libbpf_said());
		return r;
	}
	ret->btf = bpf_object__btf(ret->obj);
	count_parts(ret);
	return 0;
}

void gen_done(struct gen *g)
{
	bpf_object__close(g->obj);
	sb_done(&g->bytes);
}

void gen_put(struct gen *g, const char *text, const char *a, const char *b)
{
	for (; *text; text++) {
		if (*text == '@')
			sb_adds(g->out, a);
		else if (*text == '$')
			sb_adds(g->out, b);
		else
			sb_addc(g->out, *text);
	}
}

void gen_bytes(struct gen *g, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;

	for (size_t i = 0, column = 0; i < n; i++) {
		size_t width = p[i] ? 4 : 2;

		column += width;
		if (column > 78) {
			sb_adds(g->out, "\\\n");
			column = width;
		}
		if (p[i])
			sb_addf(g->out, "\\x%02x", p[i]);
		else
			sb_adds(g->out, "\\0");
	}
}

static void add_guard(struct gen *g, const char *suffix)
{
	sb_adds(g->out, "__");
	for (const char *s = g->name; *s; s++)
		sb_addc(g->out, (char)toupper((unsigned char)*s));
	sb_addf(g->out, "_%s__", suffix);
}

void gen_start(struct gen *g, const char *suffix, const char *includes)
{
	sb_adds(g->out, "/* SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause) */\n\n"
			"/* Made by sonde from a BPF object: changes are lost when it is made again. */\n#ifndef ");
	add_guard(g, suffix);
	sb_adds(g->out, "\n#define ");
	add_guard(g, suffix);
	sb_addf(g->out, "\n\n%s\n", includes);
}

void gen_end(struct gen *g, const char *suffix)
{
	sb_adds(g->out, "\n#endif /* ");
	add_guard(g, suffix);
	sb_adds(g->out, " */\n");
}

static int link_files(struct inspect *in, struct words *w, struct bpf_linker *linker)
{
	int r;

	while (w->n) {
		_cleanup_sb_ struct strbuf text = { 0 };
		const char *path = word_next(w);

		r = gen_read(in, path, &text);
		if (r) /* libbpf's linker has EINVAL for all that cannot be opened as an object */
			return inspect_pass(in, r == -ENOENT || r == -EACCES ? r : -EINVAL);
		r = inspect_pass(in, bpf_linker__add_file(linker, path, NULL));
		if (r)
			return inspect_fail(in, r, "failed to link '%s': %s (%d)", path, errname(r), -r);
	}
	r = inspect_pass(in, bpf_linker__finalize(linker));
	return r ? inspect_fail(in, r, "failed to finalize ELF file: %s (%d)", errname(r), -r) : 0;
}

/* Into a file without a name: half of an object does not take the place of what was there. */
static int link_into(struct inspect *in, struct words *w, int fd, const char *output)
{
	_cleanup_sb_ struct strbuf object = { 0 };
	char path[64];
	struct bpf_linker *linker;
	int r;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	linker = bpf_linker__new(path, NULL);
	if (!linker)
		return inspect_fail(in, -errno, "failed to create BPF linker instance");
	r = link_files(in, w, linker);
	bpf_linker__free(linker);
	if (r)
		return r;
	r = file_read(path, OBJECT_MAX, &object);
	if (!r)
		r = file_write(output, object.p, object.n, 0644);
	return r ? inspect_fail(in, r, "cannot write %s: %s", output, errname(r)) : 0;
}

int gen_object(struct inspect *in, struct words *w)
{
	_cleanup_fd_ int fd = -1;
	const char *output;
	int r;

	if (w->n < 2)
		return INSPECT_USAGE;
	output = word_next(w);
	quiet_libbpf(in);
	libbpf_forget();
	fd = memfd_create("object", MFD_CLOEXEC);
	if (fd < 0)
		return inspect_fail(in, -errno, "no room for the object: %s", errname(errno));
	r = link_into(in, w, fd, output);
	if (r && !in->err.hint[0])
		err_hint(&in->err, "%s", libbpf_said());
	return r;
}

static const struct verb verbs[] = {
	{ "object", gen_object },
	{ "skeleton", gen_skeleton },
	{ "subskeleton", gen_subskeleton },
	{ "min_core_btf", gen_min_core_btf },
	{ 0 },
};

const struct noun noun_gen = {
	.name = "gen",
	.verbs = verbs,
	.synopsis = "object OUTPUT_FILE INPUT_FILE [INPUT_FILE...]\n"
		    "skeleton FILE [name OBJECT_NAME]\n"
		    "subskeleton FILE [name OBJECT_NAME]\n"
		    "min_core_btf INPUT OUTPUT OBJECT [OBJECT...]\n"
		    "help\n",
};
