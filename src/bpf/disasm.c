/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instructions as text, in the words of the kernel's log (kernel/bpf/disasm.c). */
#include "base/escape.h"
#include "bpf/insn.h"
#include "bpf/object.h"

/* Not in older headers, or in none: the kernel makes these itself. */
#define BPF_MEMSX_MODE 0x80 /* cpu v4: sign-extending load */
#define NOSPEC_MODE 0xc0    /* BPF_ST: no speculation past it */
#define JCOND_OP 0xe0       /* may_goto */
#define LOAD_ACQUIRE 0x100  /* imm of BPF_ATOMIC */
#define STORE_RELEASE 0x110
#define CAST_OFF 1          /* off of a mov: address space cast */
#define PERCPU_OFF (-1)     /* off of a mov: address of this CPU's copy */

static const char *const alu_names[16] = {
	[BPF_ADD >> 4] = "+=", [BPF_SUB >> 4] = "-=", [BPF_MUL >> 4] = "*=", [BPF_DIV >> 4] = "/=",
	[BPF_OR >> 4] = "|=", [BPF_AND >> 4] = "&=", [BPF_LSH >> 4] = "<<=", [BPF_RSH >> 4] = ">>=",
	[BPF_MOD >> 4] = "%=", [BPF_XOR >> 4] = "^=", [BPF_MOV >> 4] = "=", [BPF_ARSH >> 4] = "s>>=",
};

static const char *const jump_names[16] = {
	[BPF_JEQ >> 4] = "==", [BPF_JGT >> 4] = ">", [BPF_JLT >> 4] = "<", [BPF_JGE >> 4] = ">=",
	[BPF_JLE >> 4] = "<=", [BPF_JSET >> 4] = "&", [BPF_JNE >> 4] = "!=", [BPF_JSGT >> 4] = "s>",
	[BPF_JSLT >> 4] = "s<", [BPF_JSGE >> 4] = "s>=", [BPF_JSLE >> 4] = "s<=",
};

static const char *size_name(const struct bpf_insn *in)
{
	switch (insn_size_bytes(in->code)) {
	case 8: return "u64";
	case 4: return "u32";
	case 2: return "u16";
	default: return "u8";
	}
}

static void unknown(const struct bpf_insn *in, struct strbuf *out)
{
	sb_addf(out, "unknown code 0x%02x", in->code);
}

static void alu_end(const struct bpf_insn *in, struct strbuf *out)
{
	const char *how = BPF_CLASS(in->code) == BPF_ALU64 ? "bswap" :
			  BPF_SRC(in->code) == BPF_TO_BE ? "be" : "le";

	sb_addf(out, "r%d = %s%d r%d", in->dst_reg, how, in->imm, in->dst_reg);
}

/* Moves that are none. */
static bool special_mov(const struct bpf_insn *in, struct strbuf *out)
{
	if (in->code != (BPF_ALU64 | BPF_MOV | BPF_X))
		return false;
	if (in->off == CAST_OFF)
		sb_addf(out, "r%d = addr_space_cast(r%d, %u, %u)", in->dst_reg, in->src_reg,
			(uint32_t)in->imm >> 16, (uint16_t)in->imm);
	else if (in->off == PERCPU_OFF)
		sb_addf(out, "r%d = &(void __percpu *)(r%d)", in->dst_reg, in->src_reg);
	else
		return false;
	return true;
}

static void alu(const struct bpf_insn *in, struct strbuf *out)
{
	char r = BPF_CLASS(in->code) == BPF_ALU ? 'w' : 'r';
	const char *name = alu_names[BPF_OP(in->code) >> 4];
	bool is_mov = BPF_OP(in->code) == BPF_MOV;

	if (special_mov(in, out))
		return;
	if (BPF_OP(in->code) == BPF_END) {
		alu_end(in, out);
	} else if (BPF_OP(in->code) == BPF_NEG) {
		sb_addf(out, "%c%d = -%c%d", r, in->dst_reg, r, in->dst_reg);
	} else if (!name) {
		unknown(in, out);
	} else {
		sb_addf(out, "%c%d %s%s ", r, in->dst_reg, in->off && !is_mov ? "s" : "", name);
		if (BPF_SRC(in->code) == BPF_K)
			sb_addf(out, "%d", in->imm);
		else if (is_mov && in->off)
			sb_addf(out, "(s%d)%c%d", in->off, r, in->src_reg);
		else
			sb_addf(out, "%c%d", r, in->src_reg);
	}
}

static void memory(const struct bpf_insn *in, unsigned reg, struct strbuf *out)
{
	const char *size = size_name(in);

	if (BPF_MODE(in->code) == BPF_MEMSX_MODE)
		sb_addf(out, "*(s%s *)(r%u %+d)", size + 1, reg, in->off);
	else
		sb_addf(out, "*(%s *)(r%u %+d)", size, reg, in->off);
}

