/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * x86-64 machine code in AT&T syntax: the instructions that the kernel's BPF compiler writes
 * (arch/x86/net/bpf_jit_comp.c), in the spelling of LLVM. Encodings: Intel's manual, volume 2.
 */
#include <string.h>

#include "inspect/jit.h"

/* One instruction being read. */
struct x86 {
	const uint8_t *code;
	size_t n, at;
	uint64_t address;
	struct jit_insn *out;
	bool lock, rep, repne, wide16;
	uint8_t rex, segment;
	uint8_t modrm;
	bool bad;               /* it ends beyond the code, or is not known */
	/* VEX: */
	uint8_t vex_pp, vex_map, vex_reg;
};

enum { REX_B = 1, REX_X = 2, REX_R = 4, REX_W = 8 };

static uint8_t byte(struct x86 *x)
{
	if (x->at < x->n)
		return x->code[x->at++];
	x->bad = true;
	return 0;
}

static int64_t number(struct x86 *x, unsigned size)
{
	uint64_t v = 0;

	for (unsigned i = 0; i < size; i++)
		v |= (uint64_t)byte(x) << (8 * i);
	return size == 8 ? (int64_t)v : (int64_t)(v << (64 - 8 * size)) >> (64 - 8 * size);
}

/* Bytes of an operand that has the size of the instruction. */
static unsigned width(const struct x86 *x)
{
	return x->rex & REX_W ? 8 : x->wide16 ? 2 : 4;
}

static const char *reg_name(const struct x86 *x, unsigned r, unsigned size)
{
	static const char *const names[4][16] = {
		{ "al", "cl", "dl", "bl", "spl", "bpl", "sil", "dil", "r8b", "r9b", "r10b", "r11b", "r12b",
		  "r13b", "r14b", "r15b" },
		{ "ax", "cx", "dx", "bx", "sp", "bp", "si", "di", "r8w", "r9w", "r10w", "r11w", "r12w", "r13w",
		  "r14w", "r15w" },
		{ "eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "r8d", "r9d", "r10d", "r11d", "r12d",
		  "r13d", "r14d", "r15d" },
		{ "rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12",
		  "r13", "r14", "r15" },
	};
	static const char *const old[4] = { "ah", "ch", "dh", "bh" };

	if (size == 1 && !x->rex && r >= 4 && r < 8)
		return old[r - 4];
	return names[size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3][r & 15];
}

static struct strbuf *operand(struct x86 *x)
{
	return &x->out->operands[x->out->n++];
}

static void put_reg(struct x86 *x, unsigned r, unsigned size)
{
	sb_addf(operand(x), "%%%s", reg_name(x, r, size));
}

static void put_imm(struct x86 *x, int64_t v)
{
	sb_addf(operand(x), "$%lld", (long long)v);
}

static unsigned reg_field(const struct x86 *x)
{
	return (x->modrm >> 3 & 7) | (x->rex & REX_R ? 8 : 0);
}

static bool is_memory(const struct x86 *x)
{
	return x->modrm >> 6 != 3;
}

/* A displacement as LLVM writes it: nothing for 0 but where there is nothing else. */
static void put_displacement(struct strbuf *out, int64_t v, bool alone)
{
	if (!v && !alone)
		return;
	if (v < 0)
		sb_addf(out, "-%llu", -(unsigned long long)v);
	else
		sb_addf(out, "%lld", (long long)v);
}

/* Base, index and scale of a SIB byte; the displacement stands behind it. */
static void put_sib(struct x86 *x, struct strbuf *out, unsigned mod)
{
	uint8_t sib = byte(x);
	unsigned base = (sib & 7) | (x->rex & REX_B ? 8 : 0);
	unsigned index = (sib >> 3 & 7) | (x->rex & REX_X ? 8 : 0);
	bool has_base = mod || (sib & 7) != 5, has_index = index != 4;
	int64_t v = mod == 1 ? number(x, 1) : mod == 2 || !has_base ? number(x, 4) : 0;

	put_displacement(out, v, !has_base && !has_index);
	if (!has_base && !has_index)
		return;
	sb_addc(out, '(');
	if (has_base)
		sb_addf(out, "%%%s", reg_name(x, base, 8));
	if (has_index) {
		sb_addf(out, ",%%%s", reg_name(x, index, 8));
		if (sib >> 6)
			sb_addf(out, ",%d", 1 << (sib >> 6));
	}
	sb_addc(out, ')');
}

