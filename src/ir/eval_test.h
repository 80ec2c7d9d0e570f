/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An evaluator of the IR, of both levels, for tests: the same function gives the same results
 * before and after any pass. Pointers are addresses of this process.
 */
#ifndef IR_EVAL_TEST_H
#define IR_EVAL_TEST_H

#include "ir/ir.h"

#define EVAL_AREA 256  /* bytes of context and of per-CPU data that programs may use */
#define EVAL_STEPS 100000
#define EVAL_LAYOUTS 64

struct eval_entry {
	struct ir_map *map;
	bool deleted;
	char *key, *value;
};

struct eval {
	struct arena arena;
	struct ir_fn *fn;
	uint64_t *val; /* by id */
	struct strbuf log;   /* what is seen from outside: records, signals */
	const struct ir_layout *layout[EVAL_LAYOUTS]; /* by action */
	VEC(struct eval_entry *) entries;
	char ctx[EVAL_AREA], globals[IR_GLOBAL_FIRST + EVAL_AREA], stack[512], *pcpu;
	char *record;
	uint32_t record_size;
	uint64_t result;
	const char *error;
};

/* The context's bytes are made from the seed. */
void eval_start(struct eval *e, struct ir_fn *fn, uint64_t seed);
void eval_run(struct eval *e);
/*
 * Adds globals (but for the losses), per-CPU data and maps to the log, so that logs can be
 * compared.
 */
void eval_finish(struct eval *e);
void eval_done(struct eval *e);

#endif
