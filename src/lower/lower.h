/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the resolved tree to SSA IR: the only room that sees both. */
#ifndef LOWER_LOWER_H
#define LOWER_LOWER_H

#include "fn/tables.h"
#include "ir/ir.h"
#include "probe/probe.h"

/*
 * Makes one IR function of a probe (probe->fn), its callbacks and its actions. The tree must have passed
 * sema without errors. A probe that is part of another's program (joined) has no function of its own. False after a
 * diagnostic (something this kernel cannot do).
 */
bool lower_probe_fn(struct ir_module *m, struct tables *t, struct types *ts, struct diags *d,
		    struct probe *p);

/* To be called before: finds the probes of entries and returns that one program serves (probe->returns, joined). */
void lower_join_probes(struct tables *t, struct target *target);

#endif
