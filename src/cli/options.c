/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/opts.h"
#include "run/run.h"

enum option {
	O_PROGRAM, O_LIST, O_CMD, O_PID, O_FORMAT, O_OUTPUT, O_BUFFER, O_QUIET, O_VERBOSE, O_RAW,
	O_UNSAFE, O_DEBUGINFO, O_USDT_FILE, O_NO_WARNINGS, O_WARNINGS, O_DEBUG, O_INCLUDE_DIR, O_INCLUDE, O_DRY_RUN,
	O_INFO, O_LIST_FUNCTIONS, O_PROBE_FILTER, O_TRACEABLE, O_NO_FEATURE,
	O_LIST_PROVIDERS, O_VERSION, O_HELP, O_STANDALONE, O_KERNEL, O_EMIT_ELF, O_AOT,
	O_TEST, O_BENCH, O_MODE, O_DWARF_PID, O_FMT, O_VERIFY,
};

static const struct opt_def defs[] = {
	[O_PROGRAM] = { 'e', NULL, "PROGRAM", "run this program instead of a file" },
	[O_LIST] = { 'l', "list", NULL,
		     "list the probes that match a pattern, those of a script, or the\n"
		     "definition of 'struct NAME'; with -v their arguments too" },
	[O_CMD] = { 'c', "cmd", "COMMAND", "start this command once all is attached; end with it" },
	[O_PID] = { 'p', "pid", "PID", "only this process; end with it" },
	[O_FORMAT] = { 'f', "format", "FORMAT", "of the output: text or json" },
	[O_OUTPUT] = { 'o', "output", "FILE", "write the output to this file" },
	[O_BUFFER] = { 'B', "buffer", "MODE", "when to write: line, full or none" },
	[O_QUIET] = { 'q', "quiet", NULL, "do not say what was attached" },
	[O_VERBOSE] = { 'v', "verbose", NULL, "say what is done, and how long it takes" },
	[O_RAW] = { 0, "raw", NULL, "print strings of traced processes without escaping" },
	[O_UNSAFE] = { 0, "unsafe", NULL, "allow system(), signal() and the like" },
	[O_USDT_FILE] = { 0, "usdt-file-activation", NULL,
			  "accepted: semaphores are always raised, in all processes of a file" },
	[O_DEBUGINFO] = { 0, "debuginfo", "DIR[:DIR]",
			  "look for debug information of stripped programs here first" },
	[O_DWARF_PID] = { 0, "dwarf-pid", "PID",
			  "dw_ustack() is for this process; may be repeated. Without it, and\n"
			  "without -p and -c, it is for all" },
	[O_NO_WARNINGS] = { 0, "no-warnings", NULL, "print no warnings" },
	[O_WARNINGS] = { 'k', "warnings", NULL,
			 "tell every helper that fails with its place in the script, also\n"
			 "look-ups and deletions of what is not there" },
	[O_DEBUG] = { 'd', "debug", "STAGE",
		      "print what the compiler makes: ast, types, ir, bpf, verifier, all" },
	[O_INCLUDE_DIR] = { 'I', NULL, "DIR", "search this directory for headers that are included" },
	[O_INCLUDE] = { 0, "include", "FILE", "read this header before the script" },
	[O_DRY_RUN] = { 0, "dry-run", NULL, "compile, but load and attach nothing" },
	[O_PROBE_FILTER] = { 0, "probe-filter", "REGEX",
			     "attach only to probes whose name matches, and begin and end" },
	[O_TRACEABLE] = { 0, "traceable-functions", "FILE",
			  "names of the kernel functions that kprobe and fentry may be put on,\n"
			  "one a line, instead of the kernel's list" },
	[O_NO_FEATURE] = { 0, "no-feature", "NAME[,NAME]",
			   "do without these: kprobe_multi, kprobe_session, uprobe_multi" },
	[O_TEST] = { 0, "test", NULL, "run the probes test:NAME and tell which fail" },
	[O_BENCH] = { 0, "bench", NULL, "run the probes bench:NAME and tell how long they take" },
	[O_MODE] = { 0, "mode", "MODE",
		     "test, bench, format or codegen: --test, --bench, --fmt, --dry-run;\n"
		     "compiler-bench: --dry-run -v" },
	[O_FMT] = { 0, "fmt", NULL, "print the script as it is usually written: lines, blanks, indentation" },
	[O_VERIFY] = { 0, "verify-llvm-ir", NULL, "check the compiler's own code between its passes" },
	[O_INFO] = { 0, "info", NULL, "say what this kernel offers" },
	[O_LIST_FUNCTIONS] = { 0, "list-functions", NULL,
			       "names of the built-in functions and variables" },
	[O_LIST_PROVIDERS] = { 0, "list-providers", NULL, "names of the kinds of probes" },
	[O_VERSION] = { 'V', "version", NULL, "print the version" },
	[O_HELP] = { 'h', "help", NULL, "print this text" },
	[O_STANDALONE] = { 0, "standalone", NULL, "build: one program that needs nothing else" },
	[O_KERNEL] = { 0, "kernel", "RELEASE", "build: the oldest Linux it is to run on (5.10)" },
	[O_EMIT_ELF] = { 0, "emit-elf", "FILE", "compile to this object: build -o FILE" },
	[O_AOT] = { 0, "aot", "FILE", "compile to this program: build --standalone -o FILE" },
};

