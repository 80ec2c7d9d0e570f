/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts packets of the same size. */
#include "../bpf.h"

struct {
	__uint(type, MAP_LRU_HASH);
	__uint(max_entries, 64);
	__type(key, u32);
	__type(value, u64);
} streak_map SEC(".maps");

SEC("xdp/streak")
int streak(struct xdp_md *ctx)
{
	u32 size = ctx->data_end - ctx->data;
	u64 one = 1, *seen = map_lookup(&streak_map, &size);

	if (seen)
		__sync_fetch_and_add(seen, 1);
	else
		map_update(&streak_map, &size, &one, 0);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
