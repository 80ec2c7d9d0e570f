/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What links say of themselves, by type. */
#include <net/if.h>
#include <string.h>

#include "base/fdutil.h"
#include "inspect/both.h"
#include "inspect/link.h"
#include "inspect/names.h"

#define NAME_SIZE 4096 /* the kernel's PATH_MAX */

static uint64_t room(struct inspect *in, size_t n)
{
	return (uint64_t)(uintptr_t)arena_alloc(&in->arena, n);
}

/* Asks for the lists of a link of many probes, of which the first answer gave the number. */
static void ask_for_lists(struct inspect *in, const struct link_info *first, struct link_info *info)
{
	size_t n = sizeof(uint64_t);

	*info = (struct link_info){ 0 };
	if (first->type == BPF_LINK_TYPE_KPROBE_MULTI) {
		n *= first->kprobe_multi.count;
		info->kprobe_multi.count = first->kprobe_multi.count;
		info->kprobe_multi.addrs = room(in, n);
		info->kprobe_multi.cookies = room(in, n);
		return;
	}
	n *= first->uprobe_multi.count;
	info->uprobe_multi.count = first->uprobe_multi.count;
	info->uprobe_multi.path_size = NAME_SIZE;
	info->uprobe_multi.path = room(in, NAME_SIZE);
	info->uprobe_multi.offsets = room(in, n);
	info->uprobe_multi.ref_ctrs = room(in, n);
	info->uprobe_multi.cookies = room(in, n);
}

/* Asks for the name of what the link is at; false: this type has none. */
static bool ask_for_name(struct inspect *in, const struct link_info *first, struct link_info *info)
{
	*info = (struct link_info){ 0 };
	switch (first->type) {
	case BPF_LINK_TYPE_RAW_TRACEPOINT:
		info->raw_tp.name = room(in, NAME_SIZE);
		info->raw_tp.name_len = NAME_SIZE;
		return true;
	case BPF_LINK_TYPE_ITER:
		info->iter.name = room(in, NAME_SIZE);
		info->iter.name_len = NAME_SIZE;
		return true;
	case BPF_LINK_TYPE_PERF_EVENT:
		if (!first->perf.kind || first->perf.kind == LINK_PERF_EVENT)
			return false;
		info->perf.name = room(in, NAME_SIZE);
		info->perf.name_len = NAME_SIZE;
		return true;
	default: return false;
	}
}

int link_info_read(struct inspect *in, int fd, struct link_info *ret)
{
	struct link_info first = { 0 };
	int r = object_info(fd, &first, sizeof(first));

	*ret = first;
	if (r)
		return r;
	if (first.type == BPF_LINK_TYPE_KPROBE_MULTI || first.type == LINK_UPROBE_MULTI) {
		ask_for_lists(in, &first, ret);
		return object_info(fd, ret, sizeof(*ret));
	}
	if (ask_for_name(in, &first, ret))
		return object_info(fd, ret, sizeof(*ret));
	*ret = first;
	return 0;
}

static void attach_type(struct inspect *in, uint32_t type)
{
	const char *name = name_attach_type(type);

	if (name)
		both_string(in, "attach_type", "attach_type ", name, "  ");
	else
		both_u64(in, "attach_type", "attach_type ", type, "  ");
}

static void device(struct inspect *in, uint32_t ifindex)
{
	char buf[IF_NAMESIZE];
	const char *name = ifindex ? if_indextoname(ifindex, buf) : "(detached)";

	if (in->json) {
		jsonw_string_at(&in->w, "devname", name ? name : "(unknown)");
		jsonw_u64_at(&in->w, "ifindex", ifindex);
		return;
	}
	sb_adds(&in->out, "\n\tifindex ");
	inspect_text(in, name ? name : "(unknown)");
	if (name && ifindex)
		sb_addf(&in->out, "(%u)", ifindex);
	sb_adds(&in->out, "  ");
}

