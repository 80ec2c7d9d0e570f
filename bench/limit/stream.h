/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record that stream.bpf.c hands to its loader. */
#ifndef LIMIT_STREAM_H
#define LIMIT_STREAM_H

#include <linux/types.h>

struct line {
	__u32 pid;
	char comm[16];
};

#endif
