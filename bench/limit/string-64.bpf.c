/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "limit.bpf.h"

struct enter_memfd_create {
	__u64 common;
	__s64 nr;
	const char *uname;
};
struct key {
	char text[64];
};
COUNTERS(n, BPF_MAP_TYPE_PERCPU_HASH, struct key, MAX_KEYS);

SEC("tracepoint/syscalls/sys_enter_memfd_create")
int enter(struct enter_memfd_create *ctx)
{
	struct key key = { 0 };

	bpf_probe_read_user_str(key.text, sizeof(key.text), ctx->uname);
	count_key(&n, &key);
	return 0;
}
