/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net show: programs of tcx and netkit, and of the filters and actions of tc(8). */
#include <errno.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/tc_act/tc_bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "inspect/both.h"
#include "inspect/net.h"
#include "inspect/objects.h"
#include "run/sys.h"

enum { PROGS_MAX = 64 }; /* the kernel's limit of an attachment point */

struct device {
	struct inspect *in;
	uint32_t ifindex;
	const char *name;
	const char *kind;  /* where on it the filters in hand hang */
	bool qdiscs;       /* gathering qdiscs, not classes */
	VEC(struct parent { uint32_t handle; const char *kind; }) parents; /* arena */
};

static void show_device(const struct device *d, const char *kind)
{
	both_object(d->in);
	if (*d->name)
		both_string(d->in, "devname", "", d->name, "");
	both_u64(d->in, "ifindex", "(", d->ifindex, ")");
	both_string(d->in, "kind", " ", kind, "");
}

/* The answers of BPF_PROG_QUERY as of Linux 6.6 (union bpf_attr's member query). */
struct query {
	uint32_t ifindex, attach_type, query_flags, attach_flags;
	uint64_t prog_ids;
	uint32_t count, pad;
	uint64_t prog_flags, link_ids, link_flags, revision;
};

static void show_prog_name(struct inspect *in, uint32_t id)
{
	struct bpf_prog_info info = { 0 };
	_cleanup_fd_ int fd = object_open(OBJECT_PROG, id);

	if (fd >= 0 && !object_info(fd, &info, sizeof(info)) && info.name[0])
		both_string(in, "name", " ", prog_full_name(in, fd, &info), "");
}

/* Each bit as its number, as far as there are any; JSON has the array in any case. */
static void show_flags(struct inspect *in, const char *name, uint32_t flags)
{
	if (!flags && !in->json)
		return;
	both_array(in, name, name);
	both_text(in, " ");
	for (unsigned bit = 0; bit < 32; bit++) {
		if (!(flags & 1u << bit))
			continue;
		if (in->json)
			jsonw_u64(&in->w, 1u << bit);
		else
			sb_addf(&in->out, "%u ", 1u << bit);
	}
	both_end_array(in, "");
}

static void show_point(struct device *d, uint32_t attach_type, const char *kind)
{
	uint32_t progs[PROGS_MAX] = { 0 }, prog_flags[PROGS_MAX] = { 0 };
	uint32_t links[PROGS_MAX] = { 0 }, link_flags[PROGS_MAX] = { 0 };
	struct query q = { .ifindex = d->ifindex, .attach_type = attach_type, .count = PROGS_MAX,
			   .prog_ids = (uintptr_t)progs, .prog_flags = (uintptr_t)prog_flags,
			   .link_ids = (uintptr_t)links, .link_flags = (uintptr_t)link_flags };

	/* Devices and kernels without such a point say so by an error. */
	if (sys_bpf(BPF_PROG_QUERY, &q, sizeof(q)))
		return;
	for (uint32_t i = 0; i < q.count && i < PROGS_MAX; i++) {
		show_device(d, kind);
		show_prog_name(d->in, progs[i]);
		both_u64(d->in, "prog_id", " prog_id ", progs[i], " ");
		show_flags(d->in, "prog_flags", prog_flags[i]);
		if (links[i] || d->in->json) {
			both_u64(d->in, "link_id", "link_id ", links[i], " ");
			show_flags(d->in, "link_flags", link_flags[i]);
		}
		both_end_object(d->in, "\n");
	}
}

static bool is_bpf(const void *attrs, size_t len, uint16_t type)
{
	const char *kind = netlink_text(attrs, len, type);

	return kind && !strcmp(kind, "bpf");
}

static void show_name_id(struct inspect *in, const void *attrs, size_t len, uint16_t name_type,
			 uint16_t id_type, const char *before)
{
	const char *name = netlink_text(attrs, len, name_type);
	uint32_t id = netlink_u32(attrs, len, id_type);

	if (name)
		both_string(in, "name", before, name, "");
	if (id)
		both_u64(in, "id", " id ", id, "");
}

