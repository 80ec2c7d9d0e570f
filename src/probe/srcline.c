/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uprobe:PATH@FILE:LINE[:COLUMN]: where a statement's code begins, by debug information. */
#include <string.h>

#include "probe/binary.h"
#include "probe/debuginfo.h"

struct expansion {
	struct probe_env *env;
	const struct attach_point *ap;
	struct probe *out;
	struct span at; /* of the place in the source */
	const char *file;
	int line, col;
	bool wild;  /* many binaries */
	bool found; /* one of the binaries knows the file */
	int near;
};

static const char *sign_in(const struct part *path)
{
	return path->text ? strrchr(path->text + path->literal, '@') : NULL;
}

bool srcline_is(const struct attach_point *ap)
{
	struct part path = part_get(ap, 1), line = part_get(ap, 2);
	uint64_t n;

	return sign_in(&path) && line.text && !line.literal && text_number(line.text, &n);
}

static void add_place(struct expansion *x, const struct binary *b, struct program *p, const struct src_place *at)
{
	struct probe_target *t;
	uint64_t offset;

	if (!elf_file_addr_to_offset(p->elf, at->addr, &offset))
		return;
	t = target_add(x->env, x->out, "%s:%s@%s:%d", x->out->provider->name, b->name, x->file, x->line);
	t->path = b->path;
	t->func = at->func ? arena_strdup(x->env->arena, at->func) : NULL;
	t->offset = offset;
	t->pid = x->env->pid;
}

static bool expand_binary(void *arg, const struct binary *b, struct elf_file *elf)
{
	struct expansion *x = arg;
	struct program *p = program_get(x->env, b->path);
	src_places places = { 0 };
	int near = 0;

	if (!p && !x->wild)
		return missing(x->env, x->at,
			       arena_printf(x->env->arena, "No debug information for %s, so its lines are not known.", b->name),
			       "compile it with -g, or say with --debuginfo where its debug file is");
	if (!p)
		return true;
	x->found |= dwarf_line_places(p->dw, x->file, x->line, x->col, x->env->arena, &places, &near);
	if (near && (!x->near || near < x->near))
		x->near = near;
	vec_each(places, i)
		add_place(x, b, p, &places.v[i]);
	return true;
}

static bool nothing_there(struct expansion *x, const struct part *path)
{
	struct arena *a = x->env->arena;
	const char *text, *hint = NULL;

	if (!x->found)
		text = arena_printf(a, "%s was not made of a source file '%s'.", path->text, x->file);
	else if (x->col)
		text = arena_printf(a, "No statement begins at %s:%d:%d.", x->file, x->line, x->col);
	else
		text = arena_printf(a, "There is no code at %s:%d.", x->file, x->line);
	if (x->found && x->near)
		hint = arena_printf(a, "the next line with code is %d", x->near);
	return missing(x->env, x->at, text, hint);
}

static bool take_numbers(struct expansion *x)
{
	struct part line = part_get(x->ap, 2), col = part_get(x->ap, 3);
	uint64_t n, c = 0;

	if (part_count(x->ap) > 3 || !text_number(line.text, &n) || n < 1 || n > INT32_MAX ||
	    (col.text && (!text_number(col.text, &c) || c < 1 || c > INT32_MAX)))
		return bad_form(x->env, x->out->provider, x->at, "a place in a source file has a line and perhaps a column");
	x->line = (int)n;
	x->col = (int)c;
	return true;
}

bool srcline_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct part path = part_get(ap, 1), last = part_get(ap, part_count(ap));
	const char *sign = sign_in(&path);
	struct expansion x = { .env = env, .ap = ap, .out = out, .at = span_join(path.span, last.span), .file = sign + 1 };
	size_t from = out->targets.n, ndiags = env->diags->list.n;
	int code;

	if (out->provider->flags & PF_RETVAL)
		return bad_form(env, out->provider, x.at, "a line has no return");
	if (!*x.file || !take_numbers(&x))
		return *x.file ? false : bad_form(env, out->provider, x.at, "there is no file behind the '@'");
	path.text = arena_strndup(env->arena, path.text, (size_t)(sign - path.text));
	x.wild = part_is_wild(&path);
	if (!binaries_each(env, &path, expand_binary, &x, &code))
		return false;
	if (out->targets.n > from || env->diags->list.n > ndiags)
		return true;
	if (code)
		return binary_missing(env, out->provider, &path, code);
	return nothing_there(&x, &path);
}
