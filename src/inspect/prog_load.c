/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prog load, loadall, pin */
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "inspect/load.h"
#include "inspect/pins.h"
#include "inspect/prog.h"

struct load {
	struct load_options options;
	struct objfile file;
	struct loaded loaded;
	const char *path, *maps_dir; /* maps_dir NULL: maps are not pinned */
	bool all, attach;
	/* What to take away again if the rest fails, in order. */
	VEC(char *) pinned, dirs;
	VEC(struct bpf_link *) links;
};

static int parse_type(struct inspect *in, struct words *w, struct load_options *o)
{
	if (o->has_type)
		return inspect_fail(in, -EINVAL, "program type already specified");
	o->has_type = true;
	return load_type_of(in, word_next(w), &o->type, &o->attach_type);
}

static int parse_map(struct inspect *in, struct words *w, struct load_options *o)
{
	struct load_replace with = { .index = -1 };
	uint64_t index;
	int r = words_need(in, w, "'map'", 4);

	if (r)
		return r;
	if (word_take(w, "idx")) {
		r = word_number(in, w, "IDX", UINT32_MAX, &index);
		with.index = (int64_t)index;
	} else if (word_take(w, "name")) {
		with.name = word_next(w);
	} else {
		r = inspect_fail(in, -EINVAL, "expected 'idx' or 'name', got: '%s'?", w->v[0]);
	}
	if (r)
		return r;
	with.fd = map_named(in, w);
	if (with.fd < 0)
		return with.fd;
	vec_push(&o->replace, with);
	return 0;
}

static int parse_device(struct inspect *in, struct words *w, uint32_t *ret, const uint32_t *other)
{
	const char *name = word_next(w);

	if (*ret)
		return inspect_fail(in, -EINVAL, "the device is already specified");
	if (*other)
		return inspect_fail(in, -EINVAL, "xdpmeta_dev and offload_dev are mutually exclusive");
	*ret = if_nametoindex(name);
	return *ret ? 0 : inspect_fail(in, -errno, "unrecognized netdevice '%s': %s", name, errname(errno));
}

static int parse_option(struct inspect *in, struct words *w, struct load *l)
{
	struct load_options *o = &l->options;
	const char *word = w->v[0];

	if (word_take(w, "autoattach")) {
		l->attach = true;
		return 0;
	}
	if (w->n < 2 && !word_is(w, "map"))
		return inspect_fail(in, -EINVAL, "'%s' needs at least 1 argument, 0 found", word);
	if (word_take(w, "type"))
		return parse_type(in, w, o);
	if (word_take(w, "map"))
		return parse_map(in, w, o);
	if (word_take(w, "dev") || word_take(w, "offload_dev"))
		return parse_device(in, w, &o->offload, &o->xdpmeta);
	if (word_take(w, "xdpmeta_dev"))
		return parse_device(in, w, &o->xdpmeta, &o->offload);
	if (word_take(w, "pinmaps")) {
		l->maps_dir = word_next(w);
		return 0;
	}
	if (word_take(w, "kernel_btf")) {
		o->kernel_btf = word_next(w);
		return 0;
	}
	return inspect_fail(in, -EINVAL, "expected no more arguments, 'type', 'map', 'offload_dev', "
			    "'xdpmeta_dev', 'pinmaps', 'autoattach', or 'kernel_btf', got: '%s'?", word);
}

/* A path that will go again if what follows fails. */
static void pinned(struct load *l, const char *path)
{
	vec_push(&l->pinned, xstrdup(path));
}

static int pin_fd(struct inspect *in, struct load *l, int fd, const char *path)
{
	int r = inspect_status(in, INSPECT_FAILED, object_pin(in, fd, path));

	if (!r)
		pinned(l, path);
	return r;
}

static int make_dir(struct inspect *in, struct load *l, const char *dir)
{
	int r = pins_prepare_dir(in, dir, true);

	if (r || !access(dir, F_OK))
		return r;
	if (mkdir(dir, 0700))
		return inspect_fail(in, -errno, "failed to create dir '%s': %s", dir, errname(errno));
	vec_push(&l->dirs, xstrdup(dir));
	return 0;
}

/* Attaches and pins the link; a program that cannot be attached by itself is pinned instead. */
static int attach_prog(struct inspect *in, struct load *l, const struct loaded_prog *p, const char *path)
{
	struct bpf_link *link = p->prog ? bpf_program__attach(p->prog) : NULL;
	_cleanup_fd_ int multi = -1;
	int r;

	if (!link) {
		r = p->prog ? -errno : -EOPNOTSUPP;
		multi = r == -EOPNOTSUPP ? load_attach_multi(in, p) : -EOPNOTSUPP;
		if (multi >= 0 || in->err.code)
			return multi < 0 ? multi : pin_fd(in, l, multi, path);
		if (r != -EOPNOTSUPP && r != -EINVAL)
			return inspect_fail(in, r, "failed to attach program %s: %s", p->name, errname(r));
		inspect_note(in, "Program %s does not support autoattach, falling back to pinning", p->name);
		return pin_fd(in, l, p->fd, path);
	}
	vec_push(&l->links, link);
	return pin_fd(in, l, bpf_link__fd(link), path);
}

static int place_prog(struct inspect *in, struct load *l, const struct loaded_prog *p, const char *path)
{
	return l->attach ? attach_prog(in, l, p, path) : pin_fd(in, l, p->fd, path);
}

