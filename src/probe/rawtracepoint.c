/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Raw tracepoints: the arguments of the tracepoint's call itself, no record is made. The kernel's BTF names them:
 * typedef btf_trace_NAME is a pointer to the prototype (include/trace/bpf_probe.h).
 *
 * A program with one target whose arguments are asked for is loaded as BPF_TRACE_RAW_TP (5.5): pointers to structures
 * can be followed without helpers. All others are plain raw tracepoint programs, many targets to one.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>

#include "fn/lower.h"
#include "probe/common.h"
#include "probe/providers.h"
#include "probe/regs.h"
#include "run/sys.h"
#include "type/btf.h"

#define PREFIX "btf_trace_"
#define KERNEL "vmlinux"

struct rawtp_walk {
	struct part module, event;
	const char *module_name; /* of the file that is walked */
	void (*found)(struct rawtp_walk *w, const char *event);
	struct probe_env *env;
	struct probe *out;
	struct near near;
	void (*emit)(void *arg, const char *name, const struct probe_target *t);
	void *arg;
};

static int walk_typedef(void *arg, const struct btf_info *info)
{
	struct rawtp_walk *w = arg;

	if (!strncmp(info->name, PREFIX, strlen(PREFIX)))
		w->found(w, info->name + strlen(PREFIX));
	return 0;
}

/* Files whose module's name matches. Modules are not opened if only the kernel's own can match. */
static void walk(struct rawtp_walk *w)
{
	struct probe_env *env = w->env;

	if (env->btf && part_match(&w->module, KERNEL)) {
		w->module_name = KERNEL;
		btf_file_each(env->btf, BK_TYPEDEF, walk_typedef, w);
	}
	if (w->module.text && !part_is_wild(&w->module) && !strcmp(w->module.text, KERNEL))
		return;
	modules_read(env);
	vec_each(env->modules.list, i) {
		w->module_name = env->modules.list.v[i].name;
		if (part_match(&w->module, w->module_name))
			btf_file_each(env->modules.list.v[i].btf, BK_TYPEDEF, walk_typedef, w);
	}
}

static void add_event(struct rawtp_walk *w, const char *event)
{
	struct probe_target *t;

	if (!part_match(&w->event, event))
		return;
	t = target_add(w->env, w->out, "rawtracepoint:%s", event);
	t->event = arena_strdup(w->env->arena, event);
	if (strcmp(w->module_name, KERNEL))
		t->module = w->module_name;
}

static void near_event(struct rawtp_walk *w, const char *event)
{
	near_try(&w->near, event);
}

/* The common case, one lookup in the kernel's BTF. */
static bool add_kernel_event(struct rawtp_walk *w)
{
	const char *name = arena_printf(w->env->arena, PREFIX "%s", w->event.text);

	w->module_name = KERNEL;
	if (!part_match(&w->module, KERNEL) || !btf_file_find(w->env->btf, BK_TYPEDEF, name))
		return false;
	add_event(w, w->event.text);
	return true;
}

static bool expand_rawtp(struct rawtp_walk *w, const struct attach_point *ap)
{
	size_t from = w->out->targets.n;

	if (!part_is_wild(&w->event) && add_kernel_event(w))
		return true;
	w->found = add_event;
	walk(w);
	targets_sort(w->out, from);
	if (w->out->targets.n > from)
		return true;
	w->found = near_event;
	near_start(&w->near, w->event.text);
	w->module = (struct part){ 0 };
	walk(w);
	if (part_count(ap) == 2)
		return no_match(w->env, w->out->provider, ap, "rawtracepoint:", &w->near);
	return no_match_any(w->env, w->out->provider, ap, "rawtracepoint:", part_is_wild(&w->event) ? NULL : &w->near);
}

static struct part event_part(const struct attach_point *ap)
{
	return part_get(ap, part_count(ap) == 2 ? 2 : 1);
}

static struct part module_part(const struct attach_point *ap)
{
	return part_count(ap) == 2 ? part_get(ap, 1) : (struct part){ 0 };
}

static bool rawtp_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct rawtp_walk w = { .module = module_part(ap), .event = event_part(ap), .env = env, .out = out };
	size_t n = part_count(ap);

	if (n < 1 || n > 2 || !*w.event.text || (w.module.text && !*w.module.text))
		return bad_form(env, out->provider, ap->span, "needs the name of an event");
	if (env->btf)
		return expand_rawtp(&w, ap);
	if (part_is_wild(&w.event) || n == 2)
		return no_match(env, out->provider, ap, "", NULL);
	w.module_name = KERNEL; /* attaching will tell */
	add_event(&w, w.event.text);
	return true;
}

/*
 * Events with an argument that may be NULL or an error: the verifier of 6.13 and later does not let typed programs
 * touch it unchecked (kernel/bpf/btf.c, raw_tp_null_args). Reading by helpers is always right, so whole families are
 * named here.
 */
