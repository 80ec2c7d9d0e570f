/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services of sema for the check callbacks of built-ins; implemented in sema/service.c. */
#ifndef FN_CHECK_H
#define FN_CHECK_H

#include "base/diag.h"
#include "fn/fn.h"
#include "fn/tables.h"
#include "lang/ast.h"
#include "probe/probe.h"

struct types *check_types(struct check *ck);
struct probe_env *check_env(struct check *ck); /* target process, BTF, kernel symbols */
struct arena *check_arena(struct check *ck);
const struct config *check_config(struct check *ck);
struct tables *check_tables(struct check *ck);
struct target *check_target(struct check *ck);
/* The probe whose block is being typed (first target of it); never NULL. */
const struct probe *check_probe(struct check *ck);
/* The function the script calls where a fault is meant for the user; returns false for `return check_error(...)`. */
bool check_error(struct check *ck, struct span at, enum diag_tag tag, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
void check_hint(struct check *ck, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void check_warn(struct check *ck, struct span at, enum diag_tag tag, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Constant value of a node (literal, folded, parameter); false if it is not constant. */
bool check_const_int(struct check *ck, const struct node *n, int64_t *ret);
bool check_const_str(struct check *ck, const struct node *n, const char **ret, uint32_t *ret_len);
/* The string is put into the tables once; its index. */
uint32_t check_string(struct check *ck, const char *s);
/* What a setting unstable_* says of the use of something: allowed, warned of, or an error. */
bool check_unstable(struct check *ck, struct span at, const char *what, const char *stage, const char *setting);
/* Is the call in an arm of an if that is known not to be taken? */
bool check_is_dead(struct check *ck);
/* Are warnings dropped (--no-warnings)? */
bool check_quiet(struct check *ck);

#endif