/*
 * Programs of packets have no attach point in their section's name, so what stands behind the slash
 * is a name, too: "xdp/NAME" was pinned as xdp_NAME by libbpf before 1.0, and scripts rely on it.
 */
static int place_by_section(struct inspect *in, struct load *l, const struct loaded_prog *p)
{
	_cleanup_sb_ struct strbuf path = { 0 };
	const char *slash = strchr(p->section, '/');

	if (!slash || (p->type != BPF_PROG_TYPE_XDP && p->type != BPF_PROG_TYPE_SCHED_CLS) || l->attach)
		return 0;
	sb_addf(&path, "%s/%.*s_%s", l->path, (int)(slash - p->section), p->section, slash + 1);
	return access(sb_str(&path), F_OK) ? pin_fd(in, l, p->fd, sb_str(&path)) : 0;
}

static int place_all(struct inspect *in, struct load *l)
{
	int r = make_dir(in, l, l->path);

	for (size_t i = 0; i < l->loaded.progs.n && !r; i++) {
		_cleanup_sb_ struct strbuf path = { 0 };

		sb_addf(&path, "%s/%s", l->path, l->loaded.progs.v[i].name);
		r = place_prog(in, l, &l->loaded.progs.v[i], sb_str(&path));
	}
	for (size_t i = 0; i < l->loaded.progs.n && !r; i++)
		r = place_by_section(in, l, &l->loaded.progs.v[i]);
	return r;
}

static int pin_maps(struct inspect *in, struct load *l)
{
	int r = make_dir(in, l, l->maps_dir);

	for (size_t i = 0; i < l->loaded.maps.n && !r; i++) {
		_cleanup_sb_ struct strbuf path = { 0 };
		size_t dir = strlen(l->maps_dir);

		sb_addf(&path, "%s/%s", l->maps_dir, l->loaded.maps.v[i].name);
		/* The file system takes no dots, which names of data sections have. */
		for (char *dot = path.p + dir; (dot = strchr(dot, '.'));)
			*dot = '_';
		r = pin_fd(in, l, l->loaded.maps.v[i].fd, sb_str(&path));
	}
	return r;
}

static int place(struct inspect *in, struct load *l)
{
	int r;

	if (!l->loaded.progs.n)
		return inspect_fail(in, -ENOENT, "object file doesn't contain any bpf program");
	r = l->all ? place_all(in, l) : place_prog(in, l, &l->loaded.progs.v[0], l->path);
	return !r && l->maps_dir ? pin_maps(in, l) : r;
}

static void take_away(struct load *l)
{
	for (size_t i = l->pinned.n; i--;)
		unlink(l->pinned.v[i]);
	for (size_t i = l->dirs.n; i--;)
		rmdir(l->dirs.v[i]);
}

static void load_done(struct load *l)
{
	vec_each(l->pinned, i)
		free(l->pinned.v[i]);
	vec_each(l->dirs, i)
		free(l->dirs.v[i]);
	/* Destroying a link would switch its event off; the pin, if there is one, keeps what is closed. */
	vec_each(l->links, i) {
		close(bpf_link__fd(l->links.v[i]));
		bpf_link__disconnect(l->links.v[i]);
		bpf_link__destroy(l->links.v[i]);
	}
	vec_each(l->options.replace, i)
		fd_close(&l->options.replace.v[i].fd);
	vec_done(&l->pinned);
	vec_done(&l->dirs);
	vec_done(&l->links);
	vec_done(&l->options.replace);
	loaded_done(&l->loaded);
	objfile_done(&l->file);
}

static int load(struct inspect *in, struct words *w, struct load *l)
{
	const char *file;
	int r = words_need(in, w, l->all ? "'loadall'" : "'load'", 2);

	if (r)
		return r;
	file = word_next(w);
	l->path = word_next(w);
	while (w->n && !r)
		r = parse_option(in, w, l);
	if (!r)
		r = objfile_read(in, file, &l->file);
	/* Before the work is done, not after. */
	if (!r && !l->all && !access(l->path, F_OK))
		r = inspect_fail(in, -EEXIST, "can't pin BPF object: path '%s' already exists", l->path);
	if (!r)
		r = load_object(in, &l->file, &l->options, &l->loaded);
	if (!r) {
		r = place(in, l);
		if (r)
			take_away(l);
	}
	return r;
}

/* -L OBJ: nothing is pinned. */
static int use_loader(struct inspect *in, struct words *w, struct load *l)
{
	int r = words_need(in, w, "'load'", 1);

	if (!r)
		r = objfile_read(in, word_next(w), &l->file);
	if (!r)
		r = words_end(in, w);
	return r ? r : load_by_loader(in, &l->file);
}

int prog_load(struct inspect *in, struct words *w)
{
	struct load l = { 0 };
	int r = in->loader ? use_loader(in, w, &l) : load(in, w, &l);

	load_done(&l);
	return r;
}

int prog_loadall(struct inspect *in, struct words *w)
{
	struct load l = { .all = true };
	int r = load(in, w, &l);

	load_done(&l);
	return r;
}

int prog_pin(struct inspect *in, struct words *w)
{
	_cleanup_fd_ int fd = -1;
	int r = inspect_pass(in, words_need(in, w, "'pin'", 3));

	if (r)
		return r;
	fd = prog_named(in, w);
	if (fd < 0)
		return fd;
	r = words_need(in, w, "'pin PROG'", 1);
	return r ? r : object_pin(in, fd, word_next(w));
}
