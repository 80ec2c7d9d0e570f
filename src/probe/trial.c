/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test and bench: blocks that the tool itself runs, when it is asked to (run/trial.c). */
#include <linux/bpf.h>

#include "probe/common.h"
#include "probe/providers.h"

static bool trial_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct part name = part_get(ap, 1);

	if (part_count(ap) != 1 || !*name.text)
		return bad_form(env, out->provider, ap->span, "needs a name");
	target_add(env, out, "%s:%s", out->provider->name, name.text)->event = name.text;
	return true;
}

static void trial_kind(struct target *t, const struct probe *p, struct prog_kind *ret)
{
	ret->type = BPF_PROG_TYPE_RAW_TRACEPOINT;
}

static int trial_attach(const struct attach_env *env, const struct probe *p, int prog_fd, struct links *links,
			struct err *e)
{
	return 0;
}

/* They are where a script has them, and nowhere else. */
static int trial_list(struct probe_env *env, const struct attach_point *pattern,
		      void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
		      struct err *e)
{
	return 0;
}

const struct provider provider_test = {
	.name = "test",
	.doc = "a test that --test runs: it fails by return of a number, exit() with one, errorf() or assert()",
	.forms = "test:NAME",
	.flags = PF_TRIAL,
	.expand = trial_expand,
	.kind = trial_kind,
	.attach = trial_attach,
	.list = trial_list,
};

const struct provider provider_bench = {
	.name = "bench",
	.doc = "code that --bench takes the time of",
	.forms = "bench:NAME",
	.flags = PF_TRIAL,
	.expand = trial_expand,
	.kind = trial_kind,
	.attach = trial_attach,
	.list = trial_list,
};
