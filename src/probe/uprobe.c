/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uprobe and uretprobe: functions of programs and libraries, by their symbols. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fn/lower.h"
#include "probe/binary.h"
#include "probe/debuginfo.h"
#include "probe/providers.h"
#include "probe/regs.h"
#include "sym/elfsym.h"

static bool is_ret(const struct provider *p)
{
	return p == &provider_uretprobe;
}

struct expansion {
	struct probe_env *env;
	const struct attach_point *ap;
	struct probe *out;
	struct part func;
	size_t len;    /* of the function's name */
	uint64_t off;
	bool is_addr;
	uint64_t addr;
	struct near near;
};

static struct probe_target *add_place(struct expansion *x, const struct binary *b, const char *func,
				      uint64_t file_offset, const char *place)
{
	struct probe_target *t = target_add(x->env, x->out, "%s:%s:%s", x->out->provider->name, b->name, place);

	t->path = b->path;
	t->func = func ? arena_strdup(x->env->arena, func) : NULL;
	t->offset = file_offset;
	t->pid = x->env->pid;
	return t;
}

static bool expand_address(struct expansion *x, const struct binary *b, struct elf_file *elf)
{
	const struct elf_sym *sym = elf_file_at(elf, x->addr);
	uint64_t off;

	if (!elf_file_addr_to_offset(elf, x->addr, &off))
		return missing(x->env, x->func.span,
			       arena_printf(x->env->arena, "Could not resolve address: %s:0x%llx.", b->name,
					    (unsigned long long)x->addr),
			       NULL);
	add_place(x, b, sym ? sym->name : NULL, off, x->func.text);
	return true;
}

/* The kernel would write its breakpoint into the middle of whatever is there. */
static bool check_offset(struct expansion *x, const struct elf_sym *sym)
{
	struct diag *d;

	if (x->env->unsafe || (x->off < sym->size && sym->size))
		return true;
	if (!sym->size) {
		diag_error(x->env->diags, (struct span){ 0 }, DT_bad_probe,
			   "Could not determine boundary for %s (symbol has size 0).\n"
			   "Use --unsafe to force attachment. WARNING: This option could lead to data corruption in the target "
			   "process.", sym->name);
		return false;
	}
	d = diag_error(x->env->diags, x->func.span, DT_bad_probe, "Offset outside the function bounds ('%s' size is 0x%llx)",
		       sym->name, (unsigned long long)sym->size);
	diag_hint(x->env->diags, d, "--unsafe forces it, and may corrupt the traced process");
	return false;
}

static void near_symbols(struct expansion *x, struct elf_file *elf)
{
	const struct elf_sym *syms;
	size_t n = elf_file_syms(elf, &syms);
	const char *before;

	for (size_t i = 0; i < n; i++) {
		before = x->near.best;
		if (syms[i].is_func)
			near_try(&x->near, syms[i].name);
		if (x->near.best != before)
			x->near.best = arena_strdup(x->env->arena, x->near.best);
	}
}

/* glibc 2.34 moved what these had into libc.so.6, and left empty libraries of their names. */
static bool is_merged_library(const char *path)
{
	static const char *const names[] = { "libpthread", "libdl", "librt", "libutil", "libanl" };
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncmp(base, names[i], strlen(names[i])) && strchr("-.", base[strlen(names[i])]))
			return true;
	return false;
}

static bool expand_symbol(struct expansion *x, const struct binary *b, struct elf_file *elf);

static bool expand_libc(void *arg, const struct binary *b, struct elf_file *elf)
{
	struct expansion *x = arg;
	const char *name = arena_strndup(x->env->arena, x->func.text, x->len);
	struct diag *d;

	if (!elf_file_find(elf, name))
		return true;
	d = diag_warning(x->env->diags, x->ap->span, DT_unknown_probe, "%s is in %s here", name, b->name);
	if (d)
		diag_hint(x->env->diags, d, "glibc 2.34 moved it there; that one is probed");
	return expand_symbol(x, b, elf);
}

/* In the C library beside an empty one; true if it was found. */
static bool expand_beside(struct expansion *x, const struct binary *b)
{
	const char *slash = strrchr(b->path, '/');
	struct part path = { .span = x->ap->span };
	size_t from = x->out->targets.n;
	int code;

	if (!is_merged_library(b->path))
		return false;
	path.text = arena_printf(x->env->arena, "%.*slibc.so.6", slash ? (int)(slash + 1 - b->path) : 0, b->path);
	path.literal = strlen(path.text);
	return binaries_each(x->env, &path, expand_libc, x, &code) && x->out->targets.n > from;
}

