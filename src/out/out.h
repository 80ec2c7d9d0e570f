/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The event model: everything that a run tells its user passes here. Writers (text, JSON lines) are
 * one const struct out_ops each, registered in out/out.c; nobody else tests for a format. Messages
 * of the program itself (Attached N probes, lost, warnings) go to stderr in text mode.
 */
#ifndef OUT_OUT_H
#define OUT_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "out/render.h"

/* A map read out. Entries are owned by the caller; out sorts the index array it is given. */
struct map_entry {
	const void *key;   /* key type's bytes; NULL for a scalar map */
	const void *value; /* value type's bytes, aggregations reduced */
};
/* The order that print(@m, "key.1 desc") asks for. */
struct map_order {
	bool given;   /* else bpftrace's own */
	bool by_key;  /* else by the value */
	bool falling;
	uint32_t part; /* of a key of several parts: this one first */
};
struct map_dump {
	const char *name;       /* without @ */
	const struct type *key; /* NULL: scalar */
	const struct type *value;
	struct map_entry *entries;
	size_t n;
	uint64_t top; /* 0: all; else the last top of the order; of one that was given the first */
	int64_t div;  /* 0, 1: none */
	struct map_order order;
};

enum out_text_kind { OT_PRINTF, OT_TIME, OT_CAT, OT_JOIN, OT_SYSTEM };

/* What was lost, by cause and place; shown at the end. */
struct loss {
	const char *what; /* "records dropped: ring buffer full", "updates of @x failed" */
	const char *hint; /* what to do; NULL: nothing to say */
	uint64_t count;
	const char *title; /* text: said before count and what, which follow in parentheses; NULL: none */
	const char *file;  /* where in the script; NULL: it is not known */
	uint32_t line, col;
};

/* Something that went wrong at one place of the script. */
struct fault {
	const char *type;       /* of JSON: "errorf"; NULL: an error of a helper or of the run */
	const char *what;
	const char *helper;     /* of the kernel, "probe_read_user"; NULL: none */
	int64_t code;           /* its result */
	const char *file;
	uint32_t line, col;
	uint64_t count;
	const char *text;       /* the whole message as text mode shows it */
};

/* One of --test or --bench. */
struct trial_result {
	const char *name;
	uint64_t ns;   /* of the test, or of one run on average */
	uint64_t runs; /* bench */
	bool passed;   /* test */
	char *output;  /* test: what it printed */
};

struct out;
struct out_ops {
	const char *name; /* "text", "json" */
	/*
	 * After each of these the output is as the buffering rule wants it: nothing else needs
	 * flushing.
	 */
	void (*attached)(struct out *o, unsigned nprobes);
	/*
	 * OT_PRINTF and OT_TIME are taken as they are (format_run() escaped the arguments); others
	 * are escaped.
	 */
	void (*text)(struct out *o, enum out_text_kind kind, const char *text, size_t n);
	void (*value)(struct out *o, const struct type *t, const void *bytes, uint32_t len); /* len: as in value_ref */
	void (*map)(struct out *o, const struct map_dump *m);
	void (*lost)(struct out *o, uint64_t records); /* records dropped since the last call */
	void (*fault)(struct out *o, const struct fault *f);
	void (*losses)(struct out *o, const struct loss *l, size_t n); /* summary at the end */
	void (*tests)(struct out *o, const struct trial_result *r, size_t n);
	void (*benches)(struct out *o, const struct trial_result *r, size_t n);
	void (*end)(struct out *o);                          /* before the final maps */
};

enum out_buffering { OB_AUTO, OB_NONE, OB_LINE, OB_FULL };

struct out {
	const struct out_ops *ops;
	struct render *render;
	int fd;                 /* 1, or the file of -o */
	bool own_fd, tty, quiet;
	enum out_buffering buffering;
	struct strbuf buf;      /* not yet written */
	struct strbuf scratch;  /* per event, reused */
	int64_t last_flush;     /* CLOCK_MONOTONIC ns */
	bool held;              /* nothing is written, messages are put into buf too */
	bool broken;            /* reader is gone (EPIPE) or the disk is full: the run ends */
	int error;              /* the errno behind broken */
};

/*
 * format "text" or "json"; path NULL: stdout. 0 or -errno. JSON sets render->raw: strings are
 * escaped as JSON, once. SIGPIPE may have any disposition; writes do not raise it.
 */
int out_open(struct out *o, const char *format, const char *path, enum out_buffering buffering,
	     struct render *render, struct err *e);
void out_flush(struct out *o);
/* What follows is kept in buf, until out_release() takes it out: valid until the next output. */
void out_hold(struct out *o);
const char *out_release(struct out *o);
/* Called by the event loop: flushes what is older than a second. */
void out_tick(struct out *o, int64_t now);
void out_close(struct out *o);
/* "text", "json": for messages; NULL-terminated. */
const char *const *out_formats(void);

/*
 * Sorts entries in bpftrace's order (by value for numbers, by key otherwise; equal values by key).
 * Writers do it themselves.
 */
void map_dump_sort(const struct map_dump *m);

#endif
