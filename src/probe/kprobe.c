/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kprobe and kretprobe: entry (or any instruction) and return of kernel functions.
 *
 * Several functions go into one kprobe.multi link where the kernel has it (5.18 with CONFIG_FPROBE); a single one takes
 * the perf PMU: its attaching costs no search of all symbols, and it also works on functions that the function
 * tracer does not know.
 */
#include <errno.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "fn/lower.h"
#include "probe/dynevent.h"
#include "probe/kfuncs.h"
#include "probe/providers.h"
#include "probe/regs.h"
#include "run/sys.h"
#include "sym/ksyms.h"
#include "type/btf.h"

static bool is_ret(const struct provider *p)
{
	return p == &provider_kretprobe;
}

struct expansion {
	struct probe_env *env;
	struct probe *out;
	struct part module, func;
	struct near near;
	bool found;
};

static void add_function(struct expansion *x, const char *module, const char *func, uint64_t off)
{
	struct arena *a = x->env->arena;
	struct strbuf name = { 0 };
	struct probe_target *t;

	sb_addf(&name, "%s:", x->out->provider->name);
	if (module)
		sb_addf(&name, "%s:", module);
	sb_adds(&name, func);
	if (off)
		sb_addf(&name, "+%llu", (unsigned long long)off);
	t = target_add(x->env, x->out, "%s", sb_str(&name));
	sb_done(&name);
	t->module = module ? arena_strdup(a, module) : NULL;
	t->func = arena_strdup(a, func);
	t->offset = off;
}

static void expand_match(void *arg, const char *module, const char *func)
{
	struct expansion *x = arg;

	if (!part_match(&x->func, func) || !part_match(&x->module, module))
		return;
	add_function(x, strcmp(module, KFUNCS_KERNEL) ? module : NULL, func, 0);
}

/* Functions of the same name (static ones of several files) cannot be told apart: one is kept. */
static void drop_equal(struct probe *out, size_t from)
{
	size_t n = from;

	for (size_t i = from; i < out->targets.n; i++)
		if (n == from || strcmp(out->targets.v[n - 1]->name, out->targets.v[i]->name))
			out->targets.v[n++] = out->targets.v[i];
	out->targets.n = n;
}

static bool expand_wild(struct expansion *x, const struct attach_point *ap)
{
	size_t from = x->out->targets.n;
	int r = kfuncs_each(x->env, expand_match, x);

	if (r)
		return no_rights(x->env, ap->span, "/proc/kallsyms");
	targets_sort(x->out, from);
	drop_equal(x->out, from);
	return x->out->targets.n > from || no_match(x->env, x->out->provider, ap, "", NULL);
}

static void look_for(void *arg, const char *module, const char *func)
{
	struct expansion *x = arg;
	const char *before = x->near.best;

	x->found |= !strcmp(func, x->near.name);
	if (x->found || !near_wanted(x->env) || strchr(func, '.'))
		return;
	near_try(&x->near, func);
	if (x->near.best != before)
		x->near.best = arena_strdup(x->env->arena, func);
}

/* Most functions are in BTF, where a look-up is cheap; of the others kallsyms is asked. Unknown: attaching tells. */
static bool is_missing(struct expansion *x, const char *func)
{
	if (x->env->traceable) {
		near_start(&x->near, func);
		return !kfuncs_each_traceable(x->env, look_for, x) && !x->found;
	}
	if (!x->env->btf || btf_file_find(x->env->btf, BK_FUNC, func))
		return false;
	near_start(&x->near, func);
	return kfuncs_each_symbol(x->env->ksyms, look_for, x) && !x->found;
}

struct copies {
	struct expansion *x;
	const char *func;
	size_t len;
};

static int add_copy(void *arg, const struct ksym *s)
{
	struct copies *c = arg;
	struct probe_target *t;

	if (s->module || (s->name[c->len] && !kfuncs_is_variant(s->name + c->len)))
		return 0;
	add_function(c->x, c->x->module.text, s->name, 0);
	t = c->x->out->targets.v[c->x->out->targets.n - 1];
	t->addr = s->addr;
	t->variant = s->name[c->len];
	return 0;
}

