/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts into the map of the first example. */
#include "../bpf.h"

struct {
	__uint(type, MAP_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
} counter_map SEC(".maps");

SEC("xdp/counter")
int xdp_counter(struct xdp_md *ctx)
{
	static const char text[] = "counter: %d so far";
	u32 slot = 0, *count = map_lookup(&counter_map, &slot);

	if (!count)
		return XDP_DROP;
	__sync_fetch_and_add(count, 1);
	trace_printk(text, sizeof(text), *count);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
