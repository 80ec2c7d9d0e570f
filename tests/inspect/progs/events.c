// SPDX-License-Identifier: GPL-2.0-or-later
// Sends eight known bytes through a perf event array.
#define SEC(name) __attribute__((section(name), used))

struct {
	int (*type)[4]; /* BPF_MAP_TYPE_PERF_EVENT_ARRAY */
	int (*key_size)[4];
	int (*value_size)[4];
} events SEC(".maps");

static long (*bpf_perf_event_output)(void *ctx, void *map, unsigned long long flags, void *data,
				     unsigned long long n) = (void *)25;

SEC("xdp") int send(void *ctx)
{
	unsigned long long bytes = 0x0807060504030201ull;

	return bpf_perf_event_output(ctx, &events, 0xffffffff, &bytes, sizeof(bytes)) ? 1 : 2;
}

char LICENSE[] SEC("license") = "GPL";
