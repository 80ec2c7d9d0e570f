/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/sys.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PTR(p) ((uint64_t)(uintptr_t)(p))

/*
 * Trailing zero bytes are accepted by every kernel (bpf_check_uarg_tail_zero()), so one size of
 * attr serves all. The verifier gives up with EAGAIN when a signal is pending.
 */
int sys_bpf(int cmd, void *attr, unsigned size)
{
	for (int tries = 0;; tries++) {
		long r = syscall(__NR_bpf, cmd, attr, size);

		if (r >= 0)
			return (int)r;
		if (errno != EAGAIN || cmd != BPF_PROG_LOAD || tries == 10)
			return -errno;
	}
}

int sys_perf_event_open(struct perf_event_attr *attr, pid_t pid, int cpu, int group_fd,
			unsigned long flags)
{
	long r = syscall(__NR_perf_event_open, attr, pid, cpu, group_fd,
			 flags | PERF_FLAG_FD_CLOEXEC);

	return r < 0 ? -errno : (int)r;
}

void sys_object_name(char dst[BPF_OBJ_NAME_LEN], const char *src)
{
	unsigned n = 0;

	for (; src && *src && n < BPF_OBJ_NAME_LEN - 1; src++)
		dst[n++] = isalnum((unsigned char)*src) || *src == '.' ? *src : '_';
	dst[n] = 0;
}

int sys_map_create(uint32_t type, const char *name, uint32_t key_size, uint32_t value_size,
		   uint32_t max_entries, uint32_t flags)
{
	union bpf_attr attr = {
		.map_type = type,
		.key_size = key_size,
		.value_size = value_size,
		.max_entries = max_entries,
		.map_flags = flags,
	};

	sys_object_name(attr.map_name, name);
	return sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
}

int sys_map_create_outer(uint32_t type, const char *name, uint32_t max_entries, int inner_fd)
{
	union bpf_attr attr = {
		.map_type = type,
		.key_size = 4,
		.value_size = 4,
		.max_entries = max_entries,
		.inner_map_fd = (uint32_t)inner_fd,
	};

	sys_object_name(attr.map_name, name);
	return sys_bpf(BPF_MAP_CREATE, &attr, sizeof(attr));
}

int sys_map_open_pinned(const char *path)
{
	union bpf_attr attr = { .pathname = PTR(path) };
	int fd = sys_bpf(BPF_OBJ_GET, &attr, sizeof(attr));
	char link[32], kind[32] = "";

	if (fd < 0)
		return fd;
	/* kernel/bpf/syscall.c names the inodes; information of a program would be taken for that of a map. */
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (readlink(link, kind, sizeof(kind) - 1) > 0 && !strcmp(kind, "anon_inode:bpf-map"))
		return fd;
	close(fd);
	return -EINVAL;
}

int sys_map_info(int fd, struct bpf_map_info *ret)
{
	union bpf_attr attr = { .info = { .bpf_fd = (uint32_t)fd, .info_len = sizeof(*ret), .info = PTR(ret) } };

	memset(ret, 0, sizeof(*ret));
	return sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr));
}

static int map_elem(int cmd, int fd, const void *key, const void *value, uint64_t flags)
{
	union bpf_attr attr = {
		.map_fd = fd,
		.key = PTR(key),
		.value = PTR(value),
		.flags = flags,
	};

	return sys_bpf(cmd, &attr, sizeof(attr));
}

int sys_map_lookup(int fd, const void *key, void *ret_value)
{
	return map_elem(BPF_MAP_LOOKUP_ELEM, fd, key, ret_value, 0);
}

int sys_map_update(int fd, const void *key, const void *value, uint64_t flags)
{
	return map_elem(BPF_MAP_UPDATE_ELEM, fd, key, value, flags);
}

int sys_map_delete(int fd, const void *key)
{
	return map_elem(BPF_MAP_DELETE_ELEM, fd, key, NULL, 0);
}