static bool expand_symbol(struct expansion *x, const struct binary *b, struct elf_file *elf)
{
	const char *name = arena_strndup(x->env->arena, x->func.text, x->len);
	const struct elf_sym *sym = elf_file_find(elf, name);

	if (!sym && expand_beside(x, b))
		return true;
	if (!sym) {
		near_start(&x->near, name);
		near_symbols(x, elf);
		return no_match(x->env, x->out->provider, x->ap,
				arena_printf(x->env->arena, "%s:%s:", x->out->provider->name, b->name), &x->near);
	}
	if (!check_offset(x, sym))
		return false;
	warn_go(x->env, x->out, b, elf, x->func.span);
	add_place(x, b, name, sym->offset + x->off, x->func.text)->entry = x->len == strlen(x->func.text);
	return true;
}

/* Symbols come by address: names of one function follow each other, one probe is put there. */
static bool expand_symbols(struct expansion *x, const struct binary *b, struct elf_file *elf)
{
	const struct elf_sym *syms;
	size_t n = elf_file_syms(elf, &syms);
	uint64_t last = 0;

	for (size_t i = 0; i < n; i++) {
		if (!syms[i].is_func || !syms[i].offset || syms[i].offset == last ||
		    !part_match(&x->func, syms[i].name))
			continue;
		if (!syms[i].size && !x->env->unsafe)
			continue;
		last = syms[i].offset;
		add_place(x, b, syms[i].name, last, syms[i].name)->entry = true;
	}
	return true;
}

static bool expand_binary(void *arg, const struct binary *b, struct elf_file *elf)
{
	struct expansion *x = arg;

	if (part_is_wild(&x->func)) {
		warn_go(x->env, x->out, b, elf, x->func.span);
		return expand_symbols(x, b, elf);
	}
	if (x->is_addr)
		return expand_address(x, b, elf);
	/* Of many files, those that have the function. */
	if (probe_has_wildcard(x->ap->parts.v[1]) &&
	    !elf_file_find(elf, arena_strndup(x->env->arena, x->func.text, x->len)))
		return true;
	return expand_symbol(x, b, elf);
}

/* Any file may have code in it: with --unsafe an address is an offset there. */
static bool expand_flat(struct expansion *x, const struct part *path)
{
	struct arena *a = x->env->arena;
	struct strbuf found = { 0 };
	struct binary b = { .name = path->text };

	if (!x->env->unsafe || !x->is_addr || elf_resolve_path(path->text, x->env->pid, &found))
		return false;
	b.path = arena_strdup(a, sb_str(&found));
	sb_done(&found);
	add_place(x, &b, NULL, x->addr, x->func.text);
	return true;
}

static bool expand_path(struct expansion *x, const struct part *path)
{
	const struct provider *p = x->out->provider;
	size_t from = x->out->targets.n;
	unsigned ndiags = x->env->diags->list.n;
	int code;

	if (!binaries_each(x->env, path, expand_binary, x, &code))
		return false;
	if (code == -ENOEXEC && expand_flat(x, path))
		return true;
	if (code && x->out->targets.n == from)
		return binary_missing(x->env, p, path, code);
	if (x->out->targets.n > from || x->env->diags->list.n > ndiags)
		return true;
	return no_match(x->env, p, x->ap, "", NULL);
}

static bool uprobe_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct expansion x = { .env = env, .ap = ap, .out = out, .func = part_get(ap, 2) };
	struct part path = part_get(ap, 1);
	const struct provider *p = out->provider;
	bool has_off;

	if (srcline_is(ap))
		return srcline_expand(env, ap, out);
	if (part_count(ap) == 3)
		return cppname_expand(env, ap, out);
	if (part_count(ap) != 2 || !*path.text || !*x.func.text)
		return bad_form(env, p, ap->span, "needs a binary and a function");
	if (!part_offset(&x.func, &x.len, &x.off, &has_off))
		return bad_form(env, p, x.func.span, "'%s' is no function and offset", x.func.text);
	if (has_off && is_ret(p))
		return bad_form(env, p, x.func.span, "a return has no offset");
	if (has_off && part_is_wild(&x.func))
		return bad_form(env, p, x.func.span, "an offset needs the name of one function");
	x.is_addr = !x.func.literal && text_number(x.func.text, &x.addr);
	return expand_path(&x, &path);
}

