/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Probe providers. Each kind of probe is ONE const struct provider in one file of probe/
 * and one line in probe/registry.c: how its attach points are written and expanded, what its
 * context offers, how programs are attached.
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/diag.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "base/strmap.h"
#include "base/vec.h"
#include "type/type.h"

struct attach_point; /* lang/ast.h */
struct probe_block;
struct btf_file;
struct target;
struct ksyms;
struct program;
struct provider;
struct lower;
struct ir_val;
struct ir_fn;
struct bpf_prog;

enum provider_flags {
	PF_ARGN = 1 << 0,    /* arg0, arg1, ... */
	PF_RETVAL = 1 << 1,  /* retval */
	PF_ARGS = 1 << 2,    /* args.name */
	PF_REGS = 1 << 3,    /* context is struct pt_regs: reg() */
	PF_USER = 1 << 4,    /* pointers without other knowledge are user addresses; func is a user symbol */
	PF_FUNC = 1 << 5,    /* func */
	PF_TASK = 1 << 6,    /* runs in the context of a task that pid/comm describe */
	PF_PID = 1 << 7,     /* attaching can be limited to a process; else, with PF_TASK, -p becomes a predicate */
	PF_SPECIAL = 1 << 8, /* begin, end: run once by the tool itself */
	PF_KSTACK = 1 << 9,  /* kernel stacks make sense */
	PF_ITER = 1 << 11,   /* runs once for each object, to its end, by reading the file of its link: ctx */
	PF_SIGNAL = 1 << 12, /* run by the tool itself when it gets signal number target.config */
	PF_DEBUGINFO = 1 << 13, /* `args` is of debug information: describe() is called only for blocks that say `args` */
	PF_PREEMPT = 1 << 17, /* another task may run the program on the same CPU before it is through */
	PF_TRIAL = 1 << 14, /* test, bench: run by the tool itself if it is asked to; returns a number */
	PF_COOKIE = 1 << 15, /* attaches with the targets' cookies, where the kernel has them */
	PF_WATCH = 1 << 16, /* target.offset is an address whose accesses are watched */
	PF_LIFO = 1 << 10,   /* of several programs at one place the kernel runs the newest first (uprobes, kprobes, trampolines) */
};

/* One concrete place to attach to. */
struct probe_target {
	const char *name;      /* text of the `probe` built-in: "kprobe:vfs_read" */
	const char *category, *event; /* tracepoints; event also raw tracepoints */
	const char *module, *func;    /* kernel functions; func also user symbols */
	const char *path;      /* binary */
	uint64_t addr;         /* kprobe: of the function if its name alone does not say which; 0: by name */
	bool variant;          /* kprobe: a copy that the compiler made of the function, whose arguments may be others */
	uint64_t offset;       /* kprobe: in the function; uprobe: in the file */
	bool entry;            /* uprobe: the function's start, by its name */
	uint64_t ref_ctr;      /* uprobe, usdt: file offset of the semaphore */
	uint64_t period;       /* profile, interval: ns; software: count */
	bool is_freq;          /* profile: period is a frequency in Hz */
	uint32_t config;       /* software, hardware: perf event number; watchpoint: HW_BREAKPOINT_*; self: signal */
	uint32_t btf_id;       /* fentry, BTF raw tracepoints */
	uint32_t prog_id;      /* fentry: of the BPF program whose function it is, 0: of the kernel */
	const char *usdt_args; /* note text */
	const struct type *args; /* TY_STRUCT or TY_FUNC; NULL: none */
	const struct type *retval;
	pid_t pid;             /* usdt/uprobe found through this process; 0: none */
	uint64_t cookie;       /* what get_attach_cookie() gives in a run from this place; 0: nobody asks */
};

/* What the code of a program out of a file was made for; the machine that it runs on must have the same. */
struct probe_built {
	uint32_t prog_type;     /* BPF_PROG_TYPE_* */
	bool described;         /* its targets were described: the code knows the arguments */
	const char *usdt_args;  /* note text of its targets, NULL: not USDT */
	VEC(struct field) fields; /* members of args that the code reads */
};

/* Some of the fds of a struct links. */
struct link_range {
	size_t first, n;
};

