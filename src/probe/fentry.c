/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fentry and fexit: entry and return of kernel functions by BPF trampolines (5.5), with the arguments that BTF names.
 * Each program is bound to one function when it is loaded. The context is an array of u64: arguments, result.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "fn/lower.h"
#include "probe/bpfprog.h"
#include "probe/common.h"
#include "probe/kfuncs.h"
#include "probe/providers.h"
#include "probe/regs.h"
#include "run/sys.h"
#include "type/btf.h"


struct walk {
	struct probe_env *env;
	const struct provider *provider;
	struct part module, func;
	struct probe *out;
	struct strmap traceable; /* functions that can have a trampoline, if that is known */
	bool knows_traceable;
	struct near near;
	const char *module_name; /* of the file that is walked */
	struct btf_file *btf;
	void (*found)(struct walk *w, const char *func, uint32_t id);
	void (*emit)(void *arg, const char *name, const struct probe_target *t);
	void *arg;
};

static void add_function(struct walk *w, const char *func, uint32_t id)
{
	struct probe_target *t = target_add(w->env, w->out, "%s:%s:%s", w->provider->name, w->module_name, func);

	t->module = w->module_name;
	t->func = arena_strdup(w->env->arena, func);
	t->btf_id = id;
}

static void near_function(struct walk *w, const char *func, uint32_t id)
{
	near_try(&w->near, func);
}

/*
 * Prototypes that every kernel's trampolines take (btf_distill_func_proto(), arch_prepare_bpf_trampoline()): arguments
 * in registers, none of them variable, no structure as result.
 */
static bool fits_trampoline(struct walk *w, const struct btf_info *info)
{
	const struct type *t = btf_type(w->env->types, w->btf, info->id);
	const struct struct_def *d;
	struct btf_info proto;
	uint32_t slots = 0;

	if (t->kind != TY_FUNC || t->to->kind == TY_STRUCT)
		return false;
	d = type_fields(w->env->types, t);
	if (!btf_file_info(w->btf, info->type, &proto) || proto.vlen != d->fields.n)
		return false;
	vec_each(d->fields, i) {
		if (d->fields.v[i].type->size > 16)
			return false;
		slots += d->fields.v[i].type->size > 8 ? 2 : 1;
	}
	return slots <= regs_native->nargs;
}

static int walk_func(void *arg, const struct btf_info *info)
{
	struct walk *w = arg;

	if (part_match(&w->func, info->name) &&
	    (!w->knows_traceable || strmap_get(&w->traceable, info->name)) &&
	    (!w->func.text || fits_trampoline(w, info)))
		w->found(w, info->name, info->id);
	return 0;
}

static void walk_file(struct walk *w, const char *module, struct btf_file *btf)
{
	w->module_name = module;
	w->btf = btf;
	if (part_match(&w->module, module))
		btf_file_each(btf, BK_FUNC, walk_func, w);
}

static void walk_files(struct walk *w)
{
	walk_file(w, KFUNCS_KERNEL, w->env->btf);
	if (!w->module.text || !strcmp(w->module.text, KFUNCS_KERNEL))
		return;
	modules_read(w->env);
	vec_each(w->env->modules.list, i)
		walk_file(w, w->env->modules.list.v[i].name, w->env->modules.list.v[i].btf);
}

static void note_traceable(void *arg, const char *module, const char *func)
{
	struct walk *w = arg;

	if (part_match(&w->func, func))
		strmap_put(&w->traceable, func, w);
}

static bool expand_wild(struct walk *w, const struct attach_point *ap)
{
	size_t from = w->out->targets.n;

	strmap_init(&w->traceable, w->env->arena);
	w->knows_traceable = !kfuncs_each_traceable(w->env, note_traceable, w);
	w->found = add_function;
	walk_files(w);
	targets_sort(w->out, from);
	return w->out->targets.n > from || no_match(w->env, w->provider, ap, "", NULL);
}

/* One look-up in each file that may have it: the kernel's own first. */
static bool find_function(struct walk *w)
{
	uint32_t id = 0;

	w->module_name = KFUNCS_KERNEL;
	if (part_match(&w->module, KFUNCS_KERNEL))
		id = btf_file_find(w->env->btf, BK_FUNC, w->func.text);
	if (!id && (!w->module.text || strcmp(w->module.text, KFUNCS_KERNEL))) {
		modules_read(w->env);
		for (size_t i = 0; !id && i < w->env->modules.list.n; i++) {
			w->module_name = w->env->modules.list.v[i].name;
			if (part_match(&w->module, w->module_name))
				id = btf_file_find(w->env->modules.list.v[i].btf, BK_FUNC, w->func.text);
		}
	}
	if (id)
		add_function(w, w->func.text, id);
	return id != 0;
}

