/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs: each in a section whose name says what it is for, the functions that it calls back in ".text", as libbpf
 * wants both. Addresses of maps and functions become relocations.
 */
#include <errno.h>
#include <string.h>

#include "bpf/insn.h"
#include "image/write.h"

#define INSN_SIZE 8
#define R_BPF_64_64 1
#define R_BPF_64_32 10
#define CODE_FLAGS (SHF_ALLOC | SHF_EXECINSTR)

/* One program on its way into the file. */
struct putting {
	struct maker *m;
	const struct bpf_prog *prog;
	struct code_place *places; /* of each of its functions */
	uint32_t text_symbol;
	struct err *err;
};

struct code_info *make_code_info(struct maker *m, uint32_t section)
{
	vec_each(m->code, i)
		if (m->code.v[i].section == section)
			return &m->code.v[i];
	vec_push(&m->code, ((struct code_info){ .section = section }));
	return &m->code.v[m->code.n - 1];
}

static const struct code_place *place_of(const struct putting *p, uint32_t insn)
{
	const struct code_place *last = p->places;

	for (size_t i = 0; i < p->prog->funcs.n; i++)
		if (p->places[i].insn <= insn)
			last = &p->places[i];
	return last;
}

static uint64_t address(const struct code_place *c, uint32_t insn)
{
	return c->at + (uint64_t)(insn - c->insn) * INSN_SIZE;
}

/* The instruction where it is now in the file. */
static struct bpf_insn *written(struct putting *p, const struct code_place *c, uint32_t insn)
{
	return (struct bpf_insn *)(p->m->elf.sections.v[c->section]->data.p + address(c, insn));
}

static void put_function(struct putting *p, size_t i, uint32_t section)
{
	const struct bpf_prog *prog = p->prog;
	uint32_t from = prog->funcs.v[i].insn, to = i + 1 < prog->funcs.n ? prog->funcs.v[i + 1].insn : prog->n;
	struct strbuf *data = &p->m->elf.sections.v[section]->data;
	uint8_t bind = i ? STB_LOCAL : STB_GLOBAL;

	p->places[i] = (struct code_place){ from, to - from, section, data->n };
	elf_symbol(&p->m->elf, prog->funcs.v[i].name, ELF64_ST_INFO(bind, STT_FUNC), section, data->n,
		   (uint64_t)(to - from) * INSN_SIZE);
	sb_add(data, prog->insns + from, (size_t)(to - from) * INSN_SIZE);
	make_func_info(p->m, &p->places[i], &prog->funcs.v[i], i == 0);
}

static uint32_t text_section(struct putting *p)
{
	struct elf_file *elf = &p->m->elf;
	uint32_t sec = elf_get(elf, ".text", SHT_PROGBITS, CODE_FLAGS, INSN_SIZE);

	for (uint32_t i = 1; i < elf->symbols.n; i++)
		if (elf->symbols.v[i].st_shndx == sec && ELF64_ST_TYPE(elf->symbols.v[i].st_info) == STT_SECTION)
			p->text_symbol = i;
	if (!p->text_symbol)
		p->text_symbol = elf_symbol(elf, "", ELF64_ST_INFO(STB_LOCAL, STT_SECTION), sec, 0, 0);
	return sec;
}

/* Of a function that is not in this file: as clang writes it. */
static int put_call(struct putting *p, const struct bpf_reloc *r, const struct code_place *c, struct bpf_insn *in)
{
	uint32_t symbol;
	int rc = make_extern(p->m, r->name, r->kind == BR_KFUNC, &symbol, p->err);

	in->src_reg = 1; /* BPF_PSEUDO_CALL */
	in->imm = -1;
	if (!rc)
		elf_reloc(&p->m->elf, c->section, address(c, r->insn), symbol, R_BPF_64_32);
	return rc;
}

/* The place of a function is said in bytes of ".text", that of a variable in bytes of its section. */
static int put_reloc(struct putting *p, const struct bpf_reloc *r)
{
	const struct code_place *c = place_of(p, r->insn), *to;
	struct bpf_insn *in = written(p, c, r->insn);
	uint32_t symbol;

	if (r->kind == BR_CORE) {
		make_core_info(p->m, c, r->insn, r->core);
		return 0;
	}
	if (r->kind == BR_KFUNC || r->kind == BR_LINKED)
		return put_call(p, r, c, in);
	in->src_reg = 0;
	in->imm = 0;
	switch (r->kind) {
	case BR_FN:
		to = place_of(p, r->off);
		in->src_reg = 4; /* BPF_PSEUDO_FUNC */
		in->imm = (int32_t)to->at;
		symbol = p->text_symbol;
		break;
	default:
		symbol = p->m->map_symbols[r->index];
		in->imm = r->kind == BR_MAP_VALUE ? (int32_t)r->off : 0;
		in[1].imm = 0;
	}
	elf_reloc(&p->m->elf, c->section, address(c, r->insn), symbol, R_BPF_64_64);
	return 0;
}

static int put_program(struct putting *p, const struct probe *probe)
{
	struct prog_kind kind = { 0 };
	const char *name;
	int rc = 0;

	probe->provider->kind(p->m->im->module->target, probe, &kind);
	name = image_section(p->m->im->arena, probe, &kind);
	p->places = arena_array(p->m->im->arena, struct code_place, p->prog->funcs.n);
	put_function(p, 0, elf_get(&p->m->elf, name, SHT_PROGBITS, CODE_FLAGS, INSN_SIZE));
	for (size_t i = 1; i < p->prog->funcs.n; i++)
		put_function(p, i, text_section(p));
	vec_each(p->prog->lines, i)
		make_line_info(p->m, place_of(p, p->prog->lines.v[i].insn), &p->prog->lines.v[i]);
	for (size_t i = 0; i < p->prog->relocs.n && !rc; i++)
		rc = put_reloc(p, &p->prog->relocs.v[i]);
	return rc;
}

int make_programs(struct maker *m, struct err *e)
{
	int rc = 0;

	vec_each(m->im->tables->probes, i) {
		const struct probe *probe = m->im->tables->probes.v[i];
		struct putting p = { .m = m, .prog = probe->prog, .err = e };

		rc = put_program(&p, probe);
		if (rc)
			break;
	}
	return rc;
}
