/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The programs at the start and the end of what is profiled, instruction by instruction. */
#include <linux/bpf.h>
#include <stddef.h>

#include "inspect/code.h"
#include "inspect/profile.h"
#include "run/sys.h"

#define PTR(p) ((uint64_t)(uintptr_t)(p))

/* dst = the only element of the map on this CPU; ends the program if it has none. */
static void look_up(struct code *c, int dst, int fd)
{
	code_add(c, BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, 0);
	code_mov_add(c, 2, 10, -4);
	code_load_map(c, 1, fd);
	code_call(c, BPF_FUNC_map_lookup_elem);
	code_leave_if_null(c, 0);
	code_mov_add(c, dst, 0, 0);
}

/* Reads counter m of this CPU (its number is in r8) to base + off. */
static void read_counter(struct code *c, const struct profile_maps *maps, unsigned m, uint32_t ncpus, int base,
			 int off)
{
	code_load_map(c, 1, maps->events);
	code_mov_add(c, 2, 8, (int)(m * ncpus));
	code_mov_add(c, 3, base, off);
	code_mov_imm(c, 4, sizeof(struct profile_value));
	code_call(c, BPF_FUNC_perf_event_read_value);
}

/* Value at r7 + to += what is at base + from less what was at r6 + start. */
static void add_difference(struct code *c, int to, int from, int start)
{
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 1, 10, from, 0);
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 2, 6, start, 0);
	code_add(c, BPF_ALU64 | BPF_SUB | BPF_X, 1, 2, 0, 0);
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 2, 7, to, 0);
	code_add(c, BPF_ALU64 | BPF_ADD | BPF_X, 2, 1, 0, 0);
	code_add(c, BPF_STX | BPF_MEM | BPF_DW, 7, 2, to, 0);
}

/* Counters are read first at the end and last at the start, so that little of this is counted. */
static void start_code(struct code *c, const struct profile_maps *maps, unsigned metrics, uint32_t ncpus)
{
	int size = sizeof(struct profile_value);

	look_up(c, 6, maps->starts);
	code_call(c, BPF_FUNC_get_smp_processor_id);
	code_mov_add(c, 8, 0, 0);
	for (unsigned m = 0; m < metrics; m++)
		read_counter(c, maps, m, ncpus, 6, (int)m * size);
	code_leave(c);
}

static void end_code(struct code *c, const struct profile_maps *maps, unsigned metrics, uint32_t ncpus)
{
	int size = sizeof(struct profile_value), stack = -8 - PROFILE_METRICS * size;
	int values = offsetof(struct profile_sums, values);

	for (int off = stack; off < 0; off += 8)
		code_add(c, BPF_ST | BPF_MEM | BPF_DW, 10, 0, off, 0);
	code_call(c, BPF_FUNC_get_smp_processor_id);
	code_mov_add(c, 8, 0, 0);
	for (unsigned m = 0; m < metrics; m++)
		read_counter(c, maps, m, ncpus, 10, stack + (int)m * size);
	look_up(c, 6, maps->starts);
	look_up(c, 7, maps->sums);
	/* A run that began before the start's program was there. */
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 1, 6, offsetof(struct profile_value, enabled), 0);
	code_leave_if_null(c, 1);
	code_add(c, BPF_LDX | BPF_MEM | BPF_DW, 1, 7, 0, 0);
	code_add(c, BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, 1);
	code_add(c, BPF_STX | BPF_MEM | BPF_DW, 7, 1, 0, 0);
	for (unsigned m = 0; m < metrics; m++)
		for (int f = 0; f < size; f += 8)
			add_difference(c, values + (int)m * size + f, stack + (int)m * size + f, (int)m * size + f);
	code_leave(c);
}

int profile_load(int target, uint32_t func, bool exit, const struct profile_maps *maps, unsigned metrics,
		 uint32_t ncpus, char *log, uint32_t log_size)
{
	struct code c = { .n = 0 };
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_TRACING,
		.expected_attach_type = exit ? BPF_TRACE_FEXIT : BPF_TRACE_FENTRY,
		.license = PTR("GPL"),
		.attach_btf_id = func,
		.attach_prog_fd = (uint32_t)target,
		.log_buf = PTR(log),
		.log_size = log_size,
		.log_level = 1,
		.insns = PTR(c.insns),
	};

	if (exit)
		end_code(&c, maps, metrics, ncpus);
	else
		start_code(&c, maps, metrics, ncpus);
	attr.insn_cnt = c.n;
	sys_object_name(attr.prog_name, exit ? "profile_end" : "profile_start");
	return sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}
