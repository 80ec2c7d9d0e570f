/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup: programs attached to control groups. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "inspect/both.h"
#include "inspect/btf.h"
#include "inspect/names.h"
#include "inspect/nouns.h"
#include "inspect/objects.h"
#include "inspect/terms.h"
#include "run/sys.h"

enum { PROGS_MAX = 1024, UNIX_CONNECT = 49, UNIX_GETSOCKNAME = 53, LSM_CGROUP = 43 };

/* In the order that they are shown in; the second is an older spelling. */
static const struct point {
	uint32_t type;
	const char *old;
} points[] = {
	{ BPF_CGROUP_INET_INGRESS, "ingress" },
	{ BPF_CGROUP_INET_EGRESS, "egress" },
	{ BPF_CGROUP_INET_SOCK_CREATE, "sock_create" },
	{ BPF_CGROUP_INET_SOCK_RELEASE, "sock_release" },
	{ BPF_CGROUP_INET4_BIND, "bind4" },
	{ BPF_CGROUP_INET6_BIND, "bind6" },
	{ BPF_CGROUP_INET4_POST_BIND, "post_bind4" },
	{ BPF_CGROUP_INET6_POST_BIND, "post_bind6" },
	{ BPF_CGROUP_INET4_CONNECT, "connect4" },
	{ BPF_CGROUP_INET6_CONNECT, "connect6" },
	{ UNIX_CONNECT, "connect_unix" },
	{ BPF_CGROUP_INET4_GETPEERNAME, "getpeername4" },
	{ BPF_CGROUP_INET6_GETPEERNAME, "getpeername6" },
	{ 52, "getpeername_unix" },
	{ BPF_CGROUP_INET4_GETSOCKNAME, "getsockname4" },
	{ BPF_CGROUP_INET6_GETSOCKNAME, "getsockname6" },
	{ UNIX_GETSOCKNAME, "getsockname_unix" },
	{ BPF_CGROUP_UDP4_SENDMSG, "sendmsg4" },
	{ BPF_CGROUP_UDP6_SENDMSG, "sendmsg6" },
	{ 50, "sendmsg_unix" },
	{ BPF_CGROUP_UDP4_RECVMSG, "recvmsg4" },
	{ BPF_CGROUP_UDP6_RECVMSG, "recvmsg6" },
	{ 51, "recvmsg_unix" },
	{ BPF_CGROUP_SOCK_OPS, "sock_ops" },
	{ BPF_CGROUP_DEVICE, "device" },
	{ BPF_CGROUP_SYSCTL, "sysctl" },
	{ BPF_CGROUP_GETSOCKOPT, "getsockopt" },
	{ BPF_CGROUP_SETSOCKOPT, "setsockopt" },
	{ LSM_CGROUP, "lsm_cgroup" },
};

/* Programs of one attachment. */
struct progs {
	uint32_t n, all_flags;
	uint32_t ids[PROGS_MAX], flags[PROGS_MAX];
};

struct show {
	struct inspect *in;
	bool effective, tree, cannot;
	struct progs progs;
};

/* BPF_PROG_QUERY; p NULL: only their number into *ret_n. */
static int query(const struct show *s, int cgroup, uint32_t type, struct progs *p, uint32_t *ret_n)
{
	union bpf_attr attr = { .query = { .target_fd = (uint32_t)cgroup, .attach_type = type,
					   .query_flags = s->effective ? BPF_F_QUERY_EFFECTIVE : 0,
					   .prog_ids = p ? (uintptr_t)p->ids : 0,
					   .prog_cnt = p ? PROGS_MAX : 0 } };
	int r;

	/* Flags of each program: 6.0; effective programs have none. */
	if (p && !s->effective)
		attr.query.prog_attach_flags = (uintptr_t)p->flags;
	r = sys_bpf(BPF_PROG_QUERY, &attr, sizeof(attr));
	if (r && attr.query.prog_attach_flags) {
		attr.query.prog_attach_flags = 0;
		attr.query.prog_cnt = PROGS_MAX;
		r = sys_bpf(BPF_PROG_QUERY, &attr, sizeof(attr));
	}
	if (p && !r)
		p->all_flags = attr.query.attach_flags;
	*ret_n = attr.query.prog_cnt;
	return r;
}

