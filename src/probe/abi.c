/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/abi.h"

#include <string.h>

#include <dwarf.h>

#include "probe/dwtypes.h"
#include "probe/regs.h"

#define DEPTH_MAX 16
#define FPRS 8 /* vector registers for parameters, on both architectures */

#if defined(__aarch64__)
#define IS_ARM64 true
#else
#define IS_ARM64 false
#endif

/* Bits 30.. kind; registers are below 512, stack offsets below 2^28. */
uint32_t place_pack(struct place p)
{
	uint32_t kind = (uint32_t)p.kind << 28;

	return p.kind == PLACE_STACK ? kind | (p.offset & 0xfffffff)
				     : kind | (uint32_t)p.reg[0] | (uint32_t)p.reg[1] << 12;
}

struct place place_unpack(uint32_t v)
{
	struct place p = { .kind = v >> 28 };

	if (p.kind == PLACE_STACK) {
		p.offset = v & 0xfffffff;
	} else {
		p.reg[0] = v & 0xfff;
		p.reg[1] = v >> 12 & 0xfff;
	}
	return p;
}

/* What a value is made of, as far as calls care. */
struct value_class {
	uint64_t size;
	unsigned align;
	bool is_float[2]; /* each half of up to 16 bytes: nothing but floating point in it */
	bool seen[2];     /* there is something in it */
	bool in_memory;   /* never in registers */
	bool pair;        /* one integer of 16 bytes */
	bool vector;      /* arm64: nothing but up to four floating point numbers of one size */
};

static void classify(Dwarf_Die *type, uint64_t at, struct value_class *c, int depth);

static void take_scalar(struct value_class *c, uint64_t at, bool is_float)
{
	unsigned half = at >= 8;

	if (at >= 16)
		return;
	c->is_float[half] = is_float && (!c->seen[half] || c->is_float[half]);
	c->seen[half] = true;
}

static void classify_base(Dwarf_Die *type, uint64_t at, struct value_class *c)
{
	uint64_t encoding = dwarf_number(type, DW_AT_encoding, 0), size = dwarf_number(type, DW_AT_byte_size, 0);
	bool is_float = encoding == DW_ATE_float || encoding == DW_ATE_complex_float;

	/* x86's long double is a matter of its own. */
	if (is_float && size > 8 && encoding == DW_ATE_float && !IS_ARM64)
		c->in_memory = true;
	take_scalar(c, at, is_float);
	if (size > 8)
		take_scalar(c, at + 8, is_float);
	if (size > c->align)
		c->align = size <= 16 ? (unsigned)size : 16;
	c->pair = !at && size == 16 && !is_float;
}

static void classify_array(Dwarf_Die *type, uint64_t at, struct value_class *c, int depth)
{
	Dwarf_Word size, step;
	Dwarf_Die elem;

	if (!dwarf_type_of(type, true, &elem) || dwarf_aggregate_size(type, &size) || dwarf_aggregate_size(&elem, &step) ||
	    !step)
		return;
	for (uint64_t i = 0; i + step <= size && at + i < 16; i += step)
		classify(&elem, at + i, c, depth + 1);
}

static void classify_members(Dwarf_Die *type, uint64_t at, struct value_class *c, int depth)
{
	Dwarf_Die child, member;
	uint64_t offset;

	if (dwarf_number(type, DW_AT_calling_convention, 0) == DW_CC_pass_by_reference)
		c->in_memory = true;
	if (dwarf_child(type, &child))
		return;
	do {
		int tag = dwarf_tag(&child);

		if ((tag == DW_TAG_member || tag == DW_TAG_inheritance) && dwarf_type_of(&child, true, &member) &&
		    dwarf_member_offset(&child, &offset))
			classify(&member, at + offset, c, depth + 1);
	} while (!dwarf_siblingof(&child, &child));
}

