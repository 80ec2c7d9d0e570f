/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * AArch64 machine code: the general instructions, of which the kernel's BPF compiler writes some
 * (arch/arm64/net/bpf_jit_comp.c), in the spelling of LLVM with the names of all extensions. Encodings:
 * Arm's architecture reference manual, C4.1.
 */
#include "base/vec.h"
#include "inspect/jit_arm64.h"

static const char *const conditions[16] = { "eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc",
					    "hi", "ls", "ge", "lt", "gt", "le", "al", "nv" };
static const char *const shifts[4] = { "lsl", "lsr", "asr", "ror" };

/* Data processing with an immediate. */

static void address_of(struct a64 *a)
{
	int64_t off = (int64_t)((uint64_t)signed_field(a, 5, 19) << 2 | field(a, 29, 2));
	bool page = wide(a);

	operation(a, page ? "adrp" : "adr");
	put_reg(a, rd(a), true);
	if (page)
		sb_addf(operand(a), "0x%llx", (unsigned long long)((a->address & ~4095ull) + ((uint64_t)off << 12)));
	else
		put_number(a, off);
}

static void add_immediate(struct a64 *a)
{
	bool minus = field(a, 30, 1), flags = field(a, 29, 1), shift = field(a, 22, 1);
	uint32_t v = field(a, 10, 12);

	if (!minus && !flags && !shift && !v && (rd(a) == STACK || rn(a) == STACK)) {
		operation(a, "mov");
		put_reg_sp(a, rd(a), wide(a));
		put_reg_sp(a, rn(a), wide(a));
		return;
	}
	if (flags && rd(a) == ZERO) {
		operation(a, minus ? "cmp" : "cmn");
	} else {
		operation(a, minus ? (flags ? "subs" : "sub") : (flags ? "adds" : "add"));
		if (flags)
			put_reg(a, rd(a), wide(a));
		else
			put_reg_sp(a, rd(a), wide(a));
	}
	put_reg_sp(a, rn(a), wide(a));
	put_number(a, v);
	if (shift)
		sb_adds(operand(a), "lsl #12");
}

/* The bit mask that N:immr:imms stand for (DecodeBitMasks()); 0: none. */
static uint64_t bit_mask(uint32_t n, uint32_t rotate, uint32_t ones, bool wide)
{
	uint32_t sizes = n << 6 | (~ones & 63), size, run;
	uint64_t mask, all;

	if (sizes < 2)
		return 0;
	size = 1u << (31 - __builtin_clz(sizes));
	run = ones & (size - 1);
	if (run == size - 1)
		return 0;
	rotate &= size - 1;
	all = size == 64 ? ~0ull : (1ull << size) - 1;
	mask = (2ull << run) - 1;
	if (rotate)
		mask = (mask >> rotate | mask << (size - rotate)) & all;
	for (; size < 64; size *= 2)
		mask |= mask << size;
	return wide ? mask : (uint32_t)mask;
}

static int64_t sign_extend(uint64_t v, bool wide)
{
	return wide ? (int64_t)v : (int32_t)v;
}

/* Would movz or movn do? */
static bool is_move_wide(uint64_t v, bool wide)
{
	for (unsigned shift = 0; shift < (wide ? 64 : 32); shift += 16)
		if (!(v & ~(0xffffull << shift)) || !(~v & (wide ? ~0ull : UINT32_MAX) & ~(0xffffull << shift)))
			return true;
	return false;
}

static void logical_immediate(struct a64 *a)
{
	static const char *const names[4] = { "and", "orr", "eor", "ands" };
	uint64_t v = bit_mask(field(a, 22, 1), field(a, 16, 6), field(a, 10, 6), wide(a));
	uint32_t op = field(a, 29, 2);

	a->bad = !v || (!wide(a) && field(a, 22, 1));
	if (op == 1 && rn(a) == ZERO && !is_move_wide(v, wide(a))) {
		operation(a, "mov");
		put_reg_sp(a, rd(a), wide(a));
		put_number(a, sign_extend(v, wide(a)));
		return;
	}
	if (op == 3 && rd(a) == ZERO) {
		operation(a, "tst");
	} else {
		operation(a, names[op]);
		if (op == 3)
			put_reg(a, rd(a), wide(a));
		else
			put_reg_sp(a, rd(a), wide(a));
	}
	put_reg(a, rn(a), wide(a));
	sb_addf(operand(a), "#0x%llx", (unsigned long long)v);
}

