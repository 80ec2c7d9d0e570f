/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "limit.bpf.h"

COUNTERS(n, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, 1);

SEC("tracepoint/syscalls/sys_enter_getegid")
int enter(void *ctx)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&n, &zero);

	if (count)
		*count += 1;
	return 0;
}
