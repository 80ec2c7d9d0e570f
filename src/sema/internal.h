/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the passes of sema. */
#ifndef SEMA_INTERNAL_H
#define SEMA_INTERNAL_H

#include "fn/check.h"
#include "sema/program.h"
#include "sema/sema.h"

/* One lexical block while names are resolved. */
struct scope {
	struct scope *up;
	VEC(struct var *) vars;
};

/* A named parameter that the script asks for. */
struct option_use {
	const char *name, *doc;
};

struct check {
	const struct sema_input *in;
	struct arena *arena;
	struct diags *diags;
	struct types *types;
	struct tables *tables;
	struct probe *probe;   /* whose block is looked at */
	struct diag *last;     /* for check_hint() */

	/* resolve */
	struct scope *scope;
	uint32_t loop, nvars;
	struct strmap map_names;
	VEC(struct option_use) options;

	/* infer */
	bool report;  /* the last round: diagnostics are kept, unknown types are faults */
	bool exact;   /* members under the names of other releases do not count: exists() */
	bool changed; /* a type grew in this round */
	unsigned dead; /* arms around, of conditions that are known to be otherwise */
	bool assume_int; /* a map whose only values come from itself, @x = @x + 1, starts as an integer */
	bool probes_missing; /* blocks were removed: what they would have assigned is unknown */
};

/* find.c: a call of find() that has what it needs; makes a block of it. */
bool sema_is_find(const struct node *n);
void sema_expand_find(struct arena *a, struct node *n);

/* span.c */
bool sema_spans(struct check *ck);

/* probes.c */
bool sema_probes(struct check *ck);
struct node *node_clone(struct arena *a, const struct node *n);
/* True if f holds for any node below n. */
bool node_any(const struct node *n, bool (*f)(const struct node *n, const void *arg), const void *arg);

/* choose.c */
/* Reports an unknown kind of probe. */
const struct provider *find_provider(struct check *ck, const struct attach_point *ap);
/*
 * Expands the first of ap's alternatives that this kernel has into ret (block is set); no targets if ap is optional
 * and there is none. False and reported for faults and if what must be there is not.
 */
bool choose_point(struct check *ck, struct attach_point *ap, struct probe *ret);
/* Drops what --probe-filter does not name. */
void filter_targets(struct check *ck, struct probe *all);
bool probe_exists(struct check *ck, struct attach_point *ap);

/* exists.c */
bool resolve_exists(struct check *ck, struct node *n);
bool infer_exists(struct check *ck, struct node *n);
/* Is the condition known already? */
bool exists_decided(const struct node *n, bool *ret);
/* Is it made of exists(), comparisons of probetype, true and false alone? Then only one arm of its if is compiled. */
bool exists_only(const struct node *n);

/*
 * renamed.c: n is a member that struct t does not have; becomes the member, perhaps of a member, that it is on this
 * kernel. False: none is known.
 */
bool use_renamed_field(struct check *ck, struct node *n, const struct type *t);

/* hoist.c: variables that are read behind the block that assigns them */
void hoist_variables(struct check *ck, struct node *body);

/* resolve.c */
bool sema_resolve(struct check *ck);
bool resolve_expr(struct check *ck, struct node *n);
bool resolve_call(struct check *ck, struct node *n);

/* linked.c: is the call of an imported object's function? Then n->fn_data says of which. */
bool find_linked(struct check *ck, struct node *n);

/* standins.c: true if n is a name that stands for something else, which is resolved then: ret_ok. */
bool resolve_standin(struct check *ck, struct node *n, bool *ret_ok);

/* mapdecl.c: let @m = kind(size) */
void resolve_map_decls(struct check *ck);
void resolve_map_decl(struct check *ck, struct map *m); /* what is declared of a map that is named first */
void warn_unused_decls(struct check *ck);

/* getopt.c */
bool resolve_getopt(struct check *ck, struct node *n);
bool check_options(struct check *ck); /* false, and reported: one was given that none asks for */

/* infer.c */
bool sema_infer(struct check *ck);
bool infer_stmt(struct check *ck, struct node *n);
bool infer_block(struct check *ck, struct node *n);
/* Types an expression: false if its type is not known (yet) or at fault. */
bool infer_expr(struct check *ck, struct node *n);
bool infer_call(struct check *ck, struct node *n);
bool infer_access(struct check *ck, struct node *n); /* E_FIELD, E_TUPIDX, E_INDEX, deref */
bool infer_args(struct check *ck, struct node *n); /* args as a whole */
bool infer_ops(struct check *ck, struct node *n);    /* operators */
bool infer_cast(struct check *ck, struct node *n);   /* casts, and what infer_meta() does */
/* Reports that what (st) has no member n->name; false. */
bool unknown_field(struct check *ck, struct node *n, const struct type *st, const char *what);
/* infer_meta.c */
bool infer_meta(struct check *ck, struct node *n); /* sizeof, offsetof, typeinfo */
bool infer_typeinfo_field(struct check *ck, struct node *n); /* typeinfo(x).name */
/* The same where only the type counts: typeof(...) may stand there. */
bool infer_unevaluated(struct check *ck, struct node *n);
bool undefined_map(struct check *ck, struct span at, const struct map *m); /* reports, false */
bool infer_map_whole(struct check *ck, struct node *n); /* E_MAP without keys that is named, not read */
bool infer_map_use(struct check *ck, struct node *n); /* E_MAP: keys; type is the value's if known */
bool infer_map_assign(struct check *ck, struct node *n);
/* The same where it is read: an aggregation gives a number, if it has one. */
bool infer_map_read(struct check *ck, struct node *n);
const struct type *infer_read_type(const struct map *m);
/* The fault of a map of aggregations that is read as a value. False. */
bool infer_no_number(struct check *ck, const struct node *n);
/* What a pointer points to, in its space; a pointer without one is the probe's own: user or kernel. */
const struct type *pointee(struct check *ck, const struct type *ptr);
const struct type *resolve_type_ref(struct check *ck, const struct type_ref *ref);

/* join.c; for type_join() see sema/program.h. Constant non-negative ints fit unsigned types. */
const struct type *type_join_node(struct types *ts, const struct type *a, const struct node *n);
/* Smallest signed type for a literal, uint64 above INT64_MAX. */
const struct type *type_literal(int64_t v, bool is_unsigned);

/* fold.c: sets is_const and ival of an operator whose operands are constant. */
void fold_node(struct node *n);

/* finish.c */
bool sema_finish(struct check *ck);

static inline bool is_args(const struct node *n)
{
	return n->kind == E_IDENT && n->name && !strcmp(n->name, "args");
}

/* late.c: values of portable scripts that are known only where they are run. */
bool late_wanted(const struct check *ck);
void late_param(struct check *ck, struct node *n); /* $1, $# */
void late_text(struct check *ck, struct node *n);  /* str($1) */
/* n has become the default. */
void late_option(struct check *ck, struct node *n, const char *name, const char *doc);

#endif