static void move_wide(struct a64 *a)
{
	static const char *const names[4] = { "movn", NULL, "movz", "movk" };
	uint32_t op = field(a, 29, 2), v = field(a, 5, 16), shift = 16 * field(a, 21, 2);
	uint64_t whole = (uint64_t)v << shift;

	a->bad = !names[op] || (!wide(a) && shift > 16);
	if (op == 3 || (!v && shift) || (!op && !wide(a) && v == 0xffff)) {
		operation(a, names[op] ? names[op] : "");
		put_reg(a, rd(a), wide(a));
		put_number(a, v);
		if (shift)
			sb_addf(operand(a), "lsl #%u", shift);
		return;
	}
	operation(a, "mov");
	put_reg(a, rd(a), wide(a));
	put_number(a, sign_extend(op ? whole : ~whole, wide(a)));
}

/* sxtb, lsl and the like are forms of it; false: it is none of them. */
static bool extend_or_shift(struct a64 *a, bool is_signed)
{
	uint32_t low = field(a, 16, 6), high = field(a, 10, 6), top = wide(a) ? 63 : 31;

	if (!low && (high == 7 || high == 15) && (is_signed || !wide(a))) {
		operation(a, is_signed ? "sxt" : "uxt");
		operation(a, high == 7 ? "b" : "h");
	} else if (!low && high == 31 && is_signed && wide(a)) {
		operation(a, "sxtw");
	} else if (high == top || (!is_signed && high + 1 == low)) {
		operation(a, high != top ? "lsl" : is_signed ? "asr" : "lsr");
		put_reg(a, rd(a), wide(a));
		put_reg(a, rn(a), wide(a));
		put_number(a, high == top ? low : top - high);
		return true;
	} else {
		return false;
	}
	put_reg(a, rd(a), wide(a));
	put_reg(a, rn(a), false);
	return true;
}

static void bit_field(struct a64 *a)
{
	static const char *const into[4] = { "sbfiz", "bfi", "ubfiz" }, *const from[4] = { "sbfx", "bfxil", "ubfx" };
	uint32_t op = field(a, 29, 2), low = field(a, 16, 6), high = field(a, 10, 6);
	bool clear; /* of bits: inserts zeros */

	a->bad = op == 3 || field(a, 22, 1) != wide(a) || (!wide(a) && (low | high) > 31);
	if (a->bad || (op != 1 && extend_or_shift(a, !op)))
		return;
	clear = op == 1 && (high < low || !low) && rn(a) == ZERO;
	operation(a, clear ? "bfc" : high < low ? into[op] : from[op]);
	put_reg(a, rd(a), wide(a));
	if (!clear)
		put_reg(a, rn(a), wide(a));
	put_number(a, high < low ? (wide(a) ? 64 : 32) - low : low);
	put_number(a, high < low ? high + 1 : high - low + 1);
}

static void extract(struct a64 *a)
{
	bool rotate = rn(a) == rm(a);

	a->bad = field(a, 29, 2) || field(a, 21, 1) || field(a, 22, 1) != wide(a) || (!wide(a) && field(a, 15, 1));
	operation(a, rotate ? "ror" : "extr");
	put_reg(a, rd(a), wide(a));
	put_reg(a, rn(a), wide(a));
	if (!rotate)
		put_reg(a, rm(a), wide(a));
	put_number(a, field(a, 10, 6));
}

static void immediates(struct a64 *a)
{
	switch (field(a, 23, 3)) {
	case 0: case 1: address_of(a); break;
	case 2: add_immediate(a); break;
	case 4: logical_immediate(a); break;
	case 5: move_wide(a); break;
	case 6: bit_field(a); break;
	case 7: extract(a); break;
	default: a->bad = true;
	}
}

/* Branches and the system. */

static void compare_branch(struct a64 *a)
{
	operation(a, field(a, 24, 1) ? "cbnz" : "cbz");
	put_reg(a, rd(a), wide(a));
	put_target(a, signed_field(a, 5, 19));
}