static bool expand_one(struct walk *w, const struct attach_point *ap)
{
	const char *prefix = arena_printf(w->env->arena, "%s:", w->provider->name);

	if (find_function(w))
		return true;
	near_start(&w->near, w->func.text);
	w->found = near_function;
	w->func = w->module = (struct part){ 0 };
	if (near_wanted(w->env))
		walk_files(w);
	return no_match(w->env, w->provider, ap, prefix, &w->near);
}

static bool no_btf(struct probe_env *env, const struct provider *p, const struct attach_point *ap)
{
	struct diag *d = diag_error(env->diags, ap->span, DT_unknown_probe,
				    "%s: the kernel has no BTF (CONFIG_DEBUG_INFO_BTF), which %s needs", p->name,
				    p->name);

	diag_hint(env->diags, d, "use %s", p == &provider_fexit ? "kretprobe" : "kprobe");
	return false;
}

/* BPF programs. In w->module is what their ids have to match. */
static void add_program(void *arg, const struct bpf_program *p)
{
	struct walk *w = arg;
	const char *id = arena_printf(w->env->arena, "%u", p->id);

	near_try(&w->near, p->name);
	if (!part_match(&w->func, p->name) || !part_match(&w->module, id))
		return;
	w->module_name = arena_printf(w->env->arena, BPFPROG_MODULE ":%u", p->id);
	add_function(w, p->name, p->func_id);
	w->out->targets.v[w->out->targets.n - 1]->prog_id = p->id;
}

static bool expand_program(struct walk *w, const struct attach_point *ap)
{
	size_t n = part_count(ap), from = w->out->targets.n;

	w->func = part_get(ap, n);
	w->module = n == 3 ? part_get(ap, 2) : (struct part){ 0 };
	if (n > 3 || !*w->func.text)
		return bad_form(w->env, w->provider, ap->span, "needs a program");
	if (w->env->target && w->env->target->is_portable)
		return bad_form(w->env, w->provider, ap->span, "programs that are loaded are known only where the script runs");
	near_start(&w->near, w->func.text);
	bpf_programs_each(w->env, add_program, w);
	return w->out->targets.n > from ||
	       no_match(w->env, w->provider, ap, arena_printf(w->env->arena, "%s:" BPFPROG_MODULE ":", w->provider->name), &w->near);
}

static bool is_program(const struct attach_point *ap)
{
	return part_count(ap) >= 2 && part_get(ap, 1).text && !strcmp(part_get(ap, 1).text, BPFPROG_MODULE);
}

static bool fentry_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct walk w = { .env = env, .provider = out->provider, .out = out };
	size_t n = part_count(ap);

	if (is_program(ap))
		return expand_program(&w, ap);

	w.func = part_get(ap, n == 2 ? 2 : 1);
	if (n == 2)
		w.module = part_get(ap, 1);
	if (n < 1 || n > 2 || !*w.func.text || (w.module.text && !*w.module.text))
		return bad_form(env, out->provider, ap->span, "needs a function");
	if (strchr(w.func.text + w.func.literal, '+'))
		return bad_form(env, out->provider, w.func.span, "an offset cannot be given");
	if (!env->btf)
		return no_btf(env, out->provider, ap);
	return part_is_wild(&w.func) || part_is_wild(&w.module) ? expand_wild(&w, ap) : expand_one(&w, ap);
}

static struct btf_file *file_of(struct probe_env *env, const char *module)
{
	if (!module || !strcmp(module, KFUNCS_KERNEL))
		return env->btf;
	modules_read(env);
	vec_each(env->modules.list, i)
		if (!strcmp(env->modules.list.v[i].name, module))
			return env->modules.list.v[i].btf;
	return NULL;
}

static void describe(struct probe_env *env, struct probe_target *t, bool retval)
{
	struct btf_file *btf = file_of(env, t->module);

	t->args = btf ? btf_func_type(env->types, btf, t->func) : NULL;
	if (retval && t->args)
		t->retval = t->args->to;
}

static bool fentry_describe(struct probe_env *env, const struct attach_point *ap, struct probe_target *t)
{
	describe(env, t, false);
	return true;
}

static bool fexit_describe(struct probe_env *env, const struct attach_point *ap, struct probe_target *t)
{
	describe(env, t, true);
	return true;
}

static struct ir_val *fentry_field(struct lower *lw, const struct field *f, enum addr_space *ret_space)
{
	*ret_space = type_is_scalar(f->type) ? AS_NONE : AS_KERNEL;
	return lower_u64_arg(lw, f->type, f->offset, true);
}

