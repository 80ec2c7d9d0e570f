/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See bpfprog.h. */
#include "probe/bpfprog.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "run/sys.h"
#include "type/btf.h"

static int object_info(int fd, void *info, uint32_t size)
{
	union bpf_attr attr = { .info = { .bpf_fd = (uint32_t)fd, .info_len = size, .info = (uintptr_t)info } };

	return sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
}

int bpf_program_open(uint32_t id)
{
	union bpf_attr attr = { .prog_id = id };

	return sys_bpf(BPF_PROG_GET_FD_BY_ID, &attr, sizeof(attr));
}

/* NULL: it could not be read. */
static struct btf_file *read_btf(uint32_t id)
{
	union bpf_attr attr = { .btf_id = id };
	_cleanup_fd_ int fd = sys_bpf(BPF_BTF_GET_FD_BY_ID, &attr, sizeof(attr));
	_cleanup_free_ void *bytes = NULL;
	struct bpf_btf_info info = { 0 };
	struct btf_file *btf = NULL;
	uint32_t size;

	if (fd < 0 || object_info(fd, &info, sizeof(info)))
		return NULL;
	size = info.btf_size;
	bytes = xmalloc(size + 1);
	memset(&info, 0, sizeof(info));
	info.btf = (uintptr_t)bytes;
	info.btf_size = size;
	if (object_info(fd, &info, sizeof(info)) || btf_file_from_memory(bytes, size, NULL, &btf, NULL))
		return NULL;
	return btf;
}

/* The BTF id of the function that the program starts with, 0: not known. */
static uint32_t main_function(int fd, const struct bpf_prog_info *known)
{
	struct bpf_prog_info info = { 0 };
	_cleanup_free_ uint32_t *records = NULL;

	if (!known->nr_func_info || known->func_info_rec_size < 2 * sizeof(uint32_t))
		return 0;
	records = xcalloc(known->nr_func_info, known->func_info_rec_size);
	info.nr_func_info = known->nr_func_info;
	info.func_info_rec_size = known->func_info_rec_size;
	info.func_info = (uintptr_t)records;
	return object_info(fd, &info, sizeof(info)) ? 0 : records[1]; /* struct bpf_func_info: instruction, type */
}

/* False: not one that can be probed. Its BTF becomes env's, under a name that only it has. */
static bool read_program(struct probe_env *env, uint32_t id, struct bpf_program *ret)
{
	_cleanup_fd_ int fd = bpf_program_open(id);
	struct bpf_prog_info info = { 0 };
	struct probe_module m = { 0 };
	struct btf_info func;

	if (fd < 0 || object_info(fd, &info, sizeof(info)) || !info.btf_id || info.type == BPF_PROG_TYPE_TRACING ||
	    info.type == BPF_PROG_TYPE_EXT || info.type == BPF_PROG_TYPE_LSM)
		return false;
	ret->id = id;
	ret->func_id = main_function(fd, &info);
	m.btf = ret->func_id ? read_btf(info.btf_id) : NULL;
	if (!m.btf)
		return false;
	m.name = arena_printf(&env->modules.arena, BPFPROG_MODULE ":%u", id);
	avec_push(&env->modules.arena, &env->modules.list, m);
	ret->btf = m.btf;
	if (!btf_file_info(m.btf, ret->func_id, &func) || func.kind != BK_FUNC)
		return false;
	ret->name = arena_strdup(env->arena, func.name);
	return true;
}

int bpf_programs_each(struct probe_env *env, void (*f)(void *arg, const struct bpf_program *p), void *arg)
{
	union bpf_attr attr = { .start_id = 0 };
	int rc;

	while (!(rc = sys_bpf(BPF_PROG_GET_NEXT_ID, &attr, sizeof(attr)))) {
		uint32_t id = attr.next_id;
		struct bpf_program p;

		if (read_program(env, id, &p))
			f(arg, &p);
		memset(&attr, 0, sizeof(attr));
		attr.start_id = id;
	}
	return rc == -ENOENT ? 0 : rc;
}
