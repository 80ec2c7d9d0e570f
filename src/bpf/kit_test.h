/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the tests of the back end: IR text to a program, and programs into the running kernel. */
#ifndef BPF_KIT_TEST_H
#define BPF_KIT_TEST_H

#include "bpf/insn.h"
#include "bpf/interp.h"
#include "bpf/object.h"
#include "ir/build.h"
#include "tests/unit.h"

struct kit {
	struct arena arena;
	struct target target;
	struct ir_module module;
	struct sources sources;
	struct bpf_object obj;
	struct strbuf text;
};

void kit_init(struct kit *k);
void kit_done(struct kit *k);
/* Parses a module; a failed check if the text is bad. */
void kit_parse(struct kit *k, const char *text);
/* Compiles function i of the module; NULL and a failed check if it cannot. */
struct bpf_prog *kit_compile(struct kit *k, size_t i);
/* Disassembly of the program; lives until the next call. */
const char *kit_disasm(struct kit *k, const struct bpf_prog *p);

enum kit_kernel { KIT_OK, KIT_SKIPPED, KIT_FAILED };

/*
 * Loads the program as a raw tracepoint with fresh maps, debug information included, and runs it once with the
 * context by test-run if the kernel can. Skipped without rights. A refusal is printed with the kernel's log.
 */
enum kit_kernel kit_kernel_run(struct kit *k, const struct bpf_prog *p, const void *ctx, size_t size,
			       uint32_t *ret);

#endif
