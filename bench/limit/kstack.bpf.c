/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "limit.bpf.h"

#define DEPTH 127

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, MAX_KEYS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, DEPTH * sizeof(__u64));
} stacks SEC(".maps");
COUNTERS(n, BPF_MAP_TYPE_PERCPU_HASH, __s32, MAX_KEYS);

SEC("tracepoint/syscalls/sys_enter_getegid")
int enter(void *ctx)
{
	__s32 id = bpf_get_stackid(ctx, &stacks, 0);

	if (id >= 0)
		count_key(&n, &id);
	return 0;
}
