/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net: attaching programs to network devices and taking them off. */
#include <errno.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <string.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "inspect/net.h"
#include "inspect/nouns.h"
#include "inspect/objects.h"
#include "inspect/terms.h"
#include "run/sys.h"

#define BPF_F_BEFORE (1u << 3) /* newer than the packaged header */

struct place {
	const char *name;
	uint32_t xdp_mode; /* XDP_FLAGS_..._MODE */
	uint32_t tcx;      /* its attach type; 0: XDP */
};

static const struct place places[] = {
	{ "xdp", 0, 0 },
	{ "xdpgeneric", XDP_FLAGS_SKB_MODE, 0 },
	{ "xdpdrv", XDP_FLAGS_DRV_MODE, 0 },
	{ "xdpoffload", XDP_FLAGS_HW_MODE, 0 },
	{ "tcx_ingress", 0, ATTACH_TCX_INGRESS },
	{ "tcx_egress", 0, ATTACH_TCX_EGRESS },
};

int net_dev_named(struct inspect *in, struct words *w, uint32_t *ret)
{
	int r = words_need(in, w, "'dev'", 2);
	const char *name;

	if (r)
		return r;
	if (!word_take(w, "dev"))
		return inspect_fail(in, -EINVAL, "expected 'dev', got: '%s'?", w->v[0]);
	name = word_next(w);
	*ret = if_nametoindex(name);
	return *ret ? 0 : inspect_fail(in, -ENODEV, "invalid devname %s", name);
}

static const struct place *place_named(struct inspect *in, struct words *w)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (word_take(w, places[i].name))
			return &places[i];
	inspect_fail(in, -EINVAL, "invalid net attach/detach type: %s", w->n ? w->v[0] : "none");
	return NULL;
}

struct link_request {
	struct nlmsghdr h;
	struct ifinfomsg info;
	struct rtattr xdp, fd;
	int32_t fd_value;
	struct rtattr flags;
	uint32_t flags_value;
};

/* prog -1: takes off what is there. */
static int set_xdp(uint32_t ifindex, int prog, uint32_t flags, struct err *e)
{
	_cleanup_netlink_ struct netlink nl = { -1, 0 };
	struct link_request q = {
		.h.nlmsg_type = RTM_SETLINK,
		.info = { .ifi_family = AF_UNSPEC, .ifi_index = (int)ifindex },
		.xdp = { sizeof(q) - offsetof(struct link_request, xdp), NLA_F_NESTED | IFLA_XDP },
		.fd = { RTA_LENGTH(4), IFLA_XDP_FD },
		.fd_value = prog,
		.flags = { RTA_LENGTH(4), IFLA_XDP_FLAGS },
		.flags_value = flags,
	};
	int r = netlink_open(&nl, e);

	return r ? r : netlink_request(&nl, &q, sizeof(q), e);
}

/* BPF_PROG_ATTACH, BPF_PROG_DETACH of tcx. prog 0: the last one attached. */
static int set_tcx(int cmd, uint32_t ifindex, int prog, const struct place *p, uint32_t flags,
		   struct err *e)
{
	union bpf_attr attr = {
		.target_fd = ifindex,
		.attach_bpf_fd = (uint32_t)prog,
		.attach_type = p->tcx,
		.attach_flags = flags,
	};
	int r = sys_bpf(cmd, &attr, sizeof(attr));

	return r ? err_set(e, r, "%s", errname(r)) : 0;
}

/* The words behind the device; *ret_flags: of the request. */
static int attach_flags(struct inspect *in, struct words *w, const struct place *p, uint32_t *ret_flags)
{
	bool overwrite = false, prepend = false;

	if (word_take(w, "overwrite"))
		overwrite = true;
	else if (word_take(w, "prepend"))
		prepend = true;
	if (w->n)
		return inspect_fail(in, -EINVAL, "expected 'overwrite' or 'prepend', got: '%s'?", w->v[0]);
	if (overwrite && p->tcx)
		return inspect_fail(in, -EINVAL, "'overwrite' is only supported for xdp types");
	if (prepend && !p->tcx)
		return inspect_fail(in, -EINVAL, "'prepend' is only supported for tcx_ingress/tcx_egress");
	*ret_flags = p->tcx ? (prepend ? BPF_F_BEFORE : 0)
			    : p->xdp_mode | (overwrite ? 0 : XDP_FLAGS_UPDATE_IF_NOEXIST);
	return 0;
}

static int attach(struct inspect *in, struct words *w)
{
	int r = words_need(in, w, "'attach'", 5);
	const struct place *p = r ? NULL : place_named(in, w);
	_cleanup_fd_ int prog = p ? prog_named(in, w) : -1;
	uint32_t ifindex, flags = 0;

	if (prog < 0)
		return in->err.code;
	r = net_dev_named(in, w, &ifindex);
	if (!r)
		r = attach_flags(in, w, p, &flags);
	if (r)
		return r;
	r = p->tcx ? set_tcx(BPF_PROG_ATTACH, ifindex, prog, p, flags, &in->err)
		   : set_xdp(ifindex, prog, flags, &in->err);
	return r ? inspect_pass(in, err_prefix(&in->err, r, "interface %s attach failed: ", p->name)) : 0;
}

static int detach(struct inspect *in, struct words *w)
{
	int r = words_need(in, w, "'detach'", 3);
	const struct place *p = r ? NULL : place_named(in, w);
	uint32_t ifindex;

	if (!p)
		return in->err.code;
	r = net_dev_named(in, w, &ifindex);
	if (r)
		return r;
	words_ignore(in, w);
	r = p->tcx ? set_tcx(BPF_PROG_DETACH, ifindex, 0, p, 0, &in->err)
		   : set_xdp(ifindex, -1, p->xdp_mode, &in->err);
	return r ? inspect_pass(in, err_prefix(&in->err, r, "interface %s detach failed: ", p->name)) : 0;
}

/* What is wrong with the words is EINVAL, whatever it is; attach() and detach() pass on what the kernel says. */
static int do_attach(struct inspect *in, struct words *w)
{
	in->status = -EINVAL & 255;
	return attach(in, w);
}

static int do_detach(struct inspect *in, struct words *w)
{
	in->status = -EINVAL & 255;
	return detach(in, w);
}

static const struct verb verbs[] = {
	{ "show", net_show }, { "list", net_show }, { "attach", do_attach }, { "detach", do_detach }, { 0 },
};

const struct noun noun_net = {
	.name = "net",
	.verbs = verbs,
	.synopsis = "{ show | list } [dev <devname>]\n"
		    "attach ATTACH_TYPE PROG dev <devname> [ overwrite | prepend ]\n"
		    "detach ATTACH_TYPE dev <devname>\n"
		    "help\n",
	.terms = TERM_PROG
		 "ATTACH_TYPE := { xdp | xdpgeneric | xdpdrv | xdpoffload | tcx_ingress | tcx_egress }\n",
};
