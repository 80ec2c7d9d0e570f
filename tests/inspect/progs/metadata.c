/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A program that says who it is. */
#include "../walk/bpf.h"

const char bpf_metadata_author[] SEC(".rodata") = "somebody";
const volatile int bpf_metadata_level SEC(".rodata") = 3;
const volatile int verdict SEC(".rodata") = XDP_PASS;

SEC("xdp")
int labelled(struct xdp_md *ctx)
{
	return verdict;
}
