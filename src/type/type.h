/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one type model: what a value of a script, a kernel structure, a map key
 * or a record on its way to user space looks like in memory.
 *
 * Types are immutable once published and live as long as their struct types.
 * Scalars are singletons; compare with type_eq(), never by pointer. Structures
 * from BTF are filled in when their fields are first asked for.
 */
#ifndef TYPE_TYPE_H
#define TYPE_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/strmap.h"
#include "base/vec.h"

enum type_kind {
	TY_NONE,   /* no value: void, result of a statement-like call */
	TY_BOOL,   /* 1 byte, prints true/false */
	TY_INT,    /* size 1, 2, 4, 8; is_signed */
	TY_ENUM,   /* an integer (size, is_signed) whose values have names */
	TY_PTR,    /* 8 bytes; .to (TY_NONE: void *), .space */
	TY_ARRAY,  /* .to elements, .count of them (0: flexible) */
	TY_STRUCT, /* .st; also unions */
	TY_STRING, /* NUL-terminated text in a buffer of size bytes */
	TY_BUFFER, /* uint32 length, then up to size - 4 bytes */
	TY_TUPLE,  /* .st with fields named "0", "1", ... laid out without holes */
	TY_OPAQUE, /* size bytes whose meaning .ops knows (symbols, stacks, times, ...) */
	TY_AGG,    /* value of an aggregation: only as value of a map; .agg knows it */
	/*
	 * Function prototype: .st's fields are the parameters, .to the result. A parameter's
	 * offset is that of its 8-byte slot in the context of fentry and raw tracepoint programs.
	 */
	TY_FUNC,
};

/* Where a pointer points; decides how it is read. */
enum addr_space { AS_NONE, AS_KERNEL, AS_USER };

struct value_ops; /* type/value_ops.h: one const object per opaque type */
struct agg_ops;   /* type/value_ops.h: one const object per aggregation */
struct type;
struct types;

struct field {
	const char *name; /* "" for an anonymous struct or union member */
	const struct type *type;
	uint32_t offset;     /* bytes from the structure's start; of a bit field: its storage's */
	uint16_t bit_offset; /* within the bytes at offset, counting from the lowest bit */
	uint16_t bit_size;   /* 0: not a bit field */
	bool data_loc;       /* __data_loc: u32 at offset is length << 16 | offset in record */
	bool rel_loc;        /* __rel_loc: the same, the offset counts from this field's end */
	uint32_t btf_id;     /* its type as BTF has it, typedefs and all; 0: not from BTF */
	uint16_t c_align;    /* while a C definition is read: what it asks for; 0: nothing */
	bool c_packed;       /* the same: no natural alignment */
	const char *decl;    /* its declaration as a format file spells it, NULL: from elsewhere */
};

struct enumerator {
	const char *name;
	int64_t value;
};

struct struct_def {
	const char *name; /* "" if anonymous or a tuple */
	bool is_union;
	bool is_record; /* a tuple whose fields have names of their own */
	bool incomplete; /* declared, never defined */
	uint16_t c_align; /* alignment within C structures if the type's cannot say it: 16 and more */
	VEC(struct field) fields;
	/* Fills fields at first use (see type_fields()); NULL once done. */
	void (*load)(struct types *ts, struct type *t);
	uint32_t load_id; /* BTF type id for load */
	const struct btf_file *load_from;
};

struct enum_def {
	const char *name;
	VEC(struct enumerator) values;
};

struct type {
	enum type_kind kind;
	bool is_signed;        /* TY_INT, TY_ENUM */
	uint8_t align;         /* 1, 2, 4, 8 */
	enum addr_space space; /* TY_PTR; TY_STRUCT and TY_ARRAY reached through a pointer */
	uint32_t size;         /* bytes */
	uint32_t count;        /* TY_ARRAY */
	const struct type *to; /* TY_PTR, TY_ARRAY, TY_FUNC (result) */
	struct struct_def *st; /* TY_STRUCT, TY_TUPLE, TY_FUNC */
	struct enum_def *en;   /* TY_ENUM */
	const struct value_ops *ops; /* TY_OPAQUE */
	const struct agg_ops *agg;   /* TY_AGG */
	/*
	 * TY_AGG: parameters that are part of the type (lhist: min, max, step; hist: bits;
	 * sum/min/max/avg/stats: [0] = signed). TY_OPAQUE: ops' own (stack: limit, mode; time:
	 * index of the format).
	 */
	int64_t param[3];
};

/* All types of one script. */
struct types {
	struct arena *arena;
	struct strmap names;        /* "struct x", "enum x", typedefs -> const struct type * */
	struct strmap enumerators;  /* name -> struct enum_const * */
	struct strmap left_out;     /* "struct x" of a header -> struct diag: why it is not there */
	struct btf_file *btf;       /* vmlinux, NULL if the kernel has none; borrowed */
	void *btf_cache;            /* per-BTF id -> type tables, owned by btf_types.c */
};

struct enum_const {
	int64_t value;
	const struct type *type;
};

void types_init(struct types *ts, struct arena *a, struct btf_file *btf);

/* Singletons. */
const struct type *type_none(void);
const struct type *type_bool(void);
const struct type *type_int(unsigned size, bool is_signed);
#define type_i64() type_int(8, true)
#define type_u64() type_int(8, false)
#define type_u32() type_int(4, false)

