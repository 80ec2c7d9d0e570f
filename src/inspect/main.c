/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options, the choice of noun and verb, errors, usages, output. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/fdutil.h"
#include "inspect/inspect.h"
#include "inspect/nouns.h"
#include "inspect/btf.h"
#include "inspect/kernel_iter.h"
#include "inspect/owners.h"
#include "inspect/pins.h"
#include "run/internal.h"
#include "sym/ksyms.h"

#define BLOCK (64u << 10)

/* 0 or -errno. */
static int write_all(int fd, const char *text, size_t n)
{
	while (n) {
		ssize_t done = write(fd, text, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done ? -errno : -EIO;
		text += done;
		n -= (size_t)done;
	}
	return 0;
}

void inspect_flush(struct inspect *in)
{
	if (!in->broken)
		in->broken = write_all(STDOUT_FILENO, sb_str(&in->out), in->out.n);
	in->written += in->out.n;
	sb_reset(&in->out);
}

bool inspect_more(struct inspect *in)
{
	if (in->out.n >= BLOCK)
		inspect_flush(in);
	return !in->broken;
}

int inspect_fail(struct inspect *in, int code, const char *fmt, ...)
{
	char text[sizeof(in->err.what)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return err_set(&in->err, code, "%s", text);
}

int inspect_status(struct inspect *in, int status, int r)
{
	if (r)
		in->status = status;
	return r;
}

int inspect_pass(struct inspect *in, int r)
{
	return inspect_status(in, r & 255, r);
}

/* Text for stderr behind what stdout has got so far. */
static void complain(struct inspect *in, const struct strbuf *text)
{
	inspect_flush(in);
	write_all(STDERR_FILENO, sb_str(text), text->n);
}

void inspect_note(struct inspect *in, const char *fmt, ...)
{
	_cleanup_sb_ struct strbuf text = { 0 }, out = { 0 };
	va_list ap;

	if (in->json)
		return;
	va_start(ap, fmt);
	sb_addv(&text, fmt, ap);
	va_end(ap);
	escape_terminal(&out, sb_str(&text), text.n);
	sb_addc(&out, '\n');
	complain(in, &out);
}

void inspect_text(struct inspect *in, const char *text)
{
	escape_terminal(&in->out, text, strlen(text));
}

static void report(struct inspect *in)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	if (in->json) {
		jsonw_object(&in->w);
		jsonw_string_at(&in->w, "error", in->err.what);
		jsonw_end_object(&in->w);
		return;
	}
	sb_adds(&out, "Error: ");
	escape_terminal(&out, in->err.what, strlen(in->err.what));
	sb_addc(&out, '\n');
	if (in->err.hint[0]) {
		sb_adds(&out, "Hint: ");
		escape_terminal(&out, in->err.hint, strlen(in->err.hint));
		sb_addc(&out, '\n');
	}
	complain(in, &out);
}

/* Lines, each behind "Usage: SELF NOUN " or as many blanks; those that go on stand behind more. */
static void add_synopsis(struct inspect *in, struct strbuf *out)
{
	const char *noun = in->noun_word, *end;

	for (const char *s = in->noun->synopsis, *lead = "Usage: "; *s; s = end) {
		end = strchrnul(s, '\n');
		if (*s == ' ')
			sb_fill(out, ' ', strlen(in->self) + strlen(noun) + 9);
		else
			sb_addf(out, "%s%s %s ", lead, in->self, noun);
		sb_addf(out, "%.*s\n", (int)(end - s), s);
		lead = "       ";
		end += *end == '\n';
	}
}

static void add_terms(struct strbuf *out, const char *terms)
{
	const char *end;

	sb_addc(out, '\n');
	for (const char *s = terms; *s; s = end) {
		end = strchrnul(s, '\n');
		sb_addf(out, "       %.*s\n", (int)(end - s), s);
		end += *end == '\n';
	}
}

static void add_general(struct inspect *in, struct strbuf *out)
{
	sb_addf(out, "Usage: %s [OPTIONS] OBJECT { COMMAND | help }\n", in->self);
	sb_addf(out, "       %s batch file FILE\n       %s version\n\n       OBJECT := {", in->self,
		in->self);
	for (size_t i = 0, n = 0; inspect_nouns[i]; i++)
		if (inspect_nouns[i]->verbs)
			sb_addf(out, "%s %s", n++ ? " |" : "", inspect_nouns[i]->name);
	sb_adds(out, " }\n");
}

void inspect_usage(struct inspect *in)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	if (in->json) {
		jsonw_null(&in->w);
		return;
	}
	if (in->noun && in->noun->synopsis) {
		add_synopsis(in, &out);
		if (in->noun->terms)
			add_terms(&out, in->noun->terms);
	} else {
		add_general(in, &out);
	}
	sb_adds(&out, "       OPTIONS := { {-j|--json} [{-p|--pretty}] | {-f|--bpffs} | {-m|--mapcompat} |\n"
		      "                    {-n|--nomount} | {-d|--debug} | {-L|--use-loader} |\n"
		      "                    {-B|--base-btf} FILE | {-V|--version} }\n");
	complain(in, &out);
}