/*
 * All functions of this name (static ones of several files) and all copies that the compiler made of it: a probe on one
 * of them alone would miss calls. A name that stands for one function is attached to by name. False if none is known.
 */
static bool add_copies(struct expansion *x, const char *func)
{
	struct copies c = { x, func, strlen(func) };
	size_t from = x->out->targets.n, n;

	if (!x->env->ksyms || x->env->traceable)
		return false;
	ksyms_each_prefix(x->env->ksyms, func, add_copy, &c);
	n = x->out->targets.n - from;
	for (size_t i = from; i < x->out->targets.n; i++)
		if (n == 1 && !x->out->targets.v[i]->variant)
			x->out->targets.v[i]->addr = 0;
	return n > 0;
}

static bool expand_address(struct expansion *x, uint64_t addr)
{
	struct probe_target *t;

	if (!x->env->unsafe) {
		struct diag *d = diag_error(x->env->diags, x->func.span, DT_unsafe,
					    "%s: a probe at an address may break the kernel",
					    x->out->provider->name);

		diag_hint(x->env->diags, d, "--unsafe allows it; or write FUNCTION+OFFSET");
		return false;
	}
	t = target_add(x->env, x->out, "%s:%llu", x->out->provider->name, (unsigned long long)addr);
	t->offset = addr;
	return true;
}

static bool is_kernel(const struct part *module)
{
	return !module->text || !strcmp(module->text, KFUNCS_KERNEL);
}

/* Modules that were built in are in sysfs too. */
static bool is_loaded(const struct part *module)
{
	char path[PATH_MAX];

	if (is_kernel(module) || strchr(module->text, '/'))
		return is_kernel(module);
	snprintf(path, sizeof(path), "/sys/module/%s", module->text);
	return !access(path, F_OK);
}

/* With --unsafe the kernel is asked all the same. */
static bool no_function(struct expansion *x, const struct attach_point *ap, const char *func)
{
	const char *prefix = arena_printf(x->env->arena, "%s:", x->out->provider->name);
	const char *policy = x->env->missing_probes;

	if (!policy || strcmp(policy, "ignore") || x->env->unsafe)
		diag_warning(x->env->diags, x->func.span, DT_unknown_probe,
			     "%s is not traceable (either non-existing, inlined, or marked as \"notrace\"); "
			     "attaching to it will likely fail", func);
	return x->env->unsafe || no_match(x->env, x->out->provider, ap, prefix, &x->near);
}

static bool expand_function(struct expansion *x, const struct attach_point *ap, size_t len, uint64_t off)
{
	const char *func = arena_strndup(x->env->arena, x->func.text, len);
	bool ok;

	if (!is_loaded(&x->module))
		return missing(x->env, ap->span,
			       arena_printf(x->env->arena, "specified module %s in probe %s is not loaded.",
					    x->module.text, ap->text),
			       NULL);
	if (is_kernel(&x->module) && !off && add_copies(x, func))
		return true;
	if (is_kernel(&x->module) && is_missing(x, func)) {
		ok = no_function(x, ap, func);
		if (!ok || !x->env->unsafe)
			return ok;
	}
	add_function(x, x->module.text, func, off);
	return true;
}

static bool kprobe_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct expansion x = { .env = env, .out = out };
	const struct provider *p = out->provider;
	size_t n = part_count(ap), len;
	uint64_t off, addr;
	bool has_off;

	x.func = part_get(ap, n == 2 ? 2 : 1);
	if (n == 2)
		x.module = part_get(ap, 1);
	if (n < 1 || n > 2 || (x.module.text && !*x.module.text))
		return bad_form(env, p, ap->span, "needs a function");
	if (!part_offset(&x.func, &len, &off, &has_off) || !len)
		return bad_form(env, p, x.func.span, "'%s' is no function and offset", x.func.text);
	if (has_off && is_ret(p))
		return bad_form(env, p, x.func.span, "a return has no offset");
	/* The names of functions take tens of milliseconds to read; kprobe_usable() will say no. */
	if (env->trying && !target_has(env->target, TF_KPROBE))
		return target_add(env, out, "%s:%s", p->name, x.func.text);
	if (part_is_wild(&x.func) || part_is_wild(&x.module))
		return has_off ? bad_form(env, p, x.func.span, "an offset needs the name of one function")
			       : expand_wild(&x, ap);
	if (n == 1 && !has_off && text_number(x.func.text, &addr))
		return is_ret(p) ? bad_form(env, p, x.func.span, "an address has no return")
				 : expand_address(&x, addr);
	return expand_function(&x, ap, len, off);
}

