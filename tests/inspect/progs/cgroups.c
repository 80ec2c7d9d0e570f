// SPDX-License-Identifier: GPL-2.0-or-later
// An iterator over control groups that writes nothing.
#define SEC(name) __attribute__((section(name), used))

SEC("iter/cgroup") int list(void *ctx) { return 0; }

char LICENSE[] SEC("license") = "GPL";
