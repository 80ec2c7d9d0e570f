/* SPDX-License-Identifier: GPL-2.0-or-later */
/* -d STAGE: what the compiler makes, as text on stdout. */
#ifndef CLI_DUMP_H
#define CLI_DUMP_H

#include "cli/session.h"

void dump_tree(const struct session *s);  /* after parsing */
void dump_types(const struct session *s); /* after sema: one tree a program */

/* For ir_run_passes(): the function before the passes and after each that changed it. */
struct dump_ir {
	struct strbuf before, now;
};
void dump_ir(void *arg, const char *pass, const struct ir_fn *fn);
void dump_ir_done(struct dump_ir *d);

void dump_bpf(const struct session *s, const struct bpf_prog *p);

#endif
