/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "limit.bpf.h"

struct enter_memfd_create {
	__u64 common;
	__s64 nr;
	const char *uname;
};
struct key {
	char text[1024];
};
COUNTERS(n, BPF_MAP_TYPE_PERCPU_HASH, struct key, MAX_KEYS);

/* Too large for the stack. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct key);
} room SEC(".maps");

SEC("tracepoint/syscalls/sys_enter_memfd_create")
int enter(struct enter_memfd_create *ctx)
{
	__u32 zero = 0;
	struct key *key = bpf_map_lookup_elem(&room, &zero);

	if (!key)
		return 0;
	__builtin_memset(key, 0, sizeof(*key));
	bpf_probe_read_user_str(key->text, sizeof(key->text), ctx->uname);
	count_key(&n, key);
	return 0;
}
