/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "fn/fn.h"
#include "out/hosts.h"
#include "run/sys.h"
#include "sym/elfsym.h"
#include "sym/ksyms.h"
#include "sym/usyms.h"
#include "type/btf.h"

#define SCRIPT_MAX (64u << 20)

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

static void open_kernel(struct session *s, struct session_kernel *k)
{
	const char *path = getenv("BPFTRACE_BTF");

	s->kernel = k ? k : &s->own;
	if (!s->kernel->ksyms) {
		s->kernel->ksyms = ksyms_new();
		if (!path || !*path)
			path = "/sys/kernel/btf/vmlinux";
		if (btf_file_open(path, NULL, &s->kernel->btf, NULL))
			s->kernel->btf = NULL;
	}
	s->btf = s->kernel->btf;
}

void session_kernel_free(struct session_kernel *k)
{
	probe_modules_free(&k->modules);
	ksyms_free(k->ksyms);
	btf_file_free(k->btf);
}

/* Names of built-ins, which no header's macro takes from a script. */
static bool is_builtin(const char *name, size_t len)
{
	char text[64];

	if (len >= sizeof(text))
		return false;
	memcpy(text, name, len);
	text[len] = '\0';
	return fn_find(text) != NULL;
}

static void open_params(struct session *s)
{
	const struct cli_options *opt = s->opt;

	s->params = (struct parse_params){
		.dirs = opt->include_dirs.v, .ndirs = opt->include_dirs.n,
		.includes = opt->includes.v, .nincludes = opt->includes.n,
		.is_builtin = is_builtin,
	};
}

void session_open(struct session *s, const struct cli_options *opt)
{
	session_open_with(s, opt, NULL);
}

void session_open_with(struct session *s, const struct cli_options *opt, struct session_kernel *kernel)
{
	*s = (struct session){ .opt = opt, .clock = now() };
	arena_init(&s->arena);
	s->sources.arena = &s->arena;
	s->diags = (struct diags){
		.arena = &s->arena, .sources = &s->sources, .quiet_warnings = opt->no_warnings,
	};
	vec_each(opt->debug_dirs, i)
		elf_add_debug_dirs(opt->debug_dirs.v[i]);
	open_params(s);
	open_kernel(s, kernel);
	types_init(&s->types, &s->arena, s->btf);
	s->target = opt->mode == CM_BUILD ? feature_release(opt->kernel, &s->err) : NULL;
	if (!s->target)
		s->target = feature_target(s->btf);
	s->render = (struct render){
		.types = &s->types, .raw = opt->raw, .ksyms = s->kernel->ksyms, .usyms = usyms_new(),
	};
	s->env = (struct probe_env){
		.arena = &s->arena, .diags = &s->diags, .types = &s->types, .btf = s->btf,
		.target = s->target, .ksyms = s->render.ksyms, .tracefs = sys_tracefs(),
		.pid = opt->pid, .unsafe = opt->unsafe, .filter = opt->probe_filter, .traceable = opt->traceable,
		.modules = s->kernel->modules,
	};
	s->kernel->modules = (struct probe_modules){ 0 };
	ir_module_init(&s->module, &s->arena, s->target);
	s->module.watch = opt->warnings;
	bpf_object_init(&s->object, &s->arena, &s->module, &s->sources);
	s->tables.object = &s->object;
}

void session_close(struct session *s)
{
	if (s->has_out)
		out_close(&s->out);
	child_free(s->child);
	s->kernel->modules = s->env.modules;
	s->env.modules = (struct probe_modules){ 0 };
	probe_env_done(&s->env);
	ir_module_done(&s->module);
	usyms_free(s->render.usyms);
	hosts_free(s->render.hosts);
	if (s->script)
		import_objects_free(s->script);
	session_kernel_free(&s->own);
	arena_done(&s->arena);
}

void session_stage(struct session *s, const char *name)
{
	int64_t t;

	if (!s->opt->verbose)
		return;
	t = now();
	fprintf(stderr, "INFO: %-8s %7.3f ms\n", name, (double)(t - s->clock) / 1e6);
	s->clock = now();
}

struct source *session_source(struct session *s, const char *name, const char *text, size_t len)
{
	struct source *src = sources_add(&s->sources, name, text, len);

	if (!src)
		err_set(&s->err, -EFBIG, "'%s' is too large for a script", name);
	return src;
}

static int read_failed(const char *name, int rc, struct err *e)
{
	if (rc == -EFBIG)
		return err_set(e, rc, "'%s' is too large for a script: over %u MiB", name,
			       SCRIPT_MAX >> 20);
	return err_set(e, rc, "failed to open file '%s': %s", name, errname(rc));
}

int session_read(const struct cli_options *opt, struct strbuf *ret_text, const char **ret_name,
		 struct err *e)
{
	bool standard = opt->file && !strcmp(opt->file, "-");
	int rc;

	*ret_name = opt->program || standard ? "stdin" : opt->file;
	if (opt->program) {
		sb_adds(ret_text, opt->program);
		return 0;
	}
	if (!opt->file) {
		err_set(e, -EINVAL, "there is no script to run");
		err_hint(e, "Give a file, or a program with -e; --help shows examples.");
		return -EINVAL;
	}
	rc = standard ? fd_read_all(STDIN_FILENO, SCRIPT_MAX, ret_text)
		      : file_read(opt->file, SCRIPT_MAX, ret_text);
	return rc ? read_failed(*ret_name, rc, e) : 0;
}