/* One BPF program to be: a probe block with the targets it is attached to. */
struct probe {
	const struct provider *provider;
	struct probe_block *block;
	struct attach_point *point;
	const char *name;                   /* targets' common name: as written, or the single target's */
	VEC(struct probe_target *) targets; /* never empty; all have equal args if the block uses them */
	const struct type *args;            /* of the first target */
	bool multi;                         /* attach all targets by one multi link */
	struct ir_fn *fn;
	struct bpf_prog *prog;
	int prog_fd;                        /* -1: not loaded */
	struct link_range links;            /* what attaching it added to the run's fds */
	uint32_t index;                     /* in tables.probes */
	struct probe *returns;              /* the program runs at the returns, too, for this probe; NULL: it does not */
	bool joined;                        /* such a probe: neither program nor links of its own */
	bool tidies;                        /* the block does nothing but delete() entries of maps; known after sema */
	struct probe_built *built;          /* of portable programs; NULL: this one is for this kernel */
};

/* BTF of a kernel module; opened at the first question only. */
struct probe_module {
	const char *name;
	struct btf_file *btf;
};

/* BTF of the kernel's modules, which is read when it is first asked for. Zero bytes: none was read yet. */
struct probe_modules {
	struct arena arena;
	VEC(struct probe_module) list;
	bool read;
};

void probe_modules_free(struct probe_modules *m);

/* What expansion needs to know; filled by the driver, the last part stays zero. */
struct probe_env {
	struct arena *arena;
	struct diags *diags;
	struct types *types;
	struct btf_file *btf;      /* NULL: none */
	struct target *target;
	struct ksyms *ksyms;
	const char *tracefs;       /* mount point, NULL: none */
	pid_t pid;                 /* -p or child, 0: none */
	const char *child_path;    /* program of -c, NULL */
	bool unsafe;
	const char *missing_probes;
	bool fixed;                /* the script is a tool's: who runs it cannot change its settings */
	const char *filter;        /* regular expression that names of targets are to match; NULL: all */
	const char *traceable;     /* file with names of functions, in place of the kernel's; NULL: none */

	bool trying;               /* an alternative is looked at: one that this kernel cannot have is not looked for, nor names near to it */
	struct probe_modules modules;
	struct strmap files;      /* struct elf_file by path, for binaries_each() */
	struct program *programs; /* whose debug information was asked for (probe/debuginfo.h) */
};

/* Frees what expansion opened; types of modules must not be asked for their fields after it. */
void probe_env_done(struct probe_env *env);
/* Closes the program files of a process that expansion keeps open for the next attach point: once all are expanded. */
void binaries_close(struct probe_env *env);

/* How a program must be loaded. */
struct prog_kind {
	uint32_t type;            /* BPF_PROG_TYPE_* */
	uint32_t attach_type;     /* expected_attach_type */
	uint32_t attach_btf_id;
	int attach_btf_obj_fd;    /* BTF of the module that attach_btf_id is of, the caller closes it; 0: vmlinux */
	bool sleepable;
};

/* A probe event that was defined in tracefs for us and has to be deleted once nothing uses it. */
struct link_event {
	char list[128]; /* the file of definitions: "/sys/kernel/tracing/kprobe_events" */
	char name[64];  /* "sonde_123/p4" */
};

/* Attachments of a run: fds to close and what else to undo. All zero bytes: none. */
struct links {
	VEC(int) fds;
	VEC(int) iters;   /* files of iterators, to be read once everything is attached */
	unsigned nprobes; /* attached targets */
	unsigned nskipped; /* targets that wildcards matched and that cannot be attached to */
	VEC(struct link_event) events;
};

/* Closes all fds, then deletes the events; empty and reusable afterwards. May take 100 ms for each fd. */
void links_close(struct links *l);
/* Closes these fds now; the range is empty then. */
void links_drop(struct links *l, struct link_range *r);

struct attach_env {
	pid_t pid;            /* 0: all */
	struct target *target;
	const char *tracefs;
	unsigned ncpus;
};

/* Entries and returns served by one program, which asks bpf_session_is_return(). */
struct probe_session {
	const struct provider *returns;
	/* Can these targets be attached to so? It may try. */
	bool (*possible)(struct target *t, const struct probe *entry);
};

