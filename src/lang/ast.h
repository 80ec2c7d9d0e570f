/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The syntax tree. One struct for all nodes: what its children mean is said
 * at each kind. The parser fills the upper half, sema the lower half.
 */
#ifndef LANG_AST_H
#define LANG_AST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "type/type.h"

enum node_kind {
	/* Expressions */
	E_INT,       /* ival; is_unsigned if above INT64_MAX; a duration (5ms) is its nanoseconds */
	E_BOOL,      /* ival 0 or 1 */
	E_FLOAT,     /* ival: the bytes of a double; str as written */
	E_STR,       /* str, len (escapes resolved, may hold NULs) */
	E_IDENT,     /* name: a built-in variable or an enumerator */
	E_PARAM,     /* $1, $2: ival is the number; ival 0: $# */
	E_VAR,       /* $x: name without the dollar */
	E_MAP,       /* @x or @x[list...]: name without the at ("" for @) ; keyed: has brackets */
	E_CALL,      /* name(list...) */
	E_UNOP,      /* op a: OP_NEG OP_NOT OP_BITNOT OP_DEREF OP_ADDR OP_PLUS */
	E_BINOP,     /* a op b, also && and || */
	E_INCDEC,    /* op OP_INC/OP_DEC on a (E_VAR or E_MAP); prefix: is_prefix */
	E_TERNARY,   /* a ? b : c; a ?: c has b NULL; is_tail: an if at the end of a block */
	E_CAST,      /* (cast_type) a */
	E_FIELD,     /* a.name or a->name; is_arrow */
	E_TUPIDX,    /* a.ival */
	E_INDEX,     /* a[b] */
	E_TUPLE,     /* (list...), or (names=list...) */
	E_SIZEOF,    /* sizeof(a), or sizeof(cast_type) with a NULL */
	E_TYPEINFO,  /* typeinfo(cast_type or a); sema: list and names, a record of literals */
	E_BLOCK,     /* { list... a } as a value: statements, then a (NULL: no value) */
	E_TYPEOF,    /* typeof(...) where a value may stand: cast_type */
	E_OFFSETOF,  /* offsetof(cast_type or a, path); list: E_IDENT for each part of path */
	E_EXISTS,    /* exists(...): of point, cast_type, its field at path (list: E_IDENT), or expression a */
	/* Statements */
	S_EXPR,      /* a; or _ = a; with ival 1; is_tail: the last of its block, without the semicolon */
	S_ASSIGN,    /* a = b, or a op= b with op not OP_NONE; a is E_VAR or E_MAP */
	S_LET,       /* let $name [: cast_type] [= b]; a is the E_VAR */
	S_IF,        /* if a then b (S_BLOCK) else c (S_BLOCK or S_IF or NULL) */
	S_WHILE,     /* while a do b */
	S_UNROLL,    /* a times b */
	S_FOR_RANGE, /* for (var : a..b) c; decl is the E_VAR */
	S_FOR_MAP,   /* for (var : a) c; a is E_MAP without keys; decl is the E_VAR */
	S_BREAK,
	S_CONTINUE,
	S_RETURN,    /* return [a] */
	S_BLOCK,     /* { list... } */
	S_INLINE,    /* the body b (S_BLOCK) of a function where it is called: ends at its end or at an S_LEAVE in it */
	S_LEAVE,     /* return of a function, its value assigned before: to the end of the innermost S_INLINE */
};

enum op {
	OP_NONE,
	OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD,
	OP_BITAND, OP_BITOR, OP_BITXOR, OP_SHL, OP_SHR,
	OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE,
	OP_LAND, OP_LOR,
	OP_NOT, OP_NEG, OP_BITNOT, OP_DEREF, OP_ADDR, OP_PLUS,
	OP_INC, OP_DEC,
};

struct node;
struct attach_point;

/* A type as written: resolved by sema, for it may name kernel types. */
struct type_ref {
	struct span span;
	const char *name;     /* "struct task_struct", "uint32", "string"; one space between words */
	struct node *of;      /* typeof(expression) instead of a name */
	struct type_ref *base; /* typeof(type) instead of a name */
	unsigned elem_stars;  /* number of * before the brackets: int32*[4], an array of pointers */
	unsigned stars;       /* number of trailing *, after the brackets if there are any */
	bool is_array;
	bool has_count;       /* string[N], buffer[N], T[N]; T[] infers the size */
	uint64_t count;
};

struct node_list {
	struct node **v;
	size_t n, cap;
};

/* sema's: see sema/program.h */
struct var;
struct map;
struct fn_ops;

