/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What people write on a command line to say what is to be traced: BCC's probes and expressions, or our attach points.
 * All of it becomes text of the script language (docs/tools-format.md, "Probes as options").
 *
 *	front_parse()     "p:c:open(char *path)": where                    probe.c
 *	front_points()    attach points for it                              points.c, syscall.c
 *	front_expr()      C expressions: arg1, retval, STRCMP(...)          expr.c
 *	front_event()     probe, filter and message of `trace`              event.c
 *	front_sample()    probe, values and filter of `argdist`             sample.c
 */
#ifndef FRONT_FRONT_H
#define FRONT_FRONT_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "base/vec.h"

struct front {
	struct arena *arena;
	pid_t pid;           /* the only process that is asked for: plain names may be functions of it; 0: none */
	const char *tracefs; /* NULL: none */
	bool regex;          /* names are regular expressions, see front_filter() */
	bool binary;         /* STRCMP() compares bytes */
	unsigned str_size;   /* bytes that strings are read up to */
};

enum front_kind {
	FK_ENTRY, FK_RETURN, /* of a function, p and r */
	FK_TRACEPOINT,
	FK_USDT,
	FK_OWN,              /* an attach point of the script language; expressions are its own too */
};

struct front_param {
	const char *type, *name; /* "char *", "path"; name "": none */
};

struct front_probe {
	const char *text;    /* all that was written, for messages */
	enum front_kind kind;
	const char *library; /* file or short name, "": the kernel; FK_TRACEPOINT: the category */
	const char *name;    /* function, maybe with +OFFSET; event; [PROVIDER:]PROBE; FK_OWN: the attach point */
	const char *syscall; /* the system call that a kernel function's name stands for, NULL: none */
	bool has_params;
	VEC(struct front_param) params; /* of the signature */
	VEC(const char *) fields;       /* of the system call: names of its arguments */
};

/* All functions: 0, or -EINVAL with the word and what is wrong with it. Results are in the arena. */

/* "[{p,r,t,u}:][LIBRARY]:NAME[+OFFSET][(PARAMETERS)]" or an attach point; *ret_rest: what follows. */
int front_parse(struct front *f, const char *text, struct front_probe *ret, const char **ret_rest, struct err *e);

enum front_want {
	FW_POINT, /* the probe itself; the return of a function as a span, which knows the arguments too */
	FW_SPAN,  /* from a function's entry to its return */
};
/* The attach point, or several with ||. */
int front_points(struct front *f, const struct front_probe *p, enum front_want want, struct strbuf *out, struct err *e);
/* The regular expression that full names of probes are to match; for f->regex. */
void front_filter(const struct front_probe *p, struct strbuf *out);
/* What is traced, in a word: the function, the event, the probe. */
const char *front_name(struct front *f, const struct front_probe *p);

/* A C expression about the probe in the script language. */
int front_expr(struct front *f, const struct front_probe *p, const char *text, size_t len, struct strbuf *out,
	       struct err *e);
/* The same as a string: read from the address, or made of the bytes, that it is. */
int front_string(struct front *f, const struct front_probe *p, const char *text, size_t len, struct strbuf *out,
		 struct err *e);

struct front_event {
	struct front_probe probe;
	const char *filter;  /* "1": none */
	const char *message; /* arguments for printf(): "\"%s %d\", str(arg0), arg1"; "\"\"": none */
};
/* PROBE [(FILTER)] ["FORMAT"[, VALUE...]] */
int front_event(struct front *f, const char *text, struct front_event *ret, struct err *e);

struct front_sample {
	struct front_probe probe;
	const char *filter;        /* "1": none */
	const char *title;         /* the label, or all that was written */
	const char *label;         /* NULL: none */
	VEC(const char *) labels;  /* of the values: as they were written */
	VEC(const char *) values;  /* empty: only calls are counted */
};
/* PROBE(PARAMETERS)[:TYPE[,TYPE...]:VALUE[,VALUE...][:FILTER]][#LABEL] */
int front_sample(struct front *f, const char *text, struct front_sample *ret, struct err *e);

/* For the files of this room. */
/* Fills in p->syscall and p->fields if the name of a kernel function is a system call's. */
void front_find_syscall(struct front *f, struct front_probe *p);
/* Behind the string or character literal at p. */
const char *front_skip_quotes(const char *p, const char *end);
/* The first of the characters in stops outside of parentheses and quotes, end if there is none. */
const char *front_find(const char *p, const char *end, const char *stops);
void front_trim(const char **p, const char **end);
int front_wrong(struct err *e, const struct front_probe *p, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
