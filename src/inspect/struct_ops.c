/* SPDX-License-Identifier: GPL-2.0-or-later */
/* struct_ops: operations of the kernel that programs implement, a map for each set. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/fdutil.h"
#include "inspect/btf_dump.h"
#include "inspect/btf_value.h"
#include "inspect/load.h"
#include "inspect/nouns.h"
#include "inspect/pins.h"
#include "run/sys.h"

#define VMLINUX "/sys/kernel/btf/vmlinux"
#define VALUE_PREFIX "bpf_struct_ops_"
#define ATTACH_STRUCT_OPS 44 /* BPF_STRUCT_OPS, newer than the packaged header */

/* The kernel's types, loaded once for a command. */
struct ops {
	struct inspect *in;
	struct btf *btf;
	struct jsonw *w; /* of dump */
	unsigned found;
};

typedef int ops_fn(struct ops *o, int fd, struct bpf_map_info *info);

static int ops_open(struct ops *o, struct inspect *in)
{
	*o = (struct ops){ .in = in, .btf = btf_of_file(in, VMLINUX, NULL) };
	return o->btf ? 0 : in->err.code;
}

/* The type of a map's values: the operations with a head of the kernel's own. */
static const char *value_name(const struct ops *o, const struct bpf_map_info *info)
{
	const struct btf_type *t = btf__type_by_id(o->btf, info->btf_vmlinux_value_type_id);

	return t ? btf__name_by_offset(o->btf, t->name_off) : "<bpf_struct_ops_not_found>";
}

static const char *kernel_name(const struct ops *o, const struct bpf_map_info *info)
{
	const char *name = value_name(o, info);
	size_t n = strlen(VALUE_PREFIX);

	return strncmp(name, VALUE_PREFIX, n) ? name : name + n;
}

static int do_one(struct ops *o, int fd, const char *name, ops_fn *f)
{
	struct bpf_map_info info = { 0 };
	int r = object_info(fd, &info, sizeof(info));

	if (r)
		return inspect_fail(o->in, r, "can't get map info: %s", errname(r));
	if (info.type != BPF_MAP_TYPE_STRUCT_OPS || (name && strcmp(name, info.name)))
		return 0;
	o->found++;
	return f(o, fd, &info);
}

static int each(struct ops *o, const char *name, ops_fn *f)
{
	uint32_t id = 0;
	int r = 0;

	while (!r && !object_next(OBJECT_MAP, id, &id)) {
		_cleanup_fd_ int fd = object_open(OBJECT_MAP, id);

		if (fd >= 0)
			r = do_one(o, fd, name, f);
		else if (fd != -ENOENT)
			r = inspect_fail(o->in, fd, "can't get map by id (%u): %s", id, errname(fd));
	}
	if (!r && name && !o->found)
		r = inspect_fail(o->in, -ENOENT, "no struct_ops found for %s", name);
	return r;
}

static int by_id(struct ops *o, struct words *w, ops_fn *f)
{
	_cleanup_fd_ int fd = -1;
	uint64_t id;
	int r = word_number(o->in, w, "id", UINT32_MAX, &id);

	if (r)
		return r;
	fd = object_open(OBJECT_MAP, (uint32_t)id);
	if (fd < 0)
		return inspect_fail(o->in, fd, "can't get map by id (%lu): %s", (unsigned long)id, errname(fd));
	r = do_one(o, fd, NULL, f);
	if (!r && !o->found)
		r = inspect_fail(o->in, -EINVAL, "map id %lu is not a struct_ops map", (unsigned long)id);
	return r;
}

/* "[id ID | name NAME]" */
static int each_named(struct ops *o, struct words *w, ops_fn *f)
{
	if (w->n && w->n != 2)
		return INSPECT_USAGE;
	if (word_take(w, "id"))
		return by_id(o, w, f);
	if (w->n && !word_take(w, "name"))
		return INSPECT_USAGE;
	return each(o, w->n ? word_next(w) : NULL, f);
}

