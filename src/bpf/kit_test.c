/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bpf/kit_test.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOG_SIZE (4 << 20)
#define FDS_MAX 16

static bool has_feature(struct target *t, enum target_feature f)
{
	return true;
}

void kit_init(struct kit *k)
{
	memset(k, 0, sizeof(*k));
	arena_init(&k->arena);
	k->target = (struct target){ has_feature, 1 };
	k->sources.arena = &k->arena;
	ir_module_init(&k->module, &k->arena, &k->target);
	bpf_object_init(&k->obj, &k->arena, &k->module, &k->sources);
}

void kit_done(struct kit *k)
{
	ir_module_done(&k->module);
	sb_done(&k->text);
	arena_done(&k->arena);
}

void kit_parse(struct kit *k, const char *text)
{
	struct strbuf err = { 0 };

	if (!ir_parse(&k->module, text, &err))
		UNIT_FAIL("the IR does not parse: %s", sb_str(&err));
	sb_done(&err);
}

struct bpf_prog *kit_compile(struct kit *k, size_t i)
{
	struct bpf_fault fault = { .why = "there is no such function" };
	struct bpf_prog *p = NULL;

	if (i >= k->module.fns.n || bpf_compile(&k->obj, k->module.fns.v[i], &p, &fault))
		UNIT_FAIL("not compiled: %s", fault.why);
	return p;
}

const char *kit_disasm(struct kit *k, const struct bpf_prog *p)
{
	sb_reset(&k->text);
	bpf_disasm(&k->obj, p, false, &k->text);
	return sb_str(&k->text);
}

static int sys_bpf(int cmd, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static uint32_t kernel_value_size(const struct kit *k, const struct ir_map *m)
{
	uint32_t size = m->value_size;

	if (m->role == IM_GLOBALS)
		size = k->module.globals_size;
	else if (m->role == IM_PCPU)
		size = k->module.pcpu_size;
	else if (m->role == IM_RODATA)
		size = (uint32_t)k->module.rodata.n;
	return m->role == IM_USER ? size : (size + 7) / 8 * 8;
}

static void fill_rodata(struct kit *k, int fd, uint32_t size)
{
	uint32_t key = 0;
	char *value = xcalloc(1, size);
	union bpf_attr attr = { .map_fd = (uint32_t)fd, .key = (uintptr_t)&key, .value = (uintptr_t)value };

	memcpy(value, sb_str(&k->module.rodata), k->module.rodata.n);
	CHECK_EQ(sys_bpf(BPF_MAP_UPDATE_ELEM, &attr), 0);
	attr = (union bpf_attr){ .map_fd = (uint32_t)fd };
	CHECK_EQ(sys_bpf(BPF_MAP_FREEZE, &attr), 0);
	free(value);
}

static int create_map(struct kit *k, const struct ir_map *m)
{
	uint32_t size = kernel_value_size(k, m);
	union bpf_attr attr = { .map_type = m->type, .key_size = m->key_size, .value_size = size,
				.max_entries = m->max_entries, .map_flags = m->flags };
	int fd;

	if (m->type == BPF_MAP_TYPE_RINGBUF)
		attr.max_entries = 4096;
	fd = sys_bpf(BPF_MAP_CREATE, &attr);
	if (fd >= 0 && m->role == IM_RODATA)
		fill_rodata(k, fd, size);
	return fd;
}

static void patch(struct bpf_insn *insns, const struct bpf_prog *p, const int *fds)
{
	vec_each(p->relocs, i) {
		const struct bpf_reloc *r = &p->relocs.v[i];

		if (r->kind == BR_MAP_FD || r->kind == BR_MAP_VALUE)
			insns[r->insn].imm = fds[r->index];
	}
}

static int load(struct kit *k, const struct bpf_prog *p, const int *fds, char *log)
{
	struct bpf_insn *insns = arena_dup(&k->arena, p->insns, p->n * sizeof(*p->insns));
	struct bpf_debug d;
	union bpf_attr attr = { 0 };
	int btf, fd;

	patch(insns, p, fds);
	bpf_debug_info(&k->obj, p, &d);
	attr.btf = (uintptr_t)d.btf;
	attr.btf_size = d.btf_size;
	attr.btf_log_buf = (uintptr_t)log;
	attr.btf_log_size = LOG_SIZE;
	attr.btf_log_level = 1;
	btf = sys_bpf(BPF_BTF_LOAD, &attr);
	if (btf < 0)
		return -1;
	attr = (union bpf_attr){ .prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT, .insns = (uintptr_t)insns,
				 .insn_cnt = p->n, .license = (uintptr_t)"GPL", .prog_btf_fd = (uint32_t)btf };
	attr.func_info = (uintptr_t)d.funcs;
	attr.func_info_cnt = d.nfuncs;
	attr.func_info_rec_size = sizeof(*d.funcs);
	attr.line_info = (uintptr_t)d.lines;
	attr.line_info_cnt = d.nlines;
	attr.line_info_rec_size = sizeof(*d.lines);
	fd = sys_bpf(BPF_PROG_LOAD, &attr);
	if (fd < 0) { /* only now: the log of a large program is larger than what is there for it */
		attr.log_buf = (uintptr_t)log;
		attr.log_size = LOG_SIZE;
		attr.log_level = 1;
		fd = sys_bpf(BPF_PROG_LOAD, &attr);
	}
	close(btf);
	return fd;
}

/* The kernel is older than what the program calls, or does not let us. */
static bool is_no_fault_of_ours(const char *log)
{
	return errno == EPERM || strstr(log, "invalid func unknown") || strstr(log, "unknown func") ||
	       strstr(log, "number of funcs in func_info"); /* no callbacks before 5.13 */
}

static enum kit_kernel load_and_run(struct kit *k, const struct bpf_prog *p, const int *fds, const void *ctx,
				    size_t size, uint32_t *ret)
{
	char *log = xcalloc(1, LOG_SIZE);
	int fd = load(k, p, fds, log);
	union bpf_attr attr = { 0 };

	if (fd < 0 && is_no_fault_of_ours(log)) {
		free(log);
		return KIT_SKIPPED;
	}
	if (fd < 0) {
		UNIT_FAIL("the kernel refuses (%s):\n%s%s", strerror(errno), kit_disasm(k, p), log);
		free(log);
		return KIT_FAILED;
	}
	free(log);
	attr.test.prog_fd = (uint32_t)fd;
	attr.test.ctx_in = (uintptr_t)ctx;
	attr.test.ctx_size_in = (uint32_t)size;
	if (sys_bpf(BPF_PROG_TEST_RUN, &attr)) {
		close(fd);
		return KIT_SKIPPED;
	}
	close(fd);
	*ret = attr.test.retval;
	return KIT_OK;
}

enum kit_kernel kit_kernel_run(struct kit *k, const struct bpf_prog *p, const void *ctx, size_t size,
			       uint32_t *ret)
{
	struct rlimit locked = { RLIM_INFINITY, RLIM_INFINITY };
	enum kit_kernel result = KIT_SKIPPED;
	int fds[FDS_MAX];
	size_t n = 0;

	setrlimit(RLIMIT_MEMLOCK, &locked); /* kernels before 5.11 count maps and programs against it */
	while (n < k->module.maps.n && n < FDS_MAX) {
		fds[n] = create_map(k, k->module.maps.v[n]);
		if (fds[n] < 0)
			break;
		n++;
	}
	if (!geteuid() && n == k->module.maps.n)
		result = load_and_run(k, p, fds, ctx, size, ret);
	while (n)
		close(fds[--n]);
	return result;
}
