/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the providers: parts of attach points, diagnostics, targets, attaching. */
#ifndef PROBE_COMMON_H
#define PROBE_COMMON_H

#include <linux/perf_event.h>

#include "lang/ast.h"
#include "probe/probe.h"

/* One part of an attach point; its first literal bytes came out of quotes: no wildcards or signs in them. */
struct part {
	const char *text; /* NULL: absent */
	size_t literal;
	struct span span;
};
/* Part number i of ap (0 is the provider); absent parts and a NULL ap give an empty struct. */
struct part part_get(const struct attach_point *ap, size_t i);
size_t part_count(const struct attach_point *ap); /* parts behind the provider */
bool part_is_wild(const struct part *p);
bool part_match(const struct part *p, const char *name); /* an absent part matches everything */
/* Decimal, 0x or 0 numbers that fill the whole text: 250, 1e6, 1_000_000. */
bool text_number(const char *text, uint64_t *ret);
/* Splits "name+off": length of the name; false if what follows the last sign is no number. */
bool part_offset(const struct part *p, size_t *ret_len, uint64_t *ret_off, bool *ret_has);
/* "99hz", "5ms", "1s", "10" (ns) to a period in ns; false for anything else and for 0. */
bool text_period(const char *text, uint64_t *ret_ns);
/* The same of a number and the name of its unit: "hz", "us", "ms", "s". */
bool unit_period(const char *unit, uint64_t n, uint64_t *ret_ns);

/* A form of this provider that does not exist: tag bad_probe, with the right forms as hint. Always false. */
bool bad_form(struct probe_env *env, const struct provider *p, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Is it worth while to look for names that are near to one that is missing? */
bool near_wanted(const struct probe_env *env);
/*
 * Nothing is called that: an error (false) or, as env->missing_probes says, a warning or nothing (true). near: the
 * nearest name, offered behind prefix ("kprobe:"); may be NULL.
 */
bool no_match(struct probe_env *env, const struct provider *p, const struct attach_point *ap,
	      const char *prefix, const struct near *near);
/*
 * The same of what is looked for in several places, as a wildcard is: no fault as long as the block has another probe,
 * so a warning (true); sema looks at what is left of the block.
 */
bool no_match_any(struct probe_env *env, const struct provider *p, const struct attach_point *ap,
		  const char *prefix, const struct near *near);
/* The same for other things that are missing, in words of their own. */
bool missing(struct probe_env *env, struct span at, const char *text, const char *hint);
/* tracefs is not mounted, or refuses us; always false. */
bool no_tracefs(struct probe_env *env, const struct provider *p, struct span at);
bool no_rights(struct probe_env *env, struct span at, const char *path);

/* The same for ops.list; -ENOENT. */
int list_no_tracefs(struct err *e);

/* Opens the BTF of all modules, once. Those that cannot be read are left out. */
void modules_read(struct probe_env *env);

/* A new target named by the format, appended to out; its fields are to be filled in. */
struct probe_target *target_add(struct probe_env *env, struct probe *out, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Sorts targets from number `from` on by name. */
void targets_sort(struct probe *out, size_t from);

/* Attaching. */
#define KERNEL_ENOTSUPP 524 /* include/linux/errno.h, not for user space, yet arm64 and uprobes return it */
struct links_mark {
	size_t nfds, niters, nevents;
	unsigned nprobes;
};
struct links_mark links_mark(const struct links *l);
void links_rollback(struct links *l, struct links_mark m); /* closes what came after the mark */
/* Of what a wildcard matched, what cannot be probed is left out, as long as something else can: may this failure pass? */
bool links_may_skip(const struct probe *p, int r);
/* Opens the event, attaches the program, adds the fd to links (not counted in nprobes). 0 or -errno. */
int links_add_perf(struct links *l, struct perf_event_attr *attr, pid_t pid, int cpu, int prog_fd,
		   uint64_t cookie);
/*
 * The reason, behind the target's name if that is not the probe's (which the caller adds), and a hint for the usual
 * ones; t NULL: all targets. Returns code.
 */
int attach_error(struct err *e, int code, const struct probe *p, const struct probe_target *t);
/* A small number in a file of sysfs or tracefs; -errno. */
int read_number(const char *path, uint64_t *ret);
/* Does the program of this target run only where env->pid is asked for? pid for perf_event_open(): -1 all. */
static inline pid_t perf_pid(const struct attach_env *env)
{
	return env->pid > 0 ? env->pid : -1;
}

#endif
