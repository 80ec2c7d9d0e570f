/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Thin wrappers of bpf(2) and perf_event_open(2) as of Linux 6.18, without the headers of that
 * release: results are fds or 0, errors -errno. Nothing here allocates or prints.
 */
#ifndef RUN_SYS_H
#define RUN_SYS_H

#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Newer than the packaged headers (include/uapi/linux/bpf.h). */
#define SYS_BPF_TRACE_KPROBE_MULTI 42
#define SYS_BPF_TRACE_KPROBE_SESSION 56
#define SYS_BPF_TRACE_UPROBE_MULTI 48
#define SYS_BPF_TRACE_UPROBE_SESSION 57

int sys_bpf(int cmd, void *attr, unsigned size);
int sys_perf_event_open(struct perf_event_attr *attr, pid_t pid, int cpu, int group_fd,
			unsigned long flags);
/*
 * A name as the kernel takes it: at most 15 of [A-Za-z0-9_.], others become '_'
 * (bpf_obj_name_cpy()).
 */
void sys_object_name(char dst[BPF_OBJ_NAME_LEN], const char *src);
/* name: any text, see sys_object_name(). */
int sys_map_create(uint32_t type, const char *name, uint32_t key_size, uint32_t value_size,
		   uint32_t max_entries, uint32_t flags);
/* A map of maps that are like inner_fd, with numbers as keys. */
int sys_map_create_outer(uint32_t type, const char *name, uint32_t max_entries, int inner_fd);
int sys_map_lookup(int fd, const void *key, void *ret_value);
int sys_map_update(int fd, const void *key, const void *value, uint64_t flags);
int sys_map_delete(int fd, const void *key);
/* key NULL: the first; -ENOENT at the end. */
int sys_map_next_key(int fd, const void *key, void *ret_next);
int sys_map_freeze(int fd);
int sys_map_open_pinned(const char *path); /* fd or -errno; -EINVAL: a program or a link is pinned there */
int sys_map_info(int fd, struct bpf_map_info *ret);
/*
 * Batch look-up: *count in: room, out: entries; position of the size of the key (at least 4 bytes,
 * hash maps need 4); first: start. 0, or -ENOENT with the last entries.
 */
int sys_map_take_batch(int fd, bool first, void *position, void *keys, void *values,
		       uint32_t *count); /* looked up and deleted */
int sys_map_lookup_batch(int fd, bool first, void *position, void *keys, void *values,
			 uint32_t *count);
int sys_raw_tracepoint_open(const char *name, int prog_fd);
int sys_prog_test_run_raw(int prog_fd, uint32_t *ret_value); /* raw tracepoint programs; 5.10 */
/*
 * Attaches a program to a perf event: link where the kernel has it (so exit is clean), else ioctl.
 * fd or 0.
 */
int sys_perf_attach(int perf_fd, int prog_fd, uint64_t cookie);
/* n functions by name or by address, and NULL or a cookie for each. */
struct sys_kprobe_multi {
	uint32_t kind; /* SYS_BPF_TRACE_KPROBE_MULTI or _SESSION */
	bool ret;      /* at their returns */
	uint32_t n;
	const char *const *syms;
	const uint64_t *addrs, *cookies;
};
int sys_link_create_kprobe_multi(int prog_fd, const struct sys_kprobe_multi *m);
/* A program that does nothing, to try what it can be attached to. */
int sys_prog_load_empty(uint32_t type, uint32_t attach_type, uint32_t attach_btf_id);
/* Where a program runs at functions of user space; a session is at entry and return, and needs 6.13. */
enum sys_uprobes { SYS_UPROBES_ENTRY, SYS_UPROBES_RETURN, SYS_UPROBES_SESSION };
int sys_link_create_uprobe_multi(int prog_fd, const char *path, const uint64_t *offsets,
				 const uint64_t *ref_ctrs, uint32_t n, enum sys_uprobes kind, pid_t pid,
				 const uint64_t *cookies);
/* fentry, fexit, tp_btf; falls back to BPF_RAW_TRACEPOINT_OPEN. */
int sys_link_create_tracing(int prog_fd, uint32_t attach_type);
unsigned sys_possible_cpus(void);  /* from /sys/devices/system/cpu/possible */
/* CPUs that are on line: count, ids into ret (max of them). */
unsigned sys_online_cpus(int *ret, unsigned max);
/* Where tracefs is mounted, NULL if nowhere (static text). */
const char *sys_tracefs(void);

#endif
