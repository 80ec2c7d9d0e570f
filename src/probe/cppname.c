/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uprobe:PATH:cpp:"ns::class::function(int)": with its parameters, or without them for all overloads; wildcards too. */
#include <string.h>

#include "base/fdutil.h"
#include "probe/binary.h"
#include "sym/demangle.h"
#include "sym/elfsym.h"

struct expansion {
	struct probe_env *env;
	struct probe *out;
	const char *pattern;
	bool with_params; /* the pattern has some */
	struct span at;
	struct demangler *names;
};

/* "int f<int>": the result of a template's instance stands before its name. */
static const char *behind_result(const char *name)
{
	const char *last = name;
	int depth = 0;

	if (strstr(name, "operator "))
		return name;
	for (const char *p = name; *p; p++) {
		depth += (*p == '<' || *p == '(') - (*p == '>' || *p == ')');
		if (*p == ' ' && depth <= 0)
			last = p + 1;
	}
	return last;
}

static bool matches(struct expansion *x, const char *text)
{
	_cleanup_sb_ struct strbuf name = { 0 };

	sb_adds(&name, text);
	if (!x->with_params)
		name.p[demangled_name_len(text)] = 0;
	return probe_match(x->pattern, name.p) || (!x->with_params && probe_match(x->pattern, behind_result(name.p)));
}

/* Names of one function follow each other, as constructors have several. */
static bool expand_binary(void *arg, const struct binary *b, struct elf_file *elf)
{
	struct expansion *x = arg;
	const struct elf_sym *syms;
	size_t n = elf_file_syms(elf, &syms), from = x->out->targets.n;
	uint64_t last = 0;

	for (size_t i = 0; i < n; i++) {
		struct probe_target *t;

		if (!syms[i].is_func || !syms[i].size || syms[i].offset == last || !is_mangled(syms[i].name) ||
		    !matches(x, demangled(x->names, syms[i].name)))
			continue;
		last = syms[i].offset;
		t = target_add(x->env, x->out, "%s:%s:%s", x->out->provider->name, b->name, syms[i].name);
		t->path = b->path;
		t->func = arena_strdup(x->env->arena, syms[i].name);
		t->offset = last;
		t->pid = x->env->pid;
	}
	if (x->out->targets.n > from)
		warn_go(x->env, x->out, b, elf, x->at);
	return true;
}

bool cppname_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct part path = part_get(ap, 1), language = part_get(ap, 2), name = part_get(ap, 3);
	struct expansion x = { .env = env, .out = out, .pattern = name.text, .at = name.span };
	size_t from = out->targets.n;
	int code;

	if (strcmp(language.text, "cpp"))
		return bad_form(env, out->provider, language.span, "the only language of names is cpp, not '%s'", language.text);
	if (!*path.text || !*name.text)
		return bad_form(env, out->provider, ap->span, "needs a binary and a function");
	x.with_params = demangled_name_len(name.text) < (int)strlen(name.text);
	x.names = demangler_new();
	binaries_each(env, &path, expand_binary, &x, &code);
	demangler_free(x.names);
	if (out->targets.n > from)
		return true;
	if (code)
		return binary_missing(env, out->provider, &path, code);
	return no_match(env, out->provider, ap, "", NULL);
}
