/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "inspect/load.h"
#include "inspect/quiet.h"

struct load_replace *load_replacement(struct load_options *o, size_t index, const char *name)
{
	for (size_t i = 0; i < o->replace.n; i++) {
		struct load_replace *r = &o->replace.v[i];

		if (!r->used && (r->index < 0 ? !strcmp(r->name, name) : r->index == (int64_t)index)) {
			r->used = true;
			return r;
		}
	}
	return NULL;
}

/* Sections that libbpf 1.1 does not know, alone or before a slash; numbers of include/uapi/linux/bpf.h. */
static const struct {
	const char *section;
	uint32_t type, attach;
} newer[] = {
	{ "tcx/ingress", BPF_PROG_TYPE_SCHED_CLS, 46 },	{ "tcx/egress", BPF_PROG_TYPE_SCHED_CLS, 47 },
	{ "netkit/primary", BPF_PROG_TYPE_SCHED_CLS, 54 }, { "netkit/peer", BPF_PROG_TYPE_SCHED_CLS, 55 },
	{ "netfilter", 32, 45 },
	{ "uprobe.multi", BPF_PROG_TYPE_KPROBE, 48 },	{ "uretprobe.multi", BPF_PROG_TYPE_KPROBE, 48 },
	{ "uprobe.multi.s", BPF_PROG_TYPE_KPROBE, 48 }, { "uretprobe.multi.s", BPF_PROG_TYPE_KPROBE, 48 },
	{ "uprobe.session", BPF_PROG_TYPE_KPROBE, 57 }, { "uprobe.session.s", BPF_PROG_TYPE_KPROBE, 57 },
	{ "kprobe.session", BPF_PROG_TYPE_KPROBE, 56 },
	{ "cgroup/connect_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 49 },
	{ "cgroup/sendmsg_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 50 },
	{ "cgroup/recvmsg_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 51 },
	{ "cgroup/getpeername_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 52 },
	{ "cgroup/getsockname_unix", BPF_PROG_TYPE_CGROUP_SOCK_ADDR, 53 },
};

static bool newer_type(const char *section, enum bpf_prog_type *ret, enum bpf_attach_type *ret_attach)
{
	for (size_t i = 0; i < ARRAY_SIZE(newer); i++) {
		size_t n = strlen(newer[i].section);

		if (strncmp(section, newer[i].section, n) || (section[n] && section[n] != '/'))
			continue;
		*ret = (enum bpf_prog_type)newer[i].type;
		*ret_attach = (enum bpf_attach_type)newer[i].attach;
		return true;
	}
	return false;
}

/* libbpf takes "xdp" and "kprobe/x", people also write "xdp/x" and "kprobe". */
int load_type_of(struct inspect *in, const char *section, enum bpf_prog_type *ret,
		 enum bpf_attach_type *ret_attach)
{
	_cleanup_sb_ struct strbuf name = { 0 };

	quiet_libbpf(in);
	if (newer_type(section, ret, ret_attach) || !libbpf_prog_type_by_name(section, ret, ret_attach))
		return 0;
	sb_addf(&name, "%s/", section);
	if (!libbpf_prog_type_by_name(sb_str(&name), ret, ret_attach))
		return 0;
	sb_reset(&name);
	sb_add(&name, section, strcspn(section, "/"));
	if (!libbpf_prog_type_by_name(sb_str(&name), ret, ret_attach))
		return 0;
	return inspect_fail(in, -EINVAL, "no type of program has the name '%s'; give one by 'type'", section);
}

/* libbpf sees to the sections that it knows. */
static bool is_sleepable(const char *section)
{
	size_t n = strcspn(section, "/");
	enum bpf_attach_type attach;
	enum bpf_prog_type type;

	return n > 2 && !strncmp(section + n - 2, ".s", 2) && newer_type(section, &type, &attach);
}

static int set_type(struct inspect *in, struct bpf_program *p, const struct load_options *o)
{
	enum bpf_prog_type type = o->type;
	enum bpf_attach_type attach = o->attach_type;
	int r = o->has_type ? 0 : load_type_of(in, bpf_program__section_name(p), &type, &attach);

	if (r)
		return r;
	if (type == BPF_PROG_TYPE_XDP && o->xdpmeta) {
		bpf_program__set_flags(p, 1u << 6); /* BPF_F_XDP_DEV_BOUND_ONLY */
		bpf_program__set_ifindex(p, o->xdpmeta);
	} else {
		bpf_program__set_ifindex(p, o->offload);
	}
	if (bpf_program__type(p) != type)
		bpf_program__set_type(p, type);
	bpf_program__set_expected_attach_type(p, attach);
	if (!o->has_type && is_sleepable(bpf_program__section_name(p)))
		bpf_program__set_flags(p, bpf_program__flags(p) | BPF_F_SLEEPABLE);
	return 0;
}

static int set_maps(struct inspect *in, struct bpf_object *obj, struct load_options *o)
{
	struct bpf_map *m;
	size_t i = 0;

	bpf_object__for_each_map(m, obj) {
		struct load_replace *with = load_replacement(o, i, bpf_map__name(m));
		int r = with ? bpf_map__reuse_fd(m, with->fd) : 0;

		if (r)
			return inspect_fail(in, r, "unable to set up map reuse: %s", errname(r));
		if (load_replacement(o, i, bpf_map__name(m)))
			return inspect_fail(in, -EINVAL,
					    "replacement for map idx %zu specified more than once", i);
		if (bpf_map__type(m) != BPF_MAP_TYPE_PERF_EVENT_ARRAY)
			bpf_map__set_ifindex(m, o->offload);
		i++;
	}
	return 0;
}

static int unused_replacement(struct inspect *in, const struct load_options *o)
{
	vec_each(o->replace, i) {
		const struct load_replace *r = &o->replace.v[i];

		if (!r->used && r->index < 0)
			return inspect_fail(in, -ENOENT, "unable to find map '%s'", r->name);
		if (!r->used)
			return inspect_fail(in, -ENOENT, "map idx '%lld' not used", (long long)r->index);
	}
	return 0;
}

static void collect(struct bpf_object *obj, struct loaded *ret)
{
	struct bpf_program *p;
	struct bpf_map *m;

	bpf_object__for_each_program(p, obj) {
		struct loaded_prog prog = { bpf_program__section_name(p), bpf_program__name(p),
					    bpf_program__fd(p), bpf_program__type(p), p };

		if (prog.fd >= 0)
			vec_push(&ret->progs, prog);
	}
	bpf_object__for_each_map(m, obj) {
		struct loaded_map map = { bpf_map__name(m), bpf_map__fd(m) };

		if (map.fd >= 0)
			vec_push(&ret->maps, map);
	}
}

/* The program that libbpf's log is about: "libbpf: prog 'NAME': BPF program load failed". */
static const char *refused_prog(struct inspect *in, const char *said)
{
	const char *at = strstr(said, "prog '"), *end = at ? strchr(at + 6, '\'') : NULL;

	return end ? arena_strndup(&in->arena, at + 6, (size_t)(end - at) - 6) : "?";
}

/* The log of the verifier in what libbpf said; NULL: there is none. */
static const char *refused_log(struct inspect *in, const char *said)
{
	static const char begin[] = "-- BEGIN PROG LOAD LOG --\n", end_mark[] = "-- END PROG LOAD LOG --";
	const char *at = strstr(said, begin), *end = at ? strstr(at, end_mark) : NULL;

	return end ? arena_strndup(&in->arena, at + strlen(begin), (size_t)(end - at) - strlen(begin)) : NULL;
}

/* The line that ends before `end`; *ret_n: its length without the newline. */
static const char *line_before(const char *said, const char *end, size_t *ret_n)
{
	const char *at = end;

	while (at > said && at[-1] == '\n')
		at--;
	end = at;
	while (at > said && at[-1] != '\n')
		at--;
	*ret_n = (size_t)(end - at);
	return at;
}

/* Does a warning of libbpf's only say that something failed, of which an earlier one says why? */
static bool says_nothing(const char *line, size_t n)
{
	static const char *const words[] = {
		"libbpf: failed to load object '", "': failed to load: -", "': failed to prepare load attributes: -",
		"permission error while running as root", /* memory that may be locked, of which we take care */
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (memmem(line, n, words[i], strlen(words[i])))
			return true;
	return false;
}

/* libbpf's last warning that says something, without its prefix, as part of a sentence. */
static const char *last_warning(struct inspect *in)
{
	static const char prefix[] = "libbpf: ";
	const char *said = libbpf_said(), *at = said + strlen(said);
	size_t n;

	do
		at = line_before(said, at, &n);
	while (at > said && says_nothing(at, n));
	if (n >= sizeof(prefix) && !strncmp(at, prefix, sizeof(prefix) - 1)) {
		at += sizeof(prefix) - 1;
		n -= sizeof(prefix) - 1;
	}
	return arena_strndup(&in->arena, at, n);
}

static int failed(struct inspect *in, int code, const char *what)
{
	const char *said = libbpf_said(), *log = refused_log(in, said), *last;

	if (log)
		return load_refused(in, code, refused_prog(in, said), log);
	last = last_warning(in);
	inspect_fail(in, code, "%s: %s", what, *last ? last : errname(code));
	load_hint(in, last);
	return code;
}

static void set_ops_flag(struct bpf_object *obj)
{
	struct bpf_map *m;

	bpf_object__for_each_map(m, obj)
		if (bpf_map__type(m) == BPF_MAP_TYPE_STRUCT_OPS)
			bpf_map__set_map_flags(m, bpf_map__map_flags(m) | LOAD_F_LINK);
}

static int load_with_libbpf(struct inspect *in, struct objfile *f, struct load_options *o, struct loaded *ret)
{
	LIBBPF_OPTS(bpf_object_open_opts, open, .object_name = f->name, .relaxed_maps = in->mapcompat,
		    .btf_custom_path = o->kernel_btf, .kernel_log_level = in->debug ? 1 + 2 + 4 : 0);
	bool links = objfile_ops_with_links(f);
	struct bpf_program *p;
	int r = 0;

	quiet_libbpf(in);
	libbpf_forget();
	ret->obj = bpf_object__open_mem(f->bytes.p, f->bytes.n, &open);
	if (!ret->obj)
		return failed(in, -errno, "failed to open object file");
	if (links)
		set_ops_flag(ret->obj);
	bpf_object__for_each_program(p, ret->obj)
		r = r ? r : set_type(in, p, o);
	if (!r)
		r = set_maps(in, ret->obj, o);
	if (!r)
		r = unused_replacement(in, o);
	if (r)
		return r;
	libbpf_forget();
	r = bpf_object__load(ret->obj);
	if (r)
		return failed(in, r, "failed to load object file");
	collect(ret->obj, ret);
	return 0;
}

int load_object(struct inspect *in, struct objfile *f, struct load_options *o, struct loaded *ret)
{
	int r;

	*ret = (struct loaded){ 0 };
	if (!load_is_legacy(f))
		return load_with_libbpf(in, f, o, ret);
	r = load_legacy(in, f, o, ret);
	return r ? r : unused_replacement(in, o);
}

void loaded_done(struct loaded *l)
{
	if (l->obj) {
		bpf_object__close(l->obj);
	} else {
		vec_each(l->progs, i)
			fd_close(&l->progs.v[i].fd);
		vec_each(l->maps, i)
			fd_close(&l->maps.v[i].fd);
	}
	vec_done(&l->progs);
	vec_done(&l->maps);
}
