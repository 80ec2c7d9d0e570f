/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/objects.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "run/sys.h"

#define PTR(p) ((uint64_t)(uintptr_t)(p))
/* Size of attributes up to a member: the kernel looks at all bytes that it is given. */
#define ATTR_END(member) (offsetof(union bpf_attr, member) + sizeof(((union bpf_attr *)0)->member))

static const struct {
	const char *name;
	int next, open;
} kinds[] = {
	[OBJECT_PROG] = { "prog", BPF_PROG_GET_NEXT_ID, BPF_PROG_GET_FD_BY_ID },
	[OBJECT_MAP] = { "map", BPF_MAP_GET_NEXT_ID, BPF_MAP_GET_FD_BY_ID },
	[OBJECT_LINK] = { "link", BPF_LINK_GET_NEXT_ID, BPF_LINK_GET_FD_BY_ID },
	[OBJECT_BTF] = { "btf", BPF_BTF_GET_NEXT_ID, BPF_BTF_GET_FD_BY_ID },
};

const char *object_name(enum object_kind kind)
{
	return kinds[kind].name;
}

int object_next(enum object_kind kind, uint32_t id, uint32_t *ret)
{
	union bpf_attr attr = { .start_id = id };
	int r = sys_bpf(kinds[kind].next, &attr, ATTR_END(open_flags));

	if (!r)
		*ret = attr.next_id;
	return r;
}

int object_open(enum object_kind kind, uint32_t id)
{
	union bpf_attr attr = { .prog_id = id };

	return sys_bpf(kinds[kind].open, &attr, ATTR_END(open_flags));
}

int object_by_id(struct inspect *in, enum object_kind kind, uint32_t id)
{
	int fd = object_open(kind, id);

	if (fd < 0)
		return inspect_fail(in, fd, "get %s by id (%u): %s", object_name(kind), id, errname(fd));
	return fd;
}

int object_kind_of_text(const char *target)
{
	static const char prefix[] = "anon_inode:";
	static const struct {
		const char *name;
		enum object_kind kind;
	} names[] = {
		{ "bpf-prog", OBJECT_PROG }, { "bpf-map", OBJECT_MAP }, { "btf", OBJECT_BTF },
		/* As it was made, and as it comes from an id or a pin. */
		{ "bpf_link", OBJECT_LINK }, { "bpf-link", OBJECT_LINK },
	};

	if (strncmp(target, prefix, strlen(prefix)))
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(target + strlen(prefix), names[i].name))
			return (int)names[i].kind;
	return -EINVAL;
}

int object_kind_of(int fd)
{
	char path[64], target[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return -errno;
	target[n] = '\0';
	return object_kind_of_text(target);
}

int object_info(int fd, void *info, uint32_t size)
{
	union bpf_attr attr = { .info = { .bpf_fd = (uint32_t)fd, .info_len = size,
					  .info = PTR(info) } };

	return sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, ATTR_END(info));
}

bool object_fdinfo(int fd, const char *key, uint64_t *ret)
{
	char path[64], text[2048];
	size_t len = strlen(key);
	_cleanup_fd_ int info = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = open(path, O_RDONLY | O_CLOEXEC);
	n = info < 0 ? -1 : read(info, text, sizeof(text) - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	for (const char *s = text, *end; *s; s = end + (*end != '\0')) {
		end = strchrnul(s, '\n');
		if (strncmp(s, key, len) || s[len] != ':')
			continue;
		*ret = strtoull(s + len + 1, NULL, 10);
		return true;
	}
	return false;
}

void fd_list_done(fd_list *l)
{
	vec_each(*l, i)
		close(l->v[i]);
	vec_done(l);
}
