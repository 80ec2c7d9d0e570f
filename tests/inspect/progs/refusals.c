/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that no verifier takes, each by its -D. */
#include "../walk/bpf.h"

static u64 (*const ktime)(void) = (void *)5;

#if defined(PACKET)
SEC("xdp") int wrong(struct xdp_md *ctx)
{
	return ((char *)(long)ctx->data)[14];
}
#elif defined(LOOP)
SEC("xdp") int wrong(struct xdp_md *ctx)
{
	volatile u32 sum = 0;

	while (ctx->ingress_ifindex != sum)
		sum += ktime();
	return XDP_PASS;
}
#elif defined(STACK)
SEC("xdp") int wrong(struct xdp_md *ctx)
{
	volatile char bytes[64];

	bytes[ctx->ingress_ifindex] = 1;
	return bytes[ctx->rx_queue_index];
}
#elif defined(CONTEXT)
SEC("socket") int wrong(char *ctx)
{
	return *(volatile u32 *)(ctx + 4000);
}
#elif defined(RETURN)
SEC("cgroup_skb/egress") int wrong(void *ctx)
{
	return 77;
}
#elif defined(FUNCTION)
SEC("fentry/no_such_function_here") int wrong(void *ctx)
{
	return 0;
}
#endif

char LICENSE[] SEC("license") = "GPL";
