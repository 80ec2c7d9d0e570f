/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs, maps and links by what a command line says of them. */
#include <bpf/btf.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/fdutil.h"
#include "inspect/btf.h"
#include "inspect/objects.h"

/* What a program or map is looked for by. */
struct wanted {
	enum object_kind kind;
	const char *name;
	const uint8_t *tag; /* BPF_TAG_SIZE bytes */
};

static bool prog_matches(struct inspect *in, const struct wanted *want, int fd)
{
	struct bpf_prog_info info = { 0 };

	if (object_info(fd, &info, sizeof(info)))
		return false;
	if (want->tag)
		return !memcmp(info.tag, want->tag, BPF_TAG_SIZE);
	if (!strcmp(info.name, want->name))
		return true;
	if (strncmp(info.name, want->name, sizeof(info.name) - 1))
		return false;
	return !strcmp(prog_full_name(in, fd, &info), want->name);
}

static bool matches(struct inspect *in, const struct wanted *want, int fd)
{
	struct bpf_map_info info = { 0 };

	if (want->kind == OBJECT_PROG)
		return prog_matches(in, want, fd);
	/* Names of maps are cut by the kernel. */
	return !object_info(fd, &info, sizeof(info)) &&
	       !strncmp(info.name, want->name, sizeof(info.name) - 1);
}

static int find_all(struct inspect *in, const struct wanted *want, fd_list *ret)
{
	uint32_t id = 0;
	int r;

	while (!(r = object_next(want->kind, id, &id))) {
		int fd = object_open(want->kind, id);

		if (fd == -ENOENT)
			continue; /* gone meanwhile */
		if (fd < 0)
			return inspect_fail(in, fd, "can't get %s by id (%u): %s",
					    object_name(want->kind), id, errname(fd));
		if (matches(in, want, fd))
			vec_push(ret, fd);
		else
			fd_close(&fd);
	}
	if (r != -ENOENT)
		return inspect_fail(in, r, "can't get next %s: %s", object_name(want->kind), errname(r));
	if (!ret->n)
		return inspect_fail(in, -ENOENT, "no %s with such a %s", object_name(want->kind),
				    want->tag ? "tag" : "name");
	return 0;
}

static int by_name(struct inspect *in, enum object_kind kind, struct words *w, fd_list *ret)
{
	struct wanted want = { .kind = kind, .name = word_next(w) };

	if (strlen(want.name) >= (kind == OBJECT_MAP ? BPF_OBJ_NAME_LEN : 128) && kind == OBJECT_PROG)
		return inspect_fail(in, -EINVAL, "can't parse name: '%s' is too long", want.name);
	return find_all(in, &want, ret);
}

static int by_tag(struct inspect *in, struct words *w, fd_list *ret)
{
	const char *text = word_next(w);
	uint8_t tag[BPF_TAG_SIZE];
	struct wanted want = { .kind = OBJECT_PROG, .tag = tag };

	for (int i = 0; i < 2 * BPF_TAG_SIZE; i++) {
		int c = tolower((unsigned char)text[i]);

		if (!isxdigit(c))
			return inspect_fail(in, -EINVAL, "can't parse tag: '%s'", text);
		tag[i / 2] = (uint8_t)(tag[i / 2] << 4 | (isdigit(c) ? c - '0' : c - 'a' + 10));
	}
	if (text[2 * BPF_TAG_SIZE])
		return inspect_fail(in, -EINVAL, "can't parse tag: '%s'", text);
	return find_all(in, &want, ret);
}

static int push(fd_list *ret, int fd)
{
	if (fd < 0)
		return fd;
	vec_push(ret, fd);
	return 0;
}

static int by_id(struct inspect *in, enum object_kind kind, struct words *w, fd_list *ret)
{
	uint64_t id;
	int r = word_number(in, w, "id", UINT32_MAX, &id);
	int fd;

	if (r)
		return r;
	fd = object_open(kind, (uint32_t)id);
	if (fd >= 0)
		return push(ret, fd);
	inspect_fail(in, fd, "get %sby id (%u): %s", kind == OBJECT_PROG ? "" : kind == OBJECT_MAP ? "map " : "link ",
		     (uint32_t)id, errname(fd));
	return kind == OBJECT_LINK ? inspect_pass(in, fd) : fd;
}

/* keywords: which of id, tag, name, pinned this kind has, for the message. */
static int named(struct inspect *in, enum object_kind kind, const char *keywords, struct words *w,
		 fd_list *ret)
{
	const char *word = w->n ? w->v[0] : "";
	bool id = word_is(w, "id"), pinned = word_is(w, "pinned");
	bool name = kind != OBJECT_LINK && word_is(w, "name");
	bool tag = kind == OBJECT_PROG && word_is(w, "tag");

	if (!id && !pinned && !name && !tag)
		return inspect_fail(in, -EINVAL, "expected %s, got: '%s'?", keywords, word);
	word_next(w);
	if (!w->n)
		return inspect_fail(in, -EINVAL, "'%s' needs at least 1 argument, 0 found", word);
	if (id)
		return by_id(in, kind, w, ret);
	if (pinned)
		return push(ret, object_pinned(in, kind, word_next(w)));
	return tag ? by_tag(in, w, ret) : by_name(in, kind, w, ret);
}

