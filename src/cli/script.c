/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a script's text to its end. compile() and execute() are the whole program in the order in
 * which it happens: a newcomer starts there.
 */
#include "cli/script.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdutil.h"
#include "cli/build.h"
#include "cli/dump.h"
#include "cli/report.h"
#include "cli/rights.h"
#include "cli/session.h"
#include "cli/settings.h"
#include "tool/run.h"
#include "image/image.h"
#include "lower/lower.h"
#include "sema/sema.h"
#include "sym/ksyms.h"
#include "sym/usyms.h"

/* Before compiling: what the compiler wants to know about the process to be traced. */
static bool prepare(struct session *s)
{
	const struct cli_options *opt = s->opt;
	struct config *c = &s->tables.config;

	if (!opt->dry_run && opt->mode != CM_BUILD && rights_check(&s->err))
		return false;
	if (config_init(c, &s->err))
		return false;
	if (opt->pid && kill(opt->pid, 0) && errno == ESRCH) {
		err_set(&s->err, -ESRCH, "there is no process %d", (int)opt->pid);
		return false;
	}
	if (opt->cmd && child_start(opt->cmd, &s->child, &s->err))
		return false;
	if (s->child) {
		s->env.pid = child_pid(s->child);
		s->env.child_path = arena_strndup(&s->arena, opt->cmd, strcspn(opt->cmd, " \t"));
	}
	c->unsafe = opt->unsafe;
	c->has_child = s->child != NULL;
	c->target_pid = s->env.pid;
	s->env.fixed = s->tool != NULL;
	if (s->tool)
		tool_configure(s->tool, c);
	return true;
}

/* A tool's text is made now: it depends on its options and on the kernel. */
static struct source *take_source(struct session *s, const struct job *job)
{
	_cleanup_sb_ struct strbuf text = { 0 };

	if (!s->tool)
		return session_source(s, job->name, job->text, job->len);
	if (tool_script(s->tool, &s->env, &text, &s->err))
		return NULL;
	return session_source(s, job->name, sb_str(&text), text.n);
}

static void take_params(struct session *s, const struct job *job)
{
	s->params.argv = job->params;
	s->params.argc = job->nparams;
	s->params.named = job->named;
	s->params.nnamed = job->nnamed;
}

static bool parse(struct session *s, const struct job *job)
{
	struct source *src = take_source(s, job);

	if (!src)
		return false;
	s->script = parse_script(&s->arena, &s->diags, &s->types, src, &s->params);
	if (s->opt->debug & CD_AST)
		dump_tree(s);
	session_stage(s, "parse");
	return !s->diags.nerrors;
}

static bool analyse(struct session *s)
{
	struct sema_input in = {
		.script = s->script, .env = &s->env, .tables = &s->tables, .module = &s->module,
		.params = &s->params, .setting = config_get,
	};
	bool ok = sema_run(&in) && !s->diags.nerrors;

	binaries_close(&s->env);
	if (!ok && !s->diags.nerrors && !s->tables.probes.n)
		s->nothing = !s->tool || tool_check(s->tool, &s->tables, &s->err);
	if (ok && s->opt->debug & CD_TYPES)
		dump_types(s);
	session_stage(s, "types");
	return ok && (!s->tool || tool_check(s->tool, &s->tables, &s->err));
}

static bool lower(struct session *s)
{
	bool ok = true;

	lower_join_probes(&s->tables, s->module.target);
	vec_each(s->tables.probes, i)
		ok &= lower_probe_fn(&s->module, &s->tables, &s->types, &s->diags,
				     s->tables.probes.v[i]);
	if (ok && s->tool)
		ok = tool_bind(s->tool, &s->tables, s->script->source, &s->err);
	session_stage(s, "lower");
	return ok;
}

/* The checker between passes costs as much as they do. */
static bool wants_checks(void)
{
	const char *text = getenv("SONDE_CHECK_IR");

#if !defined(__OPTIMIZE__) || defined(__SANITIZE_ADDRESS__)
	if (!text)
		return true;
#endif
	return text && !strcmp(text, "1");
}

/* A message of the compiler about itself. */
static bool compiler_failed(struct session *s, const struct ir_fn *fn, const char *why)
{
	err_set(&s->err, -EINVAL, "cannot compile %s: %s", fn->name,
		why ? why : "no reason is known");
	return false;
}

/* More than BPF has room for: what the script can do about it. */
static bool too_large(struct session *s, const struct ir_fn *fn, const struct bpf_fault *fault)
{
	struct span at = fault->at.end ? fault->at : fn->span;
	struct diag *d = diag_error(&s->diags, at, DT_too_large, "Cannot compile %s: %s", fn->name, fault->why);

	diag_hint(&s->diags, d, "split the block into several of the same attach point: each is a program of its own");
	return false;
}

static bool could_not(struct session *s, const struct ir_fn *fn, const struct bpf_fault *fault)
{
	return fault->err == -E2BIG ? too_large(s, fn, fault) : compiler_failed(s, fn, fault->why);
}

static bool optimise(struct session *s)
{
	ir_dump_fn *dump = s->opt->debug & CD_IR ? dump_ir : NULL;
	bool check = wants_checks(), ok = true;

	for (size_t i = 0; i < s->module.fns.n && ok; i++) {
		struct ir_fn *fn = s->module.fns.v[i];
		struct dump_ir text = { 0 };
		struct bpf_fault fault = { .at = fn->span };

		fault.err = ir_run_passes(fn, check, dump, &text, &fault.why);
		if (fault.err)
			ok = could_not(s, fn, &fault);
		dump_ir_done(&text);
	}
	session_stage(s, "optimise");
	return ok;
}