static bool has_null_args(const char *event)
{
	static const char *const families[] = {
		"sched_pi_setprio", "sched_*_numa", "afs_*", "cachefiles_*", "ext4_mb*", "fib_*", "posix_lock_*",
		"fcntl_*", "locks_*", "flock_*", "*_lease*", "time_out_leases", "host1x_*", "mm_*", "netfs_*",
		"device_pm_*", "qdisc_*", "rxrpc_*", "kfree_skb", "xs_*", "xprt_*", "tcp_send*", "tegra_*",
		"tmigr_*", "writeback_*", "folio_*", "mr_*", "amdgpu_*", "xfs_*", "xchk_*", "nfs*", "pnfs_*",
		"coda_*", "cfg80211_*", "rdev_*", "wiphy_*", "hugetlbfs_*", "spufs_*", "kvm_*", "dpu_*",
		"binder_*", "btree_*", "hfi1_*", "iptfs_*", "neigh_*", "amdtp_*", "bpf_testmod_*",
	};

	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (probe_match(families[i], event))
			return true;
	return false;
}

static bool may_be_typed(const struct probe_target *t)
{
	const struct struct_def *d = t->args->st;

	vec_each(d->fields, i) {
		const char *suffix = strstr(d->fields.v[i].name, "__nullable");

		if (suffix)
			return false;
	}
	return !t->module && !has_null_args(t->event);
}

static struct btf_file *file_of(struct probe_env *env, const char *module)
{
	if (!module)
		return env->btf;
	modules_read(env);
	vec_each(env->modules.list, i)
		if (!strcmp(env->modules.list.v[i].name, module))
			return env->modules.list.v[i].btf;
	return NULL;
}

/* Without BTF there are no arguments by name, but argN. */
static bool rawtp_describe(struct probe_env *env, const struct attach_point *ap, struct probe_target *t)
{
	struct btf_file *btf = file_of(env, t->module);

	if (!btf)
		return true;
	t->args = btf_rawtp_type(env->types, btf, t->event);
	if (t->args && may_be_typed(t))
		t->btf_id = btf_file_find(btf, BK_TYPEDEF,
					  arena_printf(env->arena, PREFIX "%s", t->event));
	return true;
}

static bool is_typed(const struct probe *p)
{
	return p->targets.n == 1 && p->targets.v[0]->btf_id;
}

static struct ir_val *rawtp_arg(struct lower *lw, unsigned n)
{
	return n < 12 ? lower_reg(lw, 8 * (int)n) : NULL; /* as many as a tracepoint can have */
}

static struct ir_val *rawtp_field(struct lower *lw, const struct field *f, enum addr_space *ret_space)
{
	*ret_space = type_is_scalar(f->type) ? AS_NONE : AS_KERNEL;
	return lower_u64_arg(lw, f->type, f->offset, is_typed(lower_probe(lw)));
}

static void rawtp_kind(struct target *t, const struct probe *p, struct prog_kind *ret)
{
	if (!is_typed(p)) {
		ret->type = BPF_PROG_TYPE_RAW_TRACEPOINT;
		return;
	}
	ret->type = BPF_PROG_TYPE_TRACING;
	ret->attach_type = BPF_TRACE_RAW_TP;
	ret->attach_btf_id = p->targets.v[0]->btf_id;
}

static int rawtp_attach(const struct attach_env *env, const struct probe *p, int prog_fd,
			struct links *links, struct err *e)
{
	struct links_mark mark = links_mark(links);
	bool typed = is_typed(p);

	vec_each(p->targets, i) {
		const struct probe_target *t = p->targets.v[i];
		int fd = typed ? sys_link_create_tracing(prog_fd, BPF_TRACE_RAW_TP)
			       : sys_raw_tracepoint_open(t->event, prog_fd);

		if (fd < 0) {
			links_rollback(links, mark);
			return attach_error(e, fd, p, t);
		}
		vec_push(&links->fds, fd);
		links->nprobes++;
	}
	return 0;
}

static void list_event(struct rawtp_walk *w, const char *event)
{
	struct probe_target t = { .event = event };
	char name[256];

	if (!part_match(&w->event, event))
		return;
	snprintf(name, sizeof(name), "rawtracepoint:%s", event);
	t.name = name;
	if (strcmp(w->module_name, KERNEL))
		t.module = w->module_name;
	w->emit(w->arg, name, &t);
}

static int rawtp_list(struct probe_env *env, const struct attach_point *pattern,
		      void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
		      struct err *e)
{
	struct rawtp_walk w = { .module = module_part(pattern), .event = event_part(pattern),
				.found = list_event, .env = env, .emit = emit, .arg = arg };

	if (!env->btf)
		return err_set(e, -ENOENT, "the kernel has no BTF, which names raw tracepoints");
	walk(&w);
	return 0;
}

const struct provider provider_rawtracepoint = {
	.name = "rawtracepoint",
	.alias = { "rt", "raw_tracepoint" },
	.doc = "a tracepoint of the kernel, with the arguments of its call",
	.forms = "rawtracepoint:EVENT\nrawtracepoint:MODULE:EVENT",
	.flags = PF_ARGS | PF_ARGN | PF_TASK | PF_KSTACK,
	.expand = rawtp_expand,
	.describe = rawtp_describe,
	.lower_arg = rawtp_arg,
	.lower_field = rawtp_field,
	.kind = rawtp_kind,
	.attach = rawtp_attach,
	.list = rawtp_list,
};
