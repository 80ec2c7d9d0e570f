/* SPDX-License-Identifier: GPL-2.0-or-later */
/* btf show: BTF in the kernel, with the programs and maps that have it. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/fdutil.h"
#include "inspect/both.h"
#include "inspect/btf_dump.h"
#include "inspect/owners.h"

/* A program or a map and its BTF. */
struct user {
	uint32_t btf_id, id;
};
typedef VEC(struct user) users; /* arena */

static uint32_t btf_id_of(enum object_kind kind, int fd)
{
	union {
		struct bpf_prog_info prog;
		struct bpf_map_info map;
	} info = { { 0 } };

	if (object_info(fd, &info, kind == OBJECT_PROG ? sizeof(info.prog) : sizeof(info.map)))
		return 0;
	return kind == OBJECT_PROG ? info.prog.btf_id : info.map.btf_id;
}

static users users_of(struct inspect *in, enum object_kind kind)
{
	users all = { 0 };
	uint32_t id = 0;

	while (!object_next(kind, id, &id)) {
		_cleanup_fd_ int fd = object_open(kind, id);
		struct user u = { fd >= 0 ? btf_id_of(kind, fd) : 0, id };

		if (u.btf_id)
			avec_push(&in->arena, &all, u);
	}
	return all;
}

static void show_users(struct inspect *in, const char *name, const char *lead, const users *all,
		       uint32_t btf_id)
{
	const char *before = lead;

	if (in->json)
		jsonw_array_at(&in->w, name);
	vec_each(*all, i) {
		if (all->v[i].btf_id != btf_id)
			continue;
		if (in->json)
			jsonw_u64(&in->w, all->v[i].id);
		else
			sb_addf(&in->out, "%s%u", before, all->v[i].id);
		before = ",";
	}
	if (in->json)
		jsonw_end_array(&in->w);
}

struct show {
	struct inspect *in;
	users progs, maps;
};

static void show_name(struct inspect *in, const char *name, bool kernel)
{
	both_text(in, kernel ? "name [" : "name ");
	inspect_text(in, *name ? name : "<anon>");
	both_text(in, kernel ? "]" : "");
}

/* name: 64 bytes. A longer one is cut; before 5.11 there are none. */
static int read_info(int fd, struct bpf_btf_info *info, char *name)
{
	int r;

	*info = (struct bpf_btf_info){ .name = (uintptr_t)name, .name_len = 64 };
	*name = '\0';
	r = object_info(fd, info, sizeof(*info));
	if (r == -E2BIG) {
		*info = (struct bpf_btf_info){ 0 };
		r = object_info(fd, info, offsetof(struct bpf_btf_info, name));
	}
	return r == -ENOSPC ? 0 : r;
}

static int show_one(struct show *s, int fd)
{
	struct inspect *in = s->in;
	char name[64];
	struct bpf_btf_info info;
	int r = read_info(fd, &info, name);

	if (r)
		return inspect_fail(in, r, "can't get BTF object info: %s", errname(r));
	both_object(in);
	both_u64(in, "id", "", info.id, ": ");
	if (!in->json)
		show_name(in, name, info.kernel_btf);
	both_u64(in, "size", "  size ", info.btf_size, "B");
	show_users(in, "prog_ids", "  prog_ids ", &s->progs, info.id);
	show_users(in, "map_ids", "  map_ids ", &s->maps, info.id);
	if (in->json) {
		owners_json(in, OBJECT_BTF, info.id);
		jsonw_bool_at(&in->w, "kernel", info.kernel_btf);
		if (*name)
			jsonw_string_at(&in->w, "name", name);
	} else {
		owners_text(in, OBJECT_BTF, info.id, "\n\tpids ");
	}
	both_end_object(in, "\n");
	return 0;
}

static int show_all(struct show *s)
{
	uint32_t id = 0;
	int r = 0;

	if (s->in->json)
		jsonw_array(&s->in->w);
	while (!r && !(r = object_next(OBJECT_BTF, id, &id))) {
		_cleanup_fd_ int fd = object_open(OBJECT_BTF, id);

		if (fd == -ENOENT) /* gone meanwhile */
			continue;
		r = fd < 0 ? inspect_fail(s->in, fd, "can't get BTF object by id (%u): %s", id, errname(fd))
			   : show_one(s, fd);
	}
	if (s->in->json)
		jsonw_end_array(&s->in->w);
	if (r == -ENOENT)
		return 0;
	return s->in->err.code ? r : inspect_fail(s->in, r, "can't get next BTF object: %s", errname(r));
}

static int named(struct inspect *in, struct words *w)
{
	uint64_t id;
	int r;

	if (!word_take(w, "id"))
		return inspect_fail(in, -EINVAL, "expected 'id', got: '%s'?", w->v[0]);
	r = word_number(in, w, "ID", UINT32_MAX, &id);
	if (!r)
		r = words_end(in, w);
	return r ? r : object_by_id(in, OBJECT_BTF, (uint32_t)id);
}

int btf_show(struct inspect *in, struct words *w)
{
	_cleanup_fd_ int fd = w->n ? named(in, w) : -1;
	struct show s = { .in = in };

	if (in->err.code)
		return in->err.code;
	s.progs = users_of(in, OBJECT_PROG);
	s.maps = users_of(in, OBJECT_MAP);
	return fd >= 0 ? show_one(&s, fd) : show_all(&s);
}
