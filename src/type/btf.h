/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF reader: lazy, over the mapped file, no copy (Documentation/bpf/btf.rst).
 *
 * /sys/kernel/btf/vmlinux is mapped (kernels that refuse it: read). Opening costs a header check;
 * the table of type offsets (a whole walk: 0.6 ms) is made as far as the ids that are followed;
 * names are found by searching the string section, then the types. The image is untrusted: every
 * offset, id and count is checked, a broken image gives errors, never a crash or a loop.
 */
#ifndef TYPE_BTF_H
#define TYPE_BTF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "type/type.h"

struct btf_file;

/* BTF kinds, include/uapi/linux/btf.h */
enum btf_kind_nr {
	BK_VOID, BK_INT, BK_PTR, BK_ARRAY, BK_STRUCT, BK_UNION, BK_ENUM, BK_FWD, BK_TYPEDEF,
	BK_VOLATILE, BK_CONST, BK_RESTRICT, BK_FUNC, BK_FUNC_PROTO, BK_VAR, BK_DATASEC,
	BK_FLOAT, BK_DECL_TAG, BK_TYPE_TAG, BK_ENUM64,
};

/*
 * base: NULL, or vmlinux for a module's split BTF; it must outlive the file. Memory is copied.
 * Types and names made from a file refer to its strings: it must outlive them too. 0 or -errno.
 */
int btf_file_open(const char *path, struct btf_file *base, struct btf_file **ret, struct err *e);
int btf_file_from_memory(const void *data, size_t n, struct btf_file *base, struct btf_file **ret,
			 struct err *e);
void btf_file_free(struct btf_file *b);

/*
 * Id of the first type of this kind and name, 0 if none; a module's own types come before its
 * base's. kind BK_VOID: any kind.
 */
uint32_t btf_file_find(struct btf_file *b, enum btf_kind_nr kind, const char *name);
/*
 * Ids of some own records of a file without a base, in one pass, which keeps nothing of what it passed: the fastest way
 * to names of which only the id is asked. ids[i]: of names[i], 0 if there is none. At most 8.
 */
void btf_file_find_all(struct btf_file *b, enum btf_kind_nr kind, const char *const *names, uint32_t *ids, unsigned n);
/*
 * The value of an enumerator of a named enum ("bpf_func_id", "BPF_FUNC_loop"); walks no
 * further than the enum.
 */
bool btf_file_enumerator(struct btf_file *b, const char *enum_name, const char *name, int64_t *ret);
/* Enumerator of any enum, by its name alone; also gives the enum's id. */
bool btf_file_any_enumerator(struct btf_file *b, const char *name, int64_t *ret, uint32_t *ret_id);

struct btf_info {
	uint32_t id;
	enum btf_kind_nr kind;
	const char *name; /* "" if none */
	uint32_t size;    /* INT, STRUCT, UNION, ENUM, ENUM64, FLOAT, DATASEC */
	uint32_t type;    /* what it refers to: FUNC_PROTO's result, ARRAY's element, ... */
	uint32_t vlen;    /* members, enumerators, parameters; ARRAY: elements; FUNC: linkage */
};
uint32_t btf_file_count(struct btf_file *b); /* ids are 1 .. count-1 */
bool btf_file_info(struct btf_file *b, uint32_t id, struct btf_info *ret);
/*
 * Calls f for each type of the kind, those of a base left out, until it returns non-zero, which
 * is returned.
 */
int btf_file_each(struct btf_file *b, enum btf_kind_nr kind,
		  int (*f)(void *arg, const struct btf_info *info), void *arg);

/*
 * The model's type of a BTF id: modifiers and typedefs stripped; TY_NONE for void or a broken
 * id. Pointers lead to kernel space but for those tagged "user".
 */
const struct type *btf_type(struct types *ts, struct btf_file *b, uint32_t id);
/* TY_FUNC of a kernel function, parameters named; NULL if the function is not in BTF. */
const struct type *btf_func_type(struct types *ts, struct btf_file *b, const char *func);
/*
 * BTF arguments of a raw tracepoint: prototype behind typedef btf_trace_NAME without its
 * first (void *__data) parameter; NULL if there is none. Needs kernel 5.5. Parameters have their
 * names where the kernel has __traceiter_NAME (5.10), else arg0, arg1, ...
 */
const struct type *btf_rawtp_type(struct types *ts, struct btf_file *b, const char *event);

#endif
