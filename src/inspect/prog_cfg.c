/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prog dump xlated visual: functions as clusters of basic blocks. */
#include <ctype.h>
#include <string.h>

#include "base/fdutil.h"
#include "bpf/insn.h"
#include "bpf/object.h"
#include "inspect/prog.h"
#include "inspect/prog_code.h"

/* Numbers of the two blocks that stand for a function's ends; real ones follow. */
enum { ENTRY, EXIT, FIRST };

struct cfg {
	struct inspect *in;
	const struct prog_code *code;
	struct code_names known;
	struct disasm_names names;
	bool opcodes, linum;
	bool *func_starts, *starts; /* by instruction: a function, a block begins here */
	uint32_t *block;            /* number of the block that begins here */
	uint32_t start, end;        /* the function in hand */
	unsigned func;
};

static bool is_jump(const struct bpf_insn *in)
{
	unsigned class = BPF_CLASS(in->code), op = BPF_OP(in->code);

	return (class == BPF_JMP || class == BPF_JMP32) && op != BPF_CALL && op != BPF_EXIT;
}

static bool is_exit(const struct bpf_insn *in)
{
	return in->code == BPF_EXIT_K;
}

/* Jumps that do not go on behind. */
static bool is_goto(const struct bpf_insn *in)
{
	return is_jump(in) && BPF_OP(in->code) == BPF_JA;
}

static int64_t target(const struct bpf_insn *in, uint32_t at)
{
	bool far = in->code == (BPF_JMP32 | BPF_JA);

	return (int64_t)at + 1 + (far ? in->imm : in->off);
}

static void mark(const struct cfg *g, bool *starts, int64_t at)
{
	if (at >= 0 && at < g->code->ninsns)
		starts[at] = true;
}

/* Functions begin where calls and addresses of functions lead, blocks behind and at the targets of jumps. */
static void find_starts(struct cfg *g)
{
	const struct bpf_insn *in = g->code->insns;

	mark(g, g->func_starts, 0);
	for (uint32_t i = 0; i < g->code->ninsns; i += insn_step(g->code, i)) {
		if (in[i].code == BPF_CALL_K && in[i].src_reg == BPF_PSEUDO_CALL)
			mark(g, g->func_starts, (int64_t)i + in[i].off + 1);
		if (in[i].code == BPF_LD_IMM64 && in[i].src_reg == BPF_PSEUDO_FUNC)
			mark(g, g->func_starts, (int64_t)i + in[i].imm + 1);
		if (is_jump(&in[i]))
			mark(g, g->starts, target(&in[i], i));
		if ((is_jump(&in[i]) || is_exit(&in[i])) && i + 1 < g->code->ninsns)
			mark(g, g->starts, (int64_t)i + 1);
	}
	for (uint32_t i = 0; i < g->code->ninsns; i++)
		g->starts[i] |= g->func_starts[i];
}

/* Text inside a record's label: what means something to dot is escaped. */
static void label(struct cfg *g, const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			sb_addc(&g->in->out, '\\');
		sb_addc(&g->in->out, isprint((unsigned char)*text) ? *text : '?');
	}
}

static void label_line(struct cfg *g, const struct bpf_line_info *l)
{
	const struct prog_code *c = g->code;
	const char *text = btf__name_by_offset(c->btf, l->line_off);
	const char *file = btf__name_by_offset(c->btf, l->file_name_off);

	while (text && isspace((unsigned char)*text))
		text++;
	if (!text || !*text)
		return;
	if (g->linum) {
		const char *slash = file ? strrchr(file, '/') : NULL;

		sb_adds(&g->in->out, slash ? "; [..." : "; [");
		label(g, slash ? slash : file ? file : "", "\\\"{}<>| ");
		sb_addf(&g->in->out, " line:%u col:%u]\\l\\\n", BPF_LINE_INFO_LINE_NUM(l->line_col),
			BPF_LINE_INFO_LINE_COL(l->line_col));
	}
	sb_adds(&g->in->out, "; ");
	label(g, text, "\\\"{}<>| ");
	sb_adds(&g->in->out, "\\l\\\n");
}

/* The line that begins at an instruction. */
static const struct bpf_line_info *line_at(const struct prog_code *c, uint32_t insn)
{
	for (uint32_t i = 0; i < c->info.nr_line_info; i++) {
		const struct bpf_line_info *l = prog_line(c, i);

		if (!l || l->insn_off > insn)
			return NULL;
		if (l->insn_off == insn)
			return l;
	}
	return NULL;
}

