/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interpreter's address space and its machine. Start reading at run_function(). */
#include <errno.h>
#include <stdarg.h>

#include "bpf/interp_int.h"

#define FIRST_ADDR 0x100000000ull
#define GUARD 4096
#define STACK_SIZE 512
#define DEFAULT_STEPS (1u << 20)

uint64_t interp_fail(struct interp *in, const char *fmt, ...)
{
	va_list ap;

	if (in->failed)
		return 0;
	in->failed = true;
	sb_reset(&in->error);
	va_start(ap, fmt);
	sb_addv(&in->error, fmt, ap);
	va_end(ap);
	return 0;
}

/* memory */

static void insert_region(struct interp *in, struct region *r)
{
	size_t i = in->regions.n;

	vec_push(&in->regions, r);
	for (; i && in->regions.v[i - 1]->addr > r->addr; i--)
		in->regions.v[i] = in->regions.v[i - 1];
	in->regions.v[i] = r;
}

struct region *interp_region(struct interp *in, size_t size)
{
	struct region *r = xcalloc(1, sizeof(*r));

	r->addr = in->next_addr;
	r->size = size;
	r->mem = xcalloc(1, size);
	in->next_addr += (size + GUARD + 7) / 8 * 8;
	insert_region(in, r);
	return r;
}

void interp_mem(struct interp *in, uint64_t addr, const void *data, size_t n, bool direct)
{
	struct region *r = xcalloc(1, sizeof(*r));

	r->addr = addr;
	r->size = n;
	r->mem = memcpy(xmalloc(n), data, n);
	r->readonly = true;
	r->indirect = !direct;
	insert_region(in, r);
}

static struct region *find_region(struct interp *in, uint64_t addr, uint64_t n)
{
	size_t lo = 0, hi = in->regions.n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;

		if (in->regions.v[mid]->addr <= addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!lo)
		return NULL;
	struct region *r = in->regions.v[lo - 1];

	return !r->dead && n <= r->size && addr - r->addr <= r->size - n ? r : NULL;
}

void *interp_peek(struct interp *in, uint64_t addr, uint64_t n)
{
	struct region *r = find_region(in, addr, n);

	return r ? r->mem + (addr - r->addr) : NULL;
}

void *interp_access(struct interp *in, uint64_t addr, uint64_t n, bool write)
{
	struct region *r = find_region(in, addr, n);
	uint64_t off = r ? addr - r->addr : 0;

	if (!r || r->indirect || (write && r->readonly)) {
		interp_fail(in, "%s of %llu bytes at 0x%llx", write ? "write" : "read", (unsigned long long)n,
			    (unsigned long long)addr);
		return NULL;
	}
	for (uint64_t i = 0; r->written && i < n; i++) {
		if (!write && !r->written[off + i]) {
			interp_fail(in, "read of stack at r10%lld, never written",
				    (long long)(off + i) - STACK_SIZE);
			return NULL;
		}
		r->written[off + i] = 1;
	}
	return r->mem + off;
}

/* one instruction */

struct cpu {
	uint64_t r[11];
	uint16_t valid; /* registers that hold a value */
	uint32_t pc;
};

static uint64_t get(struct interp *in, const struct cpu *c, unsigned reg)
{
	if (reg > 10 || !(c->valid >> reg & 1))
		return interp_fail(in, "r%u has no value", reg);
	return c->r[reg];
}

static void set(struct cpu *c, unsigned reg, uint64_t v)
{
	c->r[reg] = v;
	c->valid |= (uint16_t)(1u << reg);
}

static uint64_t divide(uint64_t a, uint64_t b, bool is_signed, bool mod)
{
	if (!b)
		return mod ? a : 0;
	if (is_signed && b == UINT64_MAX)
		return mod ? 0 : -a;
	if (is_signed)
		return (uint64_t)(mod ? (int64_t)a % (int64_t)b : (int64_t)a / (int64_t)b);
	return mod ? a % b : a / b;
}