const struct opt_def *options_table(size_t *ret_n)
{
	*ret_n = ARRAY_SIZE(defs);
	return defs;
}

void options_help(struct strbuf *out)
{
	opt_help(out, defs, ARRAY_SIZE(defs));
}

bool options_pid(const char *text, pid_t *ret)
{
	long v;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	v = strtol(text, &end, 10);
	if (errno || *end || v < 1 || v > INT_MAX)
		return false;
	*ret = (pid_t)v;
	return true;
}

#define PID_LIMIT 4194304 /* PID_MAX_LIMIT of 64-bit kernels (include/linux/threads.h) */

static int take_pid(const char *text, pid_t *ret, struct err *e)
{
	size_t digits = strspn(text, "0123456789");

	if (digits && text[digits])
		return err_set(e, -EINVAL, "Failed to parse pid: invalid trailing bytes: %s", text);
	if (digits && (digits > 9 || strtol(text, NULL, 10) > PID_LIMIT))
		return err_set(e, -EINVAL, "Pid out of range: %s", text);
	if (options_pid(text, ret))
		return 0;
	return err_set(e, -EINVAL, "Failed to parse pid: invalid integer: %s", text);
}

static int add_unwind_pid(struct cli_options *o, const char *text, struct err *e)
{
	pid_t pid;
	int rc = take_pid(text, &pid, e);

	if (!rc)
		vec_push(&o->unwind_pids, pid);
	return rc;
}

static int set_format(struct cli_options *o, const char *text, struct err *e)
{
	for (const char *const *f = out_formats(); *f; f++)
		if (!strcmp(*f, text)) {
			o->format = text;
			return 0;
		}
	err_set(e, -EINVAL, "Invalid output format \"%s\"", text);
	err_hint(e, "Valid formats are text and json.");
	return -EINVAL;
}

static int set_buffering(struct cli_options *o, const char *text, struct err *e)
{
	static const struct {
		const char *name;
		enum out_buffering mode;
	} modes[] = { { "line", OB_LINE }, { "full", OB_FULL }, { "none", OB_NONE } };

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (!strcmp(modes[i].name, text)) {
			o->buffering = modes[i].mode;
			return 0;
		}
	err_set(e, -EINVAL, "Invalid buffering mode \"%s\"", text);
	err_hint(e, "It is one of: line, full, none.");
	return -EINVAL;
}

