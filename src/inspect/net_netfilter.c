/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net show: programs in netfilter's hooks, which are attached by links (Linux 6.4). */
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter_arp.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "inspect/both.h"
#include "inspect/net.h"
#include "inspect/objects.h"

enum { LINK_TYPE_NETFILTER = 10 };

/* struct bpf_link_info of such a link; newer than the packaged header. */
struct info {
	uint32_t type, id, prog_id, pad;
	uint32_t pf, hook;
	int32_t priority;
	uint32_t flags;
	uint64_t rest[8];
};

const char *netfilter_family(uint32_t pf)
{
	static const char *const names[] = {
		[NFPROTO_INET] = "inet",     [NFPROTO_IPV4] = "ip",       [NFPROTO_ARP] = "arp",
		[NFPROTO_NETDEV] = "netdev", [NFPROTO_BRIDGE] = "bridge", [NFPROTO_IPV6] = "ip6",
	};

	return pf < ARRAY_SIZE(names) ? names[pf] : NULL;
}

const char *netfilter_hook(uint32_t pf, uint32_t hook)
{
	static const char *const names[] = { "prerouting", "input", "forward", "output", "postrouting" };
	static const char *const arp[] = { [NF_ARP_IN] = "input", [NF_ARP_OUT] = "output" };

	if (pf == NFPROTO_ARP)
		return hook < ARRAY_SIZE(arp) ? arp[hook] : NULL;
	return pf != NFPROTO_NETDEV && netfilter_family(pf) && hook < ARRAY_SIZE(names) ? names[hook] : NULL;
}

static void show_text(struct strbuf *out, const struct info *i)
{
	const char *family = netfilter_family(i->pf), *hook = netfilter_hook(i->pf, i->hook);

	if (family)
		sb_addf(out, "\n\t%s", family);
	else
		sb_addf(out, "\n\tpf: %u", i->pf);
	if (hook)
		sb_addf(out, " %s", hook);
	else
		sb_addf(out, ", hook %u,", i->hook);
	sb_addf(out, " prio %d", i->priority);
	if (i->flags)
		sb_addf(out, " flags 0x%x", i->flags);
	sb_addf(out, " prog_id %u", i->prog_id);
}

static void show_json(struct jsonw *w, const struct info *i)
{
	jsonw_object(w);
	jsonw_u64_at(w, "pf", i->pf);
	jsonw_u64_at(w, "hook", i->hook);
	jsonw_i64_at(w, "prio", i->priority);
	jsonw_u64_at(w, "flags", i->flags);
	jsonw_u64_at(w, "id", i->prog_id);
	jsonw_end_object(w);
}

/* In the order in which packets meet them. */
static int by_place(const void *a, const void *b)
{
	const struct info *x = a, *y = b;

	if (x->pf != y->pf)
		return x->pf < y->pf ? -1 : 1;
	if (x->hook != y->hook)
		return x->hook < y->hook ? -1 : 1;
	return (x->priority > y->priority) - (x->priority < y->priority);
}

void net_show_netfilter(struct inspect *in)
{
	VEC(struct info) all = { 0 };
	uint32_t id = 0;

	while (!object_next(OBJECT_LINK, id, &id)) {
		struct info info = { 0 };
		_cleanup_fd_ int fd = object_open(OBJECT_LINK, id);

		/* One that is gone meanwhile is not shown. */
		if (fd >= 0 && !object_info(fd, &info, sizeof(info)) && info.type == LINK_TYPE_NETFILTER)
			avec_push(&in->arena, &all, info);
	}
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_place);
	vec_each(all, i) {
		if (in->json)
			show_json(&in->w, &all.v[i]);
		else
			show_text(&in->out, &all.v[i]);
	}
}
