/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Uses what a look-up returned without a test, which the verifier refuses. */
#include "../walk/bpf.h"

struct {
	__uint(type, MAP_HASH);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
} counts SEC(".maps");

SEC("xdp")
int unchecked(struct xdp_md *ctx)
{
	u32 slot = 0, *count = map_lookup(&counts, &slot);

	*count = 1;
	return XDP_PASS;
}
