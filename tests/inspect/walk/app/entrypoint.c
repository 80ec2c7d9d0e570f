/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs what the program array holds. */
#include "../bpf.h"

struct {
	__uint(type, MAP_PROG_ARRAY);
	__uint(max_entries, 2);
	__uint(key_size, sizeof(u32));
	__uint(value_size, sizeof(u32));
} call_table SEC(".maps");

SEC("xdp/entrypoint")
int xdp_entrypoint(struct xdp_md *ctx)
{
	static const char text[] = "entrypoint: %d bytes";

	trace_printk(text, sizeof(text), ctx->data_end - ctx->data);
	tail_call(ctx, &call_table, 0);
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "GPL";
