/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attach points of the script language for what was written. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "front/front.h"
#include "probe/probe.h"
#include "sym/elfsym.h"
#include "sym/ksyms.h"
#include "sym/maps.h"

/* A part of an attach point; in quotes if the parser would see an end in it. */
static void add_part(struct strbuf *out, const char *text)
{
	if (!strpbrk(text, " \t\n,{}|\"\\:")) {
		sb_adds(out, text);
		return;
	}
	sb_addc(out, '"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			sb_addc(out, '\\');
		sb_addc(out, *text);
	}
	sb_addc(out, '"');
}

/* Has the file a function of this name, or one that the pattern matches? */
static bool has_function(const char *path, const char *name)
{
	const struct elf_sym *syms;
	struct elf_file *elf;
	bool found = false;
	struct err e;
	size_t n;

	if (elf_file_open(path, &elf, &e))
		return false;
	if (!probe_has_wildcard(name)) {
		found = elf_file_find(elf, name) != NULL;
	} else {
		n = elf_file_syms(elf, &syms);
		for (size_t i = 0; i < n && !found; i++)
			found = syms[i].is_func && probe_match(name, syms[i].name);
	}
	elf_file_free(elf);
	return found;
}

/* A library that the process has mapped and that has the function; NULL: none. */
static const char *library_of(struct front *f, const char *name)
{
	struct maps m = { 0 };
	const char *found = NULL;
	char path[PATH_MAX];

	if (probe_has_wildcard(name) || maps_read(f->pid, &m))
		return NULL;
	vec_each(m.list, i) {
		const char *file = maps_path(&m, &m.list.v[i]);

		if (*file == '/' && snprintf(path, sizeof(path), "/proc/%d/root%s", (int)f->pid, file) < (int)sizeof(path) &&
		    has_function(path, name)) {
			found = arena_strdup(f->arena, file);
			break;
		}
	}
	maps_done(&m);
	return found;
}

/* Functions of the program with a name like this. */
static void near_functions(struct near *near, const char *exe, struct arena *a)
{
	const struct elf_sym *syms;
	struct elf_file *elf;
	struct err e;
	size_t n;

	if (elf_file_open(exe, &elf, &e))
		return;
	n = elf_file_syms(elf, &syms);
	for (size_t i = 0; i < n; i++)
		if (syms[i].is_func)
			near_try(near, syms[i].name);
	if (near->best)
		near->best = arena_strdup(a, near->best);
	elf_file_free(elf);
}

/* Neither the process nor the kernel has the function: told here, where both are known. */
static int unknown_function(struct front *f, const struct front_probe *p, const char *exe, struct err *e)
{
	struct near near;

	front_wrong(e, p, "neither process %d nor the kernel has this function", (int)f->pid);
	near_start(&near, p->name);
	near_functions(&near, exe, f->arena);
	if (near.best)
		err_hint(e, "Did you mean '%s'?", near.best);
	return -EINVAL;
}

static int same_name(void *name, const struct ksym *s)
{
	return !strcmp(s->name, name);
}

static bool kernel_has(const char *name)
{
	struct ksyms *ks = ksyms_new();
	bool found = ksyms_each_prefix(ks, name, same_name, (void *)name);

	ksyms_free(ks);
	return found;
}

/* Where a name without a library is, if one process is asked for: "" in the kernel. */
static int place_of(struct front *f, const struct front_probe *p, const char **ret, struct err *e)
{
	const char *plus = strchr(p->name, '+'), *exe;
	const char *name = plus ? arena_strndup(f->arena, p->name, (size_t)(plus - p->name)) : p->name;

	*ret = p->library;
	if (*p->library || !f->pid || p->syscall || f->regex)
		return 0;
	exe = arena_printf(f->arena, "/proc/%d/exe", (int)f->pid);
	*ret = has_function(exe, name) ? exe : library_of(f, name);
	if (*ret)
		return 0;
	*ret = "";
	return probe_has_wildcard(name) || kernel_has(name) ? 0 : unknown_function(f, p, exe, e);
}

static void add_user(struct front *f, const struct front_probe *p, const char *library, bool span, struct strbuf *out)
{
	sb_adds(out, span ? "span:uprobe:" : "uprobe:");
	add_part(out, library);
	sb_addc(out, ':');
	add_part(out, f->regex ? "*" : p->name);
}

static void add_kernel(struct front *f, const struct front_probe *p, bool span, struct strbuf *out)
{
	sb_adds(out, span ? "span:kprobe:" : "kprobe:");
	add_part(out, f->regex ? "*" : p->name);
}

static int add_function(struct front *f, const struct front_probe *p, bool span, struct strbuf *out, struct err *e)
{
	const char *library;
	int r = place_of(f, p, &library, e);

	if (r)
		return r;
	if (span && strchr(p->name, '+'))
		return front_wrong(e, p, "an instruction within a function has no return");
	if (*library)
		add_user(f, p, library, span, out);
	else if (p->syscall)
		sb_addf(out, "%s%s", span ? "span:syscalls:" : "tracepoint:syscalls:sys_enter_", p->syscall);
	else
		add_kernel(f, p, span, out);
	return 0;
}

static int add_own(const struct front_probe *p, bool span, struct strbuf *out)
{
	sb_addf(out, "%s%s", span && strncmp(p->name, "span:", 5) ? "span:" : "", p->name);
	return 0;
}

static int add_usdt(struct front *f, const struct front_probe *p, struct strbuf *out, struct err *e)
{
	if (!*p->library && !f->pid)
		return front_wrong(e, p, "a USDT probe is written as u:LIBRARY:PROBE, or with a process");
	sb_adds(out, "usdt:");
	add_part(out, *p->library ? p->library : arena_printf(f->arena, "/proc/%d/exe", (int)f->pid));
	sb_addf(out, ":%s", f->regex ? "*:*" : p->name);
	return 0;
}

int front_points(struct front *f, const struct front_probe *p, enum front_want want, struct strbuf *out, struct err *e)
{
	bool span = want == FW_SPAN || p->kind == FK_RETURN;

	if (p->kind == FK_OWN)
		return add_own(p, want == FW_SPAN, out);
	if (p->kind == FK_ENTRY || p->kind == FK_RETURN)
		return add_function(f, p, span, out, e);
	if (span)
		return front_wrong(e, p, "it has no beginning and end, as functions and system calls have");
	if (p->kind == FK_USDT)
		return add_usdt(f, p, out, e);
	sb_addf(out, "tracepoint:%s:%s", f->regex ? "*" : p->library, f->regex ? "*" : p->name);
	return 0;
}

/* As in BCC an expression begins to match at the start of the name. */
void front_filter(const struct front_probe *p, struct strbuf *out)
{
	const char *name = *p->name == '^' ? p->name + 1 : p->name;

	if (p->kind == FK_TRACEPOINT)
		sb_addf(out, "^tracepoint:(%s):(%s)", p->library, name);
	else
		sb_addf(out, "^[a-z]+:(.*:)?(%s)", name);
}