/* The kernel gives a program without a context type that it knows the place of five arguments, whatever its BTF says. */
static struct ir_val *program_retval(struct lower *lw)
{
	struct ir_builder *b = lower_b(lw);
	struct ir_val *slot = ir_slot(b, 8, 8);

	ir_call(b, IRH_get_func_ret, 2, lower_ctx(lw), slot);
	return ir_load(b, slot, 0, 4, true);
}

static struct ir_val *fexit_retval(struct lower *lw)
{
	const struct type *args = lower_probe(lw)->args;
	const struct field *last;
	uint32_t off = 0;

	if (!args || args->to->kind == TY_NONE)
		return ir_iconst(lower_b(lw), 0);
	if (lower_probe(lw)->targets.v[0]->prog_id)
		return program_retval(lw);
	if (args->st->fields.n) {
		last = &args->st->fields.v[args->st->fields.n - 1];
		off = last->offset + (last->type->size > 8 ? 16 : 8);
	}
	return lower_u64_arg(lw, args->to, off, true);
}

static struct ir_val *fentry_ip(struct lower *lw)
{
	if (target_has(lower_target(lw), TF_FUNC_IP))
		return lower_func_ip(lw);
	return lower_symbol_ip(lw);
}

/* The kernel's object of a module's BTF, found by its name among all; -1 if there is none. */
static int module_btf_fd(const char *module)
{
	union bpf_attr attr;
	uint32_t id = 0;

	for (;;) {
		struct bpf_btf_info info = { 0 };
		char name[64] = "";
		int fd;

		memset(&attr, 0, sizeof(attr));
		attr.start_id = id;
		if (sys_bpf(BPF_BTF_GET_NEXT_ID, &attr, sizeof(attr)))
			return -1;
		id = attr.next_id;
		memset(&attr, 0, sizeof(attr));
		attr.btf_id = id;
		fd = sys_bpf(BPF_BTF_GET_FD_BY_ID, &attr, sizeof(attr));
		if (fd < 0)
			continue;
		info.name = (uint64_t)(uintptr_t)name;
		info.name_len = sizeof(name);
		memset(&attr, 0, sizeof(attr));
		attr.info.bpf_fd = (uint32_t)fd;
		attr.info.info_len = sizeof(info);
		attr.info.info = (uint64_t)(uintptr_t)&info;
		if (!sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)) && info.kernel_btf &&
		    !strcmp(name, module))
			return fd;
		close(fd);
	}
}

static void fentry_kind(struct target *t, const struct probe *p, struct prog_kind *ret)
{
	const struct probe_target *target = p->targets.v[0];
	int fd;

	ret->type = BPF_PROG_TYPE_TRACING;
	ret->attach_type = p->provider == &provider_fexit ? BPF_TRACE_FEXIT : BPF_TRACE_FENTRY;
	ret->attach_btf_id = target->btf_id;
	if (target->prog_id) {
		fd = bpf_program_open(target->prog_id);
		ret->attach_btf_obj_fd = fd > 0 ? fd : 0; /* the same field of bpf_attr as attach_prog_fd */
	} else if (strcmp(target->module, KFUNCS_KERNEL)) {
		fd = module_btf_fd(target->module);
		ret->attach_btf_obj_fd = fd > 0 ? fd : 0;
	}
}

/* One function is tried: the kernel refuses some that BTF names (inlined away, not to be traced). */
static bool fentry_usable(struct probe_env *env, const struct probe *p)
{
	static const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K }, { .code = BPF_JMP | BPF_EXIT },
	};
	struct prog_kind kind = { 0 };
	union bpf_attr attr = { .insns = (uintptr_t)nothing, .insn_cnt = 2, .license = (uintptr_t)"GPL" };
	_cleanup_fd_ int prog = -1;
	_cleanup_fd_ int link = -1;

	if (!target_has(env->target, TF_FENTRY))
		return false;
	if (p->targets.n > 1)
		return true;
	fentry_kind(env->target, p, &kind);
	attr.prog_type = kind.type;
	attr.expected_attach_type = kind.attach_type;
	attr.attach_btf_id = kind.attach_btf_id;
	attr.attach_btf_obj_fd = (uint32_t)kind.attach_btf_obj_fd;
	prog = sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	if (kind.attach_btf_obj_fd > 0)
		close(kind.attach_btf_obj_fd);
	if (prog >= 0)
		link = sys_link_create_tracing(prog, kind.attach_type);
	return link >= 0;
}

/* Kernels without the function tracer refuse the load (EPERM), arm64 below 6.4 the link. */
static const char *fentry_lacking(struct target *t)
{
	return target_has(t, TF_FENTRY) ? NULL : "this kernel has no BPF trampolines; use kprobe or rawtracepoint probes";
}

