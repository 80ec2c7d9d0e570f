/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "limit.bpf.h"

struct enter_umask {
	__u64 common;
	__s32 nr;
	__u64 mask;
};

COUNTERS(n, BPF_MAP_TYPE_PERCPU_HASH, __u32, 1100000);

SEC("tracepoint/syscalls/sys_enter_umask")
int enter(struct enter_umask *ctx)
{
	__u32 mask = ctx->mask;

	count_key(&n, &mask);
	return 0;
}