/* Names of bpftrace's stages are taken as well. */
static const struct {
	const char *name;
	unsigned stages;
} debug_names[] = {
	{ "ast", CD_AST },	{ "types", CD_TYPES }, { "ir", CD_IR },
	{ "bpf", CD_BPF },	{ "verifier", CD_VERIFIER }, { "all", CD_ALL },
	{ "parse", CD_AST },	{ "codegen", CD_IR }, { "codegen-opt", CD_IR },
	{ "dis", CD_BPF },	{ "libbpf", 0 },
};

static int set_debug(struct cli_options *o, const char *text, struct err *e)
{
	struct near near;

	near_start(&near, text);
	for (size_t i = 0; i < ARRAY_SIZE(debug_names); i++) {
		if (!strcmp(debug_names[i].name, text)) {
			o->debug |= debug_names[i].stages;
			return 0;
		}
		near_try(&near, debug_names[i].name);
	}
	err_set(e, -EINVAL, "there is no stage '%s' to print", text);
	if (near.best)
		err_hint(e, "Did you mean '%s'?", near.best);
	else
		err_hint(e, "It is one of: ast, types, ir, bpf, verifier, all.");
	return -EINVAL;
}

/* Features that only make attaching faster; without them it is done one by one. */
static int set_no_feature(const char *text, struct err *e)
{
	static const struct {
		const char *name;
		enum target_feature feature;
	} known[] = {
		{ "kprobe_multi", TF_KPROBE_MULTI }, { "kprobe_session", TF_KPROBE_SESSION },
		{ "uprobe_multi", TF_UPROBE_MULTI },
	};

	for (const char *word = text; *word;) {
		size_t n = strcspn(word, ","), i = 0;

		while (i < ARRAY_SIZE(known) && (strlen(known[i].name) != n || strncmp(known[i].name, word, n)))
			i++;
		if (i == ARRAY_SIZE(known)) {
			err_set(e, -EINVAL, "there is no feature '%.*s' to do without", (int)n, word);
			err_hint(e, "It is one of: kprobe_multi, kprobe_session, uprobe_multi.");
			return -EINVAL;
		}
		feature_deny(known[i].feature);
		word += n + (word[n] == ',');
	}
	return 0;
}

/* Options that only set something to be true or say what to do. */
static void set_flag(struct cli_options *o, enum option which)
{
	switch (which) {
	case O_QUIET: o->quiet = true; break;
	case O_VERBOSE: o->verbose = true; break;
	case O_RAW: o->raw = true; break;
	case O_UNSAFE: o->unsafe = true; break;
	case O_WARNINGS: o->warnings = true; break;
	case O_NO_WARNINGS: o->no_warnings = true; break;
	case O_DRY_RUN: o->dry_run = true; break;
	case O_LIST: o->mode = CM_LIST; break;
	case O_INFO: o->mode = CM_INFO; break;
	case O_VERSION: o->mode = CM_VERSION; break;
	case O_HELP: o->mode = CM_HELP; break;
	case O_TEST: o->trial = "test"; break;
	case O_BENCH: o->trial = "bench"; break;
	case O_STANDALONE: o->standalone = true; break;
	case O_FMT: o->mode = CM_FORMAT; break;
	case O_VERIFY: setenv("SONDE_CHECK_IR", "1", 1); break;
	case O_LIST_FUNCTIONS: o->mode = CM_LIST_FUNCTIONS; break;
	case O_LIST_PROVIDERS: o->mode = CM_LIST_PROVIDERS; break;
	default: break;
	}
}

static int set_mode(struct cli_options *o, const char *text, struct err *e)
{
	static const struct {
		const char *name;
		enum option same_as;
	} modes[] = { { "test", O_TEST }, { "bench", O_BENCH }, { "codegen", O_DRY_RUN },
		    { "format", O_FMT }, { "compiler-bench", O_DRY_RUN } };

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (!strcmp(modes[i].name, text)) {
			set_flag(o, modes[i].same_as);
			o->verbose |= !strcmp(text, "compiler-bench");
			return 0;
		}
	err_set(e, -EINVAL, "Invalid mode \"%s\"", text);
	err_hint(e, "It is one of: test, bench, codegen, format, compiler-bench.");
	return -EINVAL;
}