int progs_named(struct inspect *in, struct words *w, fd_list *ret)
{
	return named(in, OBJECT_PROG, "'id', 'tag', 'name' or 'pinned'", w, ret);
}

int maps_named(struct inspect *in, struct words *w, fd_list *ret)
{
	return named(in, OBJECT_MAP, "'id', 'name' or 'pinned'", w, ret);
}

/* The only one of the list, or an error. */
static int only(struct inspect *in, enum object_kind kind, int r, fd_list *list)
{
	if (r)
		return r;
	if (list->n > 1)
		return inspect_fail(in, -EINVAL, "several %ss match this handle", kind == OBJECT_PROG
				    ? "program" : object_name(kind));
	return list->v[--list->n];
}

int prog_named(struct inspect *in, struct words *w)
{
	_cleanup_fds_ fd_list list = { 0 };

	return only(in, OBJECT_PROG, progs_named(in, w, &list), &list);
}

int map_named(struct inspect *in, struct words *w)
{
	_cleanup_fds_ fd_list list = { 0 };

	return only(in, OBJECT_MAP, maps_named(in, w, &list), &list);
}

int link_named(struct inspect *in, struct words *w)
{
	_cleanup_fds_ fd_list list = { 0 };

	return only(in, OBJECT_LINK, named(in, OBJECT_LINK, "'id' or 'pinned'", w, &list), &list);
}

static int show_list(struct inspect *in, const fd_list *list, int (*show)(struct inspect *, int))
{
	int r = 0;

	if (in->json && list->n > 1)
		jsonw_array(&in->w);
	for (size_t i = 0; i < list->n && !r; i++)
		r = show(in, list->v[i]);
	if (in->json && list->n > 1)
		jsonw_end_array(&in->w);
	return r;
}

/*
 * Opens the first object behind *id; -ENOENT, not set as an error: there is none. Ids come in rows
 * mostly: within one the next number is tried, and the kernel is not asked which the next id is.
 */
static int open_next(struct inspect *in, enum object_kind kind, uint32_t *id, bool *row)
{
	int fd = *row ? object_open(kind, *id + 1) : -ENOENT, r;

	*id += fd != -ENOENT;
	while (fd == -ENOENT) { /* or gone meanwhile */
		uint32_t last = *id;

		r = object_next(kind, last, id);
		if (r == -ENOENT)
			return r;
		if (r)
			return inspect_fail(in, r, "can't get next %s: %s%s", object_name(kind), errname(r),
					    r == -EINVAL ? " -- kernel too old?" : "");
		*row = *id == last + 1;
		fd = object_open(kind, *id);
	}
	if (fd < 0)
		return inspect_fail(in, fd, "can't get %s by id (%u): %s", object_name(kind), *id, errname(fd));
	return fd;
}

/* What is made to find the holders of objects is made and gone while the first is shown, so it is not shown. */
static int show_each(struct inspect *in, const struct object_show_ops *ops)
{
	uint32_t id = 0;
	bool row = false;
	int r = 0;

	while (!r && inspect_more(in)) {
		_cleanup_fd_ int fd = open_next(in, ops->kind, &id, &row);

		r = fd < 0 ? fd : ops->show(in, fd);
	}
	return r == -ENOENT && !in->err.code ? 0 : r;
}

/* Are there at least so many? To ask for ids alone takes a tenth of the time of opening what has them. */
static bool are_many(enum object_kind kind, uint32_t many)
{
	uint32_t id = 0, n = 0;

	while (n < many && !object_next(kind, id, &id))
		n++;
	return n == many;
}

static int show_all(struct inspect *in, const struct object_show_ops *ops)
{
	int r = -ENOTSUP;

	if (in->json)
		jsonw_array(&in->w);
	if (ops->show_many && are_many(ops->kind, ops->many))
		r = ops->show_many(in);
	if (r == -ENOTSUP && !in->err.code)
		r = show_each(in, ops);
	if (in->json)
		jsonw_end_array(&in->w);
	return r;
}

int object_show(struct inspect *in, const struct object_show_ops *ops, struct words *w)
{
	_cleanup_fds_ fd_list list = { 0 };
	int r;

	if (!w->n)
		return show_all(in, ops);
	if (ops->kind == OBJECT_LINK)
		r = push(&list, link_named(in, w));
	else
		r = ops->kind == OBJECT_PROG ? progs_named(in, w, &list) : maps_named(in, w, &list);
	if (!r)
		r = words_end(in, w);
	return r ? r : show_list(in, &list, ops->show);
}