static int fentry_attach(const struct attach_env *env, const struct probe *p, int prog_fd,
			 struct links *links, struct err *e)
{
	uint32_t type = p->provider == &provider_fexit ? BPF_TRACE_FEXIT : BPF_TRACE_FENTRY;
	int fd = sys_link_create_tracing(prog_fd, type);

	if (fd < 0) {
		attach_error(e, fd == -KERNEL_ENOTSUPP ? -EOPNOTSUPP : fd, p, p->targets.v[0]);
		if (fentry_lacking(env->target))
			err_hint(e, "%s", fentry_lacking(env->target));
		return fd;
	}
	vec_push(&links->fds, fd);
	links->nprobes++;
	return 0;
}

static void list_function(struct walk *w, const char *func, uint32_t id)
{
	struct probe_target t = { .module = w->module_name, .func = func, .btf_id = id };
	char name[512];

	snprintf(name, sizeof(name), "%s:%s:%s", w->provider->name, w->module_name, func);
	t.name = name;
	w->emit(w->arg, name, &t);
}

static void list_program(void *arg, const struct bpf_program *p)
{
	struct walk *w = arg;
	const char *id = arena_printf(w->env->arena, "%u", p->id);

	if (!part_match(&w->func, p->name) || !part_match(&w->module, id))
		return;
	w->module_name = arena_printf(w->env->arena, BPFPROG_MODULE ":%u", p->id);
	list_function(w, p->name, p->func_id);
}

static int list_programs(struct walk *w, const struct attach_point *pattern)
{
	size_t n = part_count(pattern);

	w->func = part_get(pattern, n);
	w->module = n == 3 ? part_get(pattern, 2) : (struct part){ 0 };
	return bpf_programs_each(w->env, list_program, w);
}

static int list_functions(const struct provider *p, struct probe_env *env, const struct attach_point *pattern,
			  void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
			  struct err *e)
{
	static const char *const any = "*";
	bool has_module = part_count(pattern) == 2;
	struct walk w = { .env = env, .provider = p, .found = list_function, .emit = emit, .arg = arg };
	struct arena scratch = { 0 };

	if (!env->btf)
		return err_set(e, -ENOENT, "the kernel has no BTF, which %s needs", p->name);
	if (env->target && !target_has(env->target, TF_FENTRY))
		return err_set(e, -EOPNOTSUPP, "this kernel has no BPF trampolines, which %s needs", p->name);
	if (is_program(pattern))
		return list_programs(&w, pattern);
	w.func = part_get(pattern, has_module ? 2 : 1);
	w.module = has_module ? part_get(pattern, 1) : (struct part){ .text = any };
	strmap_init(&w.traceable, &scratch);
	w.knows_traceable = !kfuncs_each_traceable(env, note_traceable, &w);
	walk_files(&w);
	arena_done(&scratch);
	return 0;
}

static int fentry_list(struct probe_env *env, const struct attach_point *pattern,
		       void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
		       struct err *e)
{
	return list_functions(&provider_fentry, env, pattern, emit, arg, e);
}

static int fexit_list(struct probe_env *env, const struct attach_point *pattern,
		      void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
		      struct err *e)
{
	return list_functions(&provider_fexit, env, pattern, emit, arg, e);
}

const struct provider provider_fentry = {
	.name = "fentry",
	.alias = { "f", "kfunc" },
	.doc = "entry of a kernel function, with typed arguments",
	.forms = "fentry:FUNCTION\nfentry:MODULE:FUNCTION\nfentry:bpf[:ID]:PROGRAM",
	.flags = PF_ARGS | PF_FUNC | PF_TASK | PF_KSTACK | PF_LIFO,
	.expand = fentry_expand,
	.usable = fentry_usable,
	.describe = fentry_describe,
	.lower_field = fentry_field,
	.lower_ip = fentry_ip,
	.kind = fentry_kind,
	.lacking = fentry_lacking,
	.attach = fentry_attach,
	.list = fentry_list,
};

const struct provider provider_fexit = {
	.name = "fexit",
	.alias = { "fr", "kretfunc" },
	.doc = "return of a kernel function, with typed arguments and result",
	.forms = "fexit:FUNCTION\nfexit:MODULE:FUNCTION\nfexit:bpf[:ID]:PROGRAM",
	.flags = PF_ARGS | PF_RETVAL | PF_FUNC | PF_TASK | PF_KSTACK | PF_LIFO,
	.expand = fentry_expand,
	.usable = fentry_usable,
	.describe = fexit_describe,
	.lower_field = fentry_field,
	.lower_retval = fexit_retval,
	.lower_ip = fentry_ip,
	.kind = fentry_kind,
	.lacking = fentry_lacking,
	.attach = fentry_attach,
	.list = fexit_list,
};
