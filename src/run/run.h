/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Running a compiled script: load, attach, records, end.
 *
 *	run_load()    creates maps, loads programs; explains rejections in the script's terms
 *	run_start()   begin probes, attaches, "Attached N probes", lets a child go on
 *	run_loop()    records and signals until the end
 *	run_finish()  end probes, final maps, losses; slow detaching is left to a child process
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <stdbool.h>

#include "base/err.h"
#include "bpf/object.h"
#include "fn/tables.h"
#include "lang/ast.h"
#include "out/out.h"
#include "probe/probe.h"

/* A compiled script: the file, what each map of the module is called in it, and what relocates it. */
struct run_object {
	const void *bytes;
	size_t size;
	const char *const *map_names; /* by ir_map.index */
	struct parse_params params;
	const void *core_btf;         /* types to relocate it by; NULL: the kernel's */
	size_t core_btf_size;
};

struct runtime;

/* Outputs by the clock, made by user space alone, and what is put out at the end instead of the final maps. */
struct run_report {
	uint64_t period; /* ns between calls of put, 0: only at the end */
	uint64_t until;  /* ns after which the run ends, 0: never */
	/* last: the run has ended. False: it is to end now, without another call. */
	bool (*put)(void *arg, struct runtime *rt, bool last);
	void *arg;
};

struct run_options {
	const struct run_object *object; /* programs come from it; NULL: they were compiled just now */
	const char *child_cmd;  /* -c */
	pid_t pid;              /* -p */
	const pid_t *unwind_pids; /* --dwarf-pid: dw_ustack() is for them (and for -p, -c); none of all: for all processes */
	size_t nunwind_pids;
	const char *trial;      /* "test" or "bench": run probes of this kind instead of attaching; NULL: attach */
	bool verbose;
	bool quiet;
	bool notify; /* print __BPFTRACE_NOTIFY_PROBES_ATTACHED on stdout once attached */
	bool raw;
	bool colour; /* of messages with a place */
	const char *verifier_dump; /* not NULL: log_level for -d verifier */
	struct sources *sources;
	const struct run_report *report; /* NULL: none */
};

/*
 * The child of -c: started, stopped before its exec until run_start; pid is known before compiling.
 */
struct child;
int child_start(const char *cmd, struct child **ret, struct err *e);
pid_t child_pid(const struct child *c);
void child_free(struct child *c); /* kills a child that never was let go */

int run_new(struct tables *t, struct target *target, struct out *out, const struct run_options *opt,
	    struct child *child, struct runtime **ret, struct err *e);
int run_load(struct runtime *rt, struct err *e);
int run_start(struct runtime *rt, struct err *e);
int run_loop(struct runtime *rt, struct err *e);
int run_finish(struct runtime *rt, struct err *e);
int run_status(const struct runtime *rt); /* exit(n) */
void run_free(struct runtime *rt);

/* The running kernel's answers; cheap until asked. btf may be NULL. */
struct btf_file;
struct target *feature_target(struct btf_file *btf);
/*
 * What Linux of this release ("6.1") and all later ones offer, for scripts that are compiled to be run elsewhere;
 * NULL: 5.10. NULL and a message on a bad text.
 */
struct target *feature_release(const char *text, struct err *e);
/* The running kernel is to be used as if it had it not. */
void feature_deny(enum target_feature what);
const char *feature_name(enum target_feature f);
/*
 * Default settings, then BPFTRACE_* / SONDE_* of the environment; -EINVAL with a message for bad
 * values.
 */
int config_init(struct config *c, struct err *e);
/* One item by name ("max_strlen"); value as text, which is kept as it is, not copied. -ENOENT unknown name, -EINVAL bad value. */
int config_set(struct config *c, const char *key, const char *value, struct err *e);
/* The i-th setting and its value; false: there are no more. Texts are borrowed. */
bool config_get(const struct config *c, size_t i, struct setting *ret);

#endif
