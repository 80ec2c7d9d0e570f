/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bpftool's commands: NOUN [VERB] [WORDS], with its words, its text and its JSON.
 *
 * A noun is one const struct noun in a file of its own and one line of nouns.c. Its verbs get the
 * session and the words behind them; they write to the session's text or JSON document, which the
 * dispatcher puts out, and set the session's error to fail. They never print and never exit.
 */
#ifndef INSPECT_INSPECT_H
#define INSPECT_INSPECT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/strbuf.h"
#include "out/jsonw.h"

struct btf_cache;
struct kernel_types;
struct ksyms;
struct owners;
struct pins;

/* One run of the program; a batch is one, too. */
struct inspect {
	const char *self;   /* as usages call the program: "bpftool", "sonde" */
	bool pretty;        /* -p */
	bool json;          /* -j, -p */
	bool bpffs;         /* -f: show pinned paths */
	bool mapcompat;     /* -m */
	bool nomount;       /* -n: do not mount a bpffs for a pin */
	bool debug;         /* -d */
	bool loader;        /* -L */
	const char *base_btf; /* -B FILE; NULL: none */

	struct strbuf out;  /* stdout, not yet written */
	struct jsonw w;     /* writes to out; only if json */
	struct err err;     /* of the command that failed; its hint is shown in text mode */
	int status;         /* of the command that failed: INSPECT_FAILED, or what inspect_status() says */
	struct arena arena; /* emptied after each command */
	int broken;         /* -errno: stdout takes nothing any more */
	uint64_t written;   /* bytes that left out so far */

	const struct noun *noun; /* the one in hand, for usages */
	const char *noun_word;   /* as the user wrote it */
	/* Made at the first use: see btf.h, kernel_iter.h, owners.h, pins.h. */
	struct ksyms *ksyms;
	struct btf_cache *btf;
	struct kernel_types *kernel;
	struct owners *owners;
	struct pins *pins;
};

/* What is left of the command line. */
struct words {
	char **v;
	int n;
};

/* What a verb may return beside 0 and -errno (the error is set then): it failed, its usage is shown. */
#define INSPECT_USAGE 1
/* It failed, and told so itself. */
#define INSPECT_TOLD 2
/* Exit status of most failures. */
#define INSPECT_FAILED 255

typedef int verb_fn(struct inspect *in, struct words *w);

struct verb {
	const char *name;
	verb_fn *run;
};

struct noun {
	const char *name;
	/* By any prefix, the first that matches; the first is what the noun alone does. Ends with a NULL name.
	   Behind all of them comes "help". */
	const struct verb *verbs;
	verb_fn *run;         /* instead of verbs */
	/* Usage: a line for each command without program and noun; a line that begins with a blank goes on. */
	const char *synopsis;
	const char *terms;    /* "PROG := { ... }" lines; NULL: none */
};

/* nouns.c: all of them in the order in which prefixes match; ends with a NULL. */
extern const struct noun *const inspect_nouns[];

/* The noun of this exact name, or (prefix) the first it is a prefix of; NULL if there is none. */
const struct noun *inspect_find(const char *word, bool prefix);
/*
 * Runs a command line; argv[0] is not looked at. Exit status: 0, or bpftool's, see inspect_pass().
 * self: what usages call the program.
 */
int inspect_main(const char *self, int argc, char **argv);

/* Sets the error; returns code (below 0). The text is a sentence without a full stop. */
int inspect_fail(struct inspect *in, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* If r is an error's, the program's exit status is this. Returns r. */
int inspect_status(struct inspect *in, int status, int r);
/*
 * If r is -errno, the exit status is its low byte (254: ENOENT): bpftool has 255 for what it finds
 * wrong itself, but many verbs pass on what the kernel or libbpf returned. Returns r.
 */
int inspect_pass(struct inspect *in, int r);
/* A message to stderr at once, behind the output so far; nothing in JSON mode. */
void inspect_note(struct inspect *in, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Adds text of untrusted bytes (comm, paths) to the text output, escaped for a terminal. */
void inspect_text(struct inspect *in, const char *text);
/* In the middle of a long output: writes what is there if it is much. False: nobody reads. */
bool inspect_more(struct inspect *in);
/* Writes all that is there. */
void inspect_flush(struct inspect *in);
/* The verb help, one of every noun's. */
int inspect_help(struct inspect *in, struct words *w);
/* The usage of the noun in hand, or of the program, to stderr; "null" in JSON mode. */
void inspect_usage(struct inspect *in);

/* Runs one command of words (the noun first). 0, or below 0 if it failed, which was told. */
int inspect_command(struct inspect *in, struct words *w);

/* words.c */
/* Is the next word this keyword or a prefix of it? */
bool word_is(const struct words *w, const char *keyword);
/* The same, and goes on to the word behind it. */
bool word_take(struct words *w, const char *keyword);
/* The next word; NULL at the end. */
char *word_next(struct words *w);
/* An error unless n more words are there; what: whose they are, "'id'". */
int words_need(struct inspect *in, const struct words *w, const char *what, int n);
/* An error (-EINVAL) if a word is left. */
int words_end(struct inspect *in, const struct words *w);
/* A note if a word is left, where bpftool takes no notice of it. */
void words_ignore(struct inspect *in, const struct words *w);
/* The next word as a number (decimal, 0x, 0) up to max; what it is, for messages: "map id". */
int word_number(struct inspect *in, struct words *w, const char *what, uint64_t max,
		uint64_t *ret);

#endif