const struct type *type_ptr(struct types *ts, const struct type *to, enum addr_space space);
const struct type *type_array(struct types *ts, const struct type *elem, uint32_t count);
const struct type *type_string(struct types *ts, uint32_t size);
/* Capacity in bytes, rounded up to a multiple of 4; size is 4 + capacity. */
const struct type *type_buffer(struct types *ts, uint32_t bytes);
/*
 * Tuple: fields keep their order of names, but are laid out by falling alignment so that there
 * is no hole between them; size is rounded up to 4 if > 4 and not a multiple (padding at the end).
 * Only a tuple with several inner tuples or odd opaque values can have holes: type_has_holes().
 */
const struct type *type_tuple(struct types *ts, const struct type *const *elems, size_t n);
/* The same with named fields. names must live as long as the types. */
const struct type *type_record(struct types *ts, const struct type *const *elems,
			       const char *const *names, size_t n);
/* What sizeof() says: a tuple counts as the C structure of its members in their order. */
uint32_t type_c_size(const struct type *t);
/* Bytes of a tuple between its fields that belong to none (padding at the end is not counted). */
bool type_has_holes(const struct type *t);
const struct type *type_opaque(struct types *ts, const struct value_ops *ops, uint32_t size,
			       uint8_t align);
const struct type *type_opaque_p(struct types *ts, const struct value_ops *ops, uint32_t size,
				 uint8_t align, int64_t p0, int64_t p1);
/* Its size is what agg->size() says, if there is one. */
const struct type *type_agg(struct types *ts, const struct agg_ops *agg, int64_t p0, int64_t p1,
			    int64_t p2);
/* A copy of t with another address space (pointers, structs, arrays); t itself if equal. */
const struct type *type_in_space(struct types *ts, const struct type *t, enum addr_space space);

/*
 * New, empty types to be filled by the caller (C definitions in scripts); with a name they are
 * put in ts->names. A structure declared before but not defined yet is given again, so
 * pointers to it see its definition.
 */
struct type *type_struct_new(struct types *ts, const char *name, bool is_union);
struct type *type_enum_new(struct types *ts, const char *name);
/*
 * Appends with C layout rules (natural alignment, bit fields as the psABI packs them). name
 * NULL: an unnamed bit field (bit_size 0: ends the unit) that only moves what follows. Offsets
 * and size are known after type_struct_end(), not before.
 */
void type_struct_add(struct types *ts, struct type *st, const char *name, const struct type *ft,
		     unsigned bit_size);
void type_struct_end(struct types *ts, struct type *st, bool packed);
/* The member added last asks for an alignment (0: none), or for no natural one. */
void type_struct_attr(struct type *st, unsigned align, bool packed);
/* The whole, ended, is aligned so; a type's own alignment goes up to 8. */
void type_struct_align(struct type *st, unsigned align);

/*
 * Looks a type name up: "struct x", "union x", "enum x", a typedef, a C integer name in any
 * spelling order ("unsigned long int", "uint64_t", "u8", "__be32", "size_t", "char", "bool",
 * "int64"). Order: defined by the script, built-in names, BTF. NULL if unknown.
 */
const struct type *types_lookup(struct types *ts, const char *name);
/* The same without BTF. */
const struct type *types_lookup_own(struct types *ts, const char *name);
/* The id in the kernel's BTF of a structure that was found there; 0: it was not. */
uint32_t type_kernel_id(const struct types *ts, const struct type *t);
/* Enumerator by name: script's, then BTF's. False if unknown. */
bool types_enumerator(struct types *ts, const char *name, struct enum_const *ret);
/* Calls near_try() for names of the same class as NAME (struct names, typedefs). */
struct near;
void types_near(struct types *ts, const char *name, struct near *n);

/*
 * Fields of a struct, union, tuple or function, loading them if need be; NULL for other types. A
 * structure that is only declared gets the definition that BTF has, if any.
 */
const struct struct_def *type_fields(struct types *ts, const struct type *t);
/*
 * Finds a member by name, also inside anonymous members; ret_field->offset is from t's start.
 * False if there is none.
 */
bool type_field(struct types *ts, const struct type *t, const char *name, struct field *ret_field);

bool type_eq(const struct type *a, const struct type *b);
/*
 * As messages show it: int8, uint64, string[16], struct task_struct *, int32[4],
 * (uint32,string[16]), count_t.
 */
void type_print(struct strbuf *out, const struct type *t);
const char *type_text(struct arena *a, const struct type *t);
/* A field or parameter as -lv lists it: "struct sock * sk", "char prev_comm[16]". */
void type_print_field(struct strbuf *out, const struct struct_def *def, size_t i);
/* Whole definition in C, as -lv "struct x" shows. */
void type_print_def(struct types *ts, struct strbuf *out, const struct type *t);
/* The name of value v of an enum, NULL if none. */
const char *type_enum_name(const struct type *t, int64_t v);

static inline bool type_is_int(const struct type *t)
{
	return t->kind == TY_INT || t->kind == TY_BOOL || t->kind == TY_ENUM;
}

/* Fits in one 64-bit value: integers, bools, enums, pointers. */
static inline bool type_is_scalar(const struct type *t)
{
	return type_is_int(t) || t->kind == TY_PTR;
}

#endif
