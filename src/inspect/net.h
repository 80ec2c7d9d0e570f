/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the noun "net" share. */
#ifndef INSPECT_NET_H
#define INSPECT_NET_H

#include "inspect/netlink.h"
#include "inspect/inspect.h"

/* Newer than the packaged header (include/uapi/linux/bpf.h): enum bpf_attach_type. */
enum { ATTACH_NETFILTER = 45, ATTACH_TCX_INGRESS = 46, ATTACH_TCX_EGRESS = 47,
       ATTACH_NETKIT_PRIMARY = 54, ATTACH_NETKIT_PEER = 55 };

/* "dev NAME": its index into *ret. 0, or -errno and the error set. */
int net_dev_named(struct inspect *in, struct words *w, uint32_t *ret);
verb_fn net_show;
/* Everything on a device that tc(8) and tcx attach; one object or line each. */
void net_show_tc(struct inspect *in, struct netlink *nl, uint32_t ifindex, const char *devname);
/* Programs that filter packets in netfilter's hooks, one object or line for each link. */
void net_show_netfilter(struct inspect *in);

#endif
