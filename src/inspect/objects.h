/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs, maps, links and BTF of the kernel: walked, opened, named on a command line. */
#ifndef INSPECT_OBJECTS_H
#define INSPECT_OBJECTS_H

#include <linux/bpf.h>

#include "base/vec.h"
#include "inspect/inspect.h"

enum object_kind { OBJECT_PROG, OBJECT_MAP, OBJECT_LINK, OBJECT_BTF };

/* "prog", "map", "link", "btf" */
const char *object_name(enum object_kind kind);
/* The next id above id. 0, -ENOENT at the end, other -errno. */
int object_next(enum object_kind kind, uint32_t id, uint32_t *ret);
/* fd or -errno. */
int object_open(enum object_kind kind, uint32_t id);
/* The same; -errno and the error set. */
int object_by_id(struct inspect *in, enum object_kind kind, uint32_t id);
/* fd of what is pinned there; -errno and the error set, also if it is of another kind. */
int object_pinned(struct inspect *in, enum object_kind kind, const char *path);
/* What an fd is of; -EINVAL for none of these. */
int object_kind_of(int fd);
/* The same of what readlink() says of an fd, also another process's. */
int object_kind_of_text(const char *target);
/* Fills a zeroed info (bpf_prog_info, ...; may hold pointers to buffers) of size bytes. 0 or -errno. */
int object_info(int fd, void *info, uint32_t size);
/* Pins an fd; a missing bpffs is mounted unless -n forbids it. 0, or -errno and the error set. */
int object_pin(struct inspect *in, int fd, const char *path);
/* Value of a line "KEY:\tVALUE" of /proc/self/fdinfo/FD as a number; false if there is none. */
bool object_fdinfo(int fd, const char *key, uint64_t *ret);

typedef VEC(int) fd_list;
void fd_list_done(fd_list *l); /* closes all */
#define _cleanup_fds_ __attribute__((cleanup(fd_list_done)))

/*
 * Programs named by the next words: id ID | tag TAG | name NAME | pinned FILE; maps: id, name,
 * pinned. 0, or -errno and the error set; at least one is found.
 */
int progs_named(struct inspect *in, struct words *w, fd_list *ret);
int maps_named(struct inspect *in, struct words *w, fd_list *ret);
/* Exactly one: fd, or -errno and the error set (also if several match). */
int prog_named(struct inspect *in, struct words *w);
int map_named(struct inspect *in, struct words *w);
int link_named(struct inspect *in, struct words *w); /* id, pinned */

/* How the objects of a kind are shown. */
struct object_show_ops {
	enum object_kind kind;
	/* Writes one object: 0, or -errno and the error set. */
	int (*show)(struct inspect *in, int fd);
	/*
	 * All at once, where there are at least so many: 0, or -errno and the error set; -ENOTSUP: nothing was shown, it
	 * does not work here. NULL: there is no such way.
	 */
	int (*show_many)(struct inspect *in);
	uint32_t many;
};

/* The verb show: what the next words name, or all. JSON: an array but for a single named one. 0, or -errno and the error set. */
int object_show(struct inspect *in, const struct object_show_ops *ops, struct words *w);

/* The whole name of a program: the BTF name of its function if the kernel's was cut. Arena. */
const char *prog_full_name(struct inspect *in, int fd, const struct bpf_prog_info *info);

#endif