static void test_branch(struct a64 *a)
{
	operation(a, field(a, 24, 1) ? "tbnz" : "tbz");
	put_reg(a, rd(a), wide(a));
	put_number(a, wide(a) << 5 | field(a, 19, 5));
	put_target(a, signed_field(a, 5, 14));
}

static void to_register(struct a64 *a)
{
	static const char *const names[] = { "br", "blr", "ret" };
	uint32_t op = field(a, 21, 4);

	if (op > 2 || field(a, 10, 11) != 0x7c0 || rd(a)) {
		a->bad = true;
		return;
	}
	operation(a, names[op]);
	if (op != 2 || rn(a) != LINK)
		put_reg(a, rn(a), true);
}

static void exception(struct a64 *a)
{
	static const char *const calls[4] = { NULL, "svc", "hvc", "smc" };
	uint32_t op = field(a, 21, 3), low = field(a, 0, 5);
	const char *name = !op && low < 4 ? calls[low] : low ? NULL : op == 1 ? "brk" : op == 2 ? "hlt" : NULL;

	a->bad = !name;
	operation(a, name ? name : "");
	sb_addf(operand(a), "#0x%x", field(a, 5, 16));
}

static void hint(struct a64 *a)
{
	static const char *const names[64] = {
		[0] = "nop", [1] = "yield", [2] = "wfe", [3] = "wfi", [4] = "sev", [5] = "sevl", [7] = "xpaclri",
		[20] = "csdb", [25] = "paciasp", [27] = "pacibsp", [29] = "autiasp", [31] = "autibsp",
		[32] = "bti", [34] = "bti\tc", [36] = "bti\tj", [38] = "bti\tjc",
	};
	uint32_t n = field(a, 5, 7);

	if (n < ARRAY_SIZE(names) && names[n]) {
		operation(a, names[n]);
	} else {
		operation(a, "hint");
		put_number(a, n);
	}
}

static void barrier(struct a64 *a)
{
	static const char *const names[8] = { [4] = "dsb", "dmb", "isb", "sb" };
	static const char *const domains[16] = { [1] = "oshld", "oshst", "osh", [5] = "nshld", "nshst", "nsh",
						 [9] = "ishld", "ishst", "ish", [13] = "ld", "st", "sy" };
	uint32_t op = field(a, 5, 3), domain = field(a, 8, 4);

	a->bad = !names[op] || rd(a) != ZERO;
	operation(a, names[op] ? names[op] : "");
	if (op == 7 || (op == 6 && domain == 15))
		return;
	if (op != 6 && domains[domain])
		sb_adds(operand(a), domains[domain]);
	else
		sb_addf(operand(a), "#%s%x", domain < 10 ? "" : "0x", domain);
}

/* mrs and msr; those that the compiler names. */
static void system_register(struct a64 *a)
{
	static const struct {
		uint32_t bits; /* 5 to 20 */
		const char *name;
	} named[] = {
		{ 0xc208, "SP_EL0" }, { 0xc684, "TPIDR_EL1" }, { 0xe682, "TPIDR_EL2" }, { 0xde82, "TPIDR_EL0" },
		{ 0xdf02, "CNTVCT_EL0" }, { 0xda10, "NZCV" },
	};
	struct strbuf *out;
	bool read = field(a, 21, 1);

	operation(a, read ? "mrs" : "msr");
	if (read)
		put_reg(a, rd(a), true);
	out = operand(a);
	for (size_t i = 0; i < ARRAY_SIZE(named); i++)
		if (named[i].bits == field(a, 5, 16))
			sb_adds(out, named[i].name);
	if (!out->n)
		sb_addf(out, "S%u_%u_C%u_C%u_%u", 2 + field(a, 19, 1), field(a, 16, 3), field(a, 12, 4), field(a, 8, 4),
			field(a, 5, 3));
	if (!read)
		put_reg(a, rd(a), true);
}

static void system_insn(struct a64 *a)
{
	if (field(a, 12, 12) == 0x032 && rd(a) == ZERO)
		hint(a);
	else if (field(a, 12, 12) == 0x033)
		barrier(a);
	else if (field(a, 22, 2) == 0 && field(a, 20, 1))
		system_register(a);
	else
		a->bad = true;
}