static void atomic_name(const struct bpf_insn *in, const char *name, struct strbuf *out)
{
	const char *wide = insn_size_bytes(in->code) == 8 ? "64" : "";

	sb_addf(out, "r%d = atomic%s_%s((%s *)(r%d %+d), ", in->src_reg, wide, name, size_name(in),
		in->dst_reg, in->off);
}

static void atomic(const struct bpf_insn *in, struct strbuf *out)
{
	const char *name = alu_names[BPF_OP(in->imm) >> 4];

	switch (in->imm) {
	case BPF_ADD: case BPF_OR: case BPF_AND: case BPF_XOR:
		sb_adds(out, "lock ");
		memory(in, in->dst_reg, out);
		sb_addf(out, " %s r%d", name, in->src_reg);
		return;
	case BPF_ADD | BPF_FETCH:
		atomic_name(in, "fetch_add", out);
		break;
	case BPF_OR | BPF_FETCH:
		atomic_name(in, "fetch_or", out);
		break;
	case BPF_AND | BPF_FETCH:
		atomic_name(in, "fetch_and", out);
		break;
	case BPF_XOR | BPF_FETCH:
		atomic_name(in, "fetch_xor", out);
		break;
	case BPF_XCHG:
		atomic_name(in, "xchg", out);
		break;
	case BPF_CMPXCHG:
		sb_addf(out, "r0 = atomic%s_cmpxchg((%s *)(r%d %+d), r0, ",
			insn_size_bytes(in->code) == 8 ? "64" : "", size_name(in), in->dst_reg, in->off);
		break;
	case LOAD_ACQUIRE:
		sb_addf(out, "r%d = load_acquire((%s *)(r%d %+d))", in->dst_reg, size_name(in), in->src_reg,
			in->off);
		return;
	case STORE_RELEASE:
		sb_addf(out, "store_release((%s *)(r%d %+d), ", size_name(in), in->dst_reg, in->off);
		break;
	default:
		unknown(in, out);
		return;
	}
	sb_addf(out, "r%d)", in->src_reg);
}

static void access_memory(const struct bpf_insn *in, struct strbuf *out)
{
	if (BPF_CLASS(in->code) == BPF_LDX) {
		sb_addf(out, "r%d = ", in->dst_reg);
		memory(in, in->src_reg, out);
		return;
	}
	if (BPF_CLASS(in->code) == BPF_STX && BPF_MODE(in->code) == BPF_ATOMIC) {
		atomic(in, out);
		return;
	}
	if (BPF_CLASS(in->code) == BPF_ST && BPF_MODE(in->code) == NOSPEC_MODE) {
		sb_adds(out, "nospec");
		return;
	}
	memory(in, in->dst_reg, out);
	if (BPF_CLASS(in->code) == BPF_STX)
		sb_addf(out, " = r%d", in->src_reg);
	else
		sb_addf(out, " = %d", in->imm);
}

static void call(const struct bpf_insn *in, const struct disasm_names *names, struct strbuf *out)
{
	const struct ir_helper_info *h = ir_helper_info((unsigned)in->imm);

	if (names && names->call(names->arg, in, out))
		return;
	if (in->src_reg == BPF_PSEUDO_CALL)
		sb_addf(out, "call pc%+d", in->imm);
	else if (in->src_reg == BPF_PSEUDO_KFUNC_CALL)
		sb_addf(out, "call kernel-function#%d", in->imm);
	else
		sb_addf(out, "call %s%s#%d", h->name ? "bpf_" : "unknown", h->name ? h->name : "", in->imm);
}

static void jump(const struct bpf_insn *in, const struct disasm_names *names, struct strbuf *out)
{
	char r = BPF_CLASS(in->code) == BPF_JMP32 ? 'w' : 'r';
	const char *name = jump_names[BPF_OP(in->code) >> 4];

	if (in->code == BPF_CALL_K)
		call(in, names, out);
	else if (in->code == BPF_EXIT_K)
		sb_adds(out, "exit");
	else if (in->code == BPF_JA_K)
		sb_addf(out, "goto pc%+d", in->off);
	else if (BPF_OP(in->code) == JCOND_OP)
		sb_addf(out, "may_goto pc%+d", in->off);
	else if (in->code == (BPF_JMP | BPF_JA | BPF_X))
		sb_addf(out, "gotox r%d", in->dst_reg);
	else if (BPF_OP(in->code) == BPF_JA && r == 'w')
		sb_addf(out, "gotol pc%+d", in->imm);
	else if (!name)
		unknown(in, out);
	else if (BPF_SRC(in->code) == BPF_X)
		sb_addf(out, "if %c%d %s %c%d goto pc%+d", r, in->dst_reg, name, r, in->src_reg, in->off);
	else
		sb_addf(out, "if %c%d %s 0x%x goto pc%+d", r, in->dst_reg, name, (unsigned)in->imm, in->off);
}