static uint64_t alu64(struct interp *in, const struct bpf_insn *i, uint64_t a, uint64_t b)
{
	switch (BPF_OP(i->code)) {
	case BPF_ADD: return a + b;
	case BPF_SUB: return a - b;
	case BPF_MUL: return a * b;
	case BPF_DIV: return divide(a, b, i->off == 1, false);
	case BPF_MOD: return divide(a, b, i->off == 1, true);
	case BPF_AND: return a & b;
	case BPF_OR: return a | b;
	case BPF_XOR: return a ^ b;
	case BPF_LSH: return a << (b & 63);
	case BPF_RSH: return a >> (b & 63);
	case BPF_ARSH: return (uint64_t)((int64_t)a >> (b & 63));
	case BPF_NEG: return -a;
	case BPF_MOV: return b;
	default: return interp_fail(in, "arithmetic 0x%02x", i->code);
	}
}

static uint32_t alu32(struct interp *in, const struct bpf_insn *i, uint32_t a, uint32_t b)
{
	switch (BPF_OP(i->code)) {
	case BPF_LSH: return a << (b & 31);
	case BPF_RSH: return a >> (b & 31);
	case BPF_ARSH: return (uint32_t)((int32_t)a >> (b & 31));
	default: return (uint32_t)alu64(in, i, a, b);
	}
}

static uint64_t byte_order(const struct bpf_insn *i, uint64_t v)
{
	bool swap = (BPF_SRC(i->code) == BPF_TO_BE) == (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);

	switch (i->imm) {
	case 16: return swap ? __builtin_bswap16((uint16_t)v) : (uint16_t)v;
	case 32: return swap ? __builtin_bswap32((uint32_t)v) : (uint32_t)v;
	default: return swap ? __builtin_bswap64(v) : v;
	}
}

static void run_alu(struct interp *in, struct cpu *c, const struct bpf_insn *i)
{
	bool wide = BPF_CLASS(i->code) == BPF_ALU64, unary = BPF_OP(i->code) == BPF_NEG || BPF_OP(i->code) == BPF_END;
	uint64_t a = BPF_OP(i->code) == BPF_MOV ? 0 : get(in, c, i->dst_reg);
	uint64_t b = unary ? 0 : BPF_SRC(i->code) == BPF_X ? get(in, c, i->src_reg) : (uint64_t)(int64_t)i->imm;

	if (i->dst_reg == 10)
		interp_fail(in, "write to r10");
	else if (BPF_OP(i->code) == BPF_END)
		set(c, i->dst_reg, byte_order(i, a));
	else if (wide)
		set(c, i->dst_reg, alu64(in, i, a, b));
	else
		set(c, i->dst_reg, alu32(in, i, (uint32_t)a, (uint32_t)b));
}

static void run_load(struct interp *in, struct cpu *c, const struct bpf_insn *i)
{
	unsigned n = insn_size_bytes(i->code);
	const void *p = interp_access(in, get(in, c, i->src_reg) + (uint64_t)(int64_t)i->off, n, false);
	uint64_t v = 0;

	if (p)
		memcpy(&v, p, n);
	set(c, i->dst_reg, v);
}

static void run_store(struct interp *in, struct cpu *c, const struct bpf_insn *i)
{
	unsigned n = insn_size_bytes(i->code);
	bool atomic = BPF_CLASS(i->code) == BPF_STX && BPF_MODE(i->code) == BPF_ATOMIC;
	uint64_t addr = get(in, c, i->dst_reg) + (uint64_t)(int64_t)i->off, old = 0;
	uint64_t v = BPF_CLASS(i->code) == BPF_STX ? get(in, c, i->src_reg) : (uint64_t)(int64_t)i->imm;
	void *p = in->failed ? NULL : atomic ? interp_access(in, addr, n, false) : NULL;

	if (atomic && p)
		memcpy(&old, p, n);
	if (atomic && i->imm != BPF_ADD && i->imm != BPF_XCHG)
		interp_fail(in, "atomic operation 0x%x", (unsigned)i->imm);
	p = in->failed ? NULL : interp_access(in, addr, n, true);
	if (atomic && i->imm == BPF_XCHG)
		set(c, i->src_reg, old);
	else
		v += old;
	if (p)
		memcpy(p, &v, n);
}

