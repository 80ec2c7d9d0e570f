/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "limit.bpf.h"

COUNTERS(slots, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, HIST_SLOTS);

SEC("tracepoint/syscalls/sys_enter_getegid")
int enter(void *ctx)
{
	count_slot(&slots, bpf_ktime_get_boot_ns());
	return 0;
}