/* How many types have programs; -errno if the group cannot be asked at all. */
static int count(const struct show *s, int cgroup)
{
	int with = 0, r;
	uint32_t n;

	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		r = query(s, cgroup, points[i].type, NULL, &n);
		if (r && r != -EINVAL) /* a type that the kernel does not know */
			return r;
		with += !r && n;
	}
	return with;
}

static const char *flags_text(struct inspect *in, uint32_t flags)
{
	switch (flags) {
	case 0: return "";
	case BPF_F_ALLOW_MULTI: return "multi";
	case BPF_F_ALLOW_OVERRIDE: return "override";
	}
	return arena_printf(&in->arena, "unknown(%x)", flags);
}

/* The function of the kernel that the program is attached to, "" if it is to none, NULL if it has no name. */
static const char *target(struct inspect *in, const struct bpf_prog_info *info)
{
	struct btf *btf = info->attach_btf_id ? inspect_btf(in, info->attach_btf_obj_id) : NULL;
	const struct btf_type *t = btf ? btf__type_by_id(btf, info->attach_btf_id) : NULL;

	if (!info->attach_btf_id)
		return "";
	return t ? btf__name_by_offset(btf, t->name_off) : NULL;
}

static void show_text(struct show *s, const struct bpf_prog_info *info, const char *name, uint32_t type,
		      uint32_t flags)
{
	struct strbuf *out = &s->in->out;
	const char *type_name = name_attach_type(type), *to = target(s->in, info);

	sb_addf(out, "%s%-8u ", s->tree ? "    " : "", info->id);
	if (type_name)
		sb_addf(out, "%-15s", type_name);
	else
		sb_addf(out, "type %-10u", type);
	if (!s->effective)
		sb_addf(out, " %-15s", flags_text(s->in, flags));
	sb_addf(out, " %-15s", name);
	if (to)
		sb_addf(out, " %-15s", to);
	else if (info->attach_btf_id)
		sb_addf(out, " attach_btf_obj_id=%u attach_btf_id=%u", info->attach_btf_obj_id,
			info->attach_btf_id);
	sb_addc(out, '\n');
}

static void show_json(struct show *s, const struct bpf_prog_info *info, const char *name, uint32_t type,
		      uint32_t flags)
{
	const char *type_name = name_attach_type(type), *to = target(s->in, info);
	struct jsonw *w = &s->in->w;

	jsonw_object(w);
	jsonw_u64_at(w, "id", info->id);
	if (type_name)
		jsonw_string_at(w, "attach_type", type_name);
	else
		jsonw_u64_at(w, "attach_type", type);
	if (!s->effective)
		jsonw_string_at(w, "attach_flags", flags_text(s->in, flags));
	jsonw_string_at(w, "name", name);
	if (to)
		jsonw_string_at(w, "attach_btf_name", to);
	jsonw_u64_at(w, "attach_btf_obj_id", info->attach_btf_obj_id);
	jsonw_u64_at(w, "attach_btf_id", info->attach_btf_id);
	jsonw_end_object(w);
}

static void show_prog(struct show *s, uint32_t id, uint32_t type, uint32_t flags)
{
	struct bpf_prog_info info = { 0 };
	_cleanup_fd_ int fd = object_open(OBJECT_PROG, id);
	const char *name;

	if (fd < 0 || object_info(fd, &info, sizeof(info)))
		return; /* gone meanwhile */
	name = prog_full_name(s->in, fd, &info);
	(s->in->json ? show_json : show_text)(s, &info, name, type, flags);
}

static void show_points(struct show *s, int cgroup)
{
	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		struct progs *p = &s->progs;

		memset(p->flags, 0, sizeof(p->flags));
		if (query(s, cgroup, points[i].type, p, &p->n))
			continue;
		for (uint32_t k = 0; k < p->n && k < PROGS_MAX; k++)
			show_prog(s, p->ids[k], points[i].type, p->flags[k] ? p->flags[k] : p->all_flags);
	}
}