static bool holds(struct interp *in, const struct bpf_insn *i, uint64_t a, uint64_t b)
{
	bool narrow = BPF_CLASS(i->code) == BPF_JMP32;
	uint64_t ua = narrow ? (uint32_t)a : a, ub = narrow ? (uint32_t)b : b;
	int64_t sa = narrow ? (int32_t)a : (int64_t)a, sb = narrow ? (int32_t)b : (int64_t)b;

	switch (BPF_OP(i->code)) {
	case BPF_JEQ: return ua == ub;
	case BPF_JNE: return ua != ub;
	case BPF_JGT: return ua > ub;
	case BPF_JGE: return ua >= ub;
	case BPF_JLT: return ua < ub;
	case BPF_JLE: return ua <= ub;
	case BPF_JSGT: return sa > sb;
	case BPF_JSGE: return sa >= sb;
	case BPF_JSLT: return sa < sb;
	case BPF_JSLE: return sa <= sb;
	case BPF_JSET: return (ua & ub) != 0;
	default: return interp_fail(in, "jump 0x%02x", i->code);
	}
}

static const struct bpf_reloc *reloc_at(const struct interp *in, uint32_t pc)
{
	for (size_t i = 0; i < in->prog->relocs.n; i++)
		if (in->prog->relocs.v[i].insn == pc)
			return &in->prog->relocs.v[i];
	return NULL;
}

static void run_call(struct interp *in, struct cpu *c, const struct bpf_insn *i)
{
	const struct bpf_reloc *rel = i->src_reg == BPF_PSEUDO_KFUNC_CALL ? reloc_at(in, c->pc) : NULL;
	uint64_t ret;

	in->calls++;
	if (i->src_reg && !rel)
		ret = interp_fail(in, "call of kind %u", i->src_reg);
	else
		ret = rel ? interp_kfunc(in, rel->name, c->r) : interp_helper(in, i->imm, c->r);
	c->valid &= (uint16_t)~0x3f;
	set(c, 0, ret);
}

static uint64_t load_imm(struct interp *in, struct cpu *c, const struct bpf_insn *i)
{
	const struct bpf_reloc *rel = reloc_at(in, c->pc);
	uint64_t v = (uint64_t)(uint32_t)i[1].imm << 32 | (uint32_t)i[0].imm;

	if (!i->src_reg)
		return v;
	if (!rel)
		return interp_fail(in, "64-bit load of kind %u without a relocation", i->src_reg);
	if (rel->kind == BR_FN)
		return INTERP_FN_ADDR + c->pc + 1 + (uint64_t)(int64_t)i->imm;
	if (rel->kind == BR_MAP_FD)
		return INTERP_MAP_ADDR + rel->index;
	if (!in->maps[rel->index].entries.n)
		return interp_fail(in, "map %u has no value", rel->index);
	return in->maps[rel->index].entries.v[0].addr + rel->off;
}

static void run_jump(struct interp *in, struct cpu *c, const struct bpf_insn *i)
{
	uint64_t a, b;

	if (i->code == BPF_CALL_K) {
		run_call(in, c, i);
	} else if (i->code == BPF_JA_K) {
		c->pc += (uint32_t)(int32_t)i->off;
	} else if (i->code == BPF_JA_LONG) {
		c->pc += (uint32_t)i->imm;
	} else {
		a = get(in, c, i->dst_reg);
		b = BPF_SRC(i->code) == BPF_X ? get(in, c, i->src_reg) : (uint64_t)(int64_t)i->imm;
		if (holds(in, i, a, b))
			c->pc += (uint32_t)(int32_t)i->off;
	}
}

static void step(struct interp *in, struct cpu *c, const struct bpf_insn *i)
{
	switch (BPF_CLASS(i->code)) {
	case BPF_ALU: case BPF_ALU64:
		run_alu(in, c, i);
		break;
	case BPF_LDX:
		run_load(in, c, i);
		break;
	case BPF_ST: case BPF_STX:
		run_store(in, c, i);
		break;
	case BPF_JMP: case BPF_JMP32:
		run_jump(in, c, i);
		break;
	default:
		set(c, i->dst_reg, load_imm(in, c, i));
		c->pc++;
	}
}

