/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BPF programs that are loaded, as functions that can be probed: fentry:bpf[:ID]:NAME. */
#ifndef PROBE_BPFPROG_H
#define PROBE_BPFPROG_H

#include "probe/probe.h"

#define BPFPROG_MODULE "bpf"

/* A loaded program: its id, its main function's whole name, and that function's id in its BTF. */
struct bpf_program {
	uint32_t id, func_id;
	const char *name;
	struct btf_file *btf; /* env's */
};

/*
 * Calls f for each program that a trampoline can be put on: with BTF, and itself no tracing program. Names are valid as long
 * as env. 0, or -errno of the first question.
 */
int bpf_programs_each(struct probe_env *env, void (*f)(void *arg, const struct bpf_program *p), void *arg);
/* An fd of the program, -errno. */
int bpf_program_open(uint32_t id);

#endif
