/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the target kernel offers to the code generator. Plain answers, asked
 * lazily: run/feature.c answers for the running kernel, tests answer from a list.
 */
#ifndef IR_TARGET_H
#define IR_TARGET_H

#include <stdbool.h>

enum target_feature {
	TF_RINGBUF,           /* BPF_MAP_TYPE_RINGBUF, 5.8 */
	TF_PROBE_READ_KERNEL, /* split probe_read helpers, 5.5 */
	TF_BOOT_NS,           /* ktime_get_boot_ns, 5.8 */
	TF_TASK_BTF,          /* get_current_task_btf, 5.11 */
	TF_FOR_EACH_MAP,      /* for_each_map_elem, 5.13 */
	TF_ATTACH_COOKIE,     /* get_attach_cookie, 5.15 */
	TF_FUNC_IP,           /* get_func_ip, 5.15 */
	TF_LOOP,              /* bpf_loop, 5.17 */
	TF_ITER_NUM,          /* bpf_iter_num kfuncs, 6.4 */
	TF_COMM_PADDED,       /* get_current_comm fills all 16 bytes: not so in some releases before 6.4 */
	TF_SDIV,              /* signed division (cpu=v4), 6.6 */
	TF_BATCH,             /* map batch operations, 5.6 */
	TF_KPROBE_MULTI,      /* 5.18 and CONFIG_FPROBE */
	TF_KPROBE_SESSION,    /* one program at entry and return, 6.10 */
	TF_UPROBE_MULTI,      /* 6.6 */
	TF_FENTRY,            /* BPF trampolines usable */
	TF_KPROBE,            /* kprobes compiled in */
	TF_PERCPU_ELEM,       /* map_lookup_percpu_elem, 5.19 */
	TF_MMAP_ARRAY,        /* BPF_F_MMAPABLE, 5.5 */
	TF_PERF_LINK,         /* BPF_LINK_CREATE for perf events, 5.15 */
	TF_NS_PID,            /* get_ns_current_pid_tgid, 5.7 */
	TF_XCHG,              /* atomic exchange (5.12; by the JIT of aarch64, 5.18) */
	TF_LONG_KEYS,         /* hash keys above 512 bytes, 5.18 */
	TF_TAI_NS,            /* ktime_get_tai_ns, 6.1 */
	TF_TASK_PT_REGS,      /* task_pt_regs, 5.15 */
	TF_LAZY_HASH,         /* hash tables that allocate by bpf_mem_alloc, which tracing programs may, 6.1 */
	TF_RDONLY_CAST,       /* bpf_rdonly_cast, 6.2 */
	TF_COUNT
};

struct target {
	bool (*has)(struct target *t, enum target_feature f);
	unsigned ncpus; /* possible CPUs */
	bool is_portable; /* the programs will run elsewhere: nothing of this machine may be in them */
};

static inline bool target_has(struct target *t, enum target_feature f)
{
	return t->has(t, f);
}

#endif