int sys_map_next_key(int fd, const void *key, void *ret_next)
{
	return map_elem(BPF_MAP_GET_NEXT_KEY, fd, key, ret_next, 0);
}

int sys_map_freeze(int fd)
{
	union bpf_attr attr = { .map_fd = fd };

	return sys_bpf(BPF_MAP_FREEZE, &attr, sizeof(attr));
}

static int map_batch(int cmd, int fd, const void *in, void *out, void *keys, void *values,
		     uint32_t *count)
{
	union bpf_attr attr = {
		.batch = {
			.in_batch = PTR(in),
			.out_batch = PTR(out),
			.keys = PTR(keys),
			.values = PTR(values),
			.count = *count,
			.map_fd = fd,
		},
	};
	int r;

	r = sys_bpf(cmd, &attr, sizeof(attr));
	*count = !r || r == -ENOENT ? attr.batch.count : 0;
	return r;
}

int sys_map_lookup_batch(int fd, bool first, void *position, void *keys, void *values,
			 uint32_t *count)
{
	return map_batch(BPF_MAP_LOOKUP_BATCH, fd, first ? NULL : position, position, keys, values,
			 count);
}

int sys_map_take_batch(int fd, bool first, void *position, void *keys, void *values, uint32_t *count)
{
	return map_batch(BPF_MAP_LOOKUP_AND_DELETE_BATCH, fd, first ? NULL : position, position, keys, values,
			 count);
}

int sys_raw_tracepoint_open(const char *name, int prog_fd)
{
	union bpf_attr attr = {
		.raw_tracepoint = { .name = PTR(name), .prog_fd = prog_fd },
	};

	return sys_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}

int sys_prog_test_run_raw(int prog_fd, uint32_t *ret_value)
{
	uint64_t args[12] = { 0 }; /* MAX_BPF_FUNC_ARGS of net/bpf/test_run.c */
	union bpf_attr attr = {
		.test = {
			.prog_fd = prog_fd,
			.ctx_in = PTR(args),
			.ctx_size_in = sizeof(args),
		},
	};
	int r = sys_bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr));

	if (!r && ret_value)
		*ret_value = attr.test.retval;
	return r;
}

int sys_perf_attach(int perf_fd, int prog_fd, uint64_t cookie)
{
	union bpf_attr attr = {
		.link_create = {
			.prog_fd = prog_fd,
			.target_fd = perf_fd,
			.attach_type = BPF_PERF_EVENT,
			.perf_event = { .bpf_cookie = cookie },
		},
	};
	int link = sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr)), r;

	if (link < 0) {
		/* Below 5.15 there are no links of perf events, nor cookies. */
		if ((link != -EINVAL && link != -EOPNOTSUPP) || cookie)
			return link;
		if (ioctl(perf_fd, PERF_EVENT_IOC_SET_BPF, prog_fd) < 0)
			return -errno;
		link = 0;
	}
	if (ioctl(perf_fd, PERF_EVENT_IOC_ENABLE, 0) < 0) {
		r = -errno;
		if (link)
			close(link);
		return r;
	}
	return link;
}

int sys_prog_load_empty(uint32_t type, uint32_t attach_type, uint32_t attach_btf_id)
{
	struct bpf_insn insns[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K }, { .code = BPF_JMP | BPF_EXIT } };
	union bpf_attr attr = {
		.prog_type = type,
		.expected_attach_type = attach_type,
		.attach_btf_id = attach_btf_id,
		.insns = PTR(insns),
		.insn_cnt = 2,
		.license = PTR("GPL"),
	};

	return sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

