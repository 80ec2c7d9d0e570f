/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compiler's result: programs, maps and data, ready to be loaded by
 * run/load.c or written as an ELF file. Holds no kernel state.
 */
#ifndef BPF_OBJECT_H
#define BPF_OBJECT_H

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "ir/ir.h"

/* Where the loader must patch an instruction. */
enum bpf_reloc_kind {
	BR_MAP_FD,    /* ld_imm64: fd of maps[index] */
	BR_MAP_VALUE, /* ld_imm64: address of the value of maps[index], plus off */
	BR_KFUNC,     /* call: BTF id of kernel function name */
	BR_LINKED,    /* call: function name of an imported object */
	BR_CORE,      /* imm of an ALU instruction or off of a load: what core says */
	BR_FN,        /* ld_imm64: callback subprogram at insn off of the same program (already relative; only src_reg matters) */
};
struct bpf_reloc {
	enum bpf_reloc_kind kind;
	uint32_t insn;
	uint32_t index, off;
	const char *name;
	const struct ir_core *core;
};

/* A line of the script for an instruction; becomes struct bpf_line_info. */
struct bpf_line {
	uint32_t insn;
	struct span span;
};
/* Start of a function inside a program: the program itself at 0, then its callbacks. */
struct bpf_func {
	uint32_t insn;
	const char *name;
	uint32_t nparams;
};

/* What a test holds against budgets. */
struct bpf_stats {
	uint32_t insns;     /* 8-byte slots */
	uint32_t helpers;   /* static helper and kfunc calls */
	uint32_t stack;     /* bytes */
	uint32_t key_slots; /* distinct stack slots for keys */
};

struct bpf_prog {
	const char *name;
	struct bpf_insn *insns;
	uint32_t n;
	VEC(struct bpf_reloc) relocs;
	VEC(struct bpf_line) lines;
	VEC(struct bpf_func) funcs;
	struct bpf_stats stats;
	struct ir_fn *fn;
};

struct bpf_object {
	struct arena *arena;
	struct ir_module *module; /* maps, rodata, sizes */
	const struct sources *sources;
	VEC(struct bpf_prog *) progs;
};

/* An object without programs. Sources may be NULL: no line text. All is borrowed. */
void bpf_object_init(struct bpf_object *obj, struct arena *arena, struct ir_module *m, const struct sources *s);

/* Why there is no program: -errno, the reason, and the place in the script that is at its root (end 0: not known). */
struct bpf_fault {
	int err;
	const char *why;
	struct span at;
};

/*
 * Compiles one IR function (after ir_run_passes) and the callbacks it names to a program.
 * 0, or -errno with *ret_fault set: -E2BIG for what is larger than BPF allows, -EINVAL for a fault of ours.
 */
int bpf_compile(struct bpf_object *obj, struct ir_fn *fn, struct bpf_prog **ret, struct bpf_fault *ret_fault);

/* Sets *f, unless it is set; returns its err. */
static inline int bpf_fault(struct bpf_fault *f, int err, struct span at, const char *why)
{
	if (!f->err)
		*f = (struct bpf_fault){ err, why, at };
	return f->err;
}

/*
 * BTF, func_info and line_info of a program as BPF_PROG_LOAD takes them. Line text comes from the sources.
 * Buffers are from the arena.
 */
struct bpf_debug {
	const void *btf;
	uint32_t btf_size;
	const struct bpf_func_info *funcs; /* type ids of that BTF */
	const struct bpf_line_info *lines;
	uint32_t nfuncs, nlines;
};
void bpf_debug_info(struct bpf_object *obj, const struct bpf_prog *p, struct bpf_debug *ret);

/*
 * "   4: (07) r2 += -8" one a line, as the kernel's log writes it; source lines in between if asked. The second
 * takes one instruction (insn[1] too, of a 64-bit load) and adds no newline.
 */
void bpf_disasm(const struct bpf_object *obj, const struct bpf_prog *p, bool lines, struct strbuf *out);
void bpf_disasm_insn(const struct bpf_insn *insn, uint32_t at, struct strbuf *out);
/* Words for what loaded instructions refer to; false: the plain ones are used. */
struct disasm_names {
	bool (*call)(void *arg, const struct bpf_insn *insn, struct strbuf *out); /* "call NAME" */
	bool (*imm)(void *arg, const struct bpf_insn *insn, struct strbuf *out);  /* of a 64-bit load */
	void *arg;
};
/* "(07) r2 += -8"; names NULL: none. */
void bpf_disasm_text(const struct bpf_insn *insn, const struct disasm_names *names, struct strbuf *out);

#endif