static void show_head(struct show *s)
{
	if (s->in->json)
		return;
	sb_addf(&s->in->out, "%-8s %-15s", "ID", "AttachType");
	if (!s->effective)
		sb_addf(&s->in->out, " %-15s", "AttachFlags");
	sb_addf(&s->in->out, " %-15s\n", "Name");
}

static int open_cgroup(struct inspect *in, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0 ? fd : inspect_fail(in, -errno, "can't open cgroup %s: %s", path, errname(errno));
}

static int take_effective(struct inspect *in, struct words *w, bool *ret)
{
	while (w->n) {
		if (!word_is(w, "effective"))
			return inspect_fail(in, -EINVAL, "expected no more arguments, 'effective', got: '%s'?",
					    w->v[0]);
		if (*ret)
			return inspect_fail(in, -EINVAL, "duplicated argument: %s", w->v[0]);
		*ret = true;
		word_next(w);
	}
	return 0;
}

static int cgroup_show(struct inspect *in, struct words *w)
{
	struct show *s = arena_new(&in->arena, struct show);
	_cleanup_fd_ int fd = -1;
	const char *path;
	int n;

	s->in = in;
	if (words_need(in, w, "'show'", 1))
		return in->err.code;
	path = word_next(w);
	if (take_effective(in, w, &s->effective))
		return in->err.code;
	fd = open_cgroup(in, path);
	if (fd < 0)
		return fd;
	n = count(s, fd);
	if (n < 0)
		return inspect_fail(in, n, "can't query bpf programs attached to %s: %s", path, errname(n));
	if (!n)
		return 0;
	show_head(s);
	if (in->json)
		jsonw_array(&in->w);
	show_points(s, fd);
	if (in->json)
		jsonw_end_array(&in->w);
	return 0;
}

/* nftw() has no argument for its function. */
static struct show *walking;

static int visit(const char *path, const struct stat *st, int type, struct FTW *where)
{
	struct show *s = walking;
	_cleanup_fd_ int fd = type == FTW_D ? open_cgroup(s->in, path) : -1;
	int n;

	if (type != FTW_D)
		return 0;
	n = fd < 0 ? fd : count(s, fd);
	if (n < 0) {
		if (fd >= 0)
			inspect_fail(s->in, n, "can't query bpf programs attached to %s: %s", path, errname(n));
		return 1;
	}
	if (!n)
		return 0;
	s->tree = where->level > 0;
	both_object(s->in);
	both_string(s->in, "cgroup", "", path, "\n");
	both_array(s->in, "programs", "");
	show_points(s, fd);
	both_end_array(s->in, "");
	both_end_object(s->in, "");
	return !inspect_more(s->in);
}

/* Where the unified hierarchy is mounted; NULL if nowhere. Arena. */
static const char *find_root(struct inspect *in)
{
	FILE *f = setmntent("/proc/mounts", "re");
	const char *found = NULL;

	for (struct mntent *m; f && !found && (m = getmntent(f));)
		if (!strcmp(m->mnt_type, "cgroup2"))
			found = arena_strdup(&in->arena, m->mnt_dir);
	if (f)
		endmntent(f);
	return found;
}

static int cgroup_tree(struct inspect *in, struct words *w)
{
	struct show *s = arena_new(&in->arena, struct show);
	const char *root = w->n ? word_next(w) : find_root(in);

	s->in = in;
	if (!root)
		return inspect_fail(in, -ENOENT, "cgroup v2 isn't mounted");
	if (take_effective(in, w, &s->effective))
		return in->err.code;
	both_text(in, "CgroupPath\n");
	show_head(s);
	if (in->json)
		jsonw_array(&in->w);
	walking = s;
	if (nftw(root, visit, 64, FTW_MOUNT) < 0)
		inspect_fail(in, -errno, "can't iterate over %s: %s", root, errname(errno));
	if (in->json)
		jsonw_end_array(&in->w);
	return in->err.code;
}