static void show_action(struct inspect *in, const void *attrs, size_t len)
{
	size_t n;
	const void *options = netlink_attr(attrs, len, TCA_ACT_OPTIONS, 0, &n);

	if (!options || !is_bpf(attrs, len, TCA_ACT_KIND))
		return;
	both_object(in);
	show_name_id(in, options, n, TCA_ACT_BPF_NAME, TCA_ACT_BPF_ID, "");
	both_end_object(in, "");
}

static void show_actions(struct inspect *in, const void *attrs, size_t len)
{
	both_array(in, "act", " act [");
	for (uint16_t i = 0; i <= TCA_ACT_MAX_PRIO; i++) {
		size_t n;
		const void *one = netlink_attr(attrs, len, i, 0, &n);

		if (one)
			show_action(in, one, n);
	}
	both_end_array(in, "] ");
}

static int take_filter(void *arg, const struct netlink_msg *m)
{
	struct device *d = arg;
	size_t len, n;
	const void *options = netlink_attr(m->attrs, m->attrs_len, TCA_OPTIONS, 0, &len);
	const void *actions;

	if (m->type != RTM_NEWTFILTER || !options || !is_bpf(m->attrs, m->attrs_len, TCA_KIND))
		return 0;
	show_device(d, d->kind);
	show_name_id(d->in, options, len, TCA_BPF_NAME, TCA_BPF_ID, " ");
	actions = netlink_attr(options, len, TCA_BPF_ACT, 0, &n);
	if (actions)
		show_actions(d->in, actions, n);
	both_end_object(d->in, "\n");
	return 0;
}

static int take_parent(void *arg, const struct netlink_msg *m)
{
	struct device *d = arg;
	const struct tcmsg *t = m->fixed;
	const char *kind = netlink_text(m->attrs, m->attrs_len, TCA_KIND);
	struct parent p = { t->tcm_handle, arena_strdup(&d->in->arena, kind ? kind : "unknown") };

	/* Qdiscs are dumped for all devices. clsact's two sides are asked for by name. */
	if (t->tcm_ifindex != (int)d->ifindex ||
	    (d->qdiscs && (!t->tcm_handle || !strcmp(p.kind, "clsact"))))
		return 0;
	avec_push(&d->in->arena, &d->parents, p);
	return 0;
}

static void show_filters(struct device *d, struct netlink *nl, uint32_t parent, const char *kind)
{
	struct tcmsg t = { .tcm_family = AF_UNSPEC, .tcm_ifindex = (int)d->ifindex, .tcm_parent = parent };
	struct err e = { 0 };

	d->kind = kind;
	/* A parent that is gone, or a kernel without filters, has none. */
	netlink_dump(nl, RTM_GETTFILTER, &t, sizeof(t), take_filter, d, &e);
}

/* Classes, then qdiscs, then the two ends that need no handle. */
static void show_classic(struct device *d, struct netlink *nl)
{
	struct tcmsg t = { .tcm_family = AF_UNSPEC, .tcm_ifindex = (int)d->ifindex };
	struct err e = { 0 };

	if (netlink_dump(nl, RTM_GETTCLASS, &t, sizeof(t), take_parent, d, &e))
		return; /* no traffic control in this kernel */
	d->qdiscs = true;
	if (netlink_dump(nl, RTM_GETQDISC, &t, sizeof(t), take_parent, d, &e))
		return;
	vec_each(d->parents, i)
		show_filters(d, nl, d->parents.v[i].handle, d->parents.v[i].kind);
	show_filters(d, nl, TC_H_ROOT, "root");
	show_filters(d, nl, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS), "clsact/ingress");
	show_filters(d, nl, TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_EGRESS), "clsact/egress");
}

void net_show_tc(struct inspect *in, struct netlink *nl, uint32_t ifindex, const char *devname)
{
	struct device d = { .in = in, .ifindex = ifindex, .name = devname };

	show_point(&d, ATTACH_TCX_INGRESS, "tcx/ingress");
	show_point(&d, ATTACH_TCX_EGRESS, "tcx/egress");
	show_point(&d, ATTACH_NETKIT_PRIMARY, "netkit/primary");
	show_point(&d, ATTACH_NETKIT_PEER, "netkit/peer");
	show_classic(&d, nl);
}
