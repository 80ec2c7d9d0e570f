/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/btf.h"

#include <string.h>

#include "base/vec.h"
#include "inspect/objects.h"
#include "inspect/quiet.h"

struct btf_cache {
	VEC(struct btf *) list;
	VEC(uint32_t) ids;
};

struct btf *inspect_btf(struct inspect *in, uint32_t id)
{
	struct btf_cache *c = in->btf ? in->btf : (in->btf = xcalloc(1, sizeof(*in->btf)));
	struct btf *btf;

	if (!id)
		return NULL;
	vec_each(c->ids, i)
		if (c->ids.v[i] == id)
			return c->list.v[i];
	quiet_libbpf(in);
	btf = id == BTF_OF_KERNEL ? btf__load_vmlinux_btf() : btf__load_from_kernel_by_id(id);
	vec_push(&c->ids, id);
	vec_push(&c->list, btf);
	return btf;
}

void inspect_btf_done(struct inspect *in)
{
	if (!in->btf)
		return;
	vec_each(in->btf->list, i)
		btf__free(in->btf->list.v[i]);
	vec_done(&in->btf->list);
	vec_done(&in->btf->ids);
	free(in->btf);
	in->btf = NULL;
}

const char *prog_full_name(struct inspect *in, int fd, const struct bpf_prog_info *info)
{
	struct bpf_func_info func = { 0 };
	struct bpf_prog_info again = { .nr_func_info = 1, .func_info_rec_size = sizeof(func),
				       .func_info = (uint64_t)(uintptr_t)&func };
	const struct btf_type *t;
	struct btf *btf;
	const char *name = NULL;

	if (strlen(info->name) < sizeof(info->name) - 1 || !info->btf_id || !info->nr_func_info ||
	    object_info(fd, &again, sizeof(again)))
		return arena_strdup(&in->arena, info->name);
	btf = inspect_btf(in, info->btf_id);
	t = btf ? btf__type_by_id(btf, func.type_id) : NULL;
	if (t && btf_is_func(t))
		name = btf__name_by_offset(btf, t->name_off);
	return arena_strdup(&in->arena, name ? name : info->name);
}
