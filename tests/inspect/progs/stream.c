// SPDX-License-Identifier: GPL-2.0-or-later
// Writes a line to each of its streams; returns 0, or the error of it as an unsigned number.
#define SEC(name) __attribute__((section(name), used))

extern int bpf_stream_vprintk_impl(int stream, const char *format, const void *args, unsigned int len, void *aux)
	__attribute__((section(".ksyms")));

SEC("xdp") int speaker(void *ctx)
{
	static const char out[] = "said %d\n", err[] = "wrong %d\n";
	unsigned long long n = 42;

	return bpf_stream_vprintk_impl(1, out, &n, sizeof(n), (void *)0) |
	       bpf_stream_vprintk_impl(2, err, &n, sizeof(n), (void *)0);
}

char LICENSE[] SEC("license") = "GPL";
