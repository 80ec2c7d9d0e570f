/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a tool adds to a run; called by the pipeline (script.c) in this order. */
#ifndef TOOL_RUN_H
#define TOOL_RUN_H

#include "fn/tables.h"
#include "out/format.h"
#include "out/out.h"
#include "probe/probe.h"
#include "tool/tool.h"

/* Settings that differ from a plain script's: probes that this kernel lacks are left out. */
void tool_configure(struct tool *t, struct config *c);
/* The tool's script for the options given, on this kernel. 0 or -EINVAL. */
int tool_script(struct tool *t, const struct probe_env *env, struct strbuf *ret_text, struct err *e);
/* False, and a message, if this kernel has none of the probes that it lives on. */
bool tool_check(const struct tool *t, const struct tables *tables, struct err *e);
/*
 * row() calls become rows, maps that are shown are found; src is the script that tool_script() made. False and a
 * message: there is no such map.
 */
bool tool_bind(struct tool *t, struct tables *tables, const struct source *src, struct err *e);
/* Puts itself before the writer; t->report is what the run is to call then. False: a file cannot be written. */
bool tool_output(struct tool *t, struct out *o, struct err *e);

/* A row's record arrived (tool_row.c). */
extern const struct fn_ops tool_row_fn;
void tool_row_put(struct out *o, const struct action *a, const struct value_ref *args);

#endif