const struct noun *inspect_find(const char *word, bool prefix)
{
	size_t n = strlen(word);

	for (size_t i = 0; n && inspect_nouns[i]; i++) {
		const char *name = inspect_nouns[i]->name;

		if (prefix ? !strncmp(name, word, n) : !strcmp(name, word))
			return inspect_nouns[i];
	}
	return NULL;
}

static int run_verb(struct inspect *in, struct words *w)
{
	const struct verb *v = in->noun->verbs;

	if (!w->n)
		return v->run(in, w);
	for (; v->name; v++)
		if (word_take(w, v->name))
			return v->run(in, w);
	return word_take(w, "help") ? inspect_help(in, w) : INSPECT_USAGE;
}

static int run_noun(struct inspect *in, struct words *w)
{
	in->noun = inspect_find(w->v[0], true);
	if (!in->noun)
		return INSPECT_USAGE;
	in->noun_word = word_next(w);
	return in->noun->verbs ? run_verb(in, w) : in->noun->run(in, w);
}

/* What a failed command left of its document goes; what has been written out already cannot. */
static void take_back(struct inspect *in, size_t n, uint64_t written, const struct jsonw *state)
{
	if (in->json && in->written == written)
		in->out.n = n;
	in->w = *state;
}

int inspect_command(struct inspect *in, struct words *w)
{
	uint64_t written = in->written;
	size_t n = in->out.n;
	struct jsonw state = in->w;
	int r;

	in->err = (struct err){ 0 };
	in->status = INSPECT_FAILED;
	in->noun = NULL;
	r = w->n ? run_noun(in, w) : INSPECT_USAGE;
	if (r && r != INSPECT_TOLD)
		take_back(in, n, written, &state);
	if (r == INSPECT_USAGE)
		inspect_usage(in);
	else if (r < 0)
		report(in);
	else if (in->json && in->written + in->out.n == written + n)
		jsonw_null(&in->w);
	/* In a batch the next command may have changed these. */
	owners_free(in->owners);
	in->owners = NULL;
	pins_done(in);
	arena_done(&in->arena);
	return r ? -1 : 0;
}

int inspect_help(struct inspect *in, struct words *w)
{
	inspect_usage(in);
	return 0;
}

const struct noun noun_help = { .name = "help", .run = inspect_help };

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "pretty", no_argument, NULL, 'p' },
	{ "bpffs", no_argument, NULL, 'f' },
	{ "mapcompat", no_argument, NULL, 'm' },
	{ "nomount", no_argument, NULL, 'n' },
	{ "debug", no_argument, NULL, 'd' },
	{ "use-loader", no_argument, NULL, 'L' },
	{ "base-btf", required_argument, NULL, 'B' },
	{ "legacy", no_argument, NULL, 'l' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* 0, or INSPECT_USAGE with or without an error; ret_noun: what -V and -h stand for. */
static int parse_options(struct inspect *in, int argc, char **argv, char **ret_noun)
{
	int c;

	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "jpfmndLB:lVh", options, NULL)) != -1) {
		switch (c) {
		case 'p': in->pretty = in->json = true; break;
		case 'j': in->json = true; break;
		case 'f': in->bpffs = true; break;
		case 'm': in->mapcompat = true; break;
		case 'n': in->nomount = true; break;
		case 'd': in->debug = true; break;
		case 'L': in->loader = true; break;
		case 'B': in->base_btf = optarg; break;
		case 'l': break; /* what it once asked for is always done */
		case 'V': *ret_noun = "version"; break;
		case 'h': *ret_noun = "help"; break;
		default:
			return inspect_fail(in, INSPECT_USAGE, "unrecognized option '%s'",
					    argv[optind - 1]);
		}
	}
	return 0;
}

static int start(struct inspect *in, int argc, char **argv)
{
	char *noun = NULL;
	struct words w;
	int r = parse_options(in, argc, argv, &noun);

	in->w.pretty = in->pretty;
	if (r) {
		report(in);
		if (!in->json)
			inspect_usage(in);
		return r;
	}
	w = (struct words){ argv + optind, argc - optind };
	if (noun)
		w = (struct words){ &noun, 1 };
	if (!w.n) {
		inspect_usage(in);
		return 0;
	}
	return inspect_command(in, &w);
}

/* The reader of a pipe that goes away need not be told. */
static void report_broken(struct inspect *in)
{
	if (!in->broken || in->broken == -EPIPE)
		return;
	in->json = false;
	inspect_note(in, "Error: cannot write the output: %s", errname(-in->broken));
}

int inspect_main(const char *self, int argc, char **argv)
{
	struct inspect in = { .self = self, .status = INSPECT_FAILED };
	int r;

	in.w.out = &in.out;
	run_raise_memlock();
	r = start(&in, argc, argv);
	if (in.json)
		sb_addc(&in.out, '\n');
	inspect_flush(&in);
	report_broken(&in);
	sb_done(&in.out);
	arena_done(&in.arena);
	ksyms_free(in.ksyms);
	inspect_btf_done(&in);
	kernel_types_free(in.kernel);
	return r ? in.status : in.broken ? INSPECT_FAILED : 0;
}
