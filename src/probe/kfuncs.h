/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of kernel functions that can be probed. */
#ifndef PROBE_KFUNCS_H
#define PROBE_KFUNCS_H

#include "probe/probe.h"

struct ir_val;
struct lower;

#define KFUNCS_KERNEL "vmlinux" /* module of the kernel's own functions */

/*
 * Calls f for each function that probes may be put on: those that the function tracer knows, or, if its list cannot be
 * read, those of kallsyms; without compiler-made parts (names with a dot), without those that refuse
 * kprobes or do not stand them (rcu_*, the idle loop). Strings are valid during the call. Costs tens of milliseconds. 0 or -errno.
 */
int kfuncs_each(struct probe_env *env, void (*f)(void *arg, const char *module, const char *func), void *arg);
/* The tracer's list alone: -errno if it cannot be read. */
int kfuncs_each_traceable(struct probe_env *env, void (*f)(void *arg, const char *module, const char *func),
			  void *arg);
/* kallsyms alone, only the text symbols' names, unfiltered. Returns how many there were. */
size_t kfuncs_each_symbol(struct ksyms *k, void (*f)(void *arg, const char *module, const char *func),
			  void *arg);

/*
 * Is this what gcc or clang append to the names of copies they make of a function (".isra.0", ".constprop.1.isra.0",
 * ".llvm.123")? Not so ".cold", which no call leads to.
 */
bool kfuncs_is_variant(const char *suffix);

/*
 * The probed function's address for kernels below 5.15, whose programs cannot ask for it: looked up now if there is but
 * one target, else 0.
 */
struct ir_val *lower_symbol_ip(struct lower *lw);

#endif
