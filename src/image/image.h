/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A compiled script as a file: an ELF object that libbpf and bpftool load as any other, with one more section,
 * which has what user space needs to run it: formats, maps, probes, settings, the script's text (docs/objects.md).
 */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include <stdbool.h>

#include "base/err.h"
#include "bpf/object.h"
#include "fn/fn.h"
#include "fn/tables.h"
#include "lang/ast.h"
#include "probe/probe.h"

/* What is written, and what reading fills: the parts of one session. All is borrowed. */
struct image {
	struct arena *arena;
	struct types *types;
	struct sources *sources;
	struct script *script; /* its settings */
	struct tables *tables;
	struct ir_module *module;
	bool code_only; /* nothing for user space is written: it is run at once */
};

/*
 * Adds the whole file. Probes have their programs, as bpf_compile() made them. 0, or -EOPNOTSUPP with a message that
 * names what cannot be kept in a file.
 */
int image_write(const struct image *im, struct strbuf *out, struct err *e);

/* The script's imported objects become a part of its own. 0 or -errno with a message. */
int image_link(const struct image *im, struct strbuf *object, struct err *e);

/* Do these bytes begin an ELF file that is for BPF? */
bool image_is_object(const void *bytes, size_t n);

/*
 * Fills script, sources, tables and module's maps from such a file, but for what the kernel decides: probes have no
 * targets, programs no instructions. The bytes are copied. -EINVAL with a message.
 */
int image_read(const struct image *im, const void *bytes, size_t n, struct err *e);

/*
 * After image_read(), and once the settings are in env: targets of all probes, as they are on this machine. Probes of
 * which nothing is left are dropped, as missing_probes says. False after a diagnostic or an error.
 */
bool image_expand(const struct image *im, struct probe_env *env, struct err *e);

/*
 * Adds the type information (BTF) of this machine's kernel that is needed to relocate a file: of the structures and members
 * that it names. False, and nothing is added, if there are no relocations or if some need more.
 */
bool image_core_btf(const struct image *im, const void *bytes, size_t n, struct strbuf *out);

/* The name of a map in the file; arena. */
const char *image_map_name(const struct image *im, const struct ir_map *map);

#endif
