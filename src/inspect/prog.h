/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs of the noun prog, by file. */
#ifndef INSPECT_PROG_H
#define INSPECT_PROG_H

#include "inspect/objects.h"

struct prog_code;

/* prog_show.c */
int prog_show(struct inspect *in, struct words *w);
/* The head of a program: "ID: TYPE  name ..." with its newline, or its members. */
void prog_header(struct inspect *in, const struct bpf_prog_info *info, int fd);
/* prog_metadata.c: "metadata:" lines, or the member, of a program that has these maps; nothing if it has none */
void prog_metadata(struct inspect *in, const uint32_t *maps, uint32_t n);
/* prog_dump.c */
int prog_dump(struct inspect *in, struct words *w);
/* Instructions that the one at this place takes: 2 of a 64-bit load. */
uint32_t insn_step(const struct prog_code *c, uint32_t at);
/* Its bytes in hexadecimal. */
void insn_hex(struct strbuf *out, const struct bpf_insn *insn);
/* prog_load.c */
int prog_load(struct inspect *in, struct words *w);
int prog_loadall(struct inspect *in, struct words *w);
int prog_pin(struct inspect *in, struct words *w);
/* prog_attach.c */
int prog_attach(struct inspect *in, struct words *w);
int prog_detach(struct inspect *in, struct words *w);
/* prog_run.c */
int prog_run(struct inspect *in, struct words *w);
/* prog_trace.c */
int prog_tracelog(struct inspect *in, struct words *w);
/* prog_profile.c */
int prog_profile(struct inspect *in, struct words *w);

#endif
