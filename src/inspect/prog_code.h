/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The code of a loaded program with what the kernel knows of it. */
#ifndef INSPECT_PROG_CODE_H
#define INSPECT_PROG_CODE_H

#include <bpf/btf.h>

#include "inspect/objects.h"

struct prog_code {
	struct bpf_prog_info info;      /* its counts are those of the arrays here */
	const struct bpf_insn *insns;   /* rewritten by the verifier; NULL: may not be read */
	uint32_t ninsns;
	const uint8_t *jited;           /* all functions in a row; NULL: may not be read, or is not jited */
	const uint32_t *func_lens;      /* of the functions in jited */
	const uint64_t *ksyms;          /* their addresses; NULL: hidden */
	const void *funcs, *lines;      /* records of the sizes that info has */
	const uint64_t *jited_lines;    /* addresses of the same lines; NULL: none */
	struct btf *btf;                /* NULL: none. The session's */
};

/* All of it; memory from the session's arena. 0, or -errno and the error set. */
int prog_code_read(struct inspect *in, int fd, struct prog_code *ret);

/* Records of later kernels are longer. */
const struct bpf_func_info *prog_func(const struct prog_code *c, uint32_t i);
const struct bpf_line_info *prog_line(const struct prog_code *c, uint32_t i);
/* The declaration of the function that starts at an instruction, added; false: none does. */
bool prog_add_proto(const struct prog_code *c, uint32_t insn, struct strbuf *out);

/* Source lines as text ("; line [file:.. line_num:.. line_col:..]\n") and as members. */
void prog_line_text(struct inspect *in, const struct prog_code *c, const struct bpf_line_info *l, bool linum);
void prog_line_json(struct inspect *in, const struct prog_code *c, const struct bpf_line_info *l, bool linum);

/* "call NAME" and the like: what instructions refer to, with the kernel's symbols. */
struct disasm_names;
struct code_names {
	struct inspect *in;
	const struct prog_code *code;
	uint64_t call_base; /* helpers' addresses are relative to it; 0: hidden */
	bool searched;
};
struct disasm_names code_names_of(struct code_names *n);

/* prog_cfg.c: the control flow as a graph in dot's language. */
void prog_cfg(struct inspect *in, const struct prog_code *c, bool opcodes, bool linum);
/* prog_jited.c */
int prog_jited(struct inspect *in, const struct prog_code *c, bool opcodes, bool linum);

#endif
