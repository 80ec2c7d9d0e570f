/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ".BTF" and ".BTF.ext": types of functions, lines of the script, places that depend on the kernel's structures
 * (Documentation/bpf/btf.rst, libbpf's btf.h: struct btf_ext_header). Records of each kind stand in groups, one for
 * each section of code.
 */
#include <bpf/btf.h>
#include <ctype.h>
#include <string.h>

#include "image/write.h"

#define INSN_SIZE 8
#define TEXT_MAX 512
#define NAME_MAX_LEN 127
#define COLUMN_MAX 1023

struct ext_header {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t hdr_len;
	uint32_t func_off, func_len, line_off, line_len, core_off, core_len;
};

static void put32(struct strbuf *out, uint32_t v)
{
	sb_add(out, &v, sizeof(v));
}

static const char *identifier(struct arena *a, const char *name)
{
	char *id = arena_strndup(a, name, strnlen(name, NAME_MAX_LEN));

	for (char *p = id; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_')
			*p = '_';
	return id;
}

void make_func_info(struct maker *m, const struct code_place *at, const struct bpf_func *f, bool is_main)
{
	static const char *const args[] = { "a", "b", "c", "d", "e" };
	int proto = btf__add_func_proto(m->btf, m->int_id), id;

	for (uint32_t i = 0; i < f->nparams; i++)
		btf__add_func_param(m->btf, is_main ? "ctx" : args[i], is_main ? m->pointer_id : m->long_id);
	id = btf__add_func(m->btf, identifier(m->im->arena, f->name), is_main ? BTF_FUNC_GLOBAL : BTF_FUNC_STATIC, proto);
	put32(&make_code_info(m, at->section)->funcs, (uint32_t)at->at);
	put32(&make_code_info(m, at->section)->funcs, (uint32_t)id);
}

static uint32_t add_text(struct maker *m, const char *text, size_t n)
{
	const char *copy = arena_strndup(m->im->arena, text, strnlen(text, n < TEXT_MAX ? n : TEXT_MAX));
	int off = btf__add_str(m->btf, copy);

	return off < 0 ? 0 : (uint32_t)off;
}

void make_line_info(struct maker *m, const struct code_place *at, const struct bpf_line *l)
{
	struct strbuf *out = &make_code_info(m, at->section)->lines;
	struct position pos;
	const char *text;
	uint32_t file = 0, line = 0, place = 0;
	size_t n;

	if (l->span.end && sources_find(m->im->sources, l->span.start, &pos)) {
		file = add_text(m, pos.source->name, strlen(pos.source->name));
		place = pos.line << 10 | (pos.col < COLUMN_MAX ? pos.col : COLUMN_MAX);
		if (source_line(pos.source, pos.line, &text, &n))
			line = add_text(m, text, n);
	}
	put32(out, (uint32_t)(at->at + (uint64_t)(l->insn - at->insn) * INSN_SIZE));
	put32(out, file);
	put32(out, line);
	put32(out, place);
}

/* All groups of one kind of records, if there are any; what: offset of the buffer in struct code_info. */
static uint32_t put_groups(struct maker *m, struct strbuf *out, size_t what, uint32_t size)
{
	size_t from = out->n;

	vec_each(m->code, i) {
		const struct strbuf *b = (const struct strbuf *)((const char *)&m->code.v[i] + what);
		const char *name = m->elf.sections.v[m->code.v[i].section]->name;

		if (!b->n)
			continue;
		if (out->n == from)
			put32(out, size);
		put32(out, (uint32_t)btf__add_str(m->btf, name));
		put32(out, (uint32_t)(b->n / size));
		sb_add(out, b->p, b->n);
	}
	return (uint32_t)(out->n - from);
}

void make_debug_sections(struct maker *m)
{
	struct ext_header h = { .magic = 0xeb9f, .version = 1, .hdr_len = sizeof(h) };
	uint32_t ext = elf_add(&m->elf, ".BTF.ext", SHT_PROGBITS, 0, 4), sec, size;
	struct strbuf body = { 0 };
	const void *raw;

	h.func_len = put_groups(m, &body, offsetof(struct code_info, funcs), 8);
	h.line_off = h.func_len;
	h.line_len = put_groups(m, &body, offsetof(struct code_info, lines), 16);
	h.core_off = h.line_off + h.line_len;
	h.core_len = put_groups(m, &body, offsetof(struct code_info, cores), 16);
	sb_add(&m->elf.sections.v[ext]->data, &h, sizeof(h));
	sb_add(&m->elf.sections.v[ext]->data, body.p, body.n);
	sb_done(&body);
	raw = btf__raw_data(m->btf, &size);
	sec = elf_add(&m->elf, ".BTF", SHT_PROGBITS, 0, 4);
	if (raw)
		sb_add(&m->elf.sections.v[sec]->data, raw, size);
}