static void put_memory(struct x86 *x)
{
	struct strbuf *out = operand(x);
	unsigned mod = x->modrm >> 6, rm = x->modrm & 7;
	int64_t v;

	if (x->segment == 0x64 || x->segment == 0x65)
		sb_adds(out, x->segment == 0x64 ? "%fs:" : "%gs:");
	if (rm == 4) {
		put_sib(x, out, mod);
		return;
	}
	if (!mod && rm == 5) {
		v = number(x, 4);
		put_displacement(out, v, false);
		sb_adds(out, "(%rip)");
		return;
	}
	v = mod == 1 ? number(x, 1) : mod == 2 ? number(x, 4) : 0;
	put_displacement(out, v, false);
	sb_addf(out, "(%%%s)", reg_name(x, rm | (x->rex & REX_B ? 8 : 0), 8));
}

/* The operand of the ModRM byte that may be in memory. */
static void put_rm(struct x86 *x, unsigned size)
{
	if (is_memory(x))
		put_memory(x);
	else
		put_reg(x, (x->modrm & 7) | (x->rex & REX_B ? 8 : 0), size);
}

static void operation(struct x86 *x, const char *name)
{
	sb_adds(&x->out->operation, name);
}

static const char *suffix(unsigned size)
{
	return size == 1 ? "b" : size == 2 ? "w" : size == 4 ? "l" : "q";
}

static void operation_sized(struct x86 *x, const char *name, unsigned size)
{
	operation(x, name);
	operation(x, suffix(size));
}

static const char *const arithmetic[8] = { "add", "or", "adc", "sbb", "and", "sub", "xor", "cmp" };
static const char *const shifts[8] = { "rol", "ror", "rcl", "rcr", "shl", "shr", "shl", "sar" };
static const char *const conditions[16] = { "o", "no", "b", "ae", "e", "ne", "be", "a",
					    "s", "ns", "p", "np", "l", "ge", "le", "g" };

/* reg, rm or rm, reg: to_reg. */
static void two(struct x86 *x, const char *name, unsigned size, bool to_reg)
{
	x->modrm = byte(x);
	operation_sized(x, name, size);
	if (to_reg) {
		put_rm(x, size);
		put_reg(x, reg_field(x), size);
	} else {
		put_reg(x, reg_field(x), size);
		put_rm(x, size);
	}
}

/* An immediate that fills the operand: LLVM writes those of 16 and 32 bits without a sign. */
static int64_t full_imm(struct x86 *x, unsigned size)
{
	int64_t v = number(x, size == 8 ? 4 : size);

	return size == 2 ? (uint16_t)v : size == 4 ? (uint32_t)v : v;
}

/* An immediate and rm; AT&T order has the immediate first, the code has it last. */
static void imm_rm(struct x86 *x, const char *name, unsigned size, unsigned imm)
{
	struct strbuf *first = operand(x);

	operation_sized(x, name, size);
	put_rm(x, size);
	sb_addf(first, "$%lld", (long long)number(x, imm));
}

static void jump(struct x86 *x, const char *name, unsigned size)
{
	int64_t off = number(x, size);

	operation(x, name);
	x->out->target = x->address + x->at + (uint64_t)off;
	sb_addf(operand(x), "0x%llx", (unsigned long long)x->out->target);
}

static void conditional(struct x86 *x, unsigned condition, unsigned size)
{
	char name[8] = "j";

	strcat(name, conditions[condition & 15]);
	jump(x, name, size);
}

/* Group 3: test, not, neg, mul, imul, div, idiv. */
static void group3(struct x86 *x, unsigned size)
{
	static const char *const names[8] = { "test", "test", "not", "neg", "mul", "imul", "div", "idiv" };
	unsigned op;

	x->modrm = byte(x);
	op = x->modrm >> 3 & 7;
	if (op < 2) {
		imm_rm(x, names[op], size, size == 8 ? 4 : size);
		return;
	}
	operation_sized(x, names[op], size);
	put_rm(x, size);
}

