// SPDX-License-Identifier: GPL-2.0-or-later
// Greets one process at each of its getppid(2): what a skeleton's user sees in the globals.
#define SEC(name) __attribute__((section(name), used))

static long (*bpf_probe_read_kernel_str)(void *to, int size, const void *from) = (void *)115;
static unsigned long long (*bpf_get_current_pid_tgid)(void) = (void *)14;

const volatile int listener = 0;
int greetings;
char words[32];

SEC("tp/syscalls/sys_enter_getppid") int greet(void *ctx)
{
	static const char text[] = "good morning";

	if (bpf_get_current_pid_tgid() >> 32 != listener)
		return 0;
	bpf_probe_read_kernel_str(words, sizeof(words), text);
	greetings++;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
