// SPDX-License-Identifier: GPL-2.0-or-later
// A congestion control that does nothing clever, as a set of operations.
#define SEC(name) __attribute__((section(name), used))

struct sock;
struct tcp_congestion_ops {
	unsigned int (*ssthresh)(struct sock *sk);
	void (*cong_avoid)(struct sock *sk, unsigned int ack, unsigned int acked);
	unsigned int (*undo_cwnd)(struct sock *sk);
	char name[16];
} __attribute__((preserve_access_index));

SEC("struct_ops/threshold") unsigned int threshold(unsigned long long *ctx) { return 2; }
SEC("struct_ops/avoid") void avoid(unsigned long long *ctx) {}
SEC("struct_ops/undo") unsigned int undo(unsigned long long *ctx) { return 10; }

SEC(".struct_ops") struct tcp_congestion_ops sonde_test = {
	.ssthresh = (void *)threshold,
	.cong_avoid = (void *)avoid,
	.undo_cwnd = (void *)undo,
	.name = "sonde_test",
};

char LICENSE[] SEC("license") = "GPL";
