/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of run/ share: one running script. */
#ifndef RUN_INTERNAL_H
#define RUN_INTERNAL_H

#include <stdio.h>

#include "fn/runtime.h"
#include "run/child.h"
#include "run/feature.h"
#include "run/record.h"
#include "run/ring.h"
#include "run/run.h"
#include "run/sys.h"
#include "unwind/tables.h"

/* Who wakes the consumer of the ring (loop.c). */
struct pace {
	bool busy;      /* it polls: the kernel side is told not to wake it */
	unsigned quiet; /* polls in a row that found little */
	bool settling;  /* the first sleep after polling is a short one */
	int64_t since;  /* start of the time in which recent were counted, ns */
	size_t recent;  /* records */
};

/* Has clear() emptied a map since it was last zeroed? */
enum map_emptied { ME_NOT, ME_ONCE, ME_AT_END };

/* path: of the action; f NULL: it could not be opened, which was told. */
struct pcap {
	const char *path;
	FILE *f;
};

struct cut {
	struct span at;
	uint64_t count;
};

struct runtime {
	struct tables *tables;
	struct ir_module *module;
	struct target *target;
	struct out *out;
	const struct run_options *opt;
	struct child *child;

	int64_t report_at, until; /* when opt->report is due, when the run ends (report.c); 0: never */
	bool reported;            /* the last report was put out */

	int *map_fds;          /* by ir_map.index, -1: none */
	size_t nmaps;
	uint8_t *globals;      /* module's globals: mapped, or a copy; NULL: none */
	size_t globals_size;
	bool globals_mapped;

	bool has_ring, ring_is_perf;
	struct ring ring;
	struct perfbuf perf;
	struct pace pace;
	struct perfbuf packets; /* of skboutput() */
	VEC(struct pcap) pcaps; /* the files they go to (packets.c) */
	struct perfbuf procs;  /* mappings, forks, programs started (procs.c) */
	struct seen *seen;     /* what they tell; NULL: the script prints no user symbols */
	struct unwind *unwind; /* tables by which programs walk user stacks; NULL: none does */

	bool *at_end;          /* by action: sent by an end probe */
	struct value_ref *args; /* of the record in hand */
	struct strbuf scratch;
	uint64_t corrupt;      /* records that do not fit their action */
	uint64_t *missed;      /* by links, by number of the probe; NULL: not asked yet */
	uint64_t late;         /* records left alone, since a stopped run took too long for them */
	int64_t stop_by;       /* when that is, 0: not stopped */

	struct links links;
	struct strbuf log;     /* the verifier's */
	int btf_fd;            /* of the last program, which shares it with those that follow */
	const void *btf;
	uint32_t btf_size;

	int epoll_fd, stop_fd, watch_fd; /* watch: pidfd of the child or of -p */
	int signal_fd;         /* eventfd: one of the signals of self:signal came; -1: none is asked for */
	bool alone;            /* only begin and end probes: ends when their records are handled */
	bool exiting;          /* exit() was handled */
	bool iterating;        /* it takes effect when the iterator that is being read is through, as in bpftrace */
	unsigned errors;       /* messages of errorf() and assert() */
	bool failed;           /* a test of --test did */
	bool done;             /* some other reason to end */
	bool ending;           /* records of end probes only */
	enum map_emptied *emptied; /* by position in tables.maps */
	int status;
	uint64_t *faults;       /* by number of the module's site: told so far; NULL: none yet */
	uint64_t reported_lost; /* LOSS_RING so far */
	VEC(struct cut) cuts;   /* strings that were shown shortened, by place */
	uint64_t cuts_noted;    /* all of them */
	int64_t next_report;   /* monotonic ns */
};

int64_t run_now(void); /* CLOCK_MONOTONIC, ns */
/* Text for stderr as it is, after what was put out so far. */
void run_note(struct runtime *rt, const char *text);

/* create.c: maps, globals, the ring. */
int run_create_maps(struct runtime *rt, struct err *e);
/* Bytes for the record buffer. */
uint32_t run_ring_size(const struct runtime *rt);
/* A map that exists already: fd becomes the runtime's, memory and buffers are mapped. */
int run_adopt_map(struct runtime *rt, const struct ir_map *m, int fd, struct err *e);

/* Digests of keys start from what no traced process can know. 0 or -errno. */
int run_seed_digests(struct runtime *rt, struct err *e);

/* late.c: sets what a portable script did not know, parameters among it. 0 or -EINVAL with a message. */
int run_set_late(struct runtime *rt, struct err *e);

/* object.c: maps and programs of a compiled script. */
int run_load_object(struct runtime *rt, struct err *e);
int run_map_fd(const struct runtime *rt, const struct ir_map *m);
/* packets.c: writes and closes the files. */
void run_close_packets(struct runtime *rt);
/* Brings the copy of the globals up to date where they are not mapped. */
void run_globals_sync(struct runtime *rt);
/* Zeroes size bytes of the globals. */
void run_globals_clear(struct runtime *rt, uint32_t off, uint32_t size);
/* Zeroes size bytes of the per-CPU globals on every CPU. 0 or -errno. */
int run_pcpu_clear(struct runtime *rt, uint32_t off, uint32_t size);
/* Hint that names what is missing if code is EPERM or EACCES. */
void run_rights_hint(struct err *e, int code);
/* Raises RLIMIT_MEMLOCK, which kernels below 5.11 count BPF memory against; true the first time. */
bool run_raise_memlock(void);