static int show_one(struct ops *o, int fd, struct bpf_map_info *info)
{
	if (!o->in->json) {
		sb_addf(&o->in->out, "%u: %-15s %-32s\n", info->id, info->name, kernel_name(o, info));
		return 0;
	}
	jsonw_object(&o->in->w);
	jsonw_u64_at(&o->in->w, "id", info->id);
	jsonw_string_at(&o->in->w, "name", info->name);
	jsonw_string_at(&o->in->w, "kernel_struct_ops", kernel_name(o, info));
	jsonw_end_object(&o->in->w);
	return 0;
}

static int do_show(struct inspect *in, struct words *w)
{
	struct ops o;
	int r = ops_open(&o, in);

	if (!r && in->json)
		jsonw_array(&in->w);
	if (!r)
		r = each_named(&o, w, show_one);
	if (!r && in->json)
		jsonw_end_array(&in->w);
	btf__free(o.btf);
	return r;
}

static int dump_value(struct ops *o, const char *name, uint32_t type, const void *value, size_t n)
{
	struct btf_value v = { .btf = o->btf, .w = o->w, .plain = !o->in->json, .prog_ids = o->in };
	int r;

	jsonw_object(o->w);
	jsonw_name(o->w, name);
	r = btf_value_write(&v, type, value, n);
	jsonw_end_object(o->w);
	return r ? inspect_fail(o->in, r, "cannot show a %s: %s", name, errname(r)) : 0;
}

static int dump_one(struct ops *o, int fd, struct bpf_map_info *info)
{
	void *value = arena_alloc(&o->in->arena, info->value_size);
	int info_type = btf__find_by_name_kind(o->btf, "bpf_map_info", BTF_KIND_STRUCT);
	const struct btf_type *t = info_type > 0 ? btf__type_by_id(o->btf, (uint32_t)info_type) : NULL;
	uint32_t zero = 0;
	int r = sys_map_lookup(fd, &zero, value);

	if (r)
		return inspect_fail(o->in, r, "can't lookup struct_ops map %s id %u: %s", info->name, info->id,
				    errname(r));
	if (t) { /* as large as the kernel has it */
		size_t size = t->size > sizeof(*info) ? t->size : sizeof(*info);
		void *whole = arena_alloc(&o->in->arena, size);

		memcpy(whole, info, sizeof(*info));
		object_info(fd, whole, (uint32_t)size);
		r = dump_value(o, "bpf_map_info", (uint32_t)info_type, whole, t->size);
	}
	return r ? r : dump_value(o, value_name(o, info), info->btf_vmlinux_value_type_id, value, info->value_size);
}

static int do_dump(struct inspect *in, struct words *w)
{
	struct jsonw text = { .out = &in->out, .pretty = true };
	struct ops o;
	int r = ops_open(&o, in);

	o.w = in->json ? &in->w : &text;
	if (!r)
		jsonw_array(o.w);
	if (!r)
		r = each_named(&o, w, dump_one);
	if (!r)
		jsonw_end_array(o.w);
	if (!r && !in->json)
		sb_addc(&in->out, '\n');
	btf__free(o.btf);
	return r;
}

static int unregister_one(struct ops *o, int fd, struct bpf_map_info *info)
{
	uint32_t zero = 0;
	int r = sys_map_delete(fd, &zero);

	if (r)
		return inspect_fail(o->in, r, "can't unload %s %s id %u: %s", kernel_name(o, info), info->name,
				    info->id, errname(r));
	inspect_note(o->in, "Unregistered %s %s id %u", kernel_name(o, info), info->name, info->id);
	return 0;
}

static int do_unregister(struct inspect *in, struct words *w)
{
	struct ops o;
	int r;

	if (w->n != 2)
		return INSPECT_USAGE;
	r = ops_open(&o, in);
	if (!r)
		r = each_named(&o, w, unregister_one);
	btf__free(o.btf);
	return r;
}

