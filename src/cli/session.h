/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One command that compiles, lists or runs: everything it owns, made once and dropped whole. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "bpf/object.h"
#include "cli/options.h"
#include "fn/tables.h"
#include "lang/ast.h"
#include "out/out.h"
#include "probe/probe.h"
#include "run/run.h"

struct tool;

/* What is read of the kernel; sessions in turn can share it. Zero bytes: nothing was read yet. */
struct session_kernel {
	struct btf_file *btf;   /* NULL: the kernel has none */
	struct ksyms *ksyms;    /* NULL: nothing was read yet */
	struct probe_modules modules; /* while no session has them */
};

struct session {
	const struct cli_options *opt;
	struct tool *tool;      /* borrowed; NULL: a plain script */
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct err err;         /* of the run side */
	struct session_kernel own, *kernel;
	struct btf_file *btf;   /* the kernel's; NULL: it has none */
	struct types types;
	struct target *target;
	struct child *child;    /* of -c */
	struct probe_env env;
	struct tables tables;
	struct ir_module module;
	struct bpf_object object;
	struct parse_params params;
	struct script *script;
	struct run_object file; /* a compiled script is run; no bytes: none is */
	struct render render;
	struct out out;
	bool has_out;
	bool nothing;           /* none of the script's probes is there, and that is no fault */
	int64_t clock;          /* start of the stage that -v will tell of, ns */
};

/* Opens BTF if there is any; cannot fail. */
void session_open(struct session *s, const struct cli_options *opt);
/* The same with what others have read, which must outlive the session and is for one at a time; NULL: its own. */
void session_open_with(struct session *s, const struct cli_options *opt, struct session_kernel *kernel);
void session_kernel_free(struct session_kernel *k);
void session_close(struct session *s);
/* -v: says how long the stage took that ends here. */
void session_stage(struct session *s, const char *name);
/* The text as a source of the session; NULL after a diagnostic-like message in s->err. */
struct source *session_source(struct session *s, const char *name, const char *text, size_t len);

/*
 * Text of a script: of -e, of a file, or of standard input ("-"); *ret_name is what messages call
 * it. 0 or -errno.
 */
int session_read(const struct cli_options *opt, struct strbuf *ret_text, const char **ret_name,
		 struct err *e);

#endif
