/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs emitted programs in user space, for tests: fake maps, fake helpers, a described memory. Stricter
 * than the kernel's verifier where it can be: every access must lie inside one object (stack, map value,
 * ring record, context) and bytes of the stack and registers must have been written before they are read.
 */
#ifndef BPF_INTERP_H
#define BPF_INTERP_H

#include "bpf/object.h"

/* What the helpers say; change it between runs as you like. */
struct interp_env {
	uint64_t pid_tgid, uid_gid, cgroup, task, func_ip, cookie;
	uint64_t ktime, ktime_step; /* each reading of a clock adds the step */
	uint64_t random;            /* next of get_prandom_u32, counts up */
	uint64_t arg[12], ret;      /* get_func_arg, get_func_ret */
	uint32_t narg;
	int64_t stackid;            /* result of get_stackid */
	uint64_t stack[8];          /* what get_stack writes */
	char comm[16];
	uint64_t max_steps;         /* instructions of one run */
};

struct interp;

/* One set of maps and memory, for all programs of an object. Borrows the object. */
struct interp *interp_new(const struct bpf_object *obj);
void interp_free(struct interp *in);
struct interp_env *interp_env(struct interp *in);

/* Runs with a copy of the context; 0 and r0, or -EFAULT and interp_error(). Maps keep their contents. */
int interp_run(struct interp *in, const struct bpf_prog *p, const void *ctx, size_t size, uint64_t *ret);
const char *interp_error(const struct interp *in);
/* Of the last run. */
uint64_t interp_steps(const struct interp *in);
uint64_t interp_calls(const struct interp *in);

/* Bytes at an address that helpers can read, and the program itself if direct is set. */
void interp_mem(struct interp *in, uint64_t addr, const void *data, size_t n, bool direct);

/* Value under a key, NULL if absent; of arrays too (globals: key 0). */
void *interp_map_get(struct interp *in, const struct ir_map *m, const void *key);
/* Adds or replaces; for arrays replaces. False if it does not fit. */
bool interp_map_set(struct interp *in, const struct ir_map *m, const void *key, const void *value);
size_t interp_map_count(const struct interp *in, const struct ir_map *m);
/* Entry i in order of insertion. */
bool interp_map_at(struct interp *in, const struct ir_map *m, size_t i, const void **ret_key, void **ret_value);

/* Records sent to the ring buffer or perf buffer, in order. */
size_t interp_records(const struct interp *in);
const void *interp_record(const struct interp *in, size_t i, size_t *ret_size);

#endif
