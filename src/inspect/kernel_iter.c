/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/kernel_iter.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "run/sys.h"
#include "type/btf.h"
#include "type/type.h"

#define PTR(p) ((uint64_t)(uintptr_t)(p))

static const char *const functions[ITER_KINDS] = {
	[ITER_TASK_FILE] = "bpf_iter_task_file",
	[ITER_BPF_PROG] = "bpf_iter_bpf_prog",
};

struct kernel_types {
	struct btf_file *btf;
	uint32_t functions[ITER_KINDS]; /* their ids; 0: not there */
	struct arena arena;
	struct types types;
};

struct kernel_types *kernel_types(struct inspect *in)
{
	struct kernel_types *k;
	struct btf_file *btf;

	if (in->kernel || btf_file_open("/sys/kernel/btf/vmlinux", NULL, &btf, NULL))
		return in->kernel;
	k = in->kernel = xcalloc(1, sizeof(*k));
	k->btf = btf;
	btf_file_find_all(btf, BK_FUNC, functions, k->functions, ITER_KINDS);
	types_init(&k->types, &k->arena, btf);
	return k;
}

void kernel_types_free(struct kernel_types *k)
{
	if (!k)
		return;
	arena_done(&k->arena);
	btf_file_free(k->btf);
	free(k);
}

const struct type *kernel_type(struct kernel_types *k, const char *name)
{
	return types_lookup(&k->types, name);
}

const struct type *kernel_target(struct kernel_types *k, const struct type *t, const char *member)
{
	struct field f;

	if (!t || !type_field(&k->types, t, member, &f))
		return NULL;
	for (t = f.type; t && t->kind == TY_PTR; t = t->to)
		;
	return t;
}

bool kernel_place(struct kernel_types *k, const struct type *t, const char *member, uint32_t *ret)
{
	struct field f;

	if (!t || !type_field(&k->types, t, member, &f))
		return false;
	*ret = f.offset;
	return true;
}

bool kernel_bit(struct kernel_types *k, const struct type *t, const char *member, uint32_t *ret, uint32_t *ret_bit)
{
	struct field f;

	if (!t || !type_field(&k->types, t, member, &f) || f.bit_size != 1)
		return false;
	*ret = f.offset + f.bit_offset / 8;
	*ret_bit = f.bit_offset % 8;
	return true;
}

int kernel_iter_load(struct kernel_types *k, enum kernel_iter_kind kind, const struct code *c)
{
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_TRACING, .expected_attach_type = BPF_TRACE_ITER,
				.license = PTR("GPL"), .insns = PTR(c->insns), .insn_cnt = c->n,
				.attach_btf_id = k->functions[kind] };

	if (!attr.attach_btf_id)
		return -ENOTSUP;
	sys_object_name(attr.prog_name, functions[kind]);
	return sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

int kernel_iter_start(struct kernel_iter *it)
{
	union bpf_attr attr = { 0 };

	attr.link_create.prog_fd = (uint32_t)it->prog;
	attr.link_create.attach_type = BPF_TRACE_ITER;
	it->link = sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
	if (it->link < 0)
		return it->link;
	attr = (union bpf_attr){ .iter_create.link_fd = (uint32_t)it->link };
	it->iter = sys_bpf(BPF_ITER_CREATE, &attr, sizeof(attr));
	return it->iter < 0 ? it->iter : 0;
}

int kernel_iter_read(const struct kernel_iter *it, int (*f)(void *arg, const char *text, size_t n), void *arg)
{
	/* More than a buffer of the kernel's at once saves calls; whole objects come either way. */
	char part[32 << 10] __attribute__((aligned(8)));
	ssize_t n;
	int r = 0;

	while (!r && ((n = read(it->iter, part, sizeof(part))) > 0 || (n < 0 && errno == EAGAIN)))
		r = n > 0 ? f(arg, part, (size_t)n) : 0;
	return r ? r : n < 0 ? -errno : 0;
}

void kernel_iter_done(struct kernel_iter *it)
{
	fd_close(&it->iter);
	fd_close(&it->link);
	fd_close(&it->prog);
}
