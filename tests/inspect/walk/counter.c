/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts packets; with -D BTF the map is described by its types, else by a structure as in old objects. */
#include "bpf.h"

#ifdef BTF
struct {
	__uint(type, MAP_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
} counter_map SEC(".maps");
#else
struct {
	u32 type, key_size, value_size, max_entries, flags;
} counter_map SEC("maps") = { MAP_ARRAY, sizeof(u32), sizeof(u32), 1, 0 };
#endif

SEC("xdp")
int counter(struct xdp_md *ctx)
{
	u32 slot = 0, *count = map_lookup(&counter_map, &slot);

	if (count)
		__sync_fetch_and_add(count, 1);
	return XDP_PASS;
}
