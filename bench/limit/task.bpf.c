/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "limit.bpf.h"
#include <bpf/bpf_core_read.h>

struct task_struct {
	int prio;
} __attribute__((preserve_access_index));

COUNTERS(n, BPF_MAP_TYPE_PERCPU_HASH, int, MAX_KEYS);

SEC("tracepoint/sched/sched_switch")
int sched_switch(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	int prio = BPF_CORE_READ(task, prio);

	count_key(&n, &prio);
	return 0;
}
