/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/names.h"

#include <bpf/libbpf.h>
#include <stddef.h>
#include <string.h>

/* Those that libbpf 1.1 does not know, by number; NULL: it knows it. */
static const char *const prog_types[] = { [32] = "netfilter" };
static const char *const map_types[] = { [32] = "cgrp_storage", "arena", "insn_array", "rhash" };
static const char *const link_types[] = {
	[10] = "netfilter", "tcx", "uprobe_multi", "netkit", "sockmap", "tracing_multi",
};
static const char *const attach_types[] = {
	[44] = "struct_ops", "netfilter", "tcx_ingress", "tcx_egress", "trace_uprobe_multi",
	"cgroup_unix_connect", "cgroup_unix_sendmsg", "cgroup_unix_recvmsg",
	"cgroup_unix_getpeername", "cgroup_unix_getsockname", "netkit_primary", "netkit_peer",
	"trace_kprobe_session", "trace_uprobe_session", "trace_fsession", "trace_fentry_multi",
	"trace_fexit_multi", "trace_fsession_multi",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define YOUNG(list, n) ((n) < COUNT(list) ? (list)[n] : NULL)

const char *name_prog_type(uint32_t type)
{
	const char *young = YOUNG(prog_types, type);

	return young ? young : libbpf_bpf_prog_type_str((enum bpf_prog_type)type);
}

const char *name_map_type(uint32_t type)
{
	const char *young = YOUNG(map_types, type);

	return young ? young : libbpf_bpf_map_type_str((enum bpf_map_type)type);
}

const char *name_link_type(uint32_t type)
{
	const char *young = YOUNG(link_types, type);

	return young ? young : libbpf_bpf_link_type_str((enum bpf_link_type)type);
}

const char *name_attach_type(uint32_t type)
{
	const char *young = YOUNG(attach_types, type);

	return young ? young : libbpf_bpf_attach_type_str((enum bpf_attach_type)type);
}

static int number_of(const char *(*name)(uint32_t), uint32_t n, const char *text)
{
	for (uint32_t i = 0; i < n; i++) {
		const char *is = name(i);

		if (is && !strcmp(is, text))
			return (int)i;
	}
	return -1;
}

int number_map_type(const char *name)
{
	return number_of(name_map_type, COUNT(map_types), name);
}

int number_attach_type(const char *name)
{
	return number_of(name_attach_type, COUNT(attach_types), name);
}
