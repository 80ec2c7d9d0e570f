/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links. */
#ifndef INSPECT_LINK_H
#define INSPECT_LINK_H

#include "inspect/objects.h"

/* Younger than the packaged header (include/uapi/linux/bpf.h). */
enum {
	LINK_NETFILTER = 10, LINK_TCX, LINK_UPROBE_MULTI, LINK_NETKIT, LINK_SOCKMAP,
};
/* Kinds of links of perf events (enum bpf_perf_event_type). */
enum {
	LINK_PERF_UPROBE = 1, LINK_PERF_URETPROBE, LINK_PERF_KPROBE, LINK_PERF_KRETPROBE,
	LINK_PERF_TRACEPOINT, LINK_PERF_EVENT,
};

/* struct bpf_link_info as of Linux 6.18. */
struct link_info {
	uint32_t type, id, prog_id, pad;
	union {
		struct {
			uint64_t name;
			uint32_t name_len, pad;
			uint64_t cookie;
		} raw_tp;
		struct {
			uint32_t attach_type, target_obj_id, target_btf_id, pad;
			uint64_t cookie;
		} tracing;
		struct {
			uint64_t cgroup_id;
			uint32_t attach_type;
		} cgroup;
		struct {
			uint64_t name;
			uint32_t name_len, map_id;
			union {
				struct {
					uint64_t id;
					uint32_t order;
				} cgroup;
				struct {
					uint32_t tid, pid;
				} task;
			};
		} iter;
		struct {
			uint32_t netns_ino, attach_type;
		} netns;
		struct {
			uint32_t ifindex, attach_type; /* the type not of XDP */
		} device;
		struct {
			uint32_t map_id, attach_type; /* the type not of struct_ops */
		} map;
		struct {
			uint32_t pf, hook;
			int32_t priority;
			uint32_t flags;
		} netfilter;
		struct {
			uint64_t addrs;
			uint32_t count, flags;
			uint64_t missed, cookies;
		} kprobe_multi;
		struct {
			uint64_t path, offsets, ref_ctrs, cookies;
			uint32_t path_size, count, flags, pid;
		} uprobe_multi;
		struct {
			uint32_t kind, pad;
			uint64_t name; /* function, file or tracepoint; config of an event */
			uint32_t name_len, offset; /* type of an event is in name_len */
			union {
				struct {
					uint64_t cookie, ref_ctr;
				} uprobe; /* and tracepoint, event: the cookie */
				struct {
					uint64_t addr, missed, cookie;
				} kprobe;
			};
		} perf;
		uint64_t rest[8];
	};
};

/* All of a link, with room for its names and lists in the session's arena. 0 or -errno. */
int link_info_read(struct inspect *in, int fd, struct link_info *ret);
/* What is particular to its type: text and members. */
void link_details(struct inspect *in, const struct link_info *info);
/* link_probes.c: those of perf events and of many probes */
void link_perf_event(struct inspect *in, const struct link_info *info);
void link_kprobe_multi(struct inspect *in, const struct link_info *info);
void link_uprobe_multi(struct inspect *in, const struct link_info *info);
/* net_netfilter.c: those of a program in a hook of netfilter */
void link_netfilter_text(struct strbuf *out, const struct link_info *info);
void link_netfilter_json(struct jsonw *w, const struct link_info *info);
/* Text of a name that the kernel wrote. */
static inline const char *link_text(uint64_t at)
{
	return at ? (const char *)(uintptr_t)at : "";
}

#endif
