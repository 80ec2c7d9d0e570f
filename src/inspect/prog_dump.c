/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prog dump { xlated | jited } */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "bpf/insn.h"
#include "bpf/object.h"
#include "inspect/prog.h"
#include "inspect/prog_code.h"

/* What is asked for. */
struct dump {
	bool jited, opcodes, linum, visual;
	const char *file;
};

static void hex(struct strbuf *out, const void *bytes, size_t n)
{
	const uint8_t *b = bytes;

	for (size_t i = 0; i < n; i++)
		sb_addf(out, "%s%02x", i ? " " : "", b[i]);
}

void insn_hex(struct strbuf *out, const struct bpf_insn *insn)
{
	hex(out, insn, sizeof(*insn));
	if (insn->code != BPF_LD_IMM64)
		return;
	sb_addc(out, ' ');
	hex(out, insn + 1, sizeof(*insn));
}

/* Instructions that a step takes; a 64-bit load at the very end has no second half. */
uint32_t insn_step(const struct prog_code *c, uint32_t at)
{
	return c->insns[at].code == BPF_LD_IMM64 && at + 1 < c->ninsns ? 2 : 1;
}

static void xlated_text(struct inspect *in, const struct prog_code *c, const struct dump *d)
{
	struct code_names known = { .in = in, .code = c };
	struct disasm_names names = code_names_of(&known);
	uint32_t line = 0;

	for (uint32_t i = 0; i < c->ninsns && inspect_more(in); i += insn_step(c, i)) {
		const struct bpf_line_info *l = prog_line(c, line);

		if (prog_add_proto(c, i, &in->out))
			sb_adds(&in->out, ":\n");
		if (l && l->insn_off <= i) {
			prog_line_text(in, c, l, d->linum);
			line++;
		}
		sb_addf(&in->out, "%4u: ", i);
		bpf_disasm_text(&c->insns[i], &names, &in->out);
		sb_addc(&in->out, '\n');
		if (d->opcodes) {
			sb_adds(&in->out, "       ");
			insn_hex(&in->out, &c->insns[i]);
			sb_addc(&in->out, '\n');
		}
	}
}

static void opcodes_json(struct jsonw *w, const struct bpf_insn *insn)
{
	/* Both immediate halves of a 64-bit load, with what stands between them. */
	uint32_t imm = insn->code == BPF_LD_IMM64 ? 12 : 4;

	jsonw_object_at(w, "opcodes");
	jsonw_name(w, "code");
	jsonw_stringf(w, "0x%02x", insn->code);
	jsonw_name(w, "src_reg");
	jsonw_stringf(w, "0x%x", insn->src_reg);
	jsonw_name(w, "dst_reg");
	jsonw_stringf(w, "0x%x", insn->dst_reg);
	jsonw_name(w, "off");
	jsonw_hex(w, &insn->off, sizeof(insn->off));
	jsonw_name(w, "imm");
	jsonw_hex(w, (const char *)insn + offsetof(struct bpf_insn, imm), imm);
	jsonw_end_object(w);
}

static void xlated_json(struct inspect *in, const struct prog_code *c, const struct dump *d)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	struct code_names known = { .in = in, .code = c };
	struct disasm_names names = code_names_of(&known);
	uint32_t line = 0;

	jsonw_array(&in->w);
	for (uint32_t i = 0; i < c->ninsns && inspect_more(in); i += insn_step(c, i)) {
		const struct bpf_line_info *l = prog_line(c, line);

		jsonw_object(&in->w);
		sb_reset(&text);
		if (prog_add_proto(c, i, &text))
			jsonw_string_at(&in->w, "proto", sb_str(&text));
		if (l && l->insn_off <= i) {
			prog_line_json(in, c, l, d->linum);
			line++;
		}
		sb_reset(&text);
		bpf_disasm_text(&c->insns[i], &names, &text);
		jsonw_string_at(&in->w, "disasm", sb_str(&text));
		if (d->opcodes)
			opcodes_json(&in->w, &c->insns[i]);
		jsonw_end_object(&in->w);
	}
	jsonw_end_array(&in->w);
}

