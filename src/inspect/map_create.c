/* SPDX-License-Identifier: GPL-2.0-or-later */
/* map create, pin, freeze */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <net/if.h>
#include <string.h>

#include "base/fdutil.h"
#include "inspect/map.h"
#include "inspect/names.h"
#include "run/sys.h"

#define MAP_TYPE_CGRP_STORAGE 32 /* Linux 6.2 */

/* A number that may be said once. */
static int parse_u32(struct inspect *in, struct words *w, const char *what, uint32_t *v)
{
	uint64_t n;
	int r;

	if (*v)
		return inspect_fail(in, -EINVAL, "%s already specified", what);
	r = word_number(in, w, what, UINT32_MAX, &n);
	if (!r)
		*v = (uint32_t)n;
	return r;
}

static int parse_type(struct inspect *in, struct words *w, uint32_t *ret)
{
	const char *name = word_next(w);
	int type = number_map_type(name);

	if (*ret)
		return inspect_fail(in, -EINVAL, "map type already specified");
	if (type <= 0)
		return inspect_fail(in, -EINVAL, "unrecognized map type: %s", name);
	*ret = (uint32_t)type;
	return 0;
}

static int parse_device(struct inspect *in, struct words *w, uint32_t *ret)
{
	const char *name = word_next(w);

	if (*ret)
		return inspect_fail(in, -EINVAL, "offload device already specified");
	*ret = if_nametoindex(name);
	if (!*ret)
		return inspect_fail(in, -errno, "unrecognized netdevice '%s': %s", name, errname(errno));
	return 0;
}

/* Also sets ret_inner, which the caller closes. */
static int parse_attribute(struct inspect *in, struct words *w, union bpf_attr *a, int *ret_inner,
			   const char **ret_name)
{
	if (w->n < 2)
		return inspect_fail(in, -EINVAL, "'%s' needs at least 1 argument, 0 found", w->v[0]);
	if (word_take(w, "type"))
		return parse_type(in, w, &a->map_type);
	if (word_take(w, "name")) {
		*ret_name = word_next(w);
		return 0;
	}
	if (word_take(w, "key"))
		return parse_u32(in, w, "key size", &a->key_size);
	if (word_take(w, "value"))
		return parse_u32(in, w, "value size", &a->value_size);
	if (word_take(w, "entries"))
		return parse_u32(in, w, "max entries", &a->max_entries);
	if (word_take(w, "flags"))
		return parse_u32(in, w, "flags", &a->map_flags);
	if (word_take(w, "dev") || word_take(w, "offload_dev"))
		return parse_device(in, w, &a->map_ifindex);
	if (word_take(w, "inner_map")) {
		*ret_inner = map_named(in, w);
		a->inner_map_fd = (uint32_t)*ret_inner;
		return *ret_inner < 0 ? *ret_inner : 0;
	}
	return inspect_fail(in, -EINVAL, "unknown arg %s", w->v[0]);
}

/* Maps that keep something with sockets, inodes, tasks, cgroups: the kernel takes none without types. */
static bool needs_types(uint32_t type)
{
	return type == BPF_MAP_TYPE_SK_STORAGE || type == BPF_MAP_TYPE_INODE_STORAGE || type == BPF_MAP_TYPE_TASK_STORAGE ||
	       type == MAP_TYPE_CGRP_STORAGE;
}

/* Gives the map an int as key and bytes as value. fd of the types, to be closed once the map is there; -errno. */
static int add_types(union bpf_attr *a)
{
	struct btf *btf = btf__new_empty();
	const void *data;
	uint32_t size;
	int byte, index, fd;

	if (!btf)
		return -errno;
	index = btf__add_int(btf, "int", sizeof(int), BTF_INT_SIGNED);
	byte = btf__add_int(btf, "unsigned char", 1, 0);
	a->btf_key_type_id = (uint32_t)index;
	a->btf_value_type_id = (uint32_t)btf__add_array(btf, index, byte, a->value_size);
	data = btf__raw_data(btf, &size);
	fd = data ? bpf_btf_load(data, size, NULL) : -ENOMEM;
	btf__free(btf);
	a->btf_fd = fd < 0 ? 0 : (uint32_t)fd;
	return fd;
}

int map_create(struct inspect *in, struct words *w)
{
	_cleanup_fd_ int inner = -1, fd = -1, types = -1;
	union bpf_attr attr = { 0 };
	const char *path, *name = NULL;
	int r = words_need(in, w, "'create'", 7);

	if (r)
		return r;
	path = word_next(w);
	while (w->n) {
		r = parse_attribute(in, w, &attr, &inner, &name);
		if (r)
			return r;
	}
	if (!name)
		return inspect_fail(in, -EINVAL, "map name not specified");
	if (strlen(name) >= BPF_OBJ_NAME_LEN)
		inspect_note(in, "Warning: map name is longer than %u characters, it will be truncated.",
			     BPF_OBJ_NAME_LEN - 1);
	memcpy(attr.map_name, name, strnlen(name, BPF_OBJ_NAME_LEN - 1));
	if (needs_types(attr.map_type))
		types = add_types(&attr);
	fd = sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
	if (fd < 0)
		return inspect_fail(in, fd, "map create failed: %s", errname(fd));
	return object_pin(in, fd, path);
}

int map_pin(struct inspect *in, struct words *w)
{
	_cleanup_fd_ int fd = -1;
	int r = inspect_pass(in, words_need(in, w, "'pin'", 3));

	if (r)
		return r;
	fd = map_named(in, w);
	if (fd < 0)
		return fd;
	r = words_need(in, w, "'pin MAP'", 1);
	return r ? r : object_pin(in, fd, word_next(w));
}

int map_freeze(struct inspect *in, struct words *w)
{
	_cleanup_fd_ int fd = -1;
	int r = words_need(in, w, "'freeze'", 2);

	if (r)
		return r;
	fd = map_named(in, w);
	if (fd < 0)
		return fd;
	r = words_end(in, w);
	if (r)
		return r;
	r = sys_map_freeze(fd);
	return r ? inspect_pass(in, inspect_fail(in, r, "failed to freeze map: %s", errname(r))) : 0;
}
