/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prog dump jited */
#include <errno.h>

#include "inspect/btf_value.h"
#include "inspect/jit.h"
#include "inspect/prog_code.h"
#include "sym/ksyms.h"

/* The disassembler of this machine's code. */
#if defined(__x86_64__)
static jit_decode *const decode = jit_x86_64;
#elif defined(__aarch64__)
static jit_decode *const decode = jit_arm64;
#else
static jit_decode *const decode = NULL;
#endif

struct jited {
	struct inspect *in;
	const struct prog_code *code;
	bool opcodes, linum;
	uint32_t line;         /* next one to be shown */
	struct jit_insn insn;
};

void jit_insn_reset(struct jit_insn *in)
{
	sb_reset(&in->operation);
	for (unsigned i = 0; i < 4; i++)
		sb_reset(&in->operands[i]);
	in->n = 0;
	in->target = 0;
}

void jit_insn_done(struct jit_insn *in)
{
	sb_done(&in->operation);
	for (unsigned i = 0; i < 4; i++)
		sb_done(&in->operands[i]);
}

static const char *symbol(struct inspect *in, uint64_t address)
{
	const struct ksym *s;

	if (!in->ksyms)
		in->ksyms = ksyms_new();
	s = address ? ksyms_find(in->ksyms, address) : NULL;
	return s && s->addr == address ? s->name : NULL;
}

/* The line whose code begins at this address; addresses rise with the lines. */
static const struct bpf_line_info *line_at(struct jited *j, uint64_t address)
{
	const struct prog_code *c = j->code;
	const struct bpf_line_info *l = c->jited_lines ? prog_line(c, j->line) : NULL;

	if (!l || c->jited_lines[j->line] != address)
		return NULL;
	j->line++;
	return l;
}

static void insn_text(struct jited *j, const uint8_t *code, uint32_t pc, unsigned n)
{
	struct strbuf *out = &j->in->out;
	const char *name = symbol(j->in, j->insn.target);

	sb_addf(out, "%4x:\t", pc);
	sb_add(out, sb_str(&j->insn.operation), j->insn.operation.n);
	for (unsigned i = 0; i < j->insn.n; i++)
		sb_addf(out, "%s%s", i ? ", " : "\t", sb_str(&j->insn.operands[i]));
	if (name)
		sb_addf(out, " <%s>", name);
	if (j->opcodes) {
		sb_adds(out, "\n\t");
		for (unsigned i = 0; i < n; i++)
			sb_addf(out, "%02x ", code[i]);
	}
	sb_addc(out, '\n');
}

static void insn_json(struct jited *j, const uint8_t *code, uint32_t pc, unsigned n)
{
	struct jsonw *w = &j->in->w;
	const char *name = symbol(j->in, j->insn.target);

	jsonw_name(w, "pc");
	jsonw_stringf(w, "0x%x", pc);
	jsonw_string_at(w, "operation", sb_str(&j->insn.operation));
	jsonw_array_at(w, "operands");
	for (unsigned i = 0; i < j->insn.n; i++)
		jsonw_string(w, sb_str(&j->insn.operands[i]));
	if (!j->insn.n)
		jsonw_null(w);
	jsonw_end_array(w);
	if (name)
		jsonw_string_at(w, "symbol", name);
	if (j->opcodes) {
		jsonw_name(w, "opcodes");
		jsonw_hex(w, code, n);
	}
}

static void show_func(struct jited *j, const uint8_t *code, uint32_t len, uint64_t address)
{
	struct inspect *in = j->in;

	if (in->json)
		jsonw_array(&in->w);
	for (uint32_t pc = 0; pc < len && inspect_more(in);) {
		const struct bpf_line_info *l = address ? line_at(j, address + pc) : NULL;
		unsigned n = decode(code + pc, len - pc, address + pc, &j->insn);

		if (in->json)
			jsonw_object(&in->w);
		if (l && in->json)
			prog_line_json(in, j->code, l, j->linum);
		else if (l)
			prog_line_text(in, j->code, l, j->linum);
		if (in->json) {
			insn_json(j, code + pc, pc, n);
			jsonw_end_object(&in->w);
		} else {
			insn_text(j, code + pc, pc, n);
		}
		pc += n;
	}
	if (in->json)
		jsonw_end_array(&in->w);
}

/* Prototype and name in front of a function's code. */
static void show_head(struct jited *j, uint32_t i)
{
	const struct prog_code *c = j->code;
	const struct bpf_func_info *f = c->btf ? prog_func(c, i) : NULL;
	struct inspect *in = j->in;
	uint64_t address = c->ksyms && i < c->info.nr_jited_ksyms ? c->ksyms[i] : 0;
	const char *name = symbol(in, address);
	struct strbuf text = { 0 };

	if (f)
		btf_declaration(c->btf, f->type_id, &text);
	if (text.n && in->json)
		jsonw_string_at(&in->w, "proto", sb_str(&text));
	else if (text.n)
		sb_addf(&in->out, "%s:\n", sb_str(&text));
	sb_reset(&text);
	if (name)
		sb_adds(&text, name);
	else if (address)
		sb_addf(&text, "0x%016llx", (unsigned long long)address);
	else
		sb_adds(&text, "unknown");
	if (in->json)
		jsonw_string_at(&in->w, "name", sb_str(&text));
	else
		sb_addf(&in->out, "%s:\n", sb_str(&text));
	sb_done(&text);
}

static void show_funcs(struct jited *j)
{
	const struct prog_code *c = j->code;
	struct inspect *in = j->in;
	uint32_t at = 0;

	if (in->json)
		jsonw_array(&in->w);
	for (uint32_t i = 0; i < c->info.nr_jited_func_lens; i++) {
		uint32_t len = c->func_lens[i];

		if (len > c->info.jited_prog_len - at)
			len = c->info.jited_prog_len - at;
		if (in->json)
			jsonw_object(&in->w);
		show_head(j, i);
		if (in->json)
			jsonw_name(&in->w, "insns");
		show_func(j, c->jited + at, len, c->ksyms && i < c->info.nr_jited_ksyms ? c->ksyms[i] : 0);
		if (in->json)
			jsonw_end_object(&in->w);
		else
			sb_addc(&in->out, '\n');
		at += len;
	}
	if (in->json)
		jsonw_end_array(&in->w);
}

int prog_jited(struct inspect *in, const struct prog_code *c, bool opcodes, bool linum)
{
	struct jited j = { .in = in, .code = c, .opcodes = opcodes, .linum = linum };

	if (!decode)
		return inspect_fail(in, -ENOTSUP, "there is no disassembler for this machine's code");
	if (c->func_lens)
		show_funcs(&j);
	else
		show_func(&j, c->jited, c->info.jited_prog_len, 0);
	jit_insn_done(&j.insn);
	return 0;
}