/* The link that keeps the operations of a map, which libbpf 1.1 does not make: an fd, or -errno. */
static int make_link(int map)
{
	union bpf_attr attr = { .link_create = { .prog_fd = (uint32_t)map, .attach_type = ATTACH_STRUCT_OPS } };

	return sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

/* A map whose operations a link keeps: in a folder it is pinned under the map's name, else it goes when we do. */
static int register_with_link(struct ops *o, struct bpf_map *map, const char *dir, const struct bpf_map_info *info)
{
	_cleanup_fd_ int link = make_link(bpf_map__fd(map));
	struct bpf_link_info link_info = { 0 };
	int r = link < 0 ? link : object_info(link, &link_info, sizeof(link_info));

	if (r)
		return inspect_fail(o->in, r, "can't register struct_ops %s: %s", bpf_map__name(map), errname(r));
	if (dir)
		r = object_pin(o->in, link, arena_printf(&o->in->arena, "%s/%s", dir, bpf_map__name(map)));
	if (!r)
		inspect_note(o->in, "Registered %s %s map id %u link id %u", kernel_name(o, info), info->name, info->id,
			     link_info.id);
	return inspect_status(o->in, INSPECT_FAILED, r);
}

static int register_map(struct ops *o, struct bpf_map *map, const char *dir)
{
	struct bpf_map_info info = { 0 };
	struct bpf_link *link = bpf_map__attach_struct_ops(map);
	int r = link ? 0 : -errno;

	if (r)
		return inspect_fail(o->in, r, "can't register struct_ops %s: %s", bpf_map__name(map), errname(r));
	o->found++;
	r = object_info(bpf_map__fd(map), &info, sizeof(info));
	if (!r && bpf_map__map_flags(map) & LOAD_F_LINK)
		r = register_with_link(o, map, dir, &info);
	else if (!r)
		inspect_note(o->in, "Registered %s %s id %u", kernel_name(o, &info), info.name, info.id);
	/* The operations stay: what goes is libbpf's idea of a link. */
	bpf_link__disconnect(link);
	bpf_link__destroy(link);
	return r;
}

static int register_all(struct ops *o, struct bpf_object *obj, const char *path, const char *dir)
{
	struct bpf_map *map;
	int r = 0;

	bpf_object__for_each_map(map, obj)
		if (!r && bpf_map__type(map) == BPF_MAP_TYPE_STRUCT_OPS)
			r = register_map(o, map, dir);
	if (!r && !o->found)
		r = inspect_fail(o->in, -ENOENT, "no struct_ops found in %s", path);
	return r;
}

/* The folder for links; *ret_made: it was not there. */
static int prepare_dir(struct inspect *in, const char *dir, bool *ret_made)
{
	int r = pins_prepare_dir(in, dir, true);

	if (r || !access(dir, F_OK))
		return r;
	if (mkdir(dir, 0700))
		return inspect_fail(in, -errno, "failed to create dir '%s': %s", dir, errname(errno));
	*ret_made = true;
	return 0;
}

static int do_register(struct inspect *in, struct words *w)
{
	struct load_options options = { 0 };
	struct objfile file = { 0 };
	struct loaded l = { 0 };
	const char *path, *dir;
	bool made = false;
	struct ops o;
	int r;

	if (w->n != 1 && w->n != 2)
		return INSPECT_USAGE;
	path = word_next(w);
	dir = word_next(w);
	r = ops_open(&o, in);
	if (!r && dir)
		r = prepare_dir(in, dir, &made);
	if (!r)
		r = objfile_read(in, path, &file);
	if (!r)
		r = load_object(in, &file, &options, &l);
	if (!r)
		r = l.obj ? register_all(&o, l.obj, path, dir)
			  : inspect_fail(in, -ENOENT, "no struct_ops found in %s", path);
	if (r && made)
		rmdir(dir);
	loaded_done(&l);
	objfile_done(&file);
	btf__free(o.btf);
	return r;
}

static const struct verb verbs[] = {
	{ "show", do_show },	     { "list", do_show },	  { "register", do_register },
	{ "unregister", do_unregister }, { "dump", do_dump }, { 0 },
};

const struct noun noun_struct_ops = {
	.name = "struct_ops",
	.verbs = verbs,
	.synopsis = "{ show | list } [STRUCT_OPS_MAP]\n"
		    "dump [STRUCT_OPS_MAP]\n"
		    "register OBJ [LINK_DIR]\n"
		    "unregister STRUCT_OPS_MAP\n"
		    "help\n",
	.terms = "STRUCT_OPS_MAP := [ id STRUCT_OPS_MAP_ID | name STRUCT_OPS_MAP_NAME ]\n",
};
