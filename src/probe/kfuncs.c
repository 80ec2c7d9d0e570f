/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "probe/kfuncs.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/fdutil.h"
#include "fn/lower.h"
#include "sym/ksyms.h"

#define MAX_LIST (64u << 20)
#define BLACKLIST "/sys/kernel/debug/kprobes/blacklist"

typedef void func_fn(void *arg, const char *module, const char *func);

struct filter {
	struct strmap refused;
	func_fn *f;
	void *arg;
};

/* "0xstart-0xend\tname" a line; debugfs need not be mounted, attaching then tells. */
static void read_blacklist(struct strmap *refused)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	char *line, *save = NULL;

	if (file_read(BLACKLIST, MAX_LIST, &text) || !text.p)
		return;
	for (line = strtok_r(text.p, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *tab = strchr(line, '\t');

		if (tab)
			strmap_put(refused, tab + 1, refused);
	}
}

/* "name" or "name [module]" a line. */
int kfuncs_each_traceable(struct probe_env *env, func_fn *f, void *arg)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	char path[PATH_MAX], *line, *save = NULL;
	int r;

	if (!env->tracefs && !env->traceable)
		return -ENOENT;
	if (env->traceable)
		snprintf(path, sizeof(path), "%s", env->traceable);
	else
		snprintf(path, sizeof(path), "%s/available_filter_functions", env->tracefs);
	r = file_read(path, MAX_LIST, &text);
	if (r || (!text.n && !env->traceable))
		return r ? r : -ENODATA;
	if (!text.n)
		return 0;
	for (line = strtok_r(text.p, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *module = strstr(line, " ["), *end;

		line[strcspn(line, " \t")] = 0;
		if (module && (end = strchr(module + 1, ']')))
			*end = 0;
		if (strncmp(line, "__ftrace_invalid", 16))
			f(arg, module ? module + 2 : KFUNCS_KERNEL, line);
	}
	return 0;
}

struct symbols {
	func_fn *f;
	void *arg;
	size_t n;
};

static int each_symbol(void *arg, const struct ksym *s)
{
	struct symbols *x = arg;

	x->n++;
	x->f(x->arg, s->module ? s->module : KFUNCS_KERNEL, s->name);
	return 0;
}

size_t kfuncs_each_symbol(struct ksyms *k, func_fn *f, void *arg)
{
	struct symbols x = { f, arg, 0 };

	if (k)
		ksyms_each(k, each_symbol, &x);
	return x.n;
}

/* Probes on these hang or crash some kernels though none refuses them; the kernel's own tests leave them out too. */
static bool is_dangerous(const char *func)
{
	return !strncmp(func, "rcu_", 4) || !strcmp(func, "arch_cpu_idle") || !strcmp(func, "default_idle") ||
	       !strcmp(func, "bpf_dispatcher_xdp_func");
}

bool kfuncs_is_variant(const char *suffix)
{
	static const char *const words[] = { ".isra.", ".constprop.", ".part.", ".llvm." };
	size_t i = 0;

	while (i < ARRAY_SIZE(words) && strncmp(suffix, words[i], strlen(words[i])))
		i++;
	if (i == ARRAY_SIZE(words))
		return false;
	suffix += strlen(words[i]);
	i = strspn(suffix, "0123456789");
	return i && (!suffix[i] || kfuncs_is_variant(suffix + i));
}

/* Parts that the compiler split off are left out, copies of whole functions are not. */
static bool is_part(const char *func)
{
	const char *dot = strchr(func, '.');

	return dot && !kfuncs_is_variant(dot);
}

static void filtered(void *arg, const char *module, const char *func)
{
	struct filter *x = arg;

	if (!is_part(func) && !is_dangerous(func) && !strmap_get(&x->refused, func))
		x->f(x->arg, module, func);
}

int kfuncs_each(struct probe_env *env, func_fn *f, void *arg)
{
	struct arena scratch = { 0 };
	struct filter x = { .f = f, .arg = arg };
	int r = 0;

	strmap_init(&x.refused, &scratch);
	read_blacklist(&x.refused);
	if (kfuncs_each_traceable(env, filtered, &x) && !kfuncs_each_symbol(env->ksyms, filtered, &x))
		r = -ENOENT;
	arena_done(&scratch);
	return r;
}

struct ir_val *lower_symbol_ip(struct lower *lw)
{
	const struct probe *p = lower_probe(lw);
	struct ksyms *k = ksyms_new();
	uint64_t addr = p->targets.n == 1 ? ksyms_addr(k, p->targets.v[0]->func) : 0;

	ksyms_free(k);
	return lower_late(lw, LATE_SYMBOL, p->targets.v[0]->func, (int64_t)addr);
}
