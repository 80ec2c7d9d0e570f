/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the programs of the walkthrough need, so that they compile without any header. */
#define SEC(name) __attribute__((section(name), used))

typedef unsigned int u32;
typedef unsigned long long u64;

struct xdp_md {
	u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
};

enum { XDP_DROP = 1, XDP_PASS = 2 };
enum { MAP_HASH = 1, MAP_ARRAY = 2, MAP_PROG_ARRAY = 3, MAP_LRU_HASH = 9 };

/* Numbers of helpers: include/uapi/linux/bpf.h */
static void *(*const map_lookup)(void *map, const void *key) = (void *)1;
static long (*const map_update)(void *map, const void *key, const void *value, u64 flags) = (void *)2;
static long (*const trace_printk)(const char *format, u32 size, ...) = (void *)6;
static long (*const tail_call)(void *ctx, void *map, u32 index) = (void *)12;

#define __uint(name, value) int (*name)[value]
#define __type(name, type) type *name