static bool assemble(struct session *s)
{
	struct bpf_fault fault;

	vec_each(s->tables.probes, i) {
		struct probe *p = s->tables.probes.v[i];

		if (p->joined)
			continue;
		if (bpf_compile(&s->object, p->fn, &p->prog, &fault))
			return could_not(s, p->fn, &fault);
		if (s->opt->debug & CD_BPF)
			dump_bpf(s, p->prog);
	}
	session_stage(s, "assemble");
	return true;
}

/* A compiled script is linked when it is written. */
static bool link_objects(struct session *s)
{
	return !s->script->objects.n || s->opt->mode == CM_BUILD || build_linked(s);
}

static bool is_object(const struct job *job)
{
	return !job->tool && image_is_object(job->text, job->len);
}

static bool compile(struct session *s, const struct job *job)
{
	take_params(s, job);
	if (is_object(job))
		return prepare(s) && build_restore(s, job);
	return prepare(s) && parse(s, job) && settings_apply(s) && analyse(s) && lower(s) &&
	       optimise(s) && assemble(s) && link_objects(s);
}

static bool open_output(struct session *s)
{
	const struct cli_options *opt = s->opt;

	usyms_configure(s->render.usyms, s->tables.config.show_debug_info, s->tables.config.cpp_demangle);
	s->render.trailer = s->tables.config.str_trunc_trailer;
	s->render.str_size = config_str_size(&s->tables.config);
	if (out_open(&s->out, opt->format, opt->output, opt->buffering, &s->render, &s->err))
		return false;
	s->has_out = true;
	s->out.quiet = opt->quiet;
	return !s->tool || tool_output(s->tool, &s->out, &s->err);
}

/* The reader of a pipe that goes away ends a run, but is no fault. */
static bool output_ok(struct session *s)
{
	out_flush(&s->out);
	if (!s->out.broken || !s->out.error || s->out.error == EPIPE)
		return true;
	err_set(&s->err, -s->out.error, "cannot write the output: %s", errname(-s->out.error));
	return false;
}

static bool execute(struct session *s, int *ret_status)
{
	const struct cli_options *opt = s->opt;
	struct run_options ro = {
		.object = s->file.bytes ? &s->file : NULL,
		.child_cmd = opt->cmd,
		.pid = opt->pid,
		.unwind_pids = opt->unwind_pids.v,
		.nunwind_pids = opt->unwind_pids.n,
		.trial = opt->trial,
		.verbose = opt->verbose,
		.quiet = opt->quiet,
		.notify = getenv("__BPFTRACE_NOTIFY_PROBES_ATTACHED") != NULL,
		.raw = opt->raw,
		.colour = report_colour(),
		.verifier_dump = opt->debug & CD_VERIFIER ? "all" : NULL,
		.sources = &s->sources,
		.report = s->tool ? &s->tool->report : NULL,
	};
	struct runtime *rt = NULL;
	bool ok = open_output(s) &&
		  !run_new(&s->tables, s->target, &s->out, &ro, s->child, &rt, &s->err) &&
		  !run_load(rt, &s->err);

	session_stage(s, "load");
	ok = ok && !run_start(rt, &s->err);
	session_stage(s, "attach");
	ok = ok && !run_loop(rt, &s->err) && !run_finish(rt, &s->err) && output_ok(s);
	if (rt)
		*ret_status = run_status(rt);
	run_free(rt);
	return ok;
}

static const char *first_error(const struct session *s)
{
	vec_each(s->diags.list, i)
		if (s->diags.list.v[i]->severity == SEV_ERROR)
			return s->diags.list.v[i]->text;
	return s->err.what[0] ? s->err.what : "none of its probes is there";
}

void script_outlook(const struct job *job, struct arena *a, struct session_kernel *kernel, struct script_outlook *ret)
{
	struct session s;

	session_open_with(&s, job->opt, kernel);
	s.tool = job->tool;
	take_params(&s, job);
	if (!(prepare(&s) && parse(&s, job) && settings_apply(&s) && analyse(&s)))
		ret->why = arena_strdup(a, first_error(&s));
	for (size_t i = 0; !ret->why && i < s.tables.probes.n; i++) {
		const struct probe *p = s.tables.probes.v[i];
		char more[48] = "";

		if (p->provider->flags & PF_SPECIAL)
			continue;
		if (p->targets.n > 1)
			snprintf(more, sizeof(more), " and %zu more", p->targets.n - 1);
		avec_push(a, &ret->probes, arena_printf(a, "%s%s", p->targets.v[0]->name, more));
	}
	session_close(&s);
}

int script_run(const struct job *job)
{
	struct session s;
	int status = 0;
	bool ok;

	session_open(&s, job->opt);
	s.tool = job->tool;
	ok = compile(&s, job);
	report_diags(&s.diags);
	if (s.nothing)
		report_plain("No probes to attach");
	if (ok && job->opt->mode == CM_BUILD)
		ok = build_write(&s);
	else if (ok && !job->opt->dry_run)
		ok = execute(&s, &status);
	if (!ok && s.err.what[0])
		report_err(&s.err);
	session_close(&s);
	return ok ? status : 1;
}