static int take_point(struct inspect *in, struct words *w, uint32_t *ret)
{
	int type = number_attach_type(w->v[0]);

	for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
		/* Only the older names may be shortened. */
		if ((uint32_t)type != points[i].type && (type >= 0 || !word_is(w, points[i].old)))
			continue;
		*ret = points[i].type;
		word_next(w);
		return 0;
	}
	return inspect_fail(in, -EINVAL, "invalid attach type");
}

struct change {
	int cgroup, prog;
	uint32_t type;
};

/* "CGROUP ATTACH_TYPE PROG" */
static int take_change(struct inspect *in, struct words *w, const char *verb, struct change *c)
{
	int r;

	if (w->n < 4)
		return inspect_fail(in, -EINVAL, "too few parameters for cgroup %s", verb);
	c->cgroup = open_cgroup(in, word_next(w));
	if (c->cgroup < 0)
		return c->cgroup;
	r = take_point(in, w, &c->type);
	if (r)
		return r;
	c->prog = prog_named(in, w);
	return c->prog < 0 ? c->prog : 0;
}

static int apply(struct change *c, int cmd, uint32_t flags)
{
	union bpf_attr attr = { .target_fd = (uint32_t)c->cgroup, .attach_bpf_fd = (uint32_t)c->prog,
				.attach_type = c->type, .attach_flags = flags };

	return sys_bpf(cmd, &attr, sizeof(attr));
}

static int cgroup_attach(struct inspect *in, struct words *w)
{
	struct change c = { -1, -1, 0 };
	int r = take_change(in, w, "attach", &c);
	uint32_t flags = 0;

	while (!r && w->n) {
		if (word_take(w, "multi"))
			flags |= BPF_F_ALLOW_MULTI;
		else if (word_take(w, "override"))
			flags |= BPF_F_ALLOW_OVERRIDE;
		else
			r = inspect_fail(in, -EINVAL, "unknown option: %s", w->v[0]);
	}
	if (!r && (r = apply(&c, BPF_PROG_ATTACH, flags)))
		inspect_fail(in, r, "failed to attach program: %s", errname(r));
	fd_close(&c.prog);
	fd_close(&c.cgroup);
	return r;
}

static int cgroup_detach(struct inspect *in, struct words *w)
{
	struct change c = { -1, -1, 0 };
	int r = take_change(in, w, "detach", &c);

	if (!r && !(r = words_end(in, w)) && (r = apply(&c, BPF_PROG_DETACH, 0)))
		inspect_fail(in, r, "failed to detach program: %s", errname(r));
	fd_close(&c.prog);
	fd_close(&c.cgroup);
	return r;
}

static const struct verb verbs[] = {
	{ "show", cgroup_show }, { "list", cgroup_show },     { "tree", cgroup_tree },
	{ "attach", cgroup_attach }, { "detach", cgroup_detach }, { 0 },
};

const struct noun noun_cgroup = {
	.name = "cgroup",
	.verbs = verbs,
	.synopsis = "{ show | list } CGROUP [effective]\n"
		    "tree [CGROUP_ROOT] [effective]\n"
		    "attach CGROUP ATTACH_TYPE PROG [ATTACH_FLAGS]\n"
		    "detach CGROUP ATTACH_TYPE PROG\n"
		    "help\n",
	.terms = "ATTACH_TYPE := { cgroup_inet_ingress | cgroup_inet_egress | cgroup_inet_sock_create |\n"
		 "                 cgroup_inet_sock_release | cgroup_inet{4|6}_{bind|post_bind|connect} |\n"
		 "                 cgroup_inet{4|6}_{getpeername|getsockname} | cgroup_udp{4|6}_{sendmsg|recvmsg} |\n"
		 "                 cgroup_unix_{connect|sendmsg|recvmsg|getpeername|getsockname} |\n"
		 "                 cgroup_sock_ops | cgroup_device | cgroup_sysctl | cgroup_getsockopt |\n"
		 "                 cgroup_setsockopt }\n"
		 "ATTACH_FLAGS := { multi | override }\n" TERM_PROG,
};
