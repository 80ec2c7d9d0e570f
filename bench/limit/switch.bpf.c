/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "limit.bpf.h"

struct key {
	char comm[COMM_LEN];
};
COUNTERS(n, BPF_MAP_TYPE_PERCPU_HASH, struct key, MAX_KEYS);

SEC("tracepoint/sched/sched_switch")
int sched_switch(void *ctx)
{
	struct key key;

	bpf_get_current_comm(&key, sizeof(key));
	count_key(&n, &key);
	return 0;
}
