/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the tree as written to the tree as meant. The order of passes:
 *
 *	sema_probes()   attach points are expanded; each program gets its own copy of its block
 *	sema_resolve()  names become variables, maps, built-ins, constants
 *	sema_infer()    types over the whole program, to a fixed point; then one round that reports
 *	sema_finish()   map storage is chosen, unused results are warned of
 */
#ifndef SEMA_SEMA_H
#define SEMA_SEMA_H

#include <stdbool.h>

#include "fn/tables.h"
#include "ir/ir.h"
#include "lang/ast.h"
#include "probe/probe.h"

struct sema_input {
	struct script *script;
	struct probe_env *env; /* arena, diagnostics, types, target, ... */
	struct tables *tables; /* config is set; the rest is filled here */
	struct ir_module *module; /* maps and globals are allocated in it */
	const struct parse_params *params;
	/* The i-th setting of all; false: there are no more. */
	bool (*setting)(const struct config *c, size_t i, struct setting *ret);
};

/* All passes; false if there are errors in the diagnostics. */
bool sema_run(const struct sema_input *in);

#endif
