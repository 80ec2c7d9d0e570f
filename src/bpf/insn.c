/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bpf/insn.h"

uint8_t insn_opposite(uint8_t code)
{
	static const uint8_t opposite[16] = {
		[BPF_JEQ >> 4] = BPF_JNE, [BPF_JNE >> 4] = BPF_JEQ,
		[BPF_JGT >> 4] = BPF_JLE, [BPF_JLE >> 4] = BPF_JGT,
		[BPF_JGE >> 4] = BPF_JLT, [BPF_JLT >> 4] = BPF_JGE,
		[BPF_JSGT >> 4] = BPF_JSLE, [BPF_JSLE >> 4] = BPF_JSGT,
		[BPF_JSGE >> 4] = BPF_JSLT, [BPF_JSLT >> 4] = BPF_JSGE,
	};
	uint8_t op = opposite[BPF_OP(code) >> 4];

	return insn_is_jmp_class(code) && op ? (uint8_t)((code & 0x0f) | op) : 0;
}