static void classify(Dwarf_Die *type, uint64_t at, struct value_class *c, int depth)
{
	if (depth > DEPTH_MAX || at >= 64)
		return;
	switch (dwarf_tag(type)) {
	case DW_TAG_base_type:
		classify_base(type, at, c);
		break;
	case DW_TAG_array_type:
		classify_array(type, at, c, depth);
		break;
	case DW_TAG_structure_type:
	case DW_TAG_class_type:
	case DW_TAG_union_type:
		classify_members(type, at, c, depth);
		break;
	default:
		take_scalar(c, at, false);
		c->align = c->align < 8 ? 8 : c->align;
		break;
	}
}

static struct value_class class_of(Dwarf_Die *type)
{
	struct value_class c = { .align = 1 };
	Dwarf_Word size;
	int tag = dwarf_tag(type);

	c.size = dwarf_aggregate_size(type, &size) ? 8 : size;
	classify(type, 0, &c, 0);
	if (tag != DW_TAG_structure_type && tag != DW_TAG_class_type && tag != DW_TAG_union_type)
		c.pair &= c.size == 16;
	else
		c.pair = IS_ARM64 && c.align == 16 && c.size == 16;
	c.vector = c.seen[0] && c.is_float[0] && (!c.seen[1] || c.is_float[1]) && c.size <= (IS_ARM64 ? 64 : 16);
	return c;
}

static struct place on_stack(struct abi *a, const struct value_class *c)
{
	uint32_t align = c->align > 8 ? 16 : 8;
	struct place p = { .kind = PLACE_STACK };

	a->stack = (a->stack + align - 1) & ~(align - 1);
	p.offset = regs_native->stack_arg + a->stack;
	a->stack += (uint32_t)((c->size + 7) & ~7ull);
	return p;
}

/* The address of the value goes where any pointer would. */
static struct place by_reference(struct abi *a)
{
	if (a->gprs >= regs_native->nargs)
		return (struct place){ .kind = PLACE_NONE };
	return (struct place){ .kind = PLACE_REF, .reg = { regs_native->arg[a->gprs++] } };
}

/* Halves in registers of their kinds, all or nothing. */
static struct place in_registers(struct abi *a, const struct value_class *c)
{
	unsigned halves = c->size > 8 ? 2 : 1, floats = c->is_float[0] + (halves > 1 && c->is_float[1]);
	unsigned ints = halves - floats;
	struct place p = { .kind = PLACE_NONE };

	if (IS_ARM64 && c->pair)
		a->gprs += a->gprs & 1;
	if (a->gprs + ints > regs_native->nargs || a->fprs + floats > FPRS) {
		if (IS_ARM64 && ints)
			a->gprs = regs_native->nargs;
		return on_stack(a, c);
	}
	if (!floats) {
		p.kind = halves == 1 ? PLACE_REG : PLACE_PAIR;
		for (unsigned i = 0; i < halves; i++)
			p.reg[i] = regs_native->arg[a->gprs + i];
	}
	a->gprs += ints;
	a->fprs += floats;
	return p;
}

static struct place place_of(struct abi *a, const struct value_class *c)
{
	if (IS_ARM64 && c->vector) {
		a->fprs += c->size > 8 ? 2 : 1;
		return (struct place){ .kind = PLACE_NONE };
	}
	if (IS_ARM64 && (c->size > 16 || c->in_memory))
		return by_reference(a);
	if (c->size > 16 || c->in_memory)
		return on_stack(a, c);
	return in_registers(a, c);
}

void abi_start(struct abi *a, Dwarf_Die *func)
{
	struct value_class c;
	Dwarf_Die type;

	*a = (struct abi){ 0 };
	if (IS_ARM64 || !dwarf_type_of(func, true, &type))
		return;
	c = class_of(&type);
	/* long double comes back in a register of its own */
	if (c.size > 16 || (c.in_memory && dwarf_tag(&type) != DW_TAG_base_type))
		a->gprs = 1;
}

struct place abi_next(struct abi *a, Dwarf_Die *type)
{
	struct value_class c = type ? class_of(type) : (struct value_class){ .size = 8, .align = 8 };

	if (type && dwarf_number(type, DW_AT_calling_convention, 0) == DW_CC_pass_by_reference)
		return by_reference(a);
	return place_of(a, &c);
}