static void branches(struct a64 *a)
{
	uint32_t op = a->word >> 24;

	if ((op & 0x7c) == 0x14) {
		operation(a, op & 0x80 ? "bl" : "b");
		put_target(a, signed_field(a, 0, 26));
	} else if ((op & 0x7e) == 0x34) {
		compare_branch(a);
	} else if ((op & 0x7e) == 0x36) {
		test_branch(a);
	} else if (op == 0x54 && !field(a, 4, 1)) {
		operation(a, "b.");
		operation(a, conditions[field(a, 0, 4)]);
		put_target(a, signed_field(a, 5, 19));
	} else if (op == 0xd4) {
		exception(a);
	} else if (op == 0xd5) {
		system_insn(a);
	} else if ((op & 0xfe) == 0xd6) {
		to_register(a);
	} else {
		a->bad = true;
	}
}

/* Data processing with registers. */

static void put_shifted(struct a64 *a)
{
	uint32_t amount = field(a, 10, 6);

	a->bad = a->bad || (!wide(a) && amount > 31);
	put_reg(a, rm(a), wide(a));
	if (amount || field(a, 22, 2))
		sb_addf(operand(a), "%s #%u", shifts[field(a, 22, 2)], amount);
}

static void logical_registers(struct a64 *a)
{
	static const char *const names[8] = { "and", "bic", "orr", "orn", "eor", "eon", "ands", "bics" };
	uint32_t op = field(a, 29, 2) << 1 | field(a, 21, 1);
	bool plain = !field(a, 10, 6) && !field(a, 22, 2);

	if (op == 6 && rd(a) == ZERO) {
		operation(a, "tst");
		put_reg(a, rn(a), wide(a));
	} else if (rn(a) == ZERO && ((op == 2 && plain) || op == 3)) {
		operation(a, op == 2 ? "mov" : "mvn");
		put_reg(a, rd(a), wide(a));
	} else {
		operation(a, names[op]);
		put_reg(a, rd(a), wide(a));
		put_reg(a, rn(a), wide(a));
	}
	put_shifted(a);
}

static void add_registers(struct a64 *a)
{
	bool minus = field(a, 30, 1), flags = field(a, 29, 1);

	a->bad = field(a, 22, 2) == 3;
	if (flags && rd(a) == ZERO) {
		operation(a, minus ? "cmp" : "cmn");
		put_reg(a, rn(a), wide(a));
	} else if (minus && rn(a) == ZERO) {
		operation(a, flags ? "negs" : "neg");
		put_reg(a, rd(a), wide(a));
	} else {
		operation(a, minus ? (flags ? "subs" : "sub") : (flags ? "adds" : "add"));
		put_reg(a, rd(a), wide(a));
		put_reg(a, rn(a), wide(a));
	}
	put_shifted(a);
}

static void add_extended(struct a64 *a)
{
	static const char *const names[8] = { "uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx" };
	bool minus = field(a, 30, 1), flags = field(a, 29, 1), compare = flags && rd(a) == ZERO;
	uint32_t extend = field(a, 13, 3), amount = field(a, 10, 3);
	bool shift = extend == (wide(a) ? 3u : 2u) && (rn(a) == STACK || (!flags && rd(a) == STACK));

	a->bad = field(a, 22, 2) || amount > 4;
	operation(a, compare ? (minus ? "cmp" : "cmn") : minus ? "sub" : "add");
	operation(a, flags && !compare ? "s" : "");
	if (flags && !compare)
		put_reg(a, rd(a), wide(a));
	else if (!compare)
		put_reg_sp(a, rd(a), wide(a));
	put_reg_sp(a, rn(a), wide(a));
	put_reg(a, rm(a), wide(a) && (extend & 3) == 3);
	if (shift && amount)
		sb_addf(operand(a), "lsl #%u", amount);
	else if (!shift && amount)
		sb_addf(operand(a), "%s #%u", names[extend], amount);
	else if (!shift)
		sb_adds(operand(a), names[extend]);
}

