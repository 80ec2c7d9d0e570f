/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which helpers a type of program may call. The verifier stops at the first call that it does not like and
 * says whether it is the helper or its arguments. So one load tells of one helper, but for those of which
 * some arguments are known that it takes: they are called in a row in one program. Which arguments are right
 * is a matter of speed only; a call that is refused for them is of a helper that is there.
 * The last instruction reads a register that was never set, so nothing is ever loaded.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "inspect/scan_int.h"

enum {
	CHAIN = 12,      /* helpers a program; longer ones cost more where the first is refused */
	CALL_INSNS = 11, /* of a call at most: four arguments of two instructions, two moves and the call */
	THREADS_MAX = 8,
	STACK = 16,      /* bytes of the stack that calls may read and write */
};

/* Maps that calls are given. */
static const struct arg_map {
	char letter;
	uint32_t type, key, value, entries;
} arg_maps[] = {
	{ 'A', BPF_MAP_TYPE_ARRAY, 4, 8, 1 },
	{ 'C', BPF_MAP_TYPE_CGROUP_ARRAY, 4, 4, 1 },
	{ 'E', BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1 },
	{ 'P', BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1 },
	{ 'Q', BPF_MAP_TYPE_QUEUE, 0, 4, 1 },
	{ 'R', BPF_MAP_TYPE_RINGBUF, 0, 0, 4096 },
	{ 'T', BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 1 },
};

/*
 * Arguments that are right: c the context, s the stack, a digit that number, a capital letter one of the
 * maps above. Helpers that most types of programs have.
 */
static const char *const good_args[SCAN_HELPERS] = {
	[BPF_FUNC_map_lookup_elem] = "As",
	[BPF_FUNC_map_update_elem] = "Ass0",
	[BPF_FUNC_map_delete_elem] = "As",
	[BPF_FUNC_ktime_get_ns] = "",
	[BPF_FUNC_get_prandom_u32] = "",
	[BPF_FUNC_get_smp_processor_id] = "",
	[BPF_FUNC_tail_call] = "cT0",
	[BPF_FUNC_get_current_pid_tgid] = "",
	[BPF_FUNC_get_current_uid_gid] = "",
	[BPF_FUNC_get_current_comm] = "s8",
	[BPF_FUNC_get_cgroup_classid] = "c",
	[BPF_FUNC_perf_event_read] = "E0",
	[BPF_FUNC_perf_event_output] = "cE0s8",
	[BPF_FUNC_get_current_task] = "",
	[BPF_FUNC_current_task_under_cgroup] = "C0",
	[BPF_FUNC_get_numa_node_id] = "",
	[BPF_FUNC_perf_event_read_value] = "E0s8",
	[BPF_FUNC_get_current_cgroup_id] = "",
	[BPF_FUNC_map_push_elem] = "Qs0",
	[BPF_FUNC_map_pop_elem] = "Qs",
	[BPF_FUNC_map_peek_elem] = "Qs",
	[BPF_FUNC_strtol] = "s80s",
	[BPF_FUNC_strtoul] = "s80s",
	[BPF_FUNC_send_signal] = "0",
	[BPF_FUNC_probe_read_user] = "s80",
	[BPF_FUNC_probe_read_kernel] = "s80",
	[BPF_FUNC_probe_read_user_str] = "s80",
	[BPF_FUNC_probe_read_kernel_str] = "s80",
	[BPF_FUNC_send_signal_thread] = "0",
	[BPF_FUNC_jiffies64] = "",
	[BPF_FUNC_get_ns_current_pid_tgid] = "00s8",
	[BPF_FUNC_get_current_ancestor_cgroup_id] = "0",
	[BPF_FUNC_ktime_get_boot_ns] = "",
	[BPF_FUNC_ringbuf_output] = "Rs80",
	[BPF_FUNC_ringbuf_query] = "R0",
	[BPF_FUNC_ktime_get_coarse_ns] = "",
	[BPF_FUNC_snprintf_btf] = "s8s80",
	[BPF_FUNC_get_current_task_btf] = "",
	[BPF_FUNC_get_branch_snapshot] = "s80",
	[BPF_FUNC_map_lookup_percpu_elem] = "Ps0",
	[BPF_FUNC_ktime_get_tai_ns] = "",
};

struct chain {
	struct bpf_insn insns[2 + STACK / 8 + CHAIN * CALL_INSNS + 2];
	unsigned ninsns;
	unsigned steps; /* instructions as the verifier counts them: one that loads a map is one */
	unsigned ncalls;
	int helper[CHAIN];
	unsigned end[CHAIN]; /* steps up to and with the call */
};

