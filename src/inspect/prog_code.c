/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/prog_code.h"

#include <ctype.h>
#include <errno.h>

#include "base/fdutil.h"
#include "bpf/object.h"
#include "inspect/btf.h"
#include "inspect/btf_value.h"
#include "inspect/scan.h"
#include "sym/ksyms.h"

/* n records of size bytes in the arena, as the kernel's field for their address; 0: none. */
static uint64_t room(struct inspect *in, uint32_t n, uint32_t size)
{
	return n && size ? (uint64_t)(uintptr_t)arena_alloc(&in->arena, (size_t)n * size) : 0;
}

static void *at(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

/* Asks with room for all that the first answer counted. */
static int read_info(struct inspect *in, int fd, struct bpf_prog_info *info)
{
	struct bpf_prog_info n = { 0 };
	int r = object_info(fd, &n, sizeof(n));

	if (r)
		return r;
	*info = (struct bpf_prog_info){
		.xlated_prog_len = n.xlated_prog_len,
		.jited_prog_len = n.jited_prog_len,
		.nr_jited_ksyms = n.nr_jited_ksyms,
		.nr_jited_func_lens = n.nr_jited_func_lens,
		.func_info_rec_size = n.func_info_rec_size,
		.nr_func_info = n.nr_func_info,
		.line_info_rec_size = n.line_info_rec_size,
		.nr_line_info = n.nr_line_info,
		.jited_line_info_rec_size = n.jited_line_info_rec_size,
		.nr_jited_line_info = n.nr_jited_line_info,
	};
	info->xlated_prog_insns = room(in, n.xlated_prog_len, 1);
	info->jited_prog_insns = room(in, n.jited_prog_len, 1);
	info->jited_ksyms = room(in, n.nr_jited_ksyms, sizeof(uint64_t));
	info->jited_func_lens = room(in, n.nr_jited_func_lens, sizeof(uint32_t));
	info->func_info = room(in, n.nr_func_info, n.func_info_rec_size);
	info->line_info = room(in, n.nr_line_info, n.line_info_rec_size);
	info->jited_line_info = room(in, n.nr_jited_line_info, n.jited_line_info_rec_size);
	return object_info(fd, info, sizeof(*info));
}

int prog_code_read(struct inspect *in, int fd, struct prog_code *ret)
{
	struct prog_code c = { 0 };
	int r = read_info(in, fd, &c.info);

	if (r)
		return inspect_fail(in, r, "can't get prog info: %s", errname(r));
	c.insns = at(c.info.xlated_prog_insns);
	c.ninsns = c.insns ? c.info.xlated_prog_len / (uint32_t)sizeof(*c.insns) : 0;
	c.jited = c.info.jited_prog_len ? at(c.info.jited_prog_insns) : NULL;
	c.func_lens = at(c.info.jited_func_lens);
	c.ksyms = at(c.info.jited_ksyms);
	c.funcs = c.info.func_info_rec_size >= sizeof(struct bpf_func_info) ? at(c.info.func_info) : NULL;
	c.lines = c.info.line_info_rec_size >= sizeof(struct bpf_line_info) ? at(c.info.line_info) : NULL;
	if (c.info.nr_jited_line_info == c.info.nr_line_info &&
	    c.info.jited_line_info_rec_size == sizeof(uint64_t))
		c.jited_lines = at(c.info.jited_line_info);
	c.btf = inspect_btf(in, c.info.btf_id);
	if (c.info.btf_id && !c.btf)
		return inspect_fail(in, -EINVAL, "failed to get btf");
	*ret = c;
	return 0;
}

const struct bpf_func_info *prog_func(const struct prog_code *c, uint32_t i)
{
	if (!c->funcs || i >= c->info.nr_func_info)
		return NULL;
	return (const void *)((const char *)c->funcs + (size_t)i * c->info.func_info_rec_size);
}

const struct bpf_line_info *prog_line(const struct prog_code *c, uint32_t i)
{
	if (!c->lines || !c->btf || i >= c->info.nr_line_info)
		return NULL;
	return (const void *)((const char *)c->lines + (size_t)i * c->info.line_info_rec_size);
}

bool prog_add_proto(const struct prog_code *c, uint32_t insn, struct strbuf *out)
{
	size_t before = out->n;

	if (!c->btf)
		return false;
	for (uint32_t i = 0; i < c->info.nr_func_info; i++) {
		const struct bpf_func_info *f = prog_func(c, i);

		if (f && f->insn_off == insn)
			btf_declaration(c->btf, f->type_id, out);
	}
	return out->n > before;
}

static const char *name_at(const struct prog_code *c, uint32_t off)
{
	const char *s = btf__name_by_offset(c->btf, off);

	return s ? s : "";
}

/* Source text without the blanks it begins with. */
static const char *line_of(const struct prog_code *c, const struct bpf_line_info *l)
{
	const char *s = name_at(c, l->line_off);

	while (isspace((unsigned char)*s))
		s++;
	return s;
}

void prog_line_text(struct inspect *in, const struct prog_code *c, const struct bpf_line_info *l, bool linum)
{
	sb_adds(&in->out, "; ");
	inspect_text(in, line_of(c, l));
	if (linum) {
		sb_adds(&in->out, " [file:");
		inspect_text(in, name_at(c, l->file_name_off));
		sb_addf(&in->out, " line_num:%u line_col:%u]", BPF_LINE_INFO_LINE_NUM(l->line_col),
			BPF_LINE_INFO_LINE_COL(l->line_col));
	}
	sb_addc(&in->out, '\n');
}

void prog_line_json(struct inspect *in, const struct prog_code *c, const struct bpf_line_info *l, bool linum)
{
	jsonw_string_at(&in->w, "src", line_of(c, l));
	if (!linum)
		return;
	jsonw_string_at(&in->w, "file", name_at(c, l->file_name_off));
	if (BPF_LINE_INFO_LINE_NUM(l->line_col))
		jsonw_u64_at(&in->w, "line_num", BPF_LINE_INFO_LINE_NUM(l->line_col));
	if (BPF_LINE_INFO_LINE_COL(l->line_col))
		jsonw_u64_at(&in->w, "line_col", BPF_LINE_INFO_LINE_COL(l->line_col));
}

/* Reading the kernel's symbols takes time: only at the first call that is shown. */
static void find_call_base(struct code_names *n)
{
	if (!n->in->ksyms)
		n->in->ksyms = ksyms_new();
	if (!n->searched)
		n->call_base = ksyms_addr(n->in->ksyms, "__bpf_call_base");
	n->searched = true;
}

/* The symbol at an address; NULL if there is none. */
static const char *symbol(struct code_names *n, uint64_t address)
{
	const struct ksym *s = address && n->call_base ? ksyms_find(n->in->ksyms, address) : NULL;

	return s && s->addr == address ? s->name : NULL;
}

static bool name_call(void *arg, const struct bpf_insn *in, struct strbuf *out)
{
	struct code_names *n = arg;
	const struct prog_code *c = n->code;
	uint64_t address;
	const char *name;

	/* What the kernel compiles itself, tail calls for one, keeps its number. */
	if (!in->src_reg && in->imm > 0 && scan_helper_name((uint32_t)in->imm)) {
		sb_addf(out, "call %s#%d", scan_helper_name((uint32_t)in->imm), in->imm);
		return true;
	}
	find_call_base(n);
	if (in->src_reg != BPF_PSEUDO_CALL) {
		address = n->call_base + (int64_t)in->imm;
		name = symbol(n, address);
		if (name)
			sb_addf(out, "call %s#%d", name, in->imm);
		else
			sb_addf(out, "call 0x%llx#%d", (unsigned long long)address, in->imm);
		return true;
	}
	sb_addf(out, "call pc%+d", in->off);
	if (!c->info.nr_jited_ksyms)
		return true; /* interpreted */
	address = c->ksyms && (uint32_t)in->imm < c->info.nr_jited_ksyms ? c->ksyms[in->imm]
									 : n->call_base + (int64_t)in->imm;
	name = symbol(n, address);
	if (name)
		sb_addf(out, "#%s", name);
	else
		sb_addf(out, "#0x%llx", (unsigned long long)address);
	return true;
}

static bool name_imm(void *arg, const struct bpf_insn *in, struct strbuf *out)
{
	switch (in->src_reg) {
	case BPF_PSEUDO_MAP_FD: sb_addf(out, "map[id:%d]", in->imm); return true;
	case BPF_PSEUDO_MAP_VALUE: sb_addf(out, "map[id:%d][0]+%d", in->imm, in[1].imm); return true;
	case BPF_PSEUDO_MAP_IDX_VALUE: sb_addf(out, "map[idx:%d]+%d", in->imm, in[1].imm); return true;
	default: return false;
	}
}

struct disasm_names code_names_of(struct code_names *n)
{
	return (struct disasm_names){ name_call, name_imm, n };
}