/* A uretprobe's registers tell where it returns to; the kernel knows the function from 6.6 on, as uprobe.multi. */
static struct ir_val *uprobe_ip(struct lower *lw)
{
	struct target *t = lower_target(lw);

	if (!is_ret(lower_probe(lw)->provider))
		return lower_reg_ip(lw);
	if (target_has(t, TF_UPROBE_MULTI) && target_has(t, TF_FUNC_IP))
		return lower_func_ip(lw);
	return lower_reg_ip(lw);
}

struct listing {
	const struct provider *provider;
	struct part func;
	void (*emit)(void *arg, const char *name, const struct probe_target *t);
	void *arg;
};

static bool list_binary(void *arg, const struct binary *b, struct elf_file *elf)
{
	const struct listing *l = arg;
	const struct elf_sym *syms;
	size_t n = elf_file_syms(elf, &syms);
	char name[8192];

	for (size_t i = 0; i < n; i++) {
		struct probe_target t = { .name = name, .func = syms[i].name, .path = b->path,
					  .offset = syms[i].offset };

		if (!syms[i].is_func || !syms[i].offset || !part_match(&l->func, syms[i].name))
			continue;
		snprintf(name, sizeof(name), "%s:%s:%s", l->provider->name, b->name, syms[i].name);
		l->emit(l->arg, name, &t);
	}
	return true;
}

static int list_symbols(const struct provider *p, struct probe_env *env, const struct attach_point *pattern,
			void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
			struct err *e)
{
	struct listing l = { p, part_get(pattern, 2), emit, arg };
	struct part path = part_get(pattern, 1);
	int code;

	if (!path.text && env->pid > 0)
		path.text = "*";
	if (!path.text || (!strcmp(path.text, "*") && env->pid <= 0)) {
		err_set(e, -EINVAL, "%s: which binary?", p->name);
		err_hint(e, "write %s:PATH:* or give a process with -p", p->name);
		return -EINVAL;
	}
	binaries_each(env, &path, list_binary, &l, &code);
	return code ? err_set(e, code, "%s: %s", path.text, errname(code)) : 0;
}

static int uprobe_list(struct probe_env *env, const struct attach_point *pattern,
		       void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
		       struct err *e)
{
	return list_symbols(&provider_uprobe, env, pattern, emit, arg, e);
}

static int uretprobe_list(struct probe_env *env, const struct attach_point *pattern,
			  void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
			  struct err *e)
{
	return list_symbols(&provider_uretprobe, env, pattern, emit, arg, e);
}

const struct provider provider_uprobe = {
	.name = "uprobe",
	.alias = { "u" },
	.doc = "a function of a program or library, or an instruction in it",
	.forms = "uprobe:PATH:FUNCTION[+OFFSET]\nuprobe:LIBRARY:FUNCTION\nuprobe:PATH:ADDRESS\nuprobe:PATH@FILE:LINE[:COLUMN]\n"
		 "uprobe:PATH:cpp:NAME",
	.flags = PF_ARGN | PF_ARGS | PF_DEBUGINFO | PF_REGS | PF_FUNC | PF_TASK | PF_USER | PF_PID |
		 PF_KSTACK | PF_LIFO | PF_COOKIE | PF_PREEMPT,
	.expand = uprobe_expand,
	.describe = debuginfo_describe,
	.lower_arg = lower_reg_arg,
	.lower_field = debuginfo_field,
	.field_space = debuginfo_space,
	.find_type = debuginfo_type,
	.lower_ip = uprobe_ip,
	.reg_offset = native_reg_offset,
	.kind = binary_kind,
	.attach = binary_attach,
	.list = uprobe_list,
};

const struct provider provider_uretprobe = {
	.name = "uretprobe",
	.alias = { "ur" },
	.doc = "return of a function of a program or library",
	.forms = "uretprobe:PATH:FUNCTION\nuretprobe:LIBRARY:FUNCTION",
	.flags = PF_RETVAL | PF_REGS | PF_FUNC | PF_TASK | PF_USER | PF_PID | PF_KSTACK |
		 PF_LIFO | PF_COOKIE | PF_PREEMPT,
	.expand = uprobe_expand,
	.lower_retval = lower_reg_retval,
	.find_type = debuginfo_type,
	.lower_ip = uprobe_ip,
	.reg_offset = native_reg_offset,
	.kind = binary_kind,
	.attach = binary_attach,
	.list = uretprobe_list,
};
