/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Debug information of the programs that attach points name: opened when a script needs it, kept for the session. */
#ifndef PROBE_DEBUGINFO_H
#define PROBE_DEBUGINFO_H

#include "probe/dwtypes.h"
#include "probe/probe.h"
#include "sym/elfsym.h"

struct program {
	struct program *next;
	const char *path;
	struct elf_file *elf;
	struct dwarf_file *dw; /* NULL: none */
	struct dwarf_types types;
};

/* NULL if the file cannot be read or has no debug information. */
struct program *program_get(struct probe_env *env, const char *path);
void programs_free(struct probe_env *env);

/* ops.describe: parameters by name and type, if the target is the start of a function that debug information knows. */
bool debuginfo_describe(struct probe_env *env, const struct attach_point *ap, struct probe_target *t);
/* ops.lower_field and ops.field_space for such parameters. */
struct ir_val *debuginfo_field(struct lower *lw, const struct field *f, enum addr_space *ret_space);
bool debuginfo_space(const struct field *f, enum addr_space *ret);
/* ops.find_type: a type of the first target's program. */
const struct type *debuginfo_type(struct probe_env *env, const struct probe *p, const char *name);

#endif