/* What all workers share. */
struct work {
	struct scan_helpers *all;
	unsigned n;
	atomic_uint next;
	uint32_t ifindex;
	bool full;
	uint32_t log_level; /* of the least that has the reason of a refusal */
	int maps[ARRAY_SIZE(arg_maps)]; /* fds; negative where the kernel has no such map */
};

const char *scan_helper_name(uint32_t number)
{
#define NAME(name) [BPF_FUNC_##name] = "bpf_" #name
	static const char *const names[SCAN_HELPERS] = {
		__BPF_FUNC_MAPPER(NAME)
		/* newer than the packaged header */
		[210] = "bpf_cgrp_storage_get", [211] = "bpf_cgrp_storage_delete",
	};
#undef NAME

	return number < SCAN_HELPERS ? names[number] : NULL;
}

/* These make the kernel log a warning. */
bool scan_helper_asked(uint32_t number, bool full)
{
	return full || (number != BPF_FUNC_trace_printk && number != BPF_FUNC_trace_vprintk &&
			number != BPF_FUNC_probe_write_user);
}

bool scan_helpers_possible(uint32_t prog_type)
{
	return prog_type != BPF_PROG_TYPE_TRACING && prog_type != BPF_PROG_TYPE_LSM &&
	       prog_type != BPF_PROG_TYPE_EXT && prog_type != BPF_PROG_TYPE_STRUCT_OPS;
}

static void add(struct chain *c, struct bpf_insn insn)
{
	c->insns[c->ninsns++] = insn;
	c->steps++;
}

static void add_map(struct chain *c, int reg, int fd)
{
	add(c, INSN(BPF_LD | BPF_IMM | BPF_DW, reg, BPF_PSEUDO_MAP_FD, 0, fd));
	c->insns[c->ninsns++] = INSN(0, 0, 0, 0, 0);
}

/* fd of the map that an argument stands for; -1: the argument is no map, or there is none. */
static int arg_map_fd(const struct work *w, char arg)
{
	for (size_t i = 0; i < ARRAY_SIZE(arg_maps); i++)
		if (arg_maps[i].letter == arg)
			return w->maps[i];
	return -1;
}

static void add_arg(const struct work *w, struct chain *c, int reg, char arg)
{
	if (arg == 'c') {
		add(c, MOV_REG(reg, BPF_REG_6));
	} else if (arg == 's') {
		add(c, MOV_REG(reg, BPF_REG_10));
		add(c, INSN(BPF_ALU64 | BPF_ADD | BPF_K, reg, 0, 0, -STACK));
	} else if (arg >= '0' && arg <= '9') {
		add(c, MOV_IMM(reg, arg - '0'));
	} else {
		add_map(c, reg, arg_map_fd(w, arg));
	}
}

static void chain_add(const struct work *w, struct chain *c, int helper)
{
	const char *args = good_args[helper];

	for (int i = 0; args[i]; i++)
		add_arg(w, c, BPF_REG_1 + i, args[i]);
	add(c, CALL(helper));
	c->end[c->ncalls] = c->steps;
	c->helper[c->ncalls++] = helper;
}

/* Are there arguments for a helper, and the maps among them? Not on a device. */
static bool in_chain(const struct work *w, int helper)
{
	const char *args = good_args[helper];

	if (!args || w->ifindex)
		return false;
	for (; *args; args++)
		if (*args >= 'A' && *args <= 'Z' && arg_map_fd(w, *args) < 0)
			return false;
	return true;
}

/* Helpers from `from` on, as many as fit. */
static void chain_fill(const struct work *w, struct chain *c, int from)
{
	c->ncalls = c->ninsns = c->steps = 0;
	add(c, MOV_REG(BPF_REG_6, BPF_REG_1));
	for (int i = 8; i <= STACK; i += 8)
		add(c, INSN(BPF_ST | BPF_MEM | BPF_DW, BPF_REG_10, 0, -i, 0));
	for (int h = from; h < SCAN_HELPERS && c->ncalls < CHAIN; h++)
		if (in_chain(w, h))
			chain_add(w, c, h);
	add(c, MOV_REG(BPF_REG_0, BPF_REG_9));
	add(c, EXIT);
}

/* The verifier's words for a helper that is not for this type of program. */
static bool log_refuses(const char *log)
{
	return strstr(log, "invalid func ") || strstr(log, "unknown func ") ||
	       strstr(log, "program of this type cannot use helper ");
}

