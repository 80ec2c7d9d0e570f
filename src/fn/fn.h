/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Built-in functions, variables and aggregations.
 *
 * Each is ONE const struct fn_ops in ONE file of fn/: its names, prototype, doc line,
 * typing, lowering and user side together; and one line in fn/registry.c. The callbacks use
 * the services of fn/check.h (while typing), fn/lower.h (while lowering) and fn/runtime.h (user side).
 */
#ifndef FN_FN_H
#define FN_FN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "type/type.h"
#include "type/value_ops.h"

struct node;
struct check;
struct lower;
struct runtime;
struct action;
struct ir_val;
struct value_ref;

enum fn_flags {
	FN_VAR = 1 << 0,      /* a built-in variable: may be written without parentheses */
	FN_CALL = 1 << 1,     /* a function: needs parentheses */
	FN_ASYNC = 1 << 2,    /* sends a record; the work is done in user space */
	FN_UNSAFE = 1 << 3,   /* needs --unsafe */
	FN_AGG = 1 << 4,      /* aggregation: only as right side of a map assignment */
	FN_STMT = 1 << 5,     /* gives no value: only as a statement */
};

/* What an argument may be; several may be or-ed. */
enum fn_arg {
	FA_INT = 1 << 0,     /* integer, bool, enum */
	FA_PTR = 1 << 1,
	FA_STRING = 1 << 2,
	FA_MAP = 1 << 3,     /* a map without keys, not evaluated: @m */
	FA_MAPKEY = 1 << 4,  /* a map with keys, not evaluated: @m[k] */
	FA_CONST_INT = 1 << 5,
	FA_CONST_STR = 1 << 6,
	FA_ANY = 1 << 7,     /* any value */
	FA_ARRAY = 1 << 8,   /* array or buffer */
	FA_IDENT = 1 << 9,   /* a bare word, not evaluated: kstack(perf) */
	FA_OPAQUE = 1 << 10,
};

#define FN_MAX_ARGS 6

/* What the data of an action is, for it to be kept in a compiled script. */
enum fn_data {
	FD_OWN,    /* NULL, or of a form that only the function knows: not to be kept */
	FD_TEXT,   /* const char * */
	FD_FORMAT, /* struct format * */
	FD_PLAIN,  /* data_size bytes without pointers */
};

struct fn_ops {
	const char *name;
	const char *alias[3];  /* older names, still accepted */
	const char *proto;     /* "str(ptr addr[, int length]) string", for help and documentation */
	const char *doc;       /* one line */
	unsigned flags;
	int min_args, max_args;       /* max -1: any number */
	unsigned arg[FN_MAX_ARGS];    /* for each, the last repeats */

	/*
	 * Types a call whose arguments are typed, counted and of the right kinds: sets node->type. Called again
	 * in every round of the inference; false after a diagnostic. NULL: type_of says it.
	 */
	bool (*check)(struct check *ck, struct node *call);
	const struct type *(*type_of)(struct check *ck); /* fixed type; NULL: TY_NONE */

	/* Gives the value: scalar, or pointer to an aggregate of node->type->size bytes; NULL for FN_STMT. */
	struct ir_val *(*lower)(struct lower *lw, struct node *call);

	/* FN_AGG: type of the map's value, and one update in place of the value at ptr. */
	const struct type *(*agg_type)(struct check *ck, struct node *call);
	/* atomic: the value is shared by CPUs: update by atomadd. Emits no early exit. */
	void (*agg_update)(struct lower *lw, struct node *call, struct ir_val *ptr, bool atomic);
	/*
	 * Aggregations that may be read as a number; NULL: not. Two words hold what the CPUs had so far, zero at
	 * first: agg_merge takes in the value of one more CPU at ptr, agg_number makes the number of them.
	 */
	void (*agg_merge)(struct lower *lw, const struct type *t, struct ir_val **acc, struct ir_val *ptr);
	struct ir_val *(*agg_number)(struct lower *lw, const struct type *t, struct ir_val *const *acc);

	const struct value_ops *value; /* of the opaque type that it makes; NULL: makes none */
	const struct agg_ops *agg;     /* FN_AGG: of the type that agg_type gives */
	enum fn_data data;             /* what lower_emit() is given */
	uint32_t data_size;

	/* A record of this action arrived. After the arguments comes what the record has beyond its layout. */
	void (*handle)(struct runtime *rt, const struct action *a, const struct value_ref *args);
};

/* Stands where a portable script has a value that is not known yet: node.fn_data is its struct late. Not in the list. */
extern const struct fn_ops fn_late;
/* A call of an imported object's function: node.fn_data is its struct linked_fn. Not in the list. */
extern const struct fn_ops fn_linked;

/* Exact name or alias, NULL if none. */
const struct fn_ops *fn_find(const char *name);
const struct fn_ops *const *fn_all(size_t *ret_n);
/* By the names that the operations have; NULL if no built-in names them in its value or agg. */
const struct value_ops *fn_value_ops(const char *name);
const struct agg_ops *fn_agg_ops(const char *name);

/* Bits of a flag of open() by its name: "O_CREAT" (flags.c). */
bool fn_open_flag(const char *name, size_t len, uint64_t *ret);

#endif
