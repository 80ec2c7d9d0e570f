// SPDX-License-Identifier: GPL-2.0-or-later
// Programs that let everything pass, one a kind of attachment.
#define SEC(name) __attribute__((section(name), used))

SEC("xdp") int let_frames_pass(void *ctx) { return 2; }
SEC("tc") int let_packets_pass(void *ctx) { return 0; }
SEC("cgroup_skb/egress") int let_egress_pass(void *ctx) { return 1; }
SEC("tracepoint/syscalls/sys_enter_getpgid") int count_nothing(void *ctx) { return 0; }

char LICENSE[] SEC("license") = "GPL";