struct provider {
	const char *name;
	const char *alias[4];
	const char *doc;      /* one line */
	const char *forms;    /* "kprobe[:MODULE]:FUNCTION[+OFFSET]" one a line */
	unsigned flags;

	/*
	 * Appends the concrete targets of an attach point to out (arena of env). Wildcards that match nothing
	 * and bad forms give diagnostics with near names (tag unknown_probe, bad_probe); false then. What does not
	 * exist gives no target and true if env->missing_probes is "warn" (a warning) or "ignore".
	 */
	bool (*expand)(struct probe_env *env, const struct attach_point *ap, struct probe *out);
	/*
	 * Can the targets found be attached to on this kernel? It may try. Asked for alternatives, optional probes and
	 * exists() only; NULL: whatever is found can.
	 */
	bool (*usable)(struct probe_env *env, const struct probe *p);
	/* Fills args, retval of a target from BTF, format files, ...; called only if the block uses them. */
	bool (*describe)(struct probe_env *env, const struct attach_point *ap, struct probe_target *t);
	/* argN and retval without type: value of the context; NULL: none. */
	struct ir_val *(*lower_arg)(struct lower *lw, unsigned n);
	struct ir_val *(*lower_retval)(struct lower *lw);
	/*
	 * args.FIELD: the field's value (scalar), or the address of its bytes (struct, array, string: *ret_space says how to
	 * read there; AS_NONE: directly).
	 */
	struct ir_val *(*lower_field)(struct lower *lw, const struct field *f, enum addr_space *ret_space);
	/*
	 * Where the bytes of args.FIELD will be, for fields that are no scalars; false: it cannot be read. NULL: in
	 * the kernel, all can.
	 */
	bool (*field_space)(const struct field *f, enum addr_space *ret);
	/* A type that the probed program knows by this name, before the kernel's; NULL: none. May be NULL itself. */
	const struct type *(*find_type)(struct probe_env *env, const struct probe *p, const char *name);
	/* The current instruction pointer, for func and reg; NULL: not available. */
	struct ir_val *(*lower_ip)(struct lower *lw);
	/* Is this run of the program one for the script? A condition that precedes its predicate; NULL, also as answer: always. */
	struct ir_val *(*lower_filter)(struct lower *lw);
	/* Offset in the context of a register by name, -1: unknown; PF_REGS only. */
	int (*reg_offset)(const char *name);
	void (*kind)(struct target *t, const struct probe *p, struct prog_kind *ret);
	/*
	 * Asked after a program of this provider could not be loaded: what the kernel lacks for all of them, as a hint;
	 * NULL: nothing.
	 */
	const char *(*lacking)(struct target *t);
	const struct probe_session *session; /* of a provider of entries; NULL: there are none */
	/* Attaches prog_fd to all targets; on failure nothing of it stays attached. 0 or -errno. */
	int (*attach)(const struct attach_env *env, const struct probe *p, int prog_fd, struct links *links,
		      struct err *e);
	/* Lists what may be attached to and matches pattern parts ("*" if missing); out gets "kprobe:name" texts. */
	int (*list)(struct probe_env *env, const struct attach_point *pattern,
		    void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg, struct err *e);
};

/*
 * Expands the attach point for out->provider without a word: what there was to say is in *said, an empty list of the
 * caller's. True if there are targets.
 */
bool probe_try(struct probe_env *env, const struct attach_point *ap, struct probe *out, struct diags *said);
/* Can what was found be attached to on this kernel? */
bool probe_usable(struct probe_env *env, const struct probe *p);
/* Both at once for a probe of two parts, "kprobe" and "vfs_read". */
bool probe_there(struct probe_env *env, const char *provider, const char *target);

/* Bytes that a call puts on the stack, and a return takes from it. */
unsigned probe_call_pushes(void);

/* By name or alias (exact); NULL if none. */
const struct provider *provider_find(const char *name);
const struct provider *const *provider_all(size_t *ret_n);

/* Shell-like match of one part: * ? [set]; used by all providers. */
bool probe_match(const char *pattern, const char *name);
bool probe_has_wildcard(const char *pattern);

#endif