static void tracing(struct inspect *in, const struct link_info *info)
{
	_cleanup_fd_ int fd = object_open(OBJECT_PROG, info->prog_id);
	struct bpf_prog_info prog = { 0 };
	const char *type;

	if (fd >= 0)
		object_info(fd, &prog, sizeof(prog));
	type = name_prog_type(prog.type);
	if (type)
		both_string(in, "prog_type", "\n\tprog_type ", type, "  ");
	else
		both_u64(in, "prog_type", "\n\tprog_type ", prog.type, "  ");
	attach_type(in, info->tracing.attach_type);
	if (in->json || info->tracing.target_obj_id || info->tracing.target_btf_id) {
		both_u64(in, "target_obj_id", "\n\ttarget_obj_id ", info->tracing.target_obj_id, "  ");
		both_u64(in, "target_btf_id", "target_btf_id ", info->tracing.target_btf_id, "  ");
	}
	if (in->json || info->tracing.cookie)
		both_u64(in, "cookie", "\n\tcookie ", info->tracing.cookie, "  ");
}

/* How a cgroup iterator walks (enum bpf_cgroup_iter_order). */
static const char *order_name(uint32_t order)
{
	static const char *const names[] = { "order_unspec", "self_only", "descendants_pre",
					     "descendants_post", "ancestors_up" };

	return order < ARRAY_SIZE(names) ? names[order] : "unknown";
}

static void iterator(struct inspect *in, const struct link_info *info)
{
	const char *target = link_text(info->iter.name);

	both_string(in, "target_name", "target_name ", target, "  ");
	if (!strcmp(target, "bpf_map_elem") || !strcmp(target, "bpf_sk_storage_map")) {
		both_u64(in, "map_id", "map_id ", info->iter.map_id, "  ");
	} else if (!strncmp(target, "task", 4)) {
		if (info->iter.task.tid)
			both_u64(in, "tid", "tid ", info->iter.task.tid, " ");
		else if (info->iter.task.pid)
			both_u64(in, "pid", "pid ", info->iter.task.pid, " ");
	} else if (!strcmp(target, "cgroup")) {
		both_u64(in, "cgroup_id", "cgroup_id ", info->iter.cgroup.id, "  ");
		both_string(in, "order", "order ", order_name(info->iter.cgroup.order), "  ");
	}
}

static void raw_tracepoint(struct inspect *in, const struct link_info *info)
{
	both_string(in, "tp_name", "\n\ttp '", link_text(info->raw_tp.name), "'  ");
	if (in->json || info->raw_tp.cookie)
		both_u64(in, "cookie", "cookie ", info->raw_tp.cookie, "  ");
}

static void of_map(struct inspect *in, const struct link_info *info)
{
	both_u64(in, "map_id", "\n\tmap_id ", info->map.map_id, "  ");
	attach_type(in, info->map.attach_type);
}

void link_details(struct inspect *in, const struct link_info *info)
{
	switch (info->type) {
	case BPF_LINK_TYPE_RAW_TRACEPOINT: raw_tracepoint(in, info); break;
	case BPF_LINK_TYPE_TRACING: tracing(in, info); break;
	case BPF_LINK_TYPE_CGROUP:
		both_u64(in, "cgroup_id", "\n\tcgroup_id ", info->cgroup.cgroup_id, "  ");
		attach_type(in, info->cgroup.attach_type);
		break;
	case BPF_LINK_TYPE_ITER: iterator(in, info); break;
	case BPF_LINK_TYPE_NETNS:
		both_u64(in, "netns_ino", "\n\tnetns_ino ", info->netns.netns_ino, "  ");
		attach_type(in, info->netns.attach_type);
		break;
	case BPF_LINK_TYPE_XDP: device(in, info->device.ifindex); break;
	case LINK_TCX:
	case LINK_NETKIT:
		device(in, info->device.ifindex);
		attach_type(in, info->device.attach_type);
		break;
	case BPF_LINK_TYPE_STRUCT_OPS:
		if (in->json)
			jsonw_u64_at(&in->w, "map_id", info->map.map_id);
		break;
	case LINK_SOCKMAP: of_map(in, info); break;
	case LINK_NETFILTER:
		if (in->json)
			link_netfilter_json(&in->w, info);
		else
			link_netfilter_text(&in->out, info);
		break;
	case BPF_LINK_TYPE_PERF_EVENT: link_perf_event(in, info); break;
	case BPF_LINK_TYPE_KPROBE_MULTI: link_kprobe_multi(in, info); break;
	case LINK_UPROBE_MULTI: link_uprobe_multi(in, info); break;
	default: break;
	}
}