/* Loads from a packet, as classic BPF has them. */
static void load_packet(const struct bpf_insn *in, struct strbuf *out)
{
	if (BPF_MODE(in->code) == BPF_ABS)
		sb_addf(out, "r0 = *(%s *)skb[%d]", size_name(in), in->imm);
	else if (BPF_MODE(in->code) == BPF_IND)
		sb_addf(out, "r0 = *(%s *)skb[r%d + %d]", size_name(in), in->src_reg, in->imm);
	else
		unknown(in, out);
}

static void load_imm(const struct bpf_insn *in, const struct disasm_names *names, struct strbuf *out)
{
	unsigned long long v = (unsigned long long)(uint32_t)in[1].imm << 32 | (uint32_t)in[0].imm;

	sb_addf(out, "r%d = ", in->dst_reg);
	if (names && names->imm(names->arg, in, out))
		return;
	switch (in->src_reg) {
	case BPF_PSEUDO_MAP_FD:
		sb_addf(out, "map[fd:%d]", in[0].imm);
		break;
	case BPF_PSEUDO_MAP_VALUE:
		sb_addf(out, "map[fd:%d][0]+%d", in[0].imm, in[1].imm);
		break;
	case BPF_PSEUDO_FUNC:
		sb_addf(out, "subprog[%+d]", in[0].imm);
		break;
	default:
		sb_addf(out, "0x%llx", v);
	}
}

static void body(const struct bpf_insn *in, const struct disasm_names *names, struct strbuf *out)
{
	switch (BPF_CLASS(in->code)) {
	case BPF_ALU: case BPF_ALU64:
		alu(in, out);
		break;
	case BPF_LDX: case BPF_STX: case BPF_ST:
		access_memory(in, out);
		break;
	case BPF_JMP: case BPF_JMP32:
		jump(in, names, out);
		break;
	default:
		if (in->code == BPF_LD_IMM64)
			load_imm(in, names, out);
		else
			load_packet(in, out);
	}
}

void bpf_disasm_text(const struct bpf_insn *insn, const struct disasm_names *names, struct strbuf *out)
{
	sb_addf(out, "(%02x) ", insn->code);
	body(insn, names, out);
}

void bpf_disasm_insn(const struct bpf_insn *insn, uint32_t at, struct strbuf *out)
{
	sb_addf(out, "%4u: ", at);
	bpf_disasm_text(insn, NULL, out);
}

static void add_map(const struct ir_map *m, const struct bpf_insn *in, struct strbuf *out)
{
	sb_addf(out, "r%d = map[%s%s]", in->dst_reg, m->role == IM_USER ? "@" : "", m->name);
}

/* Instructions that the loader will patch are shown by the names of what they refer to. */
static bool disasm_reloc(const struct bpf_object *obj, const struct bpf_prog *p, uint32_t at, struct strbuf *out)
{
	const struct bpf_insn *in = &p->insns[at];

	for (size_t i = 0; i < p->relocs.n; i++) {
		const struct bpf_reloc *r = &p->relocs.v[i];

		if (r->insn != at || r->kind == BR_FN)
			continue;
		sb_addf(out, "%4u: (%02x) ", at, in->code);
		if (r->kind == BR_KFUNC || r->kind == BR_LINKED)
			sb_addf(out, "call %s", r->name);
		else
			add_map(obj->module->maps.v[r->index], in, out);
		if (r->kind == BR_MAP_VALUE)
			sb_addf(out, "[0]+%u", r->off);
		return true;
	}
	return false;
}

/* The source line of an instruction, if it is another than the last one shown. */
static void disasm_line(const struct bpf_object *obj, const struct bpf_prog *p, uint32_t at,
			struct position *last, struct strbuf *out)
{
	struct position pos;
	const char *text;
	size_t n;

	for (size_t i = 0; i < p->lines.n; i++) {
		if (p->lines.v[i].insn != at || !obj->sources ||
		    !sources_find(obj->sources, p->lines.v[i].span.start, &pos) ||
		    (pos.source == last->source && pos.line == last->line) ||
		    !source_line(pos.source, pos.line, &text, &n))
			continue;
		*last = pos;
		sb_adds(out, "; ");
		escape_terminal(out, text, n);
		sb_addf(out, " @ %s:%u\n", pos.source->name, pos.line);
	}
}

void bpf_disasm(const struct bpf_object *obj, const struct bpf_prog *p, bool lines, struct strbuf *out)
{
	struct position last = { 0 };

	for (uint32_t at = 0; at < p->n; at++) {
		for (size_t i = 1; i < p->funcs.n; i++)
			if (p->funcs.v[i].insn == at)
				sb_addf(out, "%s:\n", p->funcs.v[i].name);
		if (lines)
			disasm_line(obj, p, at, &last, out);
		if (!disasm_reloc(obj, p, at, out))
			bpf_disasm_insn(&p->insns[at], at, out);
		sb_addc(out, '\n');
		at += p->insns[at].code == BPF_LD_IMM64;
	}
}
