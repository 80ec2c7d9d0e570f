/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services of run/ for the user side of built-ins; implemented in run/runtime.c. */
#ifndef FN_RUNTIME_H
#define FN_RUNTIME_H

#include "fn/fn.h"
#include "fn/tables.h"
#include "out/format.h"
#include "out/out.h"
#include "out/render.h"

struct out *rt_out(struct runtime *rt);
struct render *rt_render(struct runtime *rt);
const struct config *rt_config(struct runtime *rt);
struct strbuf *rt_scratch(struct runtime *rt); /* empty buffer for one handler call */
/* Ends the run with this status once the records before it are handled. */
void rt_exit(struct runtime *rt, int status);
/* Reads the map and prints it; top 0: all; div 0/1: none; order may be NULL. */
void rt_print_map(struct runtime *rt, const struct map *m, uint64_t top, int64_t div, const struct map_order *order);
/* One entry; the key may lack trailing zeros. An absent one has the value of nothing yet. */
void rt_print_entry(struct runtime *rt, const struct map *m, const void *key, uint32_t len);
void rt_clear_map(struct runtime *rt, const struct map *m); /* removes entries; scalars become 0 */
void rt_zero_map(struct runtime *rt, const struct map *m);  /* values become 0, keys stay */
/* Detaches the watchpoints of this address. */
void rt_unwatch(struct runtime *rt, uint64_t addr);
/*
 * A map read out as it is now, and emptied if take is true; NULL only if it has nothing that could be shown. Freed by
 * the caller.
 */
struct map_copy;
struct map_copy *rt_read_map(struct runtime *rt, const struct map *m, bool take);
const struct map_dump *rt_map_dump(struct map_copy *c);
void rt_free_map(struct map_copy *c);
/* Adds a packet, from its IP header on, to the pcap file at path, which starts empty; ns since boot. */
void rt_packet(struct runtime *rt, const char *path, uint64_t ns, const void *bytes, uint32_t len);
/* A message for stderr: "WARNING: ..." */
void rt_warn(struct runtime *rt, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void rt_error(struct runtime *rt, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A message of the script for stderr, with its place: "stdin:1:9-20: ERROR: text". */
void rt_report(struct runtime *rt, const struct action *a, enum severity severity, const char *text);

#endif
