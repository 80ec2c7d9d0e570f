/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <zlib.h>

#include "base/strbuf.h"
#include "base/vec.h"
#include "inspect/kconfig.h"

/* In the order of their output. */
const struct kconfig_option kconfig_wanted[] = {
	{ "CONFIG_BPF" },
	{ "CONFIG_BPF_SYSCALL" },
	{ "CONFIG_HAVE_EBPF_JIT" },
	{ "CONFIG_BPF_JIT" },
	{ "CONFIG_BPF_JIT_ALWAYS_ON" },
	{ "CONFIG_DEBUG_INFO_BTF" },
	{ "CONFIG_DEBUG_INFO_BTF_MODULES" },
	{ "CONFIG_CGROUPS" },
	{ "CONFIG_CGROUP_BPF" },
	{ "CONFIG_CGROUP_NET_CLASSID" },
	{ "CONFIG_SOCK_CGROUP_DATA" },
	{ "CONFIG_BPF_EVENTS" },
	{ "CONFIG_KPROBE_EVENTS" },
	{ "CONFIG_UPROBE_EVENTS" },
	{ "CONFIG_TRACING" },
	{ "CONFIG_FTRACE_SYSCALLS" },
	{ "CONFIG_FUNCTION_ERROR_INJECTION" },
	{ "CONFIG_BPF_KPROBE_OVERRIDE" },
	{ "CONFIG_NET" },
	{ "CONFIG_XDP_SOCKETS" },
	{ "CONFIG_LWTUNNEL_BPF" },
	{ "CONFIG_NET_ACT_BPF" },
	{ "CONFIG_NET_CLS_BPF" },
	{ "CONFIG_NET_CLS_ACT" },
	{ "CONFIG_NET_SCH_INGRESS" },
	{ "CONFIG_XFRM" },
	{ "CONFIG_IP_ROUTE_CLASSID" },
	{ "CONFIG_IPV6_SEG6_BPF" },
	{ "CONFIG_BPF_LIRC_MODE2" },
	{ "CONFIG_BPF_STREAM_PARSER" },
	{ "CONFIG_NETFILTER_XT_MATCH_BPF" },
	{ "CONFIG_BPFILTER" },
	{ "CONFIG_BPFILTER_UMH" },
	{ "CONFIG_TEST_BPF" },
	{ "CONFIG_HZ", .macro = true },
	{ 0 },
};

/* Options that are not set stand as "# CONFIG_X is not set". */
static void take_line(struct arena *a, struct kconfig_option *all, char *line)
{
	char *equal = strchr(line, '=');

	if (strncmp(line, "CONFIG_", 7) || !equal)
		return;
	*equal = '\0';
	for (; all->name; all++)
		if (!all->value && !strcmp(all->name, line))
			all->value = arena_strndup(a, equal + 1, strcspn(equal + 1, "\n"));
}

static gzFile open_config(void)
{
	char path[sizeof("/boot/config-") + sizeof(((struct utsname *)0)->release)];
	struct utsname u;
	gzFile f = NULL;

	if (!uname(&u)) {
		snprintf(path, sizeof(path), "/boot/config-%s", u.release);
		f = gzopen(path, "r"); /* takes plain text as well */
	}
	return f ? f : gzopen("/proc/config.gz", "r");
}

int kconfig_read(struct arena *a, struct kconfig_option *ret, struct err *e)
{
	char line[4096];
	gzFile f = open_config();
	bool right;

	memcpy(ret, kconfig_wanted, sizeof(kconfig_wanted));
	if (!f)
		return err_set(e, errno ? -errno : -ENOENT, "can't open file: %s", errname(errno));
	gzbuffer(f, 64 << 10);
	/* The second line tells the kernel's file from another one of that name. */
	right = gzgets(f, line, sizeof(line)) && gzgets(f, line, sizeof(line)) &&
		!strcmp(line, "# Automatically generated file; DO NOT EDIT.\n");
	while (right && gzgets(f, line, sizeof(line)))
		take_line(a, ret, line);
	gzclose(f);
	return right ? 0 : err_set(e, -EINVAL, "can't find correct file");
}
