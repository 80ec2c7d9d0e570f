/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "limit.bpf.h"

struct key {
	__u32 pid;
	char comm[COMM_LEN];
};
COUNTERS(n, BPF_MAP_TYPE_PERCPU_HASH, struct key, MAX_KEYS);

SEC("tracepoint/syscalls/sys_enter_getegid")
int enter(void *ctx)
{
	struct key key;

	key.pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(key.comm, sizeof(key.comm));
	count_key(&n, &key);
	return 0;
}