/* Group 5: inc, dec, call, jmp, push. */
static void group5(struct x86 *x)
{
	unsigned op;

	x->modrm = byte(x);
	op = x->modrm >> 3 & 7;
	if (op < 2) {
		operation_sized(x, op ? "dec" : "inc", width(x));
		put_rm(x, width(x));
	} else if (op == 2 || op == 4) {
		operation(x, op == 2 ? "callq" : "jmpq");
		sb_addc(&x->out->operands[x->out->n], '*');
		put_rm(x, 8);
	} else if (op == 6) {
		operation(x, "pushq");
		put_rm(x, 8);
	} else {
		x->bad = true;
	}
}

static void shift(struct x86 *x, uint8_t op)
{
	unsigned size = op & 1 ? width(x) : 1;
	const char *name;

	x->modrm = byte(x);
	name = shifts[x->modrm >> 3 & 7];
	if (op < 0xd0) {
		imm_rm(x, name, size, 1);
		return;
	}
	operation_sized(x, name, size);
	if (op >= 0xd2)
		put_reg(x, 1, 1);
	put_rm(x, size);
}

/* movzbl, movswq, ...: from a smaller size. */
static void extend(struct x86 *x, const char *name, unsigned from)
{
	x->modrm = byte(x);
	operation(x, name);
	operation(x, suffix(from));
	operation(x, suffix(width(x)));
	put_rm(x, from);
	put_reg(x, reg_field(x), width(x));
}

static void nop(struct x86 *x)
{
	x->modrm = byte(x);
	operation_sized(x, "nop", width(x));
	put_rm(x, width(x));
}

/* Fences and system instructions of 0f ae and 0f 01. */
static void fence(struct x86 *x)
{
	x->modrm = byte(x);
	switch (x->modrm) {
	case 0xe8: operation(x, "lfence"); break;
	case 0xf0: operation(x, "mfence"); break;
	case 0xf8: operation(x, "sfence"); break;
	default: x->bad = true;
	}
}

/* bt, bts, ...: 0f ba. */
static void bit_test(struct x86 *x)
{
	static const char *const names[8] = { [4] = "bt", "bts", "btr", "btc" };
	const char *name;

	x->modrm = byte(x);
	name = names[x->modrm >> 3 & 7];
	if (name)
		imm_rm(x, name, width(x), 1);
	else
		x->bad = true;
}

static void three_byte(struct x86 *x)
{
	uint8_t op = byte(x);

	if ((op & 0xfe) != 0xf0) { /* movbe */
		x->bad = true;
		return;
	}
	two(x, "movbe", width(x), op == 0xf0);
}

static void two_byte(struct x86 *x)
{
	uint8_t op = byte(x);

	if (op >= 0x80 && op <= 0x8f) {
		conditional(x, op & 15, 4);
	} else if (op >= 0x40 && op <= 0x4f) {
		char name[8] = "cmov";

		two(x, strcat(name, conditions[op & 15]), width(x), true);
	} else if (op >= 0x90 && op <= 0x9f) {
		x->modrm = byte(x);
		operation(x, "set");
		operation(x, conditions[op & 15]);
		put_rm(x, 1);
	} else if (op >= 0xc8) {
		if (op > 0xcf) {
			x->bad = true;
			return;
		}
		operation_sized(x, "bswap", width(x));
		put_reg(x, (op & 7u) | (x->rex & REX_B ? 8 : 0), width(x));
	} else {
		switch (op) {
		case 0x0b: operation(x, "ud2"); break;
		case 0x1e: /* endbr64 is one of the forms of a hint */
			if (x->rep && x->n - x->at && x->code[x->at] == 0xfa) {
				x->at++;
				x->rep = false;
				operation(x, "endbr64");
				break;
			}
			nop(x);
			break;
		case 0x1f: nop(x); break;
		case 0x31: operation(x, "rdtsc"); break;
		case 0x38: three_byte(x); break;
		case 0xa3: two(x, "bt", width(x), false); break;
		case 0xae: fence(x); break;
		case 0xaf: two(x, "imul", width(x), true); break;
		case 0xb0: case 0xb1: two(x, "cmpxchg", op & 1 ? width(x) : 1, false); break;
		case 0xb6: extend(x, "movz", 1); break;
		case 0xb7: extend(x, "movz", 2); break;
		case 0xba: bit_test(x); break;
		case 0xbe: extend(x, "movs", 1); break;
		case 0xbf: extend(x, "movs", 2); break;
		case 0xc0: case 0xc1: two(x, "xadd", op & 1 ? width(x) : 1, false); break;
		default: x->bad = true;
		}
	}
}