struct node {
	enum node_kind kind;
	enum op op;
	struct span span;    /* the whole construct */
	struct span op_span; /* the operator, name or field alone */
	struct node *a, *b, *c, *decl;
	struct node_list list;
	const char *name;
	const char *const *names; /* E_TUPLE: of a record's members; NULL: a tuple */
	const char *str;
	uint32_t len;
	int64_t ival;
	struct type_ref *cast_type;
	bool is_unsigned, is_prefix, is_arrow, keyed;
	bool is_tail;
	bool is_comptime; /* an expression that must be constant; S_IF, E_TERNARY: only one arm is compiled */
	const struct macro_use *use; /* of the macro that it comes from, NULL: none */
	uint32_t mark; /* E_VAR: which expansion of a macro it belongs to, 0: none */
	bool called; /* E_CALL written with empty parentheses: nsecs() */
	struct attach_point *point; /* E_EXISTS: a probe, or "helper:NAME" and the like */
	uint32_t height; /* longest path down to a leaf; the parser keeps it below PARSE_HEIGHT */

	/* Filled by sema */
	const struct type *type; /* of the value; TY_NONE for statements */
	struct var *var;         /* E_VAR, S_LET, S_FOR_* (through decl) */
	struct map *map;         /* E_MAP */
	const struct fn_ops *fn; /* E_CALL, E_IDENT */
	bool is_const;           /* value known: ival (scalars) or str/len (strings) */
	struct field field;      /* E_FIELD: the member found, offset from a's struct */
	void *fn_data;           /* the function's own, made by its check */
};

/* One attach point as written, split at colons outside quotes; provider is parts[0]. */
struct attach_point {
	struct span span;
	const char *text;           /* as written, parameters expanded */
	VEC(const char *) parts;    /* quotes removed */
	VEC(struct span) part_spans;
	VEC(size_t) quoted; /* of each part: bytes at its head that came out of quotes, taken literally */
	struct attach_point *alt; /* taken if the kernel does not have this one: a || b; NULL: none */
	bool optional; /* of the first alternative: need not exist (kprobe:f?) */
};

struct probe_block {
	struct span span; /* attach points up to the predicate */
	VEC(struct attach_point *) points;
	struct node *pred; /* NULL: none */
	struct node *body; /* S_BLOCK */
};

struct config_item {
	struct span span;
	const char *key;   /* lower case, without "bpftrace_" */
	struct node *value; /* E_INT, E_STR, E_BOOL, E_IDENT */
};

/* macro name(params) { body } */
struct macro {
	struct span span; /* name and parameters */
	const char *name;
	struct node_list params; /* E_VAR, E_MAP; E_IDENT stands for any expression */
	struct node *body;       /* E_BLOCK; copied at each use. Of a function: S_BLOCK */
	bool is_function;        /* fn: params are E_VAR with cast_type; the body may return */
	struct type_ref *result; /* of a function, NULL: void */
};

/* let @name = kind(size); */
struct map_decl {
	struct span span;  /* the map's name */
	const char *name;
	const char *kind;  /* as written: sema knows them */
	struct span kind_span;
	struct node *size; /* E_INT or E_PARAM */
};

/* import "x.bpf.o": a compiled object, whose functions the script may call. */
struct import_object {
	struct span span;
	const char *path;
	const void *bytes;
	size_t n;
	const char *license;  /* NULL: it names none */
	struct btf_file *btf; /* its types; owned: import_objects_free() */
};

struct script {
	struct source *source;
	VEC(struct map_decl *) map_decls;
	VEC(struct macro *) macros;
	VEC(struct probe_block *) probes;
	VEC(struct config_item *) config;
	VEC(const char *) imports; /* paths of the files that were imported, without links */
	VEC(struct span) block_imports; /* of those that stand in blocks */
	VEC(struct import_object) objects;
	const char *absent_header; /* the first one included that is not on this machine; NULL: none */
};

struct parse_params {
	const char *const *argv; /* positional parameters */
	size_t argc;
	const char *const *named; /* "name" or "name=value" */
	size_t nnamed;
	const char *const *dirs; /* where headers are searched before the system's */
	size_t ndirs;
	const char *const *includes; /* headers to be read first */
	size_t nincludes;
	/* Is it a word of the language that headers cannot change? NULL: none is. */
	bool (*is_builtin)(const char *name, size_t len);
};

/*
 * Parses one source. C definitions go into ts. Always returns a script; it is usable only if d
 * has no errors. Nesting deeper than PARSE_DEPTH, trees higher than PARSE_HEIGHT (long chains of
 * operators) and more nodes than PARSE_NODES give one diagnostic, so passes over the tree may
 * recurse.
 */
#define PARSE_DEPTH 256
#define PARSE_HEIGHT 2000
#define PARSE_NODES 1000000
struct script *parse_script(struct arena *a, struct diags *d, struct types *ts, struct source *src,
			    const struct parse_params *params);
/* What objects a script imported hold besides the arena; their types are gone then. */
void import_objects_free(struct script *s);
/*
 * Numeric text of a positional parameter (decimal, octal, hexadecimal, negative; up to
 * UINT64_MAX, which wraps); false: it is a string.
 */
bool param_number(const char *text, int64_t *ret);

/* Prints the tree, one node a line, indented; types too once sema filled them. */
void ast_print(const struct script *s, struct strbuf *out);
const char *op_text(enum op op);

#endif