int sys_link_create_kprobe_multi(int prog_fd, const struct sys_kprobe_multi *m)
{
	union bpf_attr attr = {
		.link_create = {
			.prog_fd = prog_fd,
			.attach_type = m->kind,
			.kprobe_multi = {
				.flags = m->ret ? 1 : 0, /* BPF_F_KPROBE_MULTI_RETURN */
				.cnt = m->n,
				.syms = PTR(m->syms),
				.addrs = PTR(m->addrs),
				.cookies = PTR(m->cookies),
			},
		},
	};

	return sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

/* union bpf_attr's link_create.uprobe_multi of 6.6. */
struct uprobe_multi_attr {
	uint32_t prog_fd, target_fd, attach_type, flags;
	uint64_t path, offsets, ref_ctr_offsets, cookies;
	uint32_t cnt, multi_flags, pid, zero;
};

int sys_link_create_uprobe_multi(int prog_fd, const char *path, const uint64_t *offsets,
				 const uint64_t *ref_ctrs, uint32_t n, enum sys_uprobes kind, pid_t pid,
				 const uint64_t *cookies)
{
	struct uprobe_multi_attr attr = {
		.prog_fd = prog_fd,
		.attach_type = kind == SYS_UPROBES_SESSION ? SYS_BPF_TRACE_UPROBE_SESSION : SYS_BPF_TRACE_UPROBE_MULTI,
		.path = PTR(path),
		.offsets = PTR(offsets),
		.ref_ctr_offsets = PTR(ref_ctrs),
		.cookies = PTR(cookies),
		.cnt = n,
		.multi_flags = kind == SYS_UPROBES_RETURN ? 1 : 0, /* BPF_F_UPROBE_MULTI_RETURN */
		.pid = pid,
	};

	return sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));
}

int sys_link_create_tracing(int prog_fd, uint32_t attach_type)
{
	union bpf_attr attr = {
		.link_create = { .prog_fd = prog_fd, .attach_type = attach_type },
	};
	int r = sys_bpf(BPF_LINK_CREATE, &attr, sizeof(attr));

	/* BPF_LINK_CREATE takes tracing programs from 5.18 on. */
	if (r == -EINVAL)
		r = sys_raw_tracepoint_open(NULL, prog_fd);
	return r;
}

/* A list of CPUs as sysfs writes it, "0-3,8"; numbers of ids are stored as far as max. */
static int read_cpu_list(const char *path, int *ret, unsigned max, int *ret_last)
{
	char buf[4096], *p = buf;
	int fd = open(path, O_RDONLY | O_CLOEXEC), count = 0;
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n <= 0)
		return -EIO;
	buf[n] = 0;
	while (isdigit((unsigned char)*p)) {
		long first = strtol(p, &p, 10), last = first;

		if (*p == '-')
			last = strtol(p + 1, &p, 10);
		if (last > 65535)
			return -ERANGE;
		for (long c = first; c <= last; c++, count++)
			if ((unsigned)count < max)
				ret[count] = (int)c;
		*ret_last = (int)last;
		if (*p == ',')
			p++;
	}
	return count;
}

unsigned sys_possible_cpus(void)
{
	static unsigned cpus;
	int last = -1;

	if (!cpus && read_cpu_list("/sys/devices/system/cpu/possible", NULL, 0, &last) > 0)
		cpus = (unsigned)last + 1;
	if (!cpus)
		cpus = (unsigned)sysconf(_SC_NPROCESSORS_CONF);
	return cpus;
}

unsigned sys_online_cpus(int *ret, unsigned max)
{
	int last, n = read_cpu_list("/sys/devices/system/cpu/online", ret, max, &last);

	if (n <= 0) {
		n = (int)sysconf(_SC_NPROCESSORS_ONLN);
		for (int i = 0; i < n && (unsigned)i < max; i++)
			ret[i] = i;
	}
	return (unsigned)n < max ? (unsigned)n : max;
}

const char *sys_tracefs(void)
{
	static const char *const places[] = { "/sys/kernel/tracing", "/sys/kernel/debug/tracing" };
	struct statfs s;

	for (unsigned i = 0; i < 2; i++)
		if (!statfs(places[i], &s) && s.f_type == TRACEFS_MAGIC)
			return places[i];
	return NULL;
}