static void select_insn(struct a64 *a)
{
	static const char *const names[4] = { "csel", "csinc", "csinv", "csneg" };
	static const char *const of_one[4] = { NULL, "cinc", "cinv", "cneg" };
	uint32_t op = field(a, 30, 1) << 1 | field(a, 10, 1), condition = field(a, 12, 4);
	bool one = op && rn(a) == rm(a) && condition < 14, none = one && rn(a) == ZERO && op != 3;

	a->bad = field(a, 29, 1) || field(a, 11, 1);
	operation(a, none ? (op == 1 ? "cset" : "csetm") : one ? of_one[op] : names[op]);
	put_reg(a, rd(a), wide(a));
	if (!none)
		put_reg(a, rn(a), wide(a));
	if (!one)
		put_reg(a, rm(a), wide(a));
	sb_adds(operand(a), conditions[one ? condition ^ 1 : condition]);
}

static void one_source(struct a64 *a)
{
	static const char *const names[6] = { "rbit", "rev16", "rev", "rev", "clz", "cls" };
	uint32_t op = field(a, 10, 6);

	if (op > 5 || rm(a) || field(a, 29, 1) || (op == 3 && !wide(a))) {
		a->bad = true;
		return;
	}
	operation(a, op == 2 && wide(a) ? "rev32" : names[op]);
	put_reg(a, rd(a), wide(a));
	put_reg(a, rn(a), wide(a));
}

static void two_sources(struct a64 *a)
{
	static const char *const names[12] = { [2] = "udiv", "sdiv", [8] = "lsl", "lsr", "asr", "ror" };
	uint32_t op = field(a, 10, 6);

	if (op > 11 || !names[op] || field(a, 29, 1)) {
		a->bad = true;
		return;
	}
	operation(a, names[op]);
	put_reg(a, rd(a), wide(a));
	put_reg(a, rn(a), wide(a));
	put_reg(a, rm(a), wide(a));
}

static void three_sources(struct a64 *a)
{
	static const char *const with[8] = { [0] = "madd", "smaddl", "smulh", [5] = "umaddl", "umulh" };
	static const char *const minus[8] = { [0] = "msub", "smsubl", [5] = "umsubl" };
	static const char *const alone[8] = { [0] = "mul", "smull", "smulh", [5] = "umull", "umulh" };
	static const char *const minus_alone[8] = { [0] = "mneg", "smnegl", [5] = "umnegl" };
	uint32_t op = field(a, 21, 3);
	bool subtract = field(a, 15, 1), single = ra(a) == ZERO, narrow = op == 1 || op == 5;
	const char *name = single ? (subtract ? minus_alone : alone)[op] : (subtract ? minus : with)[op];

	a->bad = !name || field(a, 29, 2) || (op && !wide(a));
	operation(a, name ? name : "");
	put_reg(a, rd(a), wide(a));
	put_reg(a, rn(a), wide(a) && !narrow);
	put_reg(a, rm(a), wide(a) && !narrow);
	if (!single && op != 2 && op != 6)
		put_reg(a, ra(a), wide(a));
}

static void registers(struct a64 *a)
{
	uint32_t op = field(a, 21, 4);

	if (!field(a, 28, 1)) {
		if (!field(a, 24, 1))
			logical_registers(a);
		else if (field(a, 21, 1))
			add_extended(a);
		else
			add_registers(a);
	} else if (op == 4) {
		select_insn(a);
	} else if (op == 6) {
		if (field(a, 30, 1))
			one_source(a);
		else
			two_sources(a);
	} else if (op & 8) {
		three_sources(a);
	} else {
		a->bad = true;
	}
}

static void any(struct a64 *a)
{
	uint32_t group = field(a, 25, 4);

	if ((group & 14) == 8)
		immediates(a);
	else if ((group & 14) == 10)
		branches(a);
	else if ((group & 5) == 4)
		arm64_memory(a);
	else if ((group & 7) == 5)
		registers(a);
	else
		a->bad = true;
}

unsigned jit_arm64(const uint8_t *code, size_t n, uint64_t address, struct jit_insn *ret)
{
	struct a64 a = { .address = address, .out = ret };
	unsigned size = n >= 4 ? 4 : n > 0;

	for (unsigned i = 0; i < size; i++)
		a.word |= (uint32_t)code[i] << (8 * i);
	jit_insn_reset(ret);
	if (size == 4)
		any(&a);
	if (!size || (size == 4 && !a.bad))
		return size;
	jit_insn_reset(ret);
	sb_adds(&ret->operation, size == 4 ? ".word" : ".byte");
	sb_addf(&ret->operands[0], "0x%0*x", (int)(2 * size), a.word);
	ret->n = 1;
	return size;
}
