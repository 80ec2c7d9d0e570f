/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Objects loaded into the kernel: by libbpf, or those that it no longer takes by a loader of our own. */
#ifndef INSPECT_LOAD_H
#define INSPECT_LOAD_H

#include <bpf/libbpf.h>

#include "inspect/objects.h"
#include "inspect/objfile.h"

#define LOAD_F_LINK (1u << 13) /* BPF_F_LINK: operations that a link keeps; newer than the packaged header */

/* A map of the object that another one is used for. */
struct load_replace {
	int64_t index;    /* position among the object's maps; -1: by name */
	const char *name;
	int fd;
	bool used;
};

struct load_options {
	bool has_type;
	enum bpf_prog_type type;
	enum bpf_attach_type attach_type;
	VEC(struct load_replace) replace;
	uint32_t offload, xdpmeta; /* interface indices, 0: none */
	const char *kernel_btf;    /* NULL: the running kernel's */
};

struct loaded_prog {
	const char *section, *name; /* name of the function */
	int fd;                     /* owned by obj, if there is one */
	enum bpf_prog_type type;
	struct bpf_program *prog;   /* NULL: not libbpf's */
};

struct loaded_map {
	const char *name;
	int fd;
};

struct loaded {
	struct bpf_object *obj; /* NULL: not libbpf's */
	VEC(struct loaded_prog) progs;
	VEC(struct loaded_map) maps;
};

/* 0, or -errno and the error set; loaded_done() also then. */
int load_object(struct inspect *in, struct objfile *f, struct load_options *o, struct loaded *ret);
void loaded_done(struct loaded *l);

/* The type that a section's name stands for, also in older spellings. -errno and the error set. */
int load_type_of(struct inspect *in, const char *section, enum bpf_prog_type *ret,
		 enum bpf_attach_type *ret_attach);
/* The replacement of the object's map, NULL if there is none; it is used then. */
struct load_replace *load_replacement(struct load_options *o, size_t index, const char *name);

/* load_legacy.c: map definitions as structures in a section "maps" */
bool load_is_legacy(const struct objfile *f);
int load_legacy(struct inspect *in, const struct objfile *f, struct load_options *o, struct loaded *ret);

/*
 * load_multi.c: attaches a program by its section, uprobe.multi/PROGRAM:FUNCTIONS (uretprobe.multi, uprobe.session, .s) with * and ?.
 * An fd of the link, which the caller closes, or -errno and the error set; -EOPNOTSUPP without one: it has another
 * section.
 */
int load_attach_multi(struct inspect *in, const struct loaded_prog *p);

/* load_loader.c: what -L does. 0, or -errno and the error set. */
int load_by_loader(struct inspect *in, const struct objfile *f);

/*
 * load_log.c: makes an error of what the verifier said; in text mode the part of its log that led
 * there goes to stderr. Returns code.
 */
int load_refused(struct inspect *in, int code, const char *prog, const char *log);
/* Adds a hint to the error if the sentence is one of the commonest causes; NULL: it is not. */
const char *load_hint(struct inspect *in, const char *sentence);

#endif
