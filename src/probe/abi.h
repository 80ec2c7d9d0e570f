/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a function's parameters are at its entry, by the rules of the architecture for calls: System V psABI 3.2.3 for
 * x86-64, AAPCS64 6.8 for arm64. What debug information says of parameters holds only behind the prologue.
 */
#ifndef PROBE_ABI_H
#define PROBE_ABI_H

#include <stdbool.h>
#include <stdint.h>

#include <elfutils/libdw.h>

enum place_kind {
	PLACE_NONE,  /* in registers that BPF programs cannot read (vectors), or unknown */
	PLACE_REG,   /* in one register */
	PLACE_PAIR,  /* in two, the lower half first */
	PLACE_STACK, /* in memory, at an offset from the stack pointer */
	PLACE_REF,   /* in memory that a register points to */
};

struct place {
	enum place_kind kind;
	int reg[2];      /* offsets in struct pt_regs */
	uint32_t offset; /* PLACE_STACK */
};

/* A place in 32 bits, kept as the offset of a parameter's field, and back. */
uint32_t place_pack(struct place p);
struct place place_unpack(uint32_t v);

struct abi {
	unsigned gprs, fprs; /* used so far */
	uint32_t stack;      /* bytes used so far */
};

/* For a function whose DIE this is: a hidden first parameter may be the address of its result. */
void abi_start(struct abi *a, Dwarf_Die *func);
/* The next parameter, of this type; NULL: no type. */
struct place abi_next(struct abi *a, Dwarf_Die *type);

#endif
