/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zeroing a part of the per-CPU globals. An update by system call would write the whole value of
 * each CPU, scratch memory of running programs included. So a small program is run on each CPU,
 * which stores zeros over the part alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "run/internal.h"

#define TEST_RUN_ON_CPU 1 /* BPF_F_TEST_RUN_ON_CPU, 5.10 */

static unsigned put(struct bpf_insn *insns, unsigned n, struct bpf_insn i)
{
	insns[n] = i;
	return n + 1;
}

/* value = lookup(map, key 0); if (value) zero [off, off + size); return 0 */
static unsigned make_program(struct bpf_insn *p, int map_fd, uint32_t off, uint32_t size)
{
	unsigned n = 0, jump;

	n = put(p, n, (struct bpf_insn){ BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, 0 });
	n = put(p, n, (struct bpf_insn){ BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0 });
	n = put(p, n, (struct bpf_insn){ BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -4 });
	n = put(p, n,
		(struct bpf_insn){ BPF_LD | BPF_DW | BPF_IMM, 1, BPF_PSEUDO_MAP_FD, 0, map_fd });
	n = put(p, n, (struct bpf_insn){ 0 });
	n = put(p, n, (struct bpf_insn){ BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem });
	n = put(p, n, (struct bpf_insn){ BPF_JMP | BPF_JNE | BPF_K, 0, 0, 1, 0 });
	n = put(p, n, (struct bpf_insn){ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 });
	/* Offsets in a store have 16 bits. */
	n = put(p, n, (struct bpf_insn){ BPF_ALU64 | BPF_ADD | BPF_K, 0, 0, 0, (int)off });
	for (jump = 0; jump + 8 <= size; jump += 8)
		n = put(p, n, (struct bpf_insn){ BPF_ST | BPF_MEM | BPF_DW, 0, 0, (short)jump, 0 });
	for (; jump < size; jump++)
		n = put(p, n, (struct bpf_insn){ BPF_ST | BPF_MEM | BPF_B, 0, 0, (short)jump, 0 });
	n = put(p, n, (struct bpf_insn){ BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0 });
	return put(p, n, (struct bpf_insn){ BPF_JMP | BPF_EXIT, 0, 0, 0, 0 });
}

static int load_program(int map_fd, uint32_t off, uint32_t size)
{
	struct bpf_insn *insns = xcalloc(size / 8 + 32, sizeof(*insns));
	union bpf_attr attr = {
		.prog_type = BPF_PROG_TYPE_RAW_TRACEPOINT,
		.insns = (uintptr_t)insns,
		.license = (uintptr_t)"GPL",
		.prog_name = "clear",
	};
	int fd;

	attr.insn_cnt = make_program(insns, map_fd, off, size);
	fd = sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	free(insns);
	return fd;
}

static int run_on(int prog_fd, int cpu)
{
	union bpf_attr attr = {
		.test = { .prog_fd = (uint32_t)prog_fd,
			  .flags = TEST_RUN_ON_CPU,
			  .cpu = (uint32_t)cpu },
	};

	return sys_bpf(BPF_PROG_TEST_RUN, &attr, sizeof(attr));
}

int run_pcpu_clear(struct runtime *rt, uint32_t off, uint32_t size)
{
	int map_fd = run_map_fd(rt, rt->module->pcpu), rc = 0;
	unsigned max = sys_possible_cpus(), n;
	_cleanup_fd_ int fd = -1;
	int *cpus;

	if (map_fd < 0 || size > 32768)
		return -EINVAL;
	fd = load_program(map_fd, off, size);
	if (fd < 0)
		return fd;
	cpus = xcalloc(max, sizeof(*cpus));
	n = sys_online_cpus(cpus, max);
	for (unsigned i = 0; i < n && !rc; i++)
		rc = run_on(fd, cpus[i]);
	free(cpus);
	return rc;
}