/* Index of the call that the verifier stopped at; ncalls: none; -1: it does not say. */
static int log_stop(const char *log, const struct chain *c)
{
	const char *processed = strstr(log, "processed ");
	unsigned n;

	if (!processed || sscanf(processed, "processed %u insns", &n) != 1 || n < 1)
		return -1;
	/* All straight ahead: the last that was looked at is the one that is refused. */
	for (unsigned i = 0; i < c->ncalls; i++)
		if (n <= c->end[i])
			return (int)i;
	return (int)c->ncalls;
}

/* Asks for the helpers of a chain; returns how many of them are known now, 0 on failure. */
static unsigned ask_chain(struct scan_helpers *s, const struct chain *c, uint32_t ifindex)
{
	char log[LOG_SIZE];
	_cleanup_fd_ int fd = -1;
	int stop;

	*log = '\0';
	fd = scan_load(s->prog_type, ifindex, c->insns, c->ninsns, log, LOG_STATS);
	stop = log_stop(log, c);

	if (fd >= 0 || stop < 0)
		return 0;
	for (int i = 0; i < stop; i++)
		s->has[c->helper[i]] = true;
	if ((unsigned)stop == c->ncalls)
		return c->ncalls;
	s->has[c->helper[stop]] = !log_refuses(log);
	return (unsigned)stop + 1;
}

/* One helper alone, with the context and no more. */
static void ask_one(const struct work *w, struct scan_helpers *s, int helper)
{
	struct bpf_insn insns[] = { CALL(helper), MOV_REG(BPF_REG_0, BPF_REG_9), EXIT };
	char log[LOG_SIZE];
	_cleanup_fd_ int fd = -1;

	*log = '\0';
	fd = scan_load(s->prog_type, w->ifindex, insns, ARRAY_SIZE(insns), log, w->log_level);
	s->has[helper] = fd >= 0 || (*log && !log_refuses(log));
}

/* Those that are called in a row. */
static void scan_chains(const struct work *w, struct scan_helpers *s)
{
	struct chain c;

	for (int next = 1; chain_fill(w, &c, next), c.ncalls;) {
		unsigned known = ask_chain(s, &c, w->ifindex);

		/* Kernels before 5.2 do not count the instructions. */
		if (!known)
			ask_one(w, s, c.helper[0]);
		next = c.helper[known ? known - 1 : 0] + 1;
	}
}

static void scan_type(const struct work *w, struct scan_helpers *s)
{
	scan_chains(w, s);
	for (int h = 1; h < SCAN_HELPERS; h++)
		if (!in_chain(w, h) && scan_helper_asked((uint32_t)h, w->full))
			ask_one(w, s, h);
}

static void *worker(void *arg)
{
	struct work *w = arg;
	unsigned i;

	while ((i = atomic_fetch_add(&w->next, 1)) < w->n)
		if (w->all[i].wanted)
			scan_type(w, &w->all[i]);
	return NULL;
}

/* From Linux 6.4 on a log can have the reason alone, which saves a fifth of a load's time. */
static uint32_t least_log_level(void)
{
	static const struct bpf_insn unset[] = { MOV_REG(BPF_REG_0, BPF_REG_9), EXIT };
	char log[LOG_SIZE];
	_cleanup_fd_ int fd = -1;

	*log = '\0';
	fd = scan_load(BPF_PROG_TYPE_SOCKET_FILTER, 0, unset, ARRAY_SIZE(unset), log, LOG_FIXED);
	return *log ? LOG_FIXED : LOG_STATS;
}

static void make_maps(struct work *w)
{
	for (size_t i = 0; i < ARRAY_SIZE(arg_maps); i++) {
		const struct arg_map *m = &arg_maps[i];

		w->maps[i] = w->ifindex ? -1 : sys_map_create(m->type, "", m->key, m->value, m->entries, 0);
	}
}

void scan_helpers(struct scan_helpers *all, unsigned n, uint32_t ifindex, bool full)
{
	struct work w = { .all = all, .n = n, .ifindex = ifindex, .full = full };
	pthread_t threads[THREADS_MAX];
	int cpus[THREADS_MAX];
	unsigned started = 0, ncpus = sys_online_cpus(cpus, THREADS_MAX);

	w.log_level = ifindex ? LOG_LINES : least_log_level();
	make_maps(&w);
	while (started + 1 < ncpus && started < THREADS_MAX &&
	       !pthread_create(&threads[started], NULL, worker, &w))
		started++;
	worker(&w);
	while (started)
		pthread_join(threads[--started], NULL);
	for (size_t i = 0; i < ARRAY_SIZE(arg_maps); i++)
		fd_close(&w.maps[i]);
}
