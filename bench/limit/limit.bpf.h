/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the limit programs share. Each does what the script of the same name in scripts/ does, as
 * a C programmer would write it who knows the answer's shape; no type of the running kernel is
 * needed but those below. */
#ifndef LIMIT_BPF_H
#define LIMIT_BPF_H

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define COMM_LEN 16
#define MAX_KEYS 4096
#define HIST_SLOTS 65 /* one for zero, one for each power of two */

char LICENSE[] SEC("license") = "GPL";

/* A map of counters, a value of each key for each processor. */
#define COUNTERS(map, map_type, key_type, entries) \
	struct { \
		__uint(type, map_type); \
		__uint(max_entries, entries); \
		__type(key, key_type); \
		__type(value, __u64); \
	} map SEC(".maps")

static __always_inline void count_key(void *map, const void *key)
{
	__u64 *n = bpf_map_lookup_elem(map, key);
	__u64 one = 1;

	if (n)
		*n += 1;
	else
		bpf_map_update_elem(map, key, &one, BPF_ANY);
}

static __always_inline __u32 log2_slot(__u64 v)
{
	__u32 slot = v != 0;

#pragma unroll
	for (int bits = 32; bits; bits /= 2) {
		__u32 shift = (v >= 1ULL << bits) * bits;

		v >>= shift;
		slot += shift;
	}
	return slot;
}

static __always_inline void count_slot(void *map, __u64 v)
{
	__u32 slot = log2_slot(v);
	__u64 *n = bpf_map_lookup_elem(map, &slot);

	if (n)
		*n += 1;
}

#endif
