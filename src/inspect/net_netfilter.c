/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net show: programs in netfilter's hooks, which are attached by links (Linux 6.4). */
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "inspect/link.h"
#include "inspect/net.h"
#include "inspect/objects.h"

static const char *family_name(uint32_t pf)
{
	static const char *const names[] = {
		[NFPROTO_INET] = "inet",     [NFPROTO_IPV4] = "ip",       [NFPROTO_ARP] = "arp",
		[NFPROTO_NETDEV] = "netdev", [NFPROTO_BRIDGE] = "bridge", [NFPROTO_IPV6] = "ip6",
	};

	return pf < ARRAY_SIZE(names) ? names[pf] : NULL;
}

static const char *hook_name(uint32_t pf, uint32_t hook)
{
	static const char *const names[] = { "prerouting", "input", "forward", "output", "postrouting" };
	static const char *const arp[] = { [NF_ARP_IN] = "input", [NF_ARP_OUT] = "output" };

	if (pf == NFPROTO_ARP)
		return hook < ARRAY_SIZE(arp) ? arp[hook] : NULL;
	return pf != NFPROTO_NETDEV && family_name(pf) && hook < ARRAY_SIZE(names) ? names[hook] : NULL;
}

void link_netfilter_text(struct strbuf *out, const struct link_info *info)
{
	uint32_t pf = info->netfilter.pf, number = info->netfilter.hook;
	const char *family = family_name(pf), *hook = hook_name(pf, number);

	if (family)
		sb_addf(out, "\n\t%s", family);
	else
		sb_addf(out, "\n\tpf: %u", pf);
	if (hook)
		sb_addf(out, " %s", hook);
	else
		sb_addf(out, ", hook %u,", number);
	sb_addf(out, " prio %d", info->netfilter.priority);
	if (info->netfilter.flags)
		sb_addf(out, " flags 0x%x", info->netfilter.flags);
}

void link_netfilter_json(struct jsonw *w, const struct link_info *info)
{
	jsonw_u64_at(w, "pf", info->netfilter.pf);
	jsonw_u64_at(w, "hook", info->netfilter.hook);
	jsonw_i64_at(w, "prio", info->netfilter.priority);
	jsonw_u64_at(w, "flags", info->netfilter.flags);
}

static void show(struct inspect *in, const struct link_info *info)
{
	if (!in->json) {
		link_netfilter_text(&in->out, info);
		sb_addf(&in->out, " prog_id %u", info->prog_id);
		return;
	}
	jsonw_object(&in->w);
	link_netfilter_json(&in->w, info);
	jsonw_u64_at(&in->w, "id", info->prog_id);
	jsonw_end_object(&in->w);
}

/* In the order in which packets meet them. */
static int by_place(const void *a, const void *b)
{
	const struct link_info *x = a, *y = b;

	if (x->netfilter.pf != y->netfilter.pf)
		return x->netfilter.pf < y->netfilter.pf ? -1 : 1;
	if (x->netfilter.hook != y->netfilter.hook)
		return x->netfilter.hook < y->netfilter.hook ? -1 : 1;
	return (x->netfilter.priority > y->netfilter.priority) - (x->netfilter.priority < y->netfilter.priority);
}

void net_show_netfilter(struct inspect *in)
{
	VEC(struct link_info) all = { 0 };
	uint32_t id = 0;

	while (!object_next(OBJECT_LINK, id, &id)) {
		struct link_info info = { 0 };
		_cleanup_fd_ int fd = object_open(OBJECT_LINK, id);

		/* One that is gone meanwhile is not shown. */
		if (fd >= 0 && !object_info(fd, &info, sizeof(info)) && info.type == LINK_NETFILTER)
			avec_push(&in->arena, &all, info);
	}
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_place);
	vec_each(all, i)
		show(in, &all.v[i]);
}
