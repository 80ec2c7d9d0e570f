/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services of lower/ for the lower callbacks of built-ins and providers; implemented in lower/service.c. */
#ifndef FN_LOWER_H
#define FN_LOWER_H

#include "fn/fn.h"
#include "fn/tables.h"
#include "ir/build.h"
#include "lang/ast.h"
#include "probe/probe.h"

struct ir_builder *lower_b(struct lower *lw); /* where to append; span is set to the call's */
struct types *lower_types(struct lower *lw);
struct target *lower_target(struct lower *lw);
const struct config *lower_config(struct lower *lw);
struct tables *lower_tables(struct lower *lw);
const struct probe *lower_probe(struct lower *lw); /* program being generated */

/* The program's context, also from inside a callback. */
struct ir_val *lower_ctx(struct lower *lw);

/* Evaluates an expression: scalar (64 bits, extended by its type), or pointer to an aggregate. */
struct ir_val *lower_expr(struct lower *lw, struct node *e);
/* The same converted to another type (width, sign, string size). */
struct ir_val *lower_expr_as(struct lower *lw, struct node *e, const struct type *t);
/* Argument i of the aggregation being updated, evaluated once before its value was looked up. */
struct ir_val *lower_agg_arg(struct lower *lw, unsigned i);
/*
 * A number that is known by now if the program is for this machine: a constant. In a portable one it is looked up
 * where that is run. name: of a symbol, else "".
 */
struct ir_val *lower_late(struct lower *lw, enum late_kind kind, const char *name, int64_t now);
/* The value of one that was added to the tables already. */
struct ir_val *lower_late_value(struct lower *lw, const struct late *l);
/* Address of a string literal in the read-only data, n bytes with NUL. */
struct ir_val *lower_literal(struct lower *lw, const char *s, uint32_t n);
/* Reads memory at a pointer of the given space: kernel or user. */
struct ir_val *lower_read(struct lower *lw, struct ir_val *ptr, int64_t off, unsigned width,
			  bool is_signed, enum addr_space space);
/* base + the offset of a member of st, as type_field() found it; in a portable script that of the kernel it runs on. */
struct ir_val *lower_member_at(struct lower *lw, struct ir_val *base, const struct type *st, const struct field *f);
/* The same offset for the imm of a load from the context or a BTF pointer; NULL: it is what it is. */
const struct ir_core *lower_core(struct lower *lw, const struct type *st, const struct field *f);
/*
 * A member of a kernel structure by name, which it must have: its value; of a structure or an array its address. base: the
 * structure's address.
 */
struct ir_val *lower_member(struct lower *lw, struct ir_val *base, const struct type *st, const char *name);
/* A pointer that the verifier knows the type of, without that knowledge: what is behind it is read by helpers. */
struct ir_val *lower_untyped(struct lower *lw, struct ir_val *p);
/* size bytes at ptr as an aggregate. */
struct ir_val *lower_read_agg(struct lower *lw, struct ir_val *ptr, uint32_t size, enum addr_space space);
/* String at ptr, at most size bytes with its NUL, as an aggregate of size bytes. */
struct ir_val *lower_read_str(struct lower *lw, struct ir_val *ptr, uint32_t size, enum addr_space space);
/* The bytes of a string, array or struct as an aggregate: a char array whole, not up to its first NUL. */
struct ir_val *lower_bytes(struct lower *lw, struct node *e);
/* Kernel or user by how node e was obtained (its pointer type), AS_NONE resolved by the probe's kind. */
enum addr_space lower_space(struct lower *lw, const struct type *ptr);

/*
 * Makes an action of the call and emits its record: args are evaluated nodes' values with their
 * types. data is kept in the action. Returns the action, so that the caller may fill in more.
 */
struct action *lower_emit(struct lower *lw, struct node *call, unsigned nargs,
			  const struct type *const *types, struct ir_val *const *vals, void *data);
/* The same without the record, which the call makes by itself: of this layout, with the action's id in its first 4 bytes. */
struct action *lower_action(struct lower *lw, struct node *call, const struct ir_layout *l, const struct type *const *types, void *data);
/* Ends this program now (after exit()): what follows in the block is unreachable. */
void lower_exit(struct lower *lw);
/*
 * What map operations take, from the key expressions of an E_MAP node: the key's bytes, or its digest
 * (map->ir->keys); NULL for scalar maps.
 */
struct ir_val *lower_key(struct lower *lw, struct node *map_node);
/* The key as a value of its type: one alone may be a scalar. */
struct ir_val *lower_whole_key(struct lower *lw, struct node *map_node);

/* Layout of one whole opaque value made of scalars: stores parts at the given offsets; gives the aggregate. */
struct ir_val *lower_pack(struct lower *lw, uint32_t size, unsigned n, const uint32_t *offs,
			  const uint32_t *sizes, struct ir_val *const *vals);
/* All predecessors of a block made by ir_block_new() exist now: go on there. */
void lower_seal(struct lower *lw, struct ir_block *b);
/* then/else control inside a callback: value 0/1 of cond; builder is placed in the then-block. */
struct lower_if {
	struct ir_block *yes, *no, *join;
};
struct lower_if lower_if_begin(struct lower *lw, struct ir_val *cond);
void lower_if_else(struct lower *lw, struct lower_if *s);
void lower_if_end(struct lower *lw, struct lower_if *s); /* builder continues in the join */
/* After lower_if_end() of an if with else: yes or no, whichever branch was taken. */
struct ir_val *lower_if_value(struct lower *lw, struct lower_if *s, struct ir_val *yes, struct ir_val *no);

#endif