static void set_build(struct cli_options *o, const char *output, bool standalone)
{
	o->mode = CM_BUILD;
	o->output = output;
	o->standalone = standalone;
}

static int set_option(struct cli_options *o, enum option which, const char *value, struct err *e)
{
	switch (which) {
	case O_PROGRAM: o->program = value; return 0;
	case O_CMD: o->cmd = value; return 0;
	case O_OUTPUT: o->output = value; return 0;
	case O_DEBUGINFO: vec_push(&o->debug_dirs, value); return 0;
	case O_PID: return take_pid(value, &o->pid, e);
	case O_DWARF_PID: return add_unwind_pid(o, value, e);
	case O_FORMAT: return set_format(o, value, e);
	case O_BUFFER: return set_buffering(o, value, e);
	case O_DEBUG: return set_debug(o, value, e);
	case O_PROBE_FILTER: o->probe_filter = value; return 0;
	case O_TRACEABLE: o->traceable = value; return 0;
	case O_NO_FEATURE: return set_no_feature(value, e);
	case O_INCLUDE_DIR: vec_push(&o->include_dirs, value); return 0;
	case O_INCLUDE: vec_push(&o->includes, value); return 0;
	case O_MODE: return set_mode(o, value, e);
	case O_KERNEL: o->kernel = value; return 0;
	case O_EMIT_ELF: set_build(o, value, false); return 0;
	case O_AOT: set_build(o, value, true); return 0;
	default: set_flag(o, which); return 0;
	}
}

/* The first word is the script, unless -e gave it, or -l's pattern; the rest are parameters. */
static void sort_words(struct cli_options *o)
{
	if (!o->params.n || o->mode == CM_SCRIPT || (o->program && o->mode != CM_LIST))
		return;
	o->file = o->params.v[0];
	o->params.n--;
	memmove(o->params.v, o->params.v + 1, o->params.n * sizeof(*o->params.v));
}

static int check_build(const struct cli_options *o, struct err *e)
{
	if (!o->output) {
		err_set(e, -EINVAL, "build needs -o FILE: where the compiled script goes to");
		err_hint(e, "sonde build script.bt -o script.bpf.o");
		return -EINVAL;
	}
	if (o->cmd || o->pid)
		return err_set(e, -EINVAL, "-c and -p are given when a compiled script is run, not when it is built");
	return feature_release(o->kernel, e) ? 0 : -EINVAL;
}

static int check(const struct cli_options *o, struct err *e)
{
	if (o->cmd && o->pid)
		return err_set(e, -EINVAL, "-c and -p cannot be used together");
	return o->mode == CM_BUILD ? check_build(o, e) : 0;
}

int options_parse(enum cli_mode mode, int argc, char **argv, struct cli_options *ret, struct err *e)
{
	struct opt_walk w;
	int i, rc = 0;

	*ret = (struct cli_options){ .mode = mode, .format = "text" };
	opt_walk_init(&w, defs, ARRAY_SIZE(defs), argc, argv, e);
	while (!rc && (i = opt_next(&w)) != OPT_END) {
		if (i == OPT_ERROR) {
			ret->bad_option = true;
			return -EINVAL;
		}
		if (i == OPT_WORD && w.words_only && !strncmp(w.value, "--", 2) && w.value[2])
			vec_push(&ret->named, w.value + 2);
		else if (i == OPT_WORD)
			vec_push(&ret->params, w.value);
		else
			rc = set_option(ret, (enum option)i, w.value, e);
	}
	sort_words(ret);
	return rc ? rc : check(ret, e);
}

void options_done(struct cli_options *o)
{
	vec_done(&o->include_dirs);
	vec_done(&o->includes);
	vec_done(&o->params);
	vec_done(&o->named);
	vec_done(&o->debug_dirs);
	vec_done(&o->unwind_pids);
}
