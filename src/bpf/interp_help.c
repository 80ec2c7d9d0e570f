/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Helpers of the interpreter: r[1]..r[5] are the arguments, the result is r0's. */
#include <errno.h>

#include "bpf/interp_int.h"

#define LOOPS_MAX (8u << 20) /* include/linux/bpf.h: BPF_MAX_LOOPS */

static int64_t min_size(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* dst, size, source address */
static int64_t probe_read(struct interp *in, uint64_t *r)
{
	void *dst = interp_access(in, r[1], r[2], true), *src;

	if (!dst && r[2])
		return 0;
	src = interp_peek(in, r[3], r[2]);
	if (!src) {
		memset(dst, 0, r[2]);
		return -EFAULT;
	}
	memcpy(dst, src, r[2]);
	return 0;
}

/* Up to size bytes with their NUL: the length, which counts the NUL. */
static int64_t probe_read_str(struct interp *in, uint64_t *r)
{
	char *dst = interp_access(in, r[1], r[2], true);
	uint64_t n = 0;

	if (!dst)
		return -EINVAL;
	while (n < r[2]) {
		const char *c = interp_peek(in, r[3] + n, 1);

		if (!c)
			break;
		dst[n++] = *c;
		if (!*c)
			return (int64_t)n;
	}
	if (n < r[2]) {
		memset(dst, 0, r[2]);
		return -EFAULT;
	}
	dst[n - 1] = '\0';
	return (int64_t)n;
}

static uint64_t map_call(struct interp *in, int32_t id, uint64_t *r)
{
	struct imap *m = interp_map(in, r[1]);
	void *key = m ? interp_access(in, r[2], m->map->key_size, false) : NULL;
	void *value = NULL;

	if (!key)
		return 0;
	if (id == BPF_FUNC_map_update_elem) {
		value = interp_access(in, r[3], m->map->value_size, false);
		return value ? (uint64_t)interp_update(in, m, key, value, r[4]) : 0;
	}
	if (id == BPF_FUNC_map_delete_elem)
		return (uint64_t)interp_delete(in, m, key);
	if (id == BPF_FUNC_map_lookup_percpu_elem && r[3])
		return 0;
	return interp_lookup(in, m, key);
}

static uint64_t add_record(struct interp *in, uint64_t addr, uint64_t size)
{
	const void *data = interp_access(in, addr, size, false);
	struct irecord rec = { xmalloc(size), size, 0 };

	if (!data) {
		free(rec.data);
		return 0;
	}
	memcpy(rec.data, data, size);
	vec_push(&in->records, rec);
	return 0;
}

static uint64_t ring_reserve(struct interp *in, uint64_t *r)
{
	struct region *reg = interp_region(in, r[2]);
	struct irecord rec = { reg->mem, r[2], reg->addr };

	vec_push(&in->reserved, rec);
	return reg->addr;
}

static uint64_t ring_end(struct interp *in, uint64_t addr, bool submit)
{
	vec_each(in->reserved, i) {
		if (in->reserved.v[i].addr != addr)
			continue;
		if (submit)
			add_record(in, addr, in->reserved.v[i].size);
		in->reserved.v[i] = in->reserved.v[--in->reserved.n];
		vec_each(in->regions, k)
			if (in->regions.v[k]->addr == addr)
				in->regions.v[k]->dead = true;
		return 0;
	}
	return interp_fail(in, "0x%llx is no reserved record", (unsigned long long)addr);
}

static uint64_t get_comm(struct interp *in, uint64_t *r)
{
	char *dst = interp_access(in, r[1], r[2], true);

	if (!dst)
		return 0;
	memset(dst, 0, r[2]);
	memcpy(dst, in->env.comm, (size_t)min_size((int64_t)r[2], sizeof(in->env.comm)));
	return 0;
}

/* ctx, buffer, size, flags */
static uint64_t get_stack(struct interp *in, uint64_t *r)
{
	void *dst = interp_access(in, r[2], r[3], true);
	int64_t n = min_size((int64_t)r[3], sizeof(in->env.stack));

	if (!dst)
		return 0;
	memcpy(dst, in->env.stack, (size_t)n);
	return (uint64_t)n;
}

static uint64_t for_each(struct interp *in, uint64_t *r)
{
	struct imap *m = interp_map(in, r[1]);
	uint64_t done = 0;

	for (size_t i = 0; m && i < m->entries.n && !in->failed; i++) {
		struct region *key = interp_region(in, m->map->key_size);
		uint64_t args[] = { r[1], key->addr, m->entries.v[i].addr, r[3] };

		memcpy(key->mem, m->entries.v[i].key, m->map->key_size);
		done++;
		if (interp_callback(in, r[2], args, 4))
			break;
	}
	return done;
}

static uint64_t loop(struct interp *in, uint64_t *r)
{
	uint64_t i = 0;

	if ((uint32_t)r[1] > LOOPS_MAX)
		return (uint64_t)-E2BIG;
	while (i < (uint32_t)r[1] && !in->failed) {
		uint64_t args[] = { i++, r[3] };

		if (interp_callback(in, r[2], args, 2))
			break;
	}
	return i;
}

static uint64_t compare_strings(struct interp *in, uint64_t *r)
{
	const char *a = interp_access(in, r[1], r[2], false), *b = a ? interp_access(in, r[3], 1, false) : NULL;

	for (uint64_t i = 0; b && i < r[2]; i++) {
		b = interp_access(in, r[3] + i, 1, false);
		if (!b || a[i] != *b)
			return b ? (uint64_t)(int64_t)((unsigned char)a[i] - (unsigned char)*b) : 0;
		if (!a[i])
			break;
	}
	return 0;
}

/* Stores a word where the last argument says. */
static uint64_t put_word(struct interp *in, uint64_t addr, uint64_t v, int64_t ret)
{
	void *dst = interp_access(in, addr, 8, true);

	if (dst)
		memcpy(dst, &v, 8);
	return (uint64_t)ret;
}

static uint64_t get_arg(struct interp *in, uint64_t *r)
{
	if (r[2] >= in->env.narg || r[2] >= ARRAY_SIZE(in->env.arg))
		return put_word(in, r[3], 0, -EINVAL);
	return put_word(in, r[3], in->env.arg[r[2]], 0);
}

/* dev, inode, buffer, size */
static uint64_t ns_pid(struct interp *in, uint64_t *r)
{
	uint32_t *dst = interp_access(in, r[3], r[4], true);

	if (!dst || r[4] != 8)
		return (uint64_t)-EINVAL;
	dst[0] = (uint32_t)in->env.pid_tgid;
	dst[1] = (uint32_t)(in->env.pid_tgid >> 32);
	return 0;
}

static uint64_t clock_read(struct interp *in)
{
	uint64_t now = in->env.ktime;

	in->env.ktime += in->env.ktime_step;
	return now;
}

static uint64_t plain_number(struct interp *in, int32_t id)
{
	switch (id) {
	case BPF_FUNC_ktime_get_ns: case BPF_FUNC_ktime_get_boot_ns: case 208: /* ktime_get_tai_ns */
		return clock_read(in);
	case BPF_FUNC_get_prandom_u32:
		return (uint32_t)in->env.random++;
	case BPF_FUNC_get_current_pid_tgid:
		return in->env.pid_tgid;
	case BPF_FUNC_get_current_uid_gid:
		return in->env.uid_gid;
	case BPF_FUNC_get_current_cgroup_id:
		return in->env.cgroup;
	case BPF_FUNC_get_current_task: case BPF_FUNC_get_current_task_btf:
		return in->env.task;
	case BPF_FUNC_get_func_ip:
		return in->env.func_ip;
	case BPF_FUNC_get_attach_cookie:
		return in->env.cookie;
	case BPF_FUNC_get_func_arg_cnt:
		return in->env.narg;
	case BPF_FUNC_get_stackid:
		return (uint64_t)in->env.stackid;
	case BPF_FUNC_get_smp_processor_id: case BPF_FUNC_get_numa_node_id: case BPF_FUNC_trace_printk:
	case BPF_FUNC_send_signal: case BPF_FUNC_send_signal_thread:
		return 0;
	default:
		return interp_fail(in, "helper %d is not known", id);
	}
}

uint64_t interp_helper(struct interp *in, int32_t id, uint64_t *r)
{
	switch (id) {
	case BPF_FUNC_map_lookup_elem: case BPF_FUNC_map_update_elem: case BPF_FUNC_map_delete_elem:
	case BPF_FUNC_map_lookup_percpu_elem:
		return map_call(in, id, r);
	case BPF_FUNC_probe_read: case BPF_FUNC_probe_read_kernel: case BPF_FUNC_probe_read_user:
		return (uint64_t)probe_read(in, r);
	case BPF_FUNC_probe_read_str: case BPF_FUNC_probe_read_kernel_str: case BPF_FUNC_probe_read_user_str:
		return (uint64_t)probe_read_str(in, r);
	case BPF_FUNC_get_current_comm:
		return get_comm(in, r);
	case BPF_FUNC_perf_event_output:
		return add_record(in, r[4], r[5]);
	case BPF_FUNC_ringbuf_output:
		return add_record(in, r[2], r[3]);
	case BPF_FUNC_ringbuf_reserve:
		return ring_reserve(in, r);
	case BPF_FUNC_ringbuf_submit: case BPF_FUNC_ringbuf_discard:
		return ring_end(in, r[1], id == BPF_FUNC_ringbuf_submit);
	case BPF_FUNC_get_stack:
		return get_stack(in, r);
	case BPF_FUNC_for_each_map_elem:
		return for_each(in, r);
	case BPF_FUNC_loop:
		return loop(in, r);
	case BPF_FUNC_strncmp:
		return compare_strings(in, r);
	case BPF_FUNC_get_func_arg:
		return get_arg(in, r);
	case BPF_FUNC_get_func_ret:
		return put_word(in, r[2], in->env.ret, 0);
	case BPF_FUNC_get_ns_current_pid_tgid:
		return ns_pid(in, r);
	default:
		return plain_number(in, id);
	}
}

/* kernel/bpf/helpers.c: a cast gives its pointer. kernel/bpf/bpf_iter.c: bpf_iter_num keeps the current and the last number in its 8 bytes. */
uint64_t interp_kfunc(struct interp *in, const char *name, uint64_t *r)
{
	int32_t *it;

	if (!strcmp(name, "bpf_rdonly_cast"))
		return r[1];
	it = interp_access(in, r[1], 8, true);
	if (!it)
		return 0;
	if (!strcmp(name, "bpf_iter_num_new")) {
		it[0] = (int32_t)r[2] - 1;
		it[1] = (int32_t)r[3];
		return 0;
	}
	if (!strcmp(name, "bpf_iter_num_next"))
		return (int64_t)it[0] + 1 >= it[1] ? 0 : (++it[0], r[1]);
	if (!strcmp(name, "bpf_iter_num_destroy"))
		return 0;
	return interp_fail(in, "kernel function %s is not known", name);
}