/* Shifts of BMI2: shlx and the like; three operands. */
static void vex(struct x86 *x, uint8_t op)
{
	static const char *const names[4] = { NULL, "shlx", "sarx", "shrx" };
	uint8_t a = byte(x), b = op == 0xc4 ? byte(x) : a;

	x->rex = (a & 0x80 ? 0 : REX_R);
	if (op == 0xc4)
		x->rex |= (a & 0x40 ? 0 : REX_X) | (a & 0x20 ? 0 : REX_B) | (b & 0x80 ? REX_W : 0);
	x->vex_map = op == 0xc4 ? a & 31 : 1;
	x->vex_pp = b & 3;
	x->vex_reg = ~b >> 3 & 15;
	op = byte(x);
	if (x->vex_map != 2 || op != 0xf7 || !names[x->vex_pp]) {
		x->bad = true;
		return;
	}
	x->modrm = byte(x);
	operation_sized(x, names[x->vex_pp], width(x));
	put_reg(x, x->vex_reg, width(x));
	put_rm(x, width(x));
	put_reg(x, reg_field(x), width(x));
}

/* mov of an immediate to a register: as wide as the register. */
static void mov_imm(struct x86 *x, uint8_t op)
{
	unsigned size = op < 0xb8 ? 1 : width(x);

	if (size == 8)
		operation(x, "movabsq");
	else
		operation_sized(x, "mov", size);
	put_imm(x, size == 8 ? number(x, 8) : full_imm(x, size));
	put_reg(x, (op & 7u) | (x->rex & REX_B ? 8 : 0), size);
}

static void mov_imm_rm(struct x86 *x, unsigned size)
{
	struct strbuf *first = operand(x);

	x->modrm = byte(x);
	operation_sized(x, "mov", size);
	put_rm(x, size);
	sb_addf(first, "$%lld", (long long)full_imm(x, size));
}

/* add, or, ... in the six forms of 00 to 3f. */
static void arithmetic_form(struct x86 *x, uint8_t op)
{
	const char *name = arithmetic[op >> 3 & 7];
	unsigned size = op & 1 ? width(x) : 1;

	if ((op & 7) < 4) {
		two(x, name, size, op & 2);
		return;
	}
	operation_sized(x, name, size);
	put_imm(x, number(x, size == 8 ? 4 : size));
	put_reg(x, 0, size);
}

static void immediate_group(struct x86 *x, uint8_t op)
{
	unsigned size = op & 1 ? width(x) : 1;

	x->modrm = byte(x);
	imm_rm(x, arithmetic[x->modrm >> 3 & 7], size, op == 0x81 ? (size == 8 ? 4 : size) : 1);
}

/* imul with an immediate: three operands. */
static void imul_imm(struct x86 *x, unsigned imm)
{
	x->modrm = byte(x);
	imm_rm(x, "imul", width(x), imm);
	put_reg(x, reg_field(x), width(x));
}

static void sign_extend_a(struct x86 *x, bool to_d)
{
	static const char *const names[2][3] = { { "cbtw", "cwtl", "cltq" }, { "cwtd", "cltd", "cqto" } };

	operation(x, names[to_d][width(x) == 8 ? 2 : width(x) == 4 ? 1 : 0]);
}

static void push_pop(struct x86 *x, uint8_t op)
{
	operation(x, op < 0x58 ? "pushq" : "popq");
	put_reg(x, (op & 7u) | (x->rex & REX_B ? 8 : 0), 8);
}