static int write_file(struct inspect *in, const char *path, const void *bytes, size_t n)
{
	int r = file_write(path, bytes, n, 0600);

	return r ? inspect_fail(in, r, "error writing output file %s: %s", path, errname(r)) : 0;
}

static int dump_code(struct inspect *in, const struct prog_code *c, const struct dump *d)
{
	if (d->jited && !c->jited)
		return inspect_fail(in, -EPERM, "error retrieving jit dump: no instructions returned or "
				    "kernel.kptr_restrict set?");
	if (!d->jited && !c->insns)
		return inspect_fail(in, -EPERM, "error retrieving insn dump: kernel.kptr_restrict set?");
	if (d->file)
		return d->jited ? write_file(in, d->file, c->jited, c->info.jited_prog_len)
				: write_file(in, d->file, c->insns, c->info.xlated_prog_len);
	if (d->jited)
		return prog_jited(in, c, d->opcodes, d->linum);
	if (d->visual)
		prog_cfg(in, c, d->opcodes, d->linum);
	else if (in->json)
		xlated_json(in, c, d);
	else
		xlated_text(in, c, d);
	return 0;
}

/* several: each behind its head. */
static int dump_fd(struct inspect *in, int fd, const struct dump *d, bool several)
{
	struct prog_code c;
	int r = prog_code_read(in, fd, &c);

	if (r)
		return r;
	if (several && in->json)
		jsonw_object(&in->w);
	if (several)
		prog_header(in, &c.info, fd);
	if (several && in->json)
		jsonw_name(&in->w, "insns");
	r = dump_code(in, &c, d);
	if (several && in->json)
		jsonw_end_object(&in->w);
	return r;
}

static int parse_option(struct inspect *in, struct words *w, struct dump *d, bool several)
{
	bool one = word_is(w, "file") || word_is(w, "visual");

	if (one && several)
		return inspect_fail(in, -EINVAL, "several programs matched");
	if (word_take(w, "file")) {
		d->file = word_next(w);
		return d->file ? 0 : inspect_fail(in, -EINVAL, "expected file path");
	}
	if (word_take(w, "opcodes"))
		d->opcodes = true;
	else if (word_take(w, "visual"))
		d->visual = true;
	else if (word_take(w, "linum"))
		d->linum = true;
	else
		return INSPECT_USAGE;
	return 0;
}

static int parse_options(struct inspect *in, struct words *w, struct dump *d, bool several)
{
	while (w->n) {
		int r = parse_option(in, w, d, several);

		if (r)
			return r;
	}
	if (d->file && (d->opcodes || d->visual || d->linum))
		return inspect_fail(in, -EINVAL,
				    "'file' is not compatible with 'opcodes', 'visual', or 'linum'");
	if (in->json && d->visual)
		return inspect_fail(in, -EINVAL, "'visual' is not compatible with JSON output");
	if (d->jited && d->visual)
		return INSPECT_USAGE;
	return 0;
}

static int dump_list(struct inspect *in, const fd_list *fds, const struct dump *d)
{
	bool several = fds->n > 1;
	int r = 0;

	if (several && in->json)
		jsonw_array(&in->w);
	for (size_t i = 0; i < fds->n && !r; i++) {
		if (i && !in->json)
			sb_addc(&in->out, '\n');
		r = dump_fd(in, fds->v[i], d, several);
	}
	if (several && in->json)
		jsonw_end_array(&in->w);
	return r;
}

int prog_dump(struct inspect *in, struct words *w)
{
	_cleanup_fds_ fd_list fds = { 0 };
	struct dump d = { 0 };
	int r;

	if (w->n && word_is(w, "jited"))
		d.jited = true;
	else if (!w->n || !word_is(w, "xlated"))
		return inspect_fail(in, -EINVAL, "expected 'xlated' or 'jited', got: %s", w->n ? w->v[0] : "");
	word_next(w);
	if (!w->n)
		return INSPECT_USAGE;
	r = progs_named(in, w, &fds);
	if (!r)
		r = parse_options(in, w, &d, fds.n > 1);
	return r ? r : dump_list(in, &fds, &d);
}