static void add_place(struct interp *in, uint32_t pc)
{
	sb_adds(&in->error, " in ");
	bpf_disasm_insn(&in->prog->insns[pc], pc, &in->error);
}

static uint64_t run_function(struct interp *in, uint32_t pc, const uint64_t *args, unsigned n)
{
	struct cpu c = { .pc = pc };
	struct region *stack = in->stack[in->depth];

	for (unsigned i = 0; i < n; i++)
		set(&c, 1 + i, args[i]);
	set(&c, 10, stack->addr + STACK_SIZE);
	memset(stack->written, 0, STACK_SIZE);
	for (; !in->failed; c.pc++) {
		if (c.pc >= in->prog->n)
			return interp_fail(in, "ran out of the program");
		if (in->steps++ >= in->env.max_steps)
			return interp_fail(in, "more than %llu instructions", (unsigned long long)in->env.max_steps);
		if (in->prog->insns[c.pc].code == BPF_EXIT_K)
			return get(in, &c, 0);
		pc = c.pc;
		step(in, &c, &in->prog->insns[pc]);
		if (in->failed)
			add_place(in, pc);
	}
	return 0;
}

uint64_t interp_callback(struct interp *in, uint64_t fn, const uint64_t *args, unsigned n)
{
	uint64_t ret;

	if (fn < INTERP_FN_ADDR || fn - INTERP_FN_ADDR >= in->prog->n)
		return interp_fail(in, "0x%llx is no callback", (unsigned long long)fn);
	if (in->depth + 1 == INTERP_FRAMES)
		return interp_fail(in, "calls are too deep");
	in->depth++;
	ret = run_function(in, (uint32_t)(fn - INTERP_FN_ADDR), args, n);
	in->depth--;
	return ret;
}

/* the public side */

static struct region *stack_region(struct interp *in)
{
	struct region *r = interp_region(in, STACK_SIZE);

	r->written = xcalloc(1, STACK_SIZE);
	return r;
}

struct interp *interp_new(const struct bpf_object *obj)
{
	struct interp *in = xcalloc(1, sizeof(*in));

	in->obj = obj;
	in->next_addr = FIRST_ADDR;
	in->env.max_steps = DEFAULT_STEPS;
	in->env.ktime_step = 1;
	for (unsigned i = 0; i < INTERP_FRAMES; i++)
		in->stack[i] = stack_region(in);
	interp_maps_init(in);
	return in;
}

static void free_region(struct region *r)
{
	free(r->mem);
	free(r->written);
	free(r);
}

void interp_free(struct interp *in)
{
	if (!in)
		return;
	interp_maps_done(in);
	vec_each(in->regions, i)
		free_region(in->regions.v[i]);
	vec_done(&in->regions);
	vec_each(in->records, k)
		free(in->records.v[k].data);
	vec_done(&in->records);
	vec_done(&in->reserved);
	sb_done(&in->error);
	free(in);
}

struct interp_env *interp_env(struct interp *in)
{
	return &in->env;
}

int interp_run(struct interp *in, const struct bpf_prog *p, const void *ctx, size_t size, uint64_t *ret)
{
	struct region *r = interp_region(in, size);
	uint64_t result;

	if (size)
		memcpy(r->mem, ctx, size);
	r->readonly = true;
	in->prog = p;
	in->depth = 0;
	in->steps = in->calls = 0;
	in->failed = false;
	result = run_function(in, 0, &r->addr, 1);
	if (!in->failed && in->reserved.n)
		interp_fail(in, "a ring buffer record was neither submitted nor discarded");
	r->dead = true;
	if (in->failed)
		return -EFAULT;
	*ret = result;
	return 0;
}

const char *interp_error(const struct interp *in)
{
	return in->failed ? sb_str(&in->error) : NULL;
}

uint64_t interp_steps(const struct interp *in)
{
	return in->steps;
}

uint64_t interp_calls(const struct interp *in)
{
	return in->calls;
}

size_t interp_records(const struct interp *in)
{
	return in->records.n;
}

const void *interp_record(const struct interp *in, size_t i, size_t *ret_size)
{
	if (i >= in->records.n)
		return NULL;
	*ret_size = in->records.v[i].size;
	return in->records.v[i].data;
}
