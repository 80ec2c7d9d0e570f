/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading programs: relocations, debug information, and the second try that asks why the first
 * failed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fn/runtime.h"
#include "run/internal.h"
#include "type/btf.h"

#define PSEUDO_FUNC 4       /* BPF_PSEUDO_FUNC, in ld_imm64 */
#define PSEUDO_KFUNC_CALL 2 /* BPF_PSEUDO_KFUNC_CALL, in call */
#define LOG_FIRST (1u << 20)
#define LOG_LEAST 128 /* kernels below 6.4 take no less (bpf_verifier_log_attr_valid) */
#define LOG_MOST ((16u << 20) - 1) /* kernels below 5.17 take no more */
#define LOG_TAIL 15

struct loading {
	struct runtime *rt;
	const struct probe *probe;
	const struct bpf_prog *prog;
	struct bpf_insn *insns;
	struct prog_kind kind;
	struct bpf_debug debug;
	bool has_callbacks; /* these need func_info */
	bool cut;           /* the log did not fit: that has been told */
};

static int relocate_one(struct loading *l, const struct bpf_reloc *r, struct err *e)
{
	struct runtime *rt = l->rt;
	struct bpf_insn *i = &l->insns[r->insn];
	struct btf_file *btf = feature_btf(rt->target);
	uint32_t id;

	switch (r->kind) {
	case BR_MAP_FD:
		i->src_reg = BPF_PSEUDO_MAP_FD;
		i->imm = rt->map_fds[r->index];
		break;
	case BR_MAP_VALUE:
		i->src_reg = BPF_PSEUDO_MAP_VALUE;
		i->imm = rt->map_fds[r->index];
		i[1].imm = (int)r->off;
		break;
	case BR_KFUNC:
		id = btf ? btf_file_find(btf, BK_FUNC, r->name) : 0;
		if (!id)
			return err_set(e, -ENOENT,
				       "%s: this kernel has no function %s for BPF programs",
				       l->probe->name, r->name);
		i->src_reg = PSEUDO_KFUNC_CALL;
		i->off = 0;
		i->imm = (int)id;
		break;
	case BR_LINKED:
		return err_set(e, -EINVAL, "%s: the function %s is not linked", l->probe->name, r->name);
	case BR_CORE: /* the number is this kernel's already */
		break;
	case BR_FN:
		i->src_reg = PSEUDO_FUNC;
		l->has_callbacks = true;
		break;
	}
	return 0;
}

static int relocate(struct loading *l, struct err *e)
{
	int rc = 0;

	l->insns = xmalloc(l->prog->n * sizeof(*l->insns));
	memcpy(l->insns, l->prog->insns, l->prog->n * sizeof(*l->insns));
	vec_each(l->prog->relocs, i) {
		if (l->prog->relocs.v[i].insn >= l->prog->n)
			return err_set(e, -EINVAL, "%s: relocation outside of the program",
				       l->probe->name);
		rc = relocate_one(l, &l->prog->relocs.v[i], e);
		if (rc)
			break;
	}
	return rc;
}

/* fd of the BTF that describes the programs; -1 if this kernel takes none. */
static int load_btf(struct runtime *rt, const void *btf, uint32_t size)
{
	union bpf_attr attr = { .btf = (uintptr_t)btf, .btf_size = size };

	if (!btf || !size)
		return -1;
	if (rt->btf == btf && rt->btf_size == size)
		return rt->btf_fd;
	if (rt->btf_fd >= 0)
		close(rt->btf_fd);
	rt->btf = btf;
	rt->btf_size = size;
	rt->btf_fd = sys_bpf(BPF_BTF_LOAD, &attr, sizeof(attr));
	return rt->btf_fd;
}

static void add_debug(struct loading *l, union bpf_attr *attr)
{
	int fd = load_btf(l->rt, l->debug.btf, l->debug.btf_size);

	if (fd < 0)
		return;
	attr->prog_btf_fd = (uint32_t)fd;
	attr->func_info_rec_size = sizeof(struct bpf_func_info);
	attr->func_info = (uintptr_t)l->debug.funcs;
	attr->func_info_cnt = l->debug.nfuncs;
	attr->line_info_rec_size = sizeof(struct bpf_line_info);
	attr->line_info = (uintptr_t)l->debug.lines;
	attr->line_info_cnt = l->debug.nlines;
}

static int try_load(struct loading *l, bool debug, uint32_t log_level, uint32_t log_size)
{
	struct strbuf *log = &l->rt->log;
	union bpf_attr attr = {
		.prog_type = l->kind.type,
		.expected_attach_type = l->kind.attach_type,
		.attach_btf_id = l->kind.attach_btf_id,
		.attach_btf_obj_fd = l->kind.attach_btf_obj_fd,
		.prog_flags = l->kind.sleepable ? BPF_F_SLEEPABLE : 0,
		.insns = (uintptr_t)l->insns,
		.insn_cnt = l->prog->n,
		.license = (uintptr_t)l->rt->tables->config.license,
		.log_level = log_level,
	};
	int fd;

	sys_object_name(attr.prog_name, l->prog->name);
	if (debug)
		add_debug(l, &attr);
	if (log_level) {
		log->p[0] = 0;
		attr.log_buf = (uintptr_t)log->p;
		attr.log_size = log_size;
	}
	fd = sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	log->n = log_level ? strnlen(log->p, log_size - 1) : 0;
	return fd;
}

