/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the files that write an object. */
#ifndef IMAGE_WRITE_H
#define IMAGE_WRITE_H

#include "image/elf.h"
#include "image/image.h"

struct btf;

/* Debug information of one section with code. */
struct code_info {
	uint32_t section;
	struct strbuf funcs, lines, cores; /* records as .BTF.ext has them */
};

/* Where a function of a program went. */
struct code_place {
	uint32_t insn, n; /* in the program */
	uint32_t section;
	uint64_t at;      /* byte of the section */
};

/* A number in the code that depends on the kernel's structures. */
struct core_place {
	uint32_t section, at; /* byte */
	const struct ir_core *core;
};

/* A function that is not in the file. */
struct extern_fn {
	const char *name;
	bool kernel;
	int id; /* type */
	uint32_t symbol;
};

/* A file in the making. */
struct maker {
	const struct image *im;
	struct elf_file elf;
	struct btf *btf;
	uint32_t *map_symbols; /* by ir_map.index */
	VEC(struct code_info) code;
	VEC(struct core_place) cores;
	VEC(struct extern_fn) externs;
	int int_id, long_id, char_id, pointer_id; /* types that all use */
};

/* section.c */
const char *image_section(struct arena *a, const struct probe *p, const struct prog_kind *k);

/* maps.c: sections, symbols and types of all maps, and the license. */
void make_maps(struct maker *m);

/* code.c: sections and symbols of all programs. 0 or -EOPNOTSUPP. */
int make_programs(struct maker *m, struct err *e);
struct code_info *make_code_info(struct maker *m, uint32_t section);

/* externs.c: the symbol of a function that is in none of the file's sections. 0 or -ENOENT; then what says what they are. */
int make_extern(struct maker *m, const char *name, bool kernel, uint32_t *ret_symbol, struct err *e);
void make_extern_section(struct maker *m);

/* debug.c: types of functions; lines; then the sections with all of it. */
void make_func_info(struct maker *m, const struct code_place *at, const struct bpf_func *f, bool is_main);
void make_line_info(struct maker *m, const struct code_place *at, const struct bpf_line *l);
/* cores.c: what depends on the kernel's structures; then their types. */
void make_core_info(struct maker *m, const struct code_place *at, uint32_t insn, const struct ir_core *core);
void make_core_types(struct maker *m);

/* A structure with those of its members that are used. */
struct used {
	const struct type *type;
	VEC(const struct field *) members;
	int id;
};
struct cores {
	struct maker *m;
	VEC(struct used) all;
};
/* Notes a member, by its name once; then the types of all structures. Fields are borrowed. */
void make_core_member(struct cores *c, const struct type *t, const struct field *f);
void make_core_structures(struct cores *c);
void cores_done(struct cores *c);

/* write.c: the types that all use. */
void make_basic_types(struct maker *m);
void make_debug_sections(struct maker *m);

#endif
