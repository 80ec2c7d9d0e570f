// SPDX-License-Identifier: GPL-2.0-or-later
// Says hello in the trace at the execve(2) of one process, with libbpf's own headers.
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

const volatile int caller = 0;

SEC("tracepoint/syscalls/sys_enter_execve")
int hello(void *ctx)
{
	int pid = bpf_get_current_pid_tgid() >> 32;

	if (pid == caller)
		bpf_printk("hello, world, from %d", pid);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
