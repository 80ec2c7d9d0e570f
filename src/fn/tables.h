/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a compiled script leaves for the user side: its maps, its actions (one for each place
 * that sends a record), its probes, its settings. Made by sema and lower, read by run and by fn's handlers.
 */
#ifndef FN_TABLES_H
#define FN_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/vec.h"
#include "type/type.h"

struct fn_ops;
struct ir_map;
struct ir_layout;
struct bpf_object;
struct bpf_prog;
struct probe;
struct node;

/* Where a script's map lives. */
enum map_storage {
	MS_GLOBAL, /* scalar map (no key), shared: at offset in the globals array */
	MS_PCPU,   /* scalar aggregation: at offset in the per-CPU globals */
	MS_HASH,   /* keyed: a hash map of its own */
};

struct map {
	const char *name;  /* without @ */
	struct span span;  /* first use */
	bool keyed;        /* has brackets somewhere */
	bool used_scalar;
	bool failed;              /* what is assigned to it was reported */
	const struct type *key;   /* one key: its type; several: TY_TUPLE; NULL: scalar */
	const struct type *value; /* TY_NONE until inferred */
	const struct fn_ops *agg; /* value is TY_AGG: the aggregation that is assigned */
	enum map_storage storage;
	bool per_cpu;      /* MS_HASH: values are one for each CPU */
	uint32_t offset;   /* MS_GLOBAL, MS_PCPU */
	uint32_t max_entries;
	struct ir_map *ir; /* MS_HASH */
	uint32_t loss;     /* loss counter index, LOSS_NONE if none */
	bool declared_type;
	bool lru;              /* declared so: a full map makes room */
	bool lazy;             /* declared to take memory as it fills, where the kernel can */
	bool declared_per_cpu; /* declared as a map with a value for each CPU */
	bool deleted;          /* a scalar that a probe deletes */
	struct span value_span; /* what fixed the value's type: for messages */
};

/* Made by the compiler: no script can name it, and it is not printed. */
static inline bool map_is_hidden(const struct map *m)
{
	return m->name[0] == '.';
}

/* A place of the script that sends records. */
struct action {
	uint32_t id;
	const struct fn_ops *fn;
	struct span span;
	const struct macro_use *use; /* of the macro that span is in, NULL: none */
	const struct ir_layout *layout;  /* of the record; part i is argument i */
	uint32_t nargs;
	const struct type **arg_types;
	uint64_t may_cut;  /* bit i: argument i was read by str() and is cut if it fills its type */
	void *data;        /* the function's own: parsed format, name, ... */
	struct map *map;   /* print(@m), clear, zero */
	const char *probe; /* text of the probe the record comes from */
};

/* What is known only where a compiled script is run. */
enum late_kind {
	LATE_CPUS,    /* possible processors */
	LATE_START,   /* when the run started, ns since boot */
	LATE_TAI,     /* what atomic time is ahead of the time since boot, ns */
	LATE_CHILD,   /* process of -c, 0: none */
	LATE_PID,     /* process of -p, 0: none */
	LATE_SYMBOL,  /* address of kernel function or variable name */
	LATE_NPARAMS, /* $# */
	LATE_PARAM,   /* $N as a number */
	LATE_TEXT,    /* $N as text */
	LATE_OPTION,  /* getopt(name) */
	LATE_COUNT
};

/* A value in the globals that user space sets before programs are loaded. */
struct late {
	enum late_kind kind;
	const char *name;    /* LATE_SYMBOL, LATE_OPTION; "" for others */
	uint32_t number;     /* LATE_PARAM, LATE_TEXT: N */
	const struct type *type; /* int64, bool, or string */
	int64_t value;       /* until it is set */
	const char *text;    /* the same of strings, NULL: "" */
	const char *doc;     /* LATE_OPTION; "" if there is none */
	uint32_t off;        /* in the globals */
};

/* Settings: config block, environment, options. Defaults in run/config.c. */
struct config {
	uint64_t max_map_keys;   /* 4096 */
	uint64_t max_strlen;     /* 1024 */
	uint64_t max_cat_bytes;  /* 10240 */
	uint64_t max_stacks;     /* 16384 */
	uint64_t max_probes;     /* 1024 */
	uint64_t max_bpf_progs;  /* 1024 */
	uint64_t ring_pages;     /* pages of the ring buffer, 0: chosen */
	uint64_t log_size;       /* 16777215: most bytes of the verifier's log */
	bool print_maps_on_exit; /* true */
	bool cpp_demangle, lazy_symbolication;
	bool show_debug_info; /* lines and inlined functions in user stacks */
	/* No part of this program asks for these. */
	uint64_t on_stack_limit;
	bool use_blazesym;
	const char *cache_user_symbols;
	const char *unstable_import_statement, *unstable_tseries, *unstable_typeinfo, *unstable_dw_ustack;
	const char *missing_probes; /* "error", "warn", "ignore" */
	const char *stack_mode;     /* "bpftrace", "perf", "raw" */
	const char *str_trunc_trailer; /* ".." */
	const char *license;
	const char *dummy_ts_map;   /* map whose number tseries() takes as its clock, NULL: the real one */
	bool unsafe;
	int64_t target_pid;      /* -p, or the child of -c; 0: none */
	bool has_child;          /* -c */
};

/* One of them by its name. */
struct setting {
	const char *name;
	enum setting_kind { SK_NUMBER, SK_BOOL, SK_TEXT } kind;
	uint64_t number;  /* SK_NUMBER, SK_BOOL */
	const char *text; /* SK_TEXT */
};

/*
 * Bytes of a string that is read without a length given. As in bpftrace max_strlen counts characters, and the NUL
 * comes on top of it, up to the default.
 */
static inline uint32_t config_str_size(const struct config *c)
{
	return c->max_strlen < 1024 ? c->max_strlen + 1 : c->max_strlen;
}

/* A function of an imported object that the script calls. */
struct linked_fn {
	const char *name;
	const struct type *type; /* TY_FUNC, at most five parameters */
	uint32_t writes;         /* bit i: what parameter i points to may be written */
};

struct tables {
	VEC(struct map *) maps;       /* in order of first use */
	VEC(struct action *) actions; /* id is the index */
	VEC(struct probe *) probes;   /* one for each BPF program */
	VEC(const char *) strings;    /* literals that opaque values name by index */
	VEC(const char *) probe_names;
	VEC(struct late *) late;      /* of portable scripts only */
	VEC(const struct linked_fn *) linked;
	struct config config;
	bool exits;        /* exit() is called */
	bool stack_lens;   /* len() is asked of a stack: the number of its frames is kept with it */
	bool user_symbols; /* some value is printed with symbols of processes */
	struct bpf_object *object;
};

#endif