static void tell_cut(struct loading *l, uint32_t size)
{
	if (!l->cut)
		rt_warn(l->rt, "the verifier's log of %s was cut to %u bytes%s", l->probe->name, size,
			size < LOG_MOST ? ": raise log_size" : "");
	l->cut = true;
}

static uint32_t log_limit(const struct loading *l)
{
	uint64_t size = l->rt->tables->config.log_size;

	return size < LOG_LEAST ? LOG_LEAST : size > LOG_MOST ? LOG_MOST : (uint32_t)size;
}

/* The log's buffer grows until all of it fits, or to log_size: older kernels keep the beginning, not the end. */
static int load_logged(struct loading *l, bool debug, uint32_t level)
{
	struct strbuf *log = &l->rt->log;
	uint32_t most = log_limit(l), size = most < LOG_FIRST ? most : LOG_FIRST;
	int fd;

	for (;; size = size < most / 4 ? size * 4 : most) {
		sb_reset(log);
		sb_grow(log, size - 1);
		fd = try_load(l, debug, level, size);
		if (fd != -ENOSPC)
			return fd;
		if (size == most)
			break;
	}
	tell_cut(l, size);
	return fd;
}

static void note_log(struct runtime *rt, const char *name, unsigned lines)
{
	struct strbuf out = { 0 };

	sb_addf(&out, "Verifier log of %s:\n", name);
	verifier_tail(sb_str(&rt->log), lines, &out);
	run_note(rt, sb_str(&out));
	sb_done(&out);
}

/* What the kernel lacks for all probes of this kind says more than the error of one; NULL: nothing. */
static const char *lacking_of(const struct loading *l)
{
	const struct provider *p = l->probe->provider;

	return p->lacking ? p->lacking(l->rt->target) : NULL;
}

static int load_failed(struct loading *l, int code, struct err *e)
{
	struct runtime *rt = l->rt;
	int fd = load_logged(l, true, 1);

	/* Without a word of the verifier it may be our BTF that is not understood. */
	if (fd < 0 && !l->has_callbacks && (!rt->log.n || strstr(sb_str(&rt->log), "_info")))
		fd = load_logged(l, false, 1);
	if (fd >= 0)
		return fd;
	if (rt->opt->verbose)
		note_log(rt, l->probe->name, LOG_TAIL);
	return verifier_explain(rt, l->probe, fd == -ENOSPC ? code : fd, lacking_of(l), e);
}

static int load_kind(struct loading *l, struct err *e)
{
	struct runtime *rt = l->rt;
	uint32_t level = rt->opt->verifier_dump ? 2 : 0; /* at 1, success leaves only the totals */
	int fd = 0;

	if (level && atoi(rt->opt->verifier_dump) > 0)
		level = (uint32_t)atoi(rt->opt->verifier_dump);
	if (level) {
		fd = load_logged(l, true, level);
		note_log(rt, l->probe->name, ~0u);
	}
	if (!level || fd == -ENOSPC) /* a log that was cut is no fault of the program */
		fd = try_load(l, true, 0, 0);
	if (fd == -EPERM && run_raise_memlock())
		fd = try_load(l, true, 0, 0);
	return fd >= 0 ? fd : load_failed(l, fd, e);
}

static int load_probe(struct runtime *rt, struct probe *p, struct err *e)
{
	struct loading l = { .rt = rt, .probe = p, .prog = p->prog };
	int rc;

	if (p->joined)
		return 0;
	if (!p->prog)
		return err_set(e, -EINVAL, "%s has no program", p->name);
	p->provider->kind(rt->target, p, &l.kind);
	bpf_debug_info(rt->tables->object, p->prog, &l.debug);
	rc = relocate(&l, e);
	if (!rc)
		rc = load_kind(&l, e);
	free(l.insns);
	if (l.kind.attach_btf_obj_fd > 0)
		close(l.kind.attach_btf_obj_fd);
	if (rc < 0)
		return rc;
	p->prog_fd = rc;
	return 0;
}

int run_load(struct runtime *rt, struct err *e)
{
	int rc;

	if (rt->opt->object)
		return run_load_object(rt, e);
	rc = run_create_maps(rt, e);
	vec_each(rt->tables->probes, i) {
		if (rc)
			break;
		rc = load_probe(rt, rt->tables->probes.v[i], e);
	}
	sb_done(&rt->log);
	if (rt->btf_fd >= 0)
		close(rt->btf_fd);
	rt->btf_fd = -1;
	rt->btf = NULL;
	return rc;
}
