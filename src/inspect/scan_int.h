/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of scan.h share: instructions and the load that is meant to fail. */
#ifndef INSPECT_SCAN_INT_H
#define INSPECT_SCAN_INT_H

#include "inspect/scan.h"
#include "run/sys.h"

#define INSN(c, d, s, o, i)                                                                        \
	((struct bpf_insn){ .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i) })
#define MOV_IMM(reg, v) INSN(BPF_ALU64 | BPF_MOV | BPF_K, reg, 0, 0, v)
#define MOV_REG(to, from) INSN(BPF_ALU64 | BPF_MOV | BPF_X, to, from, 0, 0)
#define CALL(number) INSN(BPF_JMP | BPF_CALL, 0, 0, 0, number)
#define EXIT INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

enum { LOG_LINES = 1, LOG_STATS = 4, LOG_FIXED = 8, LOG_SIZE = 4096 };

/* A load with the attach type and flags that the type of program needs. log: NULL, or LOG_SIZE bytes. fd or -errno. */
int scan_load(uint32_t type, uint32_t ifindex, const struct bpf_insn *insns, unsigned n, char *log,
	      uint32_t log_level);

#endif
