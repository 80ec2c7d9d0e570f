/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prog load -L: the object by a program that makes its maps and loads its programs, as light skeletons do
 * it (libbpf's bpf_object__gen_loader()). What it made ends with this command: it shows that it can.
 */
#include <errno.h>

#include "base/fdutil.h"
#include "inspect/load.h"
#include "inspect/quiet.h"
#include "inspect/scan.h"
#include "run/sys.h"

#define PTR(p) ((uint64_t)(uintptr_t)(p))
#define LOG_SIZE (1u << 20)
#define OBJECTS_MAX 64 /* maps and programs; the kernel's limit of a program's maps */

/* What such a program takes, and gives fds back in (bpf/skel_internal.h). */
struct loader_context {
	uint32_t size, flags, log_level, log_size;
	uint64_t log;
	struct {
		int fd;
		uint32_t max_entries;
		uint64_t initial_value;
	} objects[OBJECTS_MAX];
};

static int run(struct inspect *in, int data, const struct gen_loader_opts *g)
{
	struct loader_context *ctx = arena_new(&in->arena, struct loader_context);
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_SYSCALL, .insns = PTR(g->insns),
				.insn_cnt = g->insns_sz / (uint32_t)sizeof(struct bpf_insn),
				.license = PTR("GPL"), .prog_flags = BPF_F_SLEEPABLE, .prog_name = "__loader.prog",
				.fd_array = PTR(&data) };
	_cleanup_fd_ int fd = sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	int r;

	if (fd < 0)
		return inspect_fail(in, fd, "failed to load loader prog: %s", scan_prog_type(BPF_PROG_TYPE_SYSCALL, 0)
				    ? errname(fd) : "this kernel has no programs of type syscall (5.14)");
	ctx->size = sizeof(*ctx);
	ctx->log_level = 1;
	ctx->log_size = LOG_SIZE;
	ctx->log = PTR(arena_alloc(&in->arena, LOG_SIZE));
	attr = (union bpf_attr){ .test = { .prog_fd = (uint32_t)fd, .ctx_in = PTR(ctx), .ctx_size_in = ctx->size } };
	r = sys_bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr));
	if (!r)
		r = (int)attr.test.retval;
	if (r >= 0)
		return 0;
	return *(const char *)(uintptr_t)ctx->log
		       ? load_refused(in, r, "of the object", (const char *)(uintptr_t)ctx->log)
		       : inspect_fail(in, r, "failed to execute loader prog: %s", errname(r));
}

static int generate(struct inspect *in, struct bpf_object *obj)
{
	LIBBPF_OPTS(gen_loader_opts, g);
	_cleanup_fd_ int data = -1;
	uint32_t key = 0;
	int r = bpf_object__gen_loader(obj, &g);

	if (!r)
		r = bpf_object__load(obj);
	if (r)
		return inspect_fail(in, r, "failed to load object file: %s", errname(r));
	data = sys_map_create(BPF_MAP_TYPE_ARRAY, "__loader.map", sizeof(key), g.data_sz, 1, 0);
	r = data < 0 ? data : sys_map_update(data, &key, g.data, BPF_ANY);
	return r ? inspect_fail(in, r, "failed to create loader map: %s", errname(r)) : run(in, data, &g);
}

int load_by_loader(struct inspect *in, const struct objfile *f)
{
	LIBBPF_OPTS(bpf_object_open_opts, open, .object_name = f->name);
	struct bpf_object *obj;
	int r;

	quiet_libbpf(in);
	obj = bpf_object__open_mem(f->bytes.p, f->bytes.n, &open);
	if (!obj)
		return inspect_fail(in, -errno, "failed to open object file: %s", errname(errno));
	r = generate(in, obj);
	bpf_object__close(obj);
	return r;
}
