/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One BPF instruction as the kernel takes it (include/uapi/linux/bpf.h: struct bpf_insn), and its codes. */
#ifndef BPF_INSN_H
#define BPF_INSN_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

#define BPF_STACK_MAX 512   /* include/linux/filter.h: MAX_BPF_STACK, of a whole call chain */
#define BPF_FRAME_ALIGN 32  /* kernel/bpf/verifier.c: check_max_stack_depth rounds each frame */
/*
 * The offset of a jump has 16 bits, but the verifier puts more instructions in between (kernel/bpf/verifier.c:
 * do_misc_fixups()), up to three for one of ours where there is one look-up after the other.
 */
#define BPF_JUMP_MAX 10000
static inline bool insn_jump_reaches(int64_t distance)
{
	return distance >= -BPF_JUMP_MAX && distance <= BPF_JUMP_MAX;
}

#define BPF_INSNS_MAX 1000000 /* include/linux/bpf.h: BPF_COMPLEXITY_LIMIT_INSNS */
#define BPF_CALL_ARGS 5 /* r1..r5 */

/* bpf_insn.code of the forms that the back end emits; the rest are composed from linux/bpf.h. */
#define BPF_MOV64_X (BPF_ALU64 | BPF_MOV | BPF_X)
#define BPF_MOV64_K (BPF_ALU64 | BPF_MOV | BPF_K)
#define BPF_MOV32_X (BPF_ALU | BPF_MOV | BPF_X)
#define BPF_MOV32_K (BPF_ALU | BPF_MOV | BPF_K)
#define BPF_LD_IMM64 (BPF_LD | BPF_DW | BPF_IMM)
#define BPF_CALL_K (BPF_JMP | BPF_CALL)
#define BPF_EXIT_K (BPF_JMP | BPF_EXIT)
#define BPF_JA_K (BPF_JMP | BPF_JA)
#define BPF_JA_LONG (BPF_JMP32 | BPF_JA) /* by imm; 6.6 */

static inline bool insn_is_jmp_class(uint8_t code)
{
	return BPF_CLASS(code) == BPF_JMP || BPF_CLASS(code) == BPF_JMP32;
}

/* A conditional jump, of 64 or 32 bits. */
static inline bool insn_is_cond(uint8_t code)
{
	return insn_is_jmp_class(code) && BPF_OP(code) != BPF_JA && BPF_OP(code) != BPF_CALL &&
	       BPF_OP(code) != BPF_EXIT;
}

/* Code of the conditional jump that jumps when this one does not; 0: none, or no conditional jump. */
uint8_t insn_opposite(uint8_t code);

static inline bool insn_is_alu_class(uint8_t code)
{
	return BPF_CLASS(code) == BPF_ALU || BPF_CLASS(code) == BPF_ALU64;
}

/* The size field for an access of 1, 2, 4 or 8 bytes, and back. */
static inline uint8_t insn_size_code(unsigned width)
{
	return width == 8 ? BPF_DW : width == 4 ? BPF_W : width == 2 ? BPF_H : BPF_B;
}

static inline unsigned insn_size_bytes(uint8_t code)
{
	switch (BPF_SIZE(code)) {
	case BPF_DW:
		return 8;
	case BPF_W:
		return 4;
	case BPF_H:
		return 2;
	default:
		return 1;
	}
}

static inline bool fits_s32(int64_t v)
{
	return v == (int32_t)v;
}

static inline bool fits_s16(int64_t v)
{
	return v == (int16_t)v;
}

static inline bool fits_u32(int64_t v)
{
	return (uint64_t)v == (uint32_t)v;
}

#endif
