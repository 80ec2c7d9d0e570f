// SPDX-License-Identifier: GPL-2.0-or-later
// Writes a line to each of its streams; returns 0, or the error of it as an unsigned number. SAY: the function, which
// takes a fifth argument of the kernel's own in 6.18, and has it added by the verifier later.
#define SEC(name) __attribute__((section(name), used))

#ifndef SAY
#define SAY bpf_stream_vprintk
#endif
#ifdef WITH_AUX
extern int SAY(int stream, const char *format, const void *args, unsigned int len, void *aux) __attribute__((section(".ksyms")));
#define say(stream, format, args, len) SAY(stream, format, args, len, (void *)0)
#else
extern int SAY(int stream, const char *format, const void *args, unsigned int len) __attribute__((section(".ksyms")));
#define say SAY
#endif

SEC("xdp") int speaker(void *ctx)
{
	static const char out[] = "said %d\n", err[] = "wrong %d\n";
	unsigned long long n = 42;

	return say(1, out, &n, sizeof(n)) | say(2, err, &n, sizeof(n));
}

char LICENSE[] SEC("license") = "GPL";