static void label_insn(struct cfg *g, uint32_t i)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	const struct bpf_line_info *l = line_at(g->code, i);
	struct strbuf *out = &g->in->out;

	if (prog_add_proto(g->code, i, &text)) {
		sb_adds(out, "; ");
		label(g, sb_str(&text), "\\\"{}<>|");
		sb_adds(out, ":\\l\\\n");
	}
	if (l)
		label_line(g, l);
	sb_reset(&text);
	bpf_disasm_text(&g->code->insns[i], &g->names, &text);
	sb_addf(out, "%u: ", i);
	label(g, sb_str(&text), "<>|&");
	sb_adds(out, "\\l\\\n");
	if (!g->opcodes)
		return;
	sb_adds(out, "\\ \\ \\ \\ ");
	insn_hex(out, &g->code->insns[i]);
	sb_adds(out, "\\l\\\n");
}

/* The instruction behind the block that begins at i. */
static uint32_t block_end(const struct cfg *g, uint32_t i)
{
	for (i++; i < g->end && !g->starts[i]; i++)
		;
	return i;
}

static void draw_block(struct cfg *g, uint32_t i)
{
	uint32_t end = block_end(g, i);

	sb_addf(&g->in->out, "\tfn_%u_bb_%u [shape=record,style=filled,label=\"{\\\n", g->func, g->block[i]);
	for (uint32_t at = i; at < end; at += insn_step(g->code, at)) {
		if (at != i)
			sb_adds(&g->in->out, "| ");
		label_insn(g, at);
	}
	sb_adds(&g->in->out, "}\"];\n\n");
}

static void draw_end(struct cfg *g, unsigned number, const char *name)
{
	sb_addf(&g->in->out, "\tfn_%u_bb_%u [shape=Mdiamond,style=filled,label=\"%s\"];\n\n", g->func, number,
		name);
}

static void draw_edge(struct cfg *g, uint32_t from, uint32_t to)
{
	sb_addf(&g->in->out,
		"\tfn_%u_bb_%u:s -> fn_%u_bb_%u:n [style=\"solid,bold\", color=black, weight=10, "
		"constraint=true];\n", g->func, from, g->func, to);
}

static uint32_t block_at(const struct cfg *g, int64_t i)
{
	return i >= g->start && i < g->end && g->starts[i] ? g->block[i] : EXIT;
}

static void draw_edges_of(struct cfg *g, uint32_t i)
{
	uint32_t end = block_end(g, i), last = end - 1, from = g->block[i];
	const struct bpf_insn *in = &g->code->insns[last];

	/* The second half of a 64-bit load is all zeros but for its immediate. */
	if (!is_goto(in))
		draw_edge(g, from, is_exit(in) ? EXIT : block_at(g, end));
	if (is_jump(in))
		draw_edge(g, from, block_at(g, target(in, last)));
}

static void draw_func(struct cfg *g)
{
	uint32_t number = FIRST;

	for (uint32_t i = g->start; i < g->end; i++)
		if (g->starts[i])
			g->block[i] = number++;
	sb_addf(&g->in->out, "subgraph \"cluster_%u\" {\n\tstyle=\"dashed\";\n\tcolor=\"black\";\n"
		"\tlabel=\"func_%u ()\";\n", g->func, g->func);
	draw_end(g, ENTRY, "ENTRY");
	for (uint32_t i = g->start; i < g->end; i++)
		if (g->starts[i])
			draw_block(g, i);
	draw_end(g, EXIT, "EXIT");
	draw_edge(g, ENTRY, FIRST);
	for (uint32_t i = g->start; i < g->end; i++)
		if (g->starts[i])
			draw_edges_of(g, i);
	/* Puts the entry above the exit. */
	sb_addf(&g->in->out, "\tfn_%u_bb_%u:s -> fn_%u_bb_%u:n [style=\"invis\", constraint=true];\n}\n",
		g->func, ENTRY, g->func, EXIT);
}

void prog_cfg(struct inspect *in, const struct prog_code *c, bool opcodes, bool linum)
{
	struct cfg g = { .in = in, .code = c, .known = { .in = in, .code = c }, .opcodes = opcodes,
			 .linum = linum };
	uint32_t n = c->ninsns;

	g.names = code_names_of(&g.known);
	g.func_starts = arena_array(&in->arena, bool, n + 1);
	g.starts = arena_array(&in->arena, bool, n + 1);
	g.block = arena_array(&in->arena, uint32_t, n + 1);
	find_starts(&g);
	sb_adds(&in->out, "digraph \"DOT graph for eBPF program\" {\n");
	for (uint32_t i = 0; i < n; i = g.end, g.func++) {
		g.start = i;
		for (g.end = i + 1; g.end < n && !g.func_starts[g.end]; g.end++)
			;
		draw_func(&g);
	}
	sb_adds(&in->out, "}\n");
}