static void one_byte(struct x86 *x, uint8_t op)
{
	unsigned size = op & 1 ? width(x) : 1;

	switch (op) {
	case 0x0f: two_byte(x); return;
	case 0x63:
		extend(x, "movs", 4);
		return;
	case 0x68: operation(x, "pushq"); put_imm(x, number(x, 4)); return;
	case 0x69: imul_imm(x, x->wide16 ? 2 : 4); return;
	case 0x6a: operation(x, "pushq"); put_imm(x, number(x, 1)); return;
	case 0x6b: imul_imm(x, 1); return;
	case 0x80: case 0x81: case 0x83: immediate_group(x, op); return;
	case 0x84: case 0x85: two(x, "test", size, false); return;
	case 0x86: case 0x87: two(x, "xchg", size, false); return;
	case 0x88: case 0x89: two(x, "mov", size, false); return;
	case 0x8a: case 0x8b: two(x, "mov", size, true); return;
	case 0x8d: two(x, "lea", width(x), true); return;
	case 0x90: operation(x, x->rep ? "pause" : "nop"); x->rep = false; return;
	case 0x98: sign_extend_a(x, false); return;
	case 0x99: sign_extend_a(x, true); return;
	case 0xa8: case 0xa9:
		operation_sized(x, "test", size);
		put_imm(x, number(x, size == 8 ? 4 : size));
		put_reg(x, 0, size);
		return;
	case 0xc0: case 0xc1: case 0xd0: case 0xd1: case 0xd2: case 0xd3: shift(x, op); return;
	case 0xc3: operation(x, "retq"); return;
	case 0xc4: case 0xc5: vex(x, op); return;
	case 0xc6: case 0xc7: mov_imm_rm(x, size); return;
	case 0xc9: operation(x, "leave"); return;
	case 0xcc: operation(x, "int3"); return;
	case 0xe8: jump(x, "callq", 4); return;
	case 0xe9: jump(x, "jmp", 4); return;
	case 0xeb: jump(x, "jmp", 1); return;
	case 0xf6: case 0xf7: group3(x, size); return;
	case 0xff: group5(x); return;
	default: x->bad = true;
	}
}

static void opcode(struct x86 *x)
{
	uint8_t op = byte(x);

	if (op < 0x40 && (op & 7) < 6)
		arithmetic_form(x, op);
	else if (op >= 0x50 && op < 0x60)
		push_pop(x, op);
	else if (op >= 0x70 && op < 0x80)
		conditional(x, op & 15, 1);
	else if (op >= 0xb0 && op < 0xc0)
		mov_imm(x, op);
	else
		one_byte(x, op);
}

static void prefixes(struct x86 *x)
{
	for (; x->at < x->n; x->at++) {
		switch (x->code[x->at]) {
		case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65:
			x->segment = x->code[x->at];
			continue;
		case 0x66: x->wide16 = true; continue;
		case 0xf0: x->lock = true; continue;
		case 0xf2: x->repne = true; continue;
		case 0xf3: x->rep = true; continue;
		default: break;
		}
		break;
	}
	if (x->at < x->n && (x->code[x->at] & 0xf0) == 0x40)
		x->rex = x->code[x->at++];
}

/* Prefixes that stand in front of the operation. */
static void add_prefixes(struct x86 *x)
{
	struct strbuf name = { 0 };

	if (!x->lock)
		return;
	sb_addf(&name, "lock\t%s", sb_str(&x->out->operation));
	sb_reset(&x->out->operation);
	sb_add(&x->out->operation, name.p, name.n);
	sb_done(&name);
}

unsigned jit_x86_64(const uint8_t *code, size_t n, uint64_t address, struct jit_insn *ret)
{
	struct x86 x = { .code = code, .n = n, .address = address, .out = ret };

	jit_insn_reset(ret);
	if (!n)
		return 0;
	prefixes(&x);
	opcode(&x);
	if (!x.bad) {
		add_prefixes(&x);
		return (unsigned)x.at;
	}
	jit_insn_reset(ret);
	sb_adds(&ret->operation, ".byte");
	sb_addf(&ret->operands[0], "0x%02x", code[0]);
	ret->n = 1;
	return 1;
}
