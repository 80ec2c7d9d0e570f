/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Benchmarks of tracing tools: the same job by sonde, by bpftrace and by a C program, in turns. */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/types.h>

enum who { OURS, PEER, LIMIT, WHO_N, TOOL = WHO_N };

/* From the command line; a path that is NULL leaves that one's column empty. */
struct setup {
	const char *path[WHO_N + 1]; /* TOOL is our program, too: one of its tools */
	const char *name[WHO_N + 1];
	const char *scripts; /* folder of NAME.bt */
};
extern struct setup setup;

uint64_t now_ns(void);
_Noreturn void die(const char *what); /* what: strerror(errno) */

/* ---- tool.c: one run of one of them ---- */

/* One of its outputs. */
struct stream {
	int fd;
	size_t held; /* bytes of an unfinished line in buf */
	char buf[1 << 16];
};

struct run {
	enum who who;
	const char *name;
	pid_t pid;
	int pidfd;
	uint64_t exec_ns;     /* when it was started */
	uint64_t attached_ns; /* when it said that it is attached; 0: not yet */
	uint64_t attached_cpu_ns;
	uint64_t exit_ns;     /* when its end was seen; 0: runs */
	const char *want;     /* lines that start so are counted */
	size_t want_len;
	uint64_t lines;
	uint64_t last_ns;     /* when the last of these was read */
	uint64_t lost;        /* sum of its reports "Lost N events" */
	uint64_t cpu_ns, rss; /* of the whole run; rss is the peak, in bytes */
	int status;
	struct stream out, err;
	char said[2048];      /* the beginning of what it said on stderr */
};

/* Whose turn it is; all come first, second, third as often. */
enum who turn(int i);

/* Starts job NAME (scripts/NAME.bt, NAME of the C program, or a tool's name and arguments with blanks between them); lines that start with `want` are
 * counted (NULL: none). Ends with the benchmarks if they are killed. */
void tool_start(struct run *r, enum who who, const char *name, const char *want);

/* Reads output for at most that long (-1: no limit); false at the tool's end. */
bool tool_pump(struct run *r, int timeout_ms);

/* Until it is attached; a tool that cannot is ended, the reason is on stderr. */
bool tool_attach(struct run *r, enum who who, const char *name, const char *want);

/* Everything that it still says, and its end. False: it failed, and the reason is on stderr. */
bool tool_finish(struct run *r);

/* The same after SIGINT; the exit status is its own matter. False: it did not end by itself. */
bool tool_stop(struct run *r);

/* ---- progs.c: the programs that a tool loaded ---- */

struct progs {
	uint32_t after; /* programs with ids above this one are the tool's, if they ran as often */
	uint32_t ids[16];
	int n;
	uint64_t run_ns, run_cnt; /* sum of the programs' times; times that each ran */
	uint64_t insns, jited;    /* after the verifier, and bytes of machine code */
};

void progs_mark(struct progs *p);

/* Calls work with the kernel's statistics on; the programs which ran at least `calls` times are
 * what the tool loaded. */
bool progs_measure(struct progs *p, void (*work)(uint64_t calls), uint64_t calls);

/* Until they are unloaded: a tool may leave that to a child. */
void progs_wait_gone(const struct progs *p);

/* ---- table.c ---- */

#define SAMPLES_MAX 64
struct samples {
	double v[SAMPLES_MAX];
	int n;
};
void samples_add(struct samples *s, double v);
double median(const struct samples *s); /* NAN without any */

enum bar_kind {
	BAR_NONE,
	BAR_MAX,       /* at most this */
	BAR_MIN,       /* at least this */
	BAR_PEER_MAX,  /* at most this times the peer's */
	BAR_LIMIT_MAX, /* at most this times the limit's */
	BAR_LIMIT_MIN, /* at least this times the limit's */
};
struct bar {
	enum bar_kind kind;
	double value;
};

void table_head(const char *title, const char *method);
void table_row(const char *what, const char *unit, const struct samples s[WHO_N],
	       const struct bar bars[2]);

/* ---- the benchmarks ---- */

void bench_start(void);
void bench_event(void);
void bench_stream(void);
void bench_readout(void);
void bench_tools(void);

#endif
