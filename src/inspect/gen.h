/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the noun "gen" share: an object that code is made for, and its parts. */
#ifndef INSPECT_GEN_H
#define INSPECT_GEN_H

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "inspect/inspect.h"

enum { GEN_IDENT = 256 };

struct gen {
	struct inspect *in;
	struct strbuf *out;
	struct bpf_object *obj;
	struct btf *btf;      /* of the object; NULL: it has none */
	struct strbuf bytes;  /* of the file */
	char name[64];        /* an identifier; names of the code begin with it */
	size_t nmaps, nprogs, nops, nvars; /* of the code; nops: maps of operations among nmaps */
};

verb_fn gen_object, gen_skeleton, gen_subskeleton, gen_min_core_btf;

/*
 * Takes "FILE [name NAME]" off the words and opens it; part: as of an object that it is linked into,
 * whose maps of variables have the names of sections alone. 0, or -errno and the error set, or
 * INSPECT_USAGE.
 */
int gen_open(struct inspect *in, struct words *w, bool part, struct gen *ret);
void gen_done(struct gen *g);
/* Reads an ELF file and checks it and its BTF as far as libbpf does not; ret has what could be read. See objfile_read(). */
int gen_read(struct inspect *in, const char *path, struct strbuf *ret);

/* Adds a text with each @ as a and each $ as b. */
void gen_put(struct gen *g, const char *text, const char *a, const char *b);
/* Bytes as the inside of a C string, in lines. */
void gen_bytes(struct gen *g, const void *bytes, size_t n);
/* The guard and what stands before the structure; suffix: of the guard. */
void gen_start(struct gen *g, const char *suffix, const char *includes);
void gen_end(struct gen *g, const char *suffix);

/* What a map is called in code; false for one that has no place there. */
bool gen_map_ident(const struct bpf_map *map, char ident[GEN_IDENT]);
/* Is it mapped into memory (global variables)? Its name in code then. */
bool gen_map_mapped(const struct bpf_map *map, char ident[GEN_IDENT]);
bool gen_map_is_ops(const struct bpf_map *map);
/* Bytes of its mapping. */
size_t gen_map_bytes(const struct bpf_map *map);
/* The BTF section of a mapped map, NULL if it has no variables. */
const struct btf_type *gen_map_section(const struct gen *g, const char *ident);

/* "struct { TYPE NAME; ... } maps;" and so on. */
void gen_maps(struct gen *g, const char *type);
void gen_progs(struct gen *g, const char *type);
void gen_links(struct gen *g, const char *type, const char *suffix);
/* A structure for the variables of each mapped map. 0, or -errno and the error set. */
int gen_sections(struct gen *g);
/* The same with pointers to variables, for an object that is part of another. */
int gen_section_pointers(struct gen *g);
/* Structures of operations that can be changed before loading. */
int gen_ops(struct gen *g);
void gen_ops_init(struct gen *g);
/* A function of static assertions on the sizes of variables. */
void gen_asserts(struct gen *g);
/* The body of a skeleton's tables of maps and programs. */
void gen_table_maps(struct gen *g, bool whole);
void gen_table_progs(struct gen *g, bool links);
void gen_table_vars(struct gen *g);
/* All of a light skeleton behind its structure's first member. */
int gen_light(struct gen *g);

#endif
