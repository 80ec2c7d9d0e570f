/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net show: XDP programs of devices, the flow dissector of the namespace; tc and netfilter by net_tc.c. */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "inspect/both.h"
#include "inspect/net.h"
#include "run/sys.h"

struct device {
	uint32_t ifindex;
	const char *name;
};

struct devices {
	struct inspect *in;
	uint32_t only; /* ifindex; 0: all */
	VEC(struct device) list; /* arena */
};

/* The attribute that holds a mode's program, if there may be several. */
static const struct {
	uint8_t attached;
	uint16_t attr;
	const char *name;
} modes[] = {
	{ XDP_ATTACHED_SKB, IFLA_XDP_SKB_PROG_ID, "generic" },
	{ XDP_ATTACHED_DRV, IFLA_XDP_DRV_PROG_ID, "driver" },
	{ XDP_ATTACHED_HW, IFLA_XDP_HW_PROG_ID, "offload" },
};

static void show_mode(struct inspect *in, const char *mode, uint32_t id)
{
	both_string(in, "mode", " ", mode, "");
	both_u64(in, "id", " id ", id, "");
}

static void show_multi(struct inspect *in, const void *xdp, size_t len)
{
	both_array(in, "multi_attachments", "");
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		uint32_t id = netlink_u32(xdp, len, modes[i].attr);

		if (!id)
			continue;
		both_object(in);
		show_mode(in, modes[i].name, id);
		both_end_object(in, "");
	}
	both_end_array(in, "");
}

static void show_xdp(struct inspect *in, const struct device *d, const struct netlink_msg *m)
{
	size_t len;
	const void *xdp = netlink_attr(m->attrs, m->attrs_len, IFLA_XDP, 0, &len);
	const uint8_t *attached = xdp ? netlink_attr(xdp, len, IFLA_XDP_ATTACHED, 1, NULL) : NULL;

	if (!attached || *attached == XDP_ATTACHED_NONE)
		return;
	both_object(in);
	if (d->name)
		both_string(in, "devname", "", d->name, "");
	both_u64(in, "ifindex", "(", d->ifindex, ")");
	if (*attached == XDP_ATTACHED_MULTI)
		show_multi(in, xdp, len);
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (modes[i].attached == *attached)
			show_mode(in, modes[i].name, netlink_u32(xdp, len, IFLA_XDP_PROG_ID));
	both_end_object(in, "\n");
}

static int take_device(void *arg, const struct netlink_msg *m)
{
	struct devices *all = arg;
	const struct ifinfomsg *info = m->fixed;
	struct device d = { .ifindex = (uint32_t)info->ifi_index };
	const char *name = netlink_text(m->attrs, m->attrs_len, IFLA_IFNAME);

	if (m->type != RTM_NEWLINK || (all->only && all->only != d.ifindex))
		return 0;
	d.name = name ? arena_strdup(&all->in->arena, name) : NULL;
	avec_push(&all->in->arena, &all->list, d);
	show_xdp(all->in, &d, m);
	return 0;
}

/* The program that dissects this namespace's flows, 0: none. */
static int flow_dissector(struct inspect *in, uint32_t *ret)
{
	_cleanup_fd_ int ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	uint32_t ids[1] = { 0 };
	union bpf_attr attr = { .query = { .target_fd = (uint32_t)ns, .attach_type = BPF_FLOW_DISSECTOR,
					   .prog_ids = (uintptr_t)ids, .prog_cnt = 1 } };
	int r;

	*ret = 0;
	if (ns < 0)
		return inspect_fail(in, -errno, "can't open /proc/self/ns/net: %s", errname(errno));
	r = sys_bpf(BPF_PROG_QUERY, &attr, sizeof(attr));
	if (r == -EINVAL) /* older kernels cannot say */
		return 0;
	if (r)
		return inspect_fail(in, r, "can't query prog: %s", errname(r));
	*ret = attr.query.prog_cnt == 1 ? ids[0] : 0;
	return 0;
}

static int show_devices(struct inspect *in, struct netlink *nl, uint32_t only)
{
	struct devices all = { .in = in, .only = only };
	struct ifinfomsg family = { .ifi_family = AF_PACKET };
	int r;

	both_array(in, "xdp", "xdp:\n");
	r = netlink_dump(nl, RTM_GETLINK, &family, sizeof(family), take_device, &all, &in->err);
	both_end_array(in, "\n");
	both_array(in, "tc", "tc:\n");
	vec_each(all.list, i) {
		const char *name = all.list.v[i].name;

		net_show_tc(in, nl, all.list.v[i].ifindex, name ? name : "");
	}
	both_end_array(in, "\n");
	return r;
}

int net_show(struct inspect *in, struct words *w)
{
	_cleanup_netlink_ struct netlink nl = { -1, 0 };
	uint32_t only = 0, dissector;
	int r = w->n ? net_dev_named(in, w, &only) : 0;

	if (!r)
		r = words_end(in, w);
	if (!r)
		r = flow_dissector(in, &dissector);
	if (!r)
		r = netlink_open(&nl, &in->err);
	if (r)
		return r;
	if (in->json)
		jsonw_array(&in->w);
	both_object(in);
	r = show_devices(in, &nl, only);
	both_array(in, "flow_dissector", "flow_dissector:\n");
	if (dissector) {
		if (in->json)
			jsonw_object(&in->w);
		both_u64(in, "id", "id ", dissector, "");
		both_end_object(in, "");
	}
	both_end_array(in, "\n");
	both_array(in, "netfilter", "netfilter:\n");
	net_show_netfilter(in);
	both_end_array(in, "\n");
	both_end_object(in, "");
	if (in->json)
		jsonw_end_array(&in->w);
	return r;
}
