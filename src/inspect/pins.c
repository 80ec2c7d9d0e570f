/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/pins.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "run/sys.h"

#define PTR(p) ((uint64_t)(uintptr_t)(p))

struct pin {
	enum object_kind kind;
	uint32_t id;
	const char *path;
};

struct pins {
	VEC(struct pin) list;
	struct arena arena;
};

static int get_pinned(const char *path, uint32_t flags)
{
	union bpf_attr attr = { .pathname = PTR(path), .file_flags = flags };

	return sys_bpf(BPF_OBJ_GET, &attr, sizeof(attr));
}

/* Id of what an fd is of. */
static int id_of(int fd, enum object_kind kind, uint32_t *ret)
{
	union {
		struct bpf_prog_info prog; /* its id is the second word, those of the others too */
		struct bpf_map_info map;
		struct bpf_link_info link;
	} info = { 0 };
	uint32_t size = kind == OBJECT_PROG ? sizeof(info.prog)
			: kind == OBJECT_MAP ? sizeof(info.map) : sizeof(info.link);
	int r = object_info(fd, &info, size);

	if (!r)
		*ret = info.prog.id;
	return r;
}

static void add_pin(struct pins *p, const char *path)
{
	struct pin pin = { 0 };
	_cleanup_fd_ int fd = get_pinned(path, BPF_F_RDONLY);
	int kind;

	if (fd < 0)
		fd = get_pinned(path, 0);
	kind = fd < 0 ? -1 : object_kind_of(fd);
	if (kind < 0 || kind == OBJECT_BTF || id_of(fd, (enum object_kind)kind, &pin.id))
		return;
	pin.kind = (enum object_kind)kind;
	pin.path = arena_strdup(&p->arena, path);
	vec_push(&p->list, pin);
}

/* Folders of one mount; mounts inside it have a turn of their own. */
static void walk(struct pins *p, const char *dir, dev_t dev, unsigned depth)
{
	DIR *d = depth < 32 ? opendir(dir) : NULL;
	struct stat st;

	if (!d)
		return;
	for (struct dirent *e; (e = readdir(d));) {
		_cleanup_sb_ struct strbuf path = { 0 };

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		sb_addf(&path, "%s/%s", dir, e->d_name);
		if (lstat(sb_str(&path), &st) || st.st_dev != dev)
			continue;
		if (S_ISDIR(st.st_mode))
			walk(p, sb_str(&path), dev, depth + 1);
		else if (S_ISREG(st.st_mode))
			add_pin(p, sb_str(&path));
	}
	closedir(d);
}

static struct pins *pins_of(struct inspect *in)
{
	FILE *mounts;
	struct stat st;

	if (in->pins)
		return in->pins;
	in->pins = xcalloc(1, sizeof(*in->pins));
	mounts = setmntent("/proc/mounts", "re");
	if (!mounts)
		return in->pins;
	for (struct mntent *m; (m = getmntent(mounts));)
		if (!strcmp(m->mnt_type, "bpf") && !stat(m->mnt_dir, &st))
			walk(in->pins, m->mnt_dir, st.st_dev, 0);
	endmntent(mounts);
	return in->pins;
}

void pins_text(struct inspect *in, enum object_kind kind, uint32_t id, const char *prefix)
{
	struct pins *p;

	if (!in->bpffs)
		return;
	p = pins_of(in);
	vec_each(p->list, i) {
		if (p->list.v[i].kind != kind || p->list.v[i].id != id)
			continue;
		sb_adds(&in->out, prefix);
		inspect_text(in, p->list.v[i].path);
	}
}

void pins_json(struct inspect *in, enum object_kind kind, uint32_t id)
{
	struct pins *p;

	if (!in->bpffs)
		return;
	p = pins_of(in);
	if (!p->list.n)
		return;
	jsonw_array_at(&in->w, "pinned");
	vec_each(p->list, i)
		if (p->list.v[i].kind == kind && p->list.v[i].id == id)
			jsonw_string(&in->w, p->list.v[i].path);
	jsonw_end_array(&in->w);
}

void pins_done(struct inspect *in)
{
	if (!in->pins)
		return;
	vec_done(&in->pins->list);
	arena_done(&in->pins->arena);
	free(in->pins);
	in->pins = NULL;
}

bool pins_is_bpffs(const char *path)
{
	struct statfs st;

	return !statfs(path, &st) && (uint32_t)st.f_type == BPF_FS_MAGIC;
}

/* The folder that a path is in, in the arena. */
static const char *parent_of(struct inspect *in, const char *path)
{
	return dirname(arena_strdup(&in->arena, path));
}

int object_pinned(struct inspect *in, enum object_kind kind, const char *path)
{
	int fd = get_pinned(path, 0), is;

	if (fd < 0)
		return inspect_fail(in, fd, "bpf obj get (%s): %s", path,
				    fd == -EACCES && !pins_is_bpffs(parent_of(in, path))
					    ? "directory not in bpf file system (bpffs)"
					    : errname(fd));
	is = object_kind_of(fd);
	if (is == (int)kind)
		return fd;
	close(fd);
	return inspect_fail(in, -EINVAL, "incorrect object type: %s",
			    is < 0 ? "unknown" : object_name((enum object_kind)is));
}

static int mount_bpffs(struct inspect *in, const char *dir)
{
	if (!mount("bpf", dir, "bpf", 0, "mode=0700"))
		return 0;
	return inspect_fail(in, -errno, "can't mount BPF file system on '%s': %s", dir, errname(errno));
}

int pins_prepare_dir(struct inspect *in, const char *dir, bool create)
{
	bool there = !access(dir, F_OK);
	const char *parent = parent_of(in, dir);
	int r;

	if (pins_is_bpffs(dir) || (create && !there && pins_is_bpffs(parent)))
		return 0;
	if (!there && !create)
		return inspect_fail(in, -ENOENT, "can't pin BPF object: dir '%s' doesn't exist", dir);
	if (!there && access(parent, F_OK))
		return inspect_fail(in, -ENOENT, "can't create dir '%s' to pin BPF object: parent dir "
				    "'%s' doesn't exist", dir, parent);
	if (in->nomount)
		return inspect_fail(in, -EINVAL,
				    "no BPF file system found, not mounting it due to --nomount option");
	if (!there && mkdir(dir, 0700))
		return inspect_fail(in, -errno, "failed to create dir '%s': %s", dir, errname(errno));
	r = mount_bpffs(in, dir);
	if (r && !there)
		rmdir(dir);
	return r;
}

int object_pin(struct inspect *in, int fd, const char *path)
{
	union bpf_attr attr = { .pathname = PTR(path), .bpf_fd = (uint32_t)fd };
	int r;

	if (!access(path, F_OK))
		return inspect_pass(in, inspect_fail(in, -EEXIST, "can't pin BPF object: path '%s' already exists", path));
	r = pins_prepare_dir(in, parent_of(in, path), false);
	if (r)
		return r;
	r = sys_bpf(BPF_OBJ_PIN, &attr, sizeof(attr));
	return r ? inspect_pass(in, inspect_fail(in, r, "can't pin the object (%s): %s", path, errname(r))) : 0;
}
