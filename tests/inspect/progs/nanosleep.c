// SPDX-License-Identifier: GPL-2.0-or-later
// A program at the entry of a function, for a link that is made by hand.
#define SEC(name) __attribute__((section(name), used))

SEC("fentry/do_nanosleep") int on_nanosleep(void *ctx) { return 0; }

char LICENSE[] SEC("license") = "GPL";