/* Whole functions only, all of them named. */
static bool all_functions(const struct probe *p)
{
	vec_each(p->targets, i)
		if (!p->targets.v[i]->func || p->targets.v[i]->offset)
			return false;
	return true;
}

static bool use_multi(struct target *t, const struct probe *p)
{
	return p->returns || (p->targets.n > 1 && all_functions(p) && target_has(t, TF_KPROBE_MULTI));
}

/* A single one is tried: some functions refuse it, and not all kernels list them. */
static bool kprobe_usable(struct probe_env *env, const struct probe *p)
{
	const struct probe_target *t = p->targets.v[0];
	struct perf_event_attr attr = { .size = sizeof(attr), .disabled = 1 };
	struct dyn_pmu pmu;
	char name[512];
	_cleanup_fd_ int fd = -1;

	if (!target_has(env->target, TF_KPROBE))
		return false;
	dyn_pmu_init(&pmu, "kprobe");
	if (p->targets.n > 1 || !t->func || t->addr || !pmu.found)
		return true;
	snprintf(name, sizeof(name), "%s%s%s", t->module ? t->module : "", t->module ? ":" : "", t->func);
	attr.type = pmu.type;
	attr.config = is_ret(p->provider) ? pmu.ret_flag : 0;
	attr.config1 = (uintptr_t)name;
	attr.config2 = t->offset;
	fd = sys_perf_event_open(&attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	return fd >= 0;
}

static struct ir_val *kprobe_ip(struct lower *lw)
{
	const struct probe *p = lower_probe(lw);
	struct ir_builder *b = lower_b(lw);

	if (all_functions(p) && target_has(lower_target(lw), TF_FUNC_IP))
		return lower_func_ip(lw);
	/* Where functions begin with endbr, a probe of a portable script may find the registers behind that. */
	if (all_functions(p) && p->targets.n == 1 && lower_target(lw)->is_portable)
		return lower_symbol_ip(lw);
	if (is_ret(p->provider))
		return lower_symbol_ip(lw); /* the registers tell where it returns to */
	if (!regs_native->probe_ip_bias)
		return lower_reg_ip(lw);
	return ir_addi(b, lower_reg_ip(lw), -(int64_t)regs_native->probe_ip_bias);
}

static uint32_t multi_kind(const struct probe *p)
{
	return p->returns ? SYS_BPF_TRACE_KPROBE_SESSION : SYS_BPF_TRACE_KPROBE_MULTI;
}

static void kprobe_kind(struct target *t, const struct probe *p, struct prog_kind *ret)
{
	ret->type = BPF_PROG_TYPE_KPROBE;
	if (use_multi(t, p))
		ret->attach_type = multi_kind(p);
}

/* The kernel does not know the function: now kallsyms is worth its 50 ms. */
static void hint_near(struct err *e, const struct probe *p, const struct probe_target *t)
{
	struct arena scratch = { 0 };
	struct probe_env env = { .arena = &scratch };
	struct expansion x = { .env = &env };
	struct ksyms *k = ksyms_new();

	near_start(&x.near, t->func);
	kfuncs_each_symbol(k, look_for, &x);
	if (x.near.best && !x.found)
		err_hint(e, "did you mean %s:%s?", p->provider->name, x.near.best);
	ksyms_free(k);
	arena_done(&scratch);
}

static int kprobe_error(struct err *e, int r, const struct probe *p, const struct probe_target *t)
{
	attach_error(e, r, p, t);
	if (r == -EOPNOTSUPP)
		err_hint(e, "this kernel has no kprobes (CONFIG_KPROBES); use tracepoint or rawtracepoint probes");
	else if (r == -ENOENT && t && t->func)
		hint_near(e, p, t);
	else if (r == -EADDRNOTAVAIL)
		err_hint(e, "several functions have this name; with --unsafe an address tells them apart");
	else if (r == -EILSEQ)
		err_set(e, r, "no instruction begins at this offset");
	else if (r == -EINVAL)
		err_hint(e, "the kernel does not let every function be probed: not what is marked notrace, nor what %s lists",
			 "/sys/kernel/debug/kprobes/blacklist");
	return r;
}

static int by_func(const void *a, const void *b)
{
	const struct probe_target *const *x = a, *const *y = b;

	return strcmp((*x)->func, (*y)->func);
}

/* The kernel refuses names that are there twice: a module's function may be called like one of another's. */
static size_t sort_unique(const struct probe_target **targets, size_t n)
{
	size_t kept = 0;

	qsort(targets, n, sizeof(*targets), by_func);
	for (size_t i = 0; i < n; i++)
		if (!kept || by_func(&targets[kept - 1], &targets[i]))
			targets[kept++] = targets[i];
	return kept;
}

static int link_multi(const struct probe *p, const struct probe_target **targets, size_t n, bool by_addr, int prog_fd)
{
	struct sys_kprobe_multi m = { .kind = multi_kind(p), .ret = is_ret(p->provider), .n = (uint32_t)n };
	const char **syms = xmalloc(n * sizeof(*syms));
	uint64_t *addrs = xmalloc(2 * n * sizeof(*addrs)), *cookies = addrs + n;
	int r;

	for (size_t i = 0; i < n; i++) {
		syms[i] = targets[i]->func;
		addrs[i] = targets[i]->addr;
		cookies[i] = targets[i]->cookie;
	}
	m.syms = by_addr ? NULL : syms;
	m.addrs = by_addr ? addrs : NULL;
	m.cookies = cookies;
	r = sys_link_create_kprobe_multi(prog_fd, &m);
	free(syms);
	free(addrs);
	return r;
}

static int attach_multi(const struct attach_env *env, const struct probe *p, int prog_fd,
			struct links *links, struct err *e)
{
	size_t n = p->targets.n;
	const struct probe_target **targets = xmalloc(n * sizeof(*targets));
	bool by_addr = true;
	int r;

	for (size_t i = 0; i < n; i++) {
		targets[i] = p->targets.v[i];
		by_addr &= targets[i]->addr != 0;
	}
	if (!by_addr)
		n = sort_unique(targets, n);
	r = link_multi(p, targets, n, by_addr, prog_fd);
	free(targets);
	if (r < 0)
		return kprobe_error(e, r, p, NULL);
	vec_push(&links->fds, r);
	links->nprobes += (unsigned)n * (p->returns ? 2 : 1);
	return 0;
}

static int attach_one(const struct dyn_pmu *pmu, const struct attach_env *env, const struct probe *p,
		      const struct probe_target *t, int prog_fd, struct links *links)
{
	struct dyn_probe d = { .ret = is_ret(p->provider), .where = t->func, .offset = t->offset, .cookie = t->cookie };
	char name[512];
	int r;

	if (t->addr) {
		d.where = NULL;
		d.offset = t->addr;
	} else if (t->module && strcmp(t->module, KFUNCS_KERNEL)) {
		if (snprintf(name, sizeof(name), "%s:%s", t->module, t->func) >= (int)sizeof(name))
			return -ENAMETOOLONG;
		d.where = name;
	}
	r = dyn_attach(pmu, env, &d, -1, prog_fd, links);
	if (!r)
		links->nprobes++;
	return r;
}

static int kprobe_attach(const struct attach_env *env, const struct probe *p, int prog_fd,
			 struct links *links, struct err *e)
{
	struct links_mark mark = links_mark(links);
	struct dyn_pmu pmu;
	int r = 0;

	if (use_multi(env->target, p))
		return attach_multi(env, p, prog_fd, links, e);
	dyn_pmu_init(&pmu, "kprobe");
	vec_each(p->targets, i) {
		r = attach_one(&pmu, env, p, p->targets.v[i], prog_fd, links);
		if (r && (!links_may_skip(p, r) || (i + 1 == p->targets.n && links->nprobes == mark.nprobes))) {
			links_rollback(links, mark);
			return kprobe_error(e, r, p, p->targets.v[i]);
		}
		links->nskipped += r != 0;
	}
	return 0;
}

struct listing {
	const struct provider *provider;
	struct part module, func;
	void (*emit)(void *arg, const char *name, const struct probe_target *t);
	void *arg;
};

static void list_function(void *arg, const char *module, const char *func)
{
	const struct listing *l = arg;
	bool own = !strcmp(module, KFUNCS_KERNEL);
	char name[512];

	if (!part_match(&l->func, func) || !part_match(&l->module, module))
		return;
	snprintf(name, sizeof(name), "%s:%s%s%s", l->provider->name, own ? "" : module, own ? "" : ":", func);
	l->emit(l->arg, name, &(struct probe_target){ .name = name, .module = own ? NULL : module, .func = func });
}

static int list_functions(const struct provider *p, struct probe_env *env, const struct attach_point *pattern,
			  void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
			  struct err *e)
{
	bool has_module = part_count(pattern) == 2;
	struct listing l = { .provider = p, .emit = emit, .arg = arg };
	int r;

	if (env->target && !target_has(env->target, TF_KPROBE))
		return err_set(e, -EOPNOTSUPP, "this kernel has no kprobes");
	l.func = part_get(pattern, has_module ? 2 : 1);
	if (has_module)
		l.module = part_get(pattern, 1);
	r = kfuncs_each(env, list_function, &l);
	return r ? err_set(e, r, "cannot read the names of kernel functions: %s", errname(r)) : 0;
}

static int kprobe_list(struct probe_env *env, const struct attach_point *pattern,
		       void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
		       struct err *e)
{
	return list_functions(&provider_kprobe, env, pattern, emit, arg, e);
}

static int kretprobe_list(struct probe_env *env, const struct attach_point *pattern,
			  void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
			  struct err *e)
{
	return list_functions(&provider_kretprobe, env, pattern, emit, arg, e);
}

/* What a wildcard matched can be attached to so; one function that was named may be none that the function tracer knows. */
static bool session_possible(struct target *t, const struct probe *entry)
{
	const char *func = entry->targets.v[0]->func;
	struct sys_kprobe_multi m = { .kind = SYS_BPF_TRACE_KPROBE_SESSION, .syms = &func, .n = 1 };
	_cleanup_fd_ int fd = -1, link = -1;

	if (!target_has(t, TF_KPROBE_SESSION))
		return false;
	if (entry->targets.n > 1)
		return true;
	fd = sys_prog_load_empty(BPF_PROG_TYPE_KPROBE, SYS_BPF_TRACE_KPROBE_SESSION, 0);
	link = fd < 0 ? -1 : sys_link_create_kprobe_multi(fd, &m);
	return link >= 0;
}

static const struct probe_session kprobe_session = { &provider_kretprobe, session_possible };

const struct provider provider_kprobe = {
	.name = "kprobe",
	.alias = { "k" },
	.doc = "entry of a kernel function, or an instruction in it",
	.forms = "kprobe:FUNCTION[+OFFSET]\nkprobe:MODULE:FUNCTION[+OFFSET]\nkprobe:0xADDRESS",
	.flags = PF_ARGN | PF_REGS | PF_FUNC | PF_TASK | PF_KSTACK | PF_LIFO | PF_COOKIE,
	.expand = kprobe_expand,
	.usable = kprobe_usable,
	.lower_arg = lower_reg_arg,
	.lower_ip = kprobe_ip,
	.reg_offset = native_reg_offset,
	.kind = kprobe_kind,
	.session = &kprobe_session,
	.attach = kprobe_attach,
	.list = kprobe_list,
};

const struct provider provider_kretprobe = {
	.name = "kretprobe",
	.alias = { "kr" },
	.doc = "return of a kernel function",
	.forms = "kretprobe:FUNCTION\nkretprobe:MODULE:FUNCTION",
	.flags = PF_RETVAL | PF_REGS | PF_FUNC | PF_TASK | PF_KSTACK | PF_COOKIE,
	.expand = kprobe_expand,
	.usable = kprobe_usable,
	.lower_retval = lower_reg_retval,
	.lower_ip = kprobe_ip,
	.reg_offset = native_reg_offset,
	.kind = kprobe_kind,
	.attach = kprobe_attach,
	.list = kretprobe_list,
};
