/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads, stores and atomic operations of AArch64; see jit_arm64.c. */
#include "inspect/jit_arm64.h"

static const char *size_suffix(uint32_t size)
{
	return size == 0 ? "b" : size == 1 ? "h" : "";
}

/* [xN] */
static void put_base(struct a64 *a)
{
	struct strbuf *out = operand(a);

	sb_addc(out, '[');
	add_reg_sp(out, rn(a), true);
	sb_addc(out, ']');
}

/* [xN, #OFF] */
static void put_offset(struct a64 *a, int64_t off, const char *behind)
{
	struct strbuf *out = operand(a);

	sb_addc(out, '[');
	add_reg_sp(out, rn(a), true);
	if (off || *behind)
		sb_addf(out, ", #%lld", (long long)off);
	sb_addf(out, "]%s", behind);
}

static void exclusive(struct a64 *a)
{
	static const char *const exclusives[4] = { "stxr", "stlxr", "ldxr", "ldaxr" };
	static const char *const ordered[4] = { "stllr", "stlr", "ldlar", "ldar" };
	bool load = field(a, 22, 1), release = field(a, 15, 1), single = !field(a, 23, 1), swap = field(a, 21, 1);
	uint32_t size = field(a, 30, 2);

	a->bad = swap && (single || ra(a) != ZERO); /* pairs */
	if (swap) {
		operation(a, load ? "casa" : "cas");
		operation(a, release ? "l" : "");
	} else {
		operation(a, (single ? exclusives : ordered)[load << 1 | release]);
	}
	operation(a, size_suffix(size));
	if (swap)
		put_reg(a, rm(a), size == 3);
	else if (single && !load)
		put_reg(a, rm(a), false);
	put_reg(a, rd(a), size == 3);
	put_base(a);
}

static void literal(struct a64 *a)
{
	static const char *const names[4] = { "ldr", "ldr", "ldrsw" };
	uint32_t op = field(a, 30, 2);

	a->bad = op == 3;
	operation(a, names[op] ? names[op] : "");
	put_reg(a, rd(a), op);
	put_target(a, signed_field(a, 5, 19));
}

static void pair(struct a64 *a)
{
	uint32_t op = field(a, 30, 2), mode = field(a, 23, 2);
	bool load = field(a, 22, 1);
	int64_t off = signed_field(a, 15, 7) * (op == 2 ? 8 : 4);

	a->bad = op == 3 || (op == 1 && (!load || !mode));
	operation(a, load ? "ld" : "st");
	operation(a, mode ? "p" : "np");
	operation(a, op == 1 ? "sw" : "");
	put_reg(a, rd(a), op);
	put_reg(a, ra(a), op);
	if (mode == 1) {
		put_base(a);
		put_number(a, off);
	} else {
		put_offset(a, off, mode == 3 ? "!" : "");
	}
}

static void atomic(struct a64 *a)
{
	static const char *const names[8] = { "add", "clr", "eor", "set", "smax", "smin", "umax", "umin" };
	uint32_t size = field(a, 30, 2), op = field(a, 12, 4);
	bool acquire = field(a, 23, 1), release = field(a, 22, 1), store = op < 8 && rd(a) == ZERO && !acquire;

	a->bad = op > 8;
	operation(a, op == 8 ? "swp" : store ? "st" : "ld");
	operation(a, op < 8 ? names[op] : "");
	operation(a, acquire ? "a" : "");
	operation(a, release ? "l" : "");
	operation(a, size_suffix(size));
	put_reg(a, rm(a), size == 3);
	if (!store)
		put_reg(a, rd(a), size == 3);
	put_base(a);
}

/* "ldr", "strb", "ldursw"; false: there is none. *wide: of the register */
static bool load_store_name(struct a64 *a, const char *infix, bool *wide)
{
	uint32_t size = field(a, 30, 2), op = field(a, 22, 2);

	if (op > 1 && size + op > 4)
		return false;
	*wide = op == 2 || size == 3;
	operation(a, op ? "ld" : "st");
	operation(a, infix);
	operation(a, op > 1 ? "rs" : "r");
	operation(a, op > 1 && size == 2 ? "w" : size_suffix(size));
	return true;
}

static void put_register_offset(struct a64 *a)
{
	static const char *const extends[8] = { [2] = "uxtw", [3] = "lsl", [6] = "sxtw", [7] = "sxtx" };
	uint32_t extend = field(a, 13, 3), size = field(a, 30, 2);
	bool scaled = field(a, 12, 1);
	struct strbuf *out = operand(a);

	a->bad = a->bad || !extends[extend];
	sb_addc(out, '[');
	add_reg_sp(out, rn(a), true);
	sb_adds(out, ", ");
	add_reg(out, rm(a), extend & 1);
	if (extends[extend] && (extend != 3 || scaled))
		sb_addf(out, ", %s", extends[extend]);
	if (scaled)
		sb_addf(out, " #%u", size);
	sb_addc(out, ']');
}

static void load_store(struct a64 *a)
{
	bool unsigned_offset = field(a, 24, 1), by_register = field(a, 21, 1), wide;
	uint32_t mode = field(a, 10, 2);

	if (!unsigned_offset && by_register && !mode) {
		atomic(a);
		return;
	}
	if ((!unsigned_offset && by_register && mode != 2) ||
	    !load_store_name(a, unsigned_offset || by_register || mode & 1 ? "" : mode ? "t" : "u", &wide)) {
		a->bad = true;
		return;
	}
	put_reg(a, rd(a), wide);
	if (unsigned_offset) {
		put_offset(a, (int64_t)field(a, 10, 12) << field(a, 30, 2), "");
	} else if (by_register) {
		put_register_offset(a);
	} else if (mode == 1) {
		put_base(a);
		put_number(a, signed_field(a, 12, 9));
	} else {
		put_offset(a, signed_field(a, 12, 9), mode == 3 ? "!" : "");
	}
}

void arm64_memory(struct a64 *a)
{
	if (field(a, 26, 1)) /* vectors */
		a->bad = true;
	else if (field(a, 24, 6) == 8)
		exclusive(a);
	else if (field(a, 27, 3) == 3 && !field(a, 24, 2))
		literal(a);
	else if (field(a, 27, 3) == 5)
		pair(a);
	else if (field(a, 27, 3) == 7 && !field(a, 25, 1))
		load_store(a);
	else
		a->bad = true;
}
