/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "limit.bpf.h"

COUNTERS(start, BPF_MAP_TYPE_HASH, __u32, MAX_KEYS);
COUNTERS(slots, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, HIST_SLOTS);

SEC("tracepoint/syscalls/sys_enter_getegid")
int enter(void *ctx)
{
	__u32 tid = bpf_get_current_pid_tgid();
	__u64 now = bpf_ktime_get_boot_ns();

	bpf_map_update_elem(&start, &tid, &now, BPF_ANY);
	return 0;
}

SEC("tracepoint/syscalls/sys_exit_getegid")
int leave(void *ctx)
{
	__u32 tid = bpf_get_current_pid_tgid();
	__u64 *since = bpf_map_lookup_elem(&start, &tid);

	if (!since || !*since)
		return 0;
	count_slot(&slots, bpf_ktime_get_boot_ns() - *since);
	bpf_map_delete_elem(&start, &tid);
	return 0;
}
