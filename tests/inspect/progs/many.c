/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that differ in what "prog show" tells of them. */
#include "../walk/bpf.h"

#define COUNTER(name)                    \
	struct {                         \
		__uint(type, MAP_ARRAY); \
		__uint(max_entries, 1);  \
		__type(key, u32);        \
		__type(value, u64);      \
	} name SEC(".maps")

COUNTER(one);
COUNTER(two);
COUNTER(three);
COUNTER(four);
COUNTER(five);
COUNTER(six);

static __attribute__((always_inline)) u64 *first_of(void *map)
{
	u32 key = 0;

	return map_lookup(map, &key);
}

SEC("xdp")
int with_a_name_that_the_kernel_cuts(struct xdp_md *ctx)
{
	return first_of(&one) ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int of_six_maps(struct xdp_md *ctx)
{
	return first_of(&one) && first_of(&two) && first_of(&three) && first_of(&four) && first_of(&five) && first_of(&six)
		       ? XDP_PASS : XDP_DROP;
}

static __attribute__((noinline)) int helped(struct xdp_md *ctx)
{
	return ctx->ingress_ifindex ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int of_two_funcs(struct xdp_md *ctx)
{
	return helped(ctx);
}

char LICENSE[] SEC("license") = "GPL";
