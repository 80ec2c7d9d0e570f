/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Building IR: what lower/, fn/ and probe/ use. Each call appends to b->block. */
#ifndef IR_BUILD_H
#define IR_BUILD_H

#include "ir/ir.h"

struct ir_builder {
	struct ir_module *module;
	struct ir_fn *fn;
	struct ir_block *block; /* NULL after control until the next ir_at() */
	struct span span;       /* given to what is appended */
};

struct ir_block *ir_block_new(struct ir_builder *b);
static inline void ir_at(struct ir_builder *b, struct ir_block *block) { b->block = block; }

/* Any operation; nargs pointers follow. Fills block, span, id, result kind from ops.def. */
struct ir_val *ir_op(struct ir_builder *b, enum ir_op op, unsigned nargs, ...);
struct ir_val *ir_opv(struct ir_builder *b, enum ir_op op, unsigned nargs,
		      struct ir_val *const *args);

struct ir_val *ir_iconst(struct ir_builder *b, int64_t v);
/* The number that c stands for; here it is v. */
struct ir_val *ir_core(struct ir_builder *b, const struct ir_core *c, int64_t v);
struct ir_val *ir_ctx(struct ir_builder *b);
struct ir_val *ir_bin(struct ir_builder *b, enum ir_op op, struct ir_val *x, struct ir_val *y);
struct ir_val *ir_addi(struct ir_builder *b, struct ir_val *x, int64_t imm);
struct ir_val *ir_ext(struct ir_builder *b, struct ir_val *x, unsigned width, bool is_signed);
struct ir_val *ir_umin(struct ir_builder *b, struct ir_val *x, int64_t max);
struct ir_val *ir_slot(struct ir_builder *b, uint32_t size, uint32_t align);
struct ir_val *ir_global_ptr(struct ir_builder *b, uint32_t off);
struct ir_val *ir_rodata_ptr(struct ir_builder *b, const void *p, uint32_t n);
/* Zero, of which the verifier knows nothing. */
struct ir_val *ir_unknown_zero(struct ir_builder *b);
struct ir_val *ir_pcpu_ptr(struct ir_builder *b, uint32_t off);
/* map, off: of ir_scratch_alloc(). */
struct ir_val *ir_scratch_ptr(struct ir_builder *b, struct ir_map *map, uint32_t off);
struct ir_val *ir_load(struct ir_builder *b, struct ir_val *ptr, int64_t off, unsigned width,
		       bool is_signed);
void ir_store(struct ir_builder *b, struct ir_val *ptr, int64_t off, struct ir_val *v,
	      unsigned width);
void ir_atomadd(struct ir_builder *b, struct ir_val *ptr, int64_t off, struct ir_val *v,
		unsigned width);
void ir_copy(struct ir_builder *b, struct ir_val *dst, int64_t off, struct ir_val *src,
	     uint32_t size);
void ir_zero(struct ir_builder *b, struct ir_val *dst, int64_t off, uint32_t size);
struct ir_val *ir_kread(struct ir_builder *b, struct ir_val *ptr, int64_t off, unsigned width,
			bool is_signed);
struct ir_val *ir_uread(struct ir_builder *b, struct ir_val *ptr, int64_t off, unsigned width,
			bool is_signed);
/* Aggregate of size bytes that the helper writes: helper(dst, size, args...). */
struct ir_val *ir_fill(struct ir_builder *b, enum ir_helper h, uint32_t size, unsigned nargs, ...);
struct ir_val *ir_filllen(struct ir_builder *b, struct ir_val *fill);
struct ir_val *ir_call(struct ir_builder *b, enum ir_helper h, unsigned nargs, ...);
struct ir_val *ir_kcall(struct ir_builder *b, const char *kfunc, unsigned nargs, ...);
/* A function of an imported object; at most five arguments. */
struct ir_val *ir_object_call(struct ir_builder *b, const char *name, unsigned nargs, struct ir_val *const *args);
struct ir_val *ir_mapaddr(struct ir_builder *b, struct ir_map *map);
struct ir_val *ir_fnaddr(struct ir_builder *b, struct ir_fn *fn);
struct ir_val *ir_key(struct ir_builder *b, const struct ir_layout *l, struct ir_val *const *parts);
/* The digest of a key of n bytes, for a map with map->keys. */
struct ir_val *ir_digest(struct ir_builder *b, struct ir_val *key, uint32_t n);
struct ir_val *ir_mapget(struct ir_builder *b, struct ir_map *m, struct ir_val *key, unsigned width,
			 bool is_signed);
struct ir_val *ir_mapptr(struct ir_builder *b, struct ir_map *m, struct ir_val *key);
void ir_mapset(struct ir_builder *b, struct ir_map *m, struct ir_val *key, struct ir_val *v,
	       unsigned width);
struct ir_val *ir_mapadd(struct ir_builder *b, struct ir_map *m, struct ir_val *key,
			 struct ir_val *delta);
struct ir_val *ir_mapins(struct ir_builder *b, struct ir_map *m, struct ir_val *key,
			 struct ir_val *agg);
struct ir_val *ir_mapdel(struct ir_builder *b, struct ir_map *m, struct ir_val *key);
void ir_emit(struct ir_builder *b, uint32_t action, const struct ir_layout *l,
	     struct ir_val *const *parts);
void ir_loss(struct ir_builder *b, uint32_t counter);
struct ir_val *ir_nonnull(struct ir_builder *b, struct ir_val *ptr);

void ir_jmp(struct ir_builder *b, struct ir_block *to);
void ir_br(struct ir_builder *b, struct ir_val *cond, struct ir_block *yes, struct ir_block *no);
void ir_ret(struct ir_builder *b, struct ir_val *v);
/* An empty phi at the head of block; arguments are added in the order of block->preds. */
struct ir_val *ir_phi(struct ir_builder *b, struct ir_block *block);
void ir_phi_add(struct ir_builder *b, struct ir_val *phi, struct ir_val *v);

/* For passes: insert before a value, replace all uses, remove. */
struct ir_val *ir_insert_before(struct ir_fn *fn, struct ir_val *at, struct ir_val *v);
void ir_remove(struct ir_val *v);

struct ir_layout *ir_layout_new(struct arena *a, uint32_t nparts);

#endif
