// SPDX-License-Identifier: GPL-2.0-or-later
// A congestion control that does nothing clever, as a set of operations; -DLINK: one that a link keeps.
#define SEC(name) __attribute__((section(name), used))
#ifdef LINK
#define OPERATIONS SEC(".struct_ops.link")
#define NAME sonde_link
#define NAME_TEXT "sonde_link"
#else
#define OPERATIONS SEC(".struct_ops")
#define NAME sonde_test
#define NAME_TEXT "sonde_test"
#endif

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

OPERATIONS struct tcp_congestion_ops NAME = {
	.ssthresh = (void *)threshold,
	.cong_avoid = (void *)avoid,
	.undo_cwnd = (void *)undo,
	.name = NAME_TEXT,
};

char LICENSE[] SEC("license") = "GPL";