/* procs.c: before attaching; after it; what is there, taken now and then; at the end. */
void run_procs_open(struct runtime *rt);
void run_procs_scan(struct runtime *rt);
/* Tables for walking the stacks of the processes that are there, or of those that are asked for. */
void run_unwind_start(struct runtime *rt);
/* Tables of the child's program, which was just executed. */
void run_unwind_child(void *rt);
void run_procs_take(struct runtime *rt);
void run_procs_close(struct runtime *rt);

/*
 * bound.c: the most bytes of records of a script whose programs run once and have no loops; 0: no
 * such bound.
 */
uint64_t run_bound_of_records(const struct runtime *rt);
uint64_t run_longest_record(const struct runtime *rt); /* of all its actions, in bytes */
bool run_has_loop(const struct bpf_prog *p);

/* dispatch.c: records to handlers. */
size_t run_consume(struct runtime *rt); /* what is there now */
bool run_pending(const struct runtime *rt);
/* All that was there, waiting for unfinished ones, at most 0.1 s. */
void run_drain(struct runtime *rt);
/* Does a waiting record of exit() stand in the ring? */
bool run_exit_waits(struct runtime *rt);

/* report.c: the clocks start; puts out what is due; at the end. */
void run_report_start(struct runtime *rt);
void run_report_tick(struct runtime *rt, int64_t now);
void run_report_last(struct runtime *rt);
/* ms, or less if something is due before. */
int run_report_wait(const struct runtime *rt, int64_t now, int ms);

/* loop.c: opens what tells of the end of the child or of -p's process; -ESRCH if there is none. */
int run_watch_process(struct runtime *rt, struct err *e);

/* verifier.c */
struct verdict {
	long insn;          /* instruction that was refused, -1: unknown */
	char reason[300];
	char call[120];     /* that instruction as the log has it */
};
/* explain.c: the refusal in the script's terms, and what may help (NULL: nothing known); false for an unusual one. */
bool verifier_cause(const struct verdict *v, struct strbuf *what, const char **ret_advice);
void verifier_read(const char *log, struct verdict *ret);
/* Adds the last n lines, indented. */
/* trial.c: runs the probes of rt->opt->trial, tells the results. */
int run_trials(struct runtime *rt, struct err *e);
void verifier_tail(const char *log, unsigned n, struct strbuf *out);
/* Script position of an instruction; false if unknown. */
bool verifier_span(const struct bpf_prog *p, long insn, struct span *ret);
/*
 * Says why a program was refused: at its line of the script at once (e->what is empty then), else in e. lacking: what the
 * kernel lacks for all probes of this kind, NULL: nothing.
 */
int verifier_explain(struct runtime *rt, const struct probe *p, int code, const char *lacking, struct err *e);

/* maps.c */
struct map_copy;
/* Reads a map of the script; NULL only if it has nothing that could be printed. */
struct map_copy *map_copy_read(struct runtime *rt, const struct map *m);
/* The same, and empties it: entries of hashes are read and deleted in one. */
struct map_copy *map_copy_take(struct runtime *rt, const struct map *m);
/* What the kernel's map has for a key of so many bytes: the key itself, or its digest (in buf). */
const void *run_map_key(const struct runtime *rt, const struct ir_map *m, uint32_t size, const void *key,
			uint64_t buf[2]);
/* One entry of a keyed map, of zeros if it is absent. */
struct map_copy *map_copy_entry(struct runtime *rt, const struct map *m, const void *key, uint32_t len);
struct map_dump *map_copy_dump(struct map_copy *c);
void map_copy_free(struct map_copy *c);
void run_print_final_maps(struct runtime *rt);

/* faults.c: what went wrong since the last call, each with its place in the script. */
void run_report_faults(struct runtime *rt);

/* loss.c */
uint64_t run_counter(const struct runtime *rt, uint32_t i); /* of enum ir_loss */
void run_report_lost(struct runtime *rt, int64_t now); /* at most once a second */
void run_report_losses(struct runtime *rt);            /* the summary */

/* finish.c: leaves slow closing to a process of its own. */
void run_drop_links(struct runtime *rt);
/* Closes what detaches at once. */
void run_close_fast_links(struct runtime *rt);
/* To be called once, before links are closed: counts what these say they missed. */
void run_note_missed(struct runtime *rt);
/* Strings cut that no place is noted for yet. */
uint64_t run_cut(const struct runtime *rt);
/* All but earlier ones of these were shown for what stands there. */
void run_note_cut(struct runtime *rt, uint64_t earlier, struct span at);

/* signals.c */
extern volatile int run_stop_signal; /* number of the signal that came, 0 */
int run_catch_signals(void); /* eventfd that becomes readable at SIGINT, SIGTERM or SIGHUP; -errno */
void run_release_signals(int fd);
/*
 * Catches signal number sig for the probes of self:signal too; ret_fd: -1, or the fd of an earlier call; it becomes
 * readable when one came. 0 or -errno.
 */
int run_catch_self(int sig, int *ret_fd);
/* The mask (1 << number) of the signals that came since the last call. */
uint64_t run_take_signals(int fd);
void run_release_self(int fd);

/* once.c: programs that the tool itself makes run. */
/* self:signal: catches the signals; runs the programs of those that came. */
int run_watch_signals(struct runtime *rt, struct err *e);
void run_signals(struct runtime *rt);
/* Reads the files of all iterators to their ends. */
int run_iterators(struct runtime *rt, struct err *e);

bool run_is_end(const struct probe *p);
int run_special(struct runtime *rt, bool end, struct err *e); /* runs begin or end programs */

#endif
