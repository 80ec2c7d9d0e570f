/* SPDX-License-Identifier: GPL-2.0-or-later */
/* begin and end: the tool itself runs them, by a test run of a raw tracepoint program. */
#include <linux/bpf.h>

#include "probe/common.h"
#include "probe/providers.h"

static bool special_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct part extra = part_get(ap, 1);

	if (extra.text)
		return bad_form(env, out->provider, extra.span, "'%s' is too much, it has no target", extra.text);
	target_add(env, out, "%s", out->provider->name);
	return true;
}

static void special_kind(struct target *t, const struct probe *p, struct prog_kind *ret)
{
	ret->type = BPF_PROG_TYPE_RAW_TRACEPOINT;
}

static int special_attach(const struct attach_env *env, const struct probe *p, int prog_fd,
			  struct links *links, struct err *e)
{
	links->nprobes++;
	return 0;
}

static int begin_list(struct probe_env *env, const struct attach_point *pattern,
		      void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
		      struct err *e)
{
	emit(arg, "begin", &(struct probe_target){ .name = "begin" });
	return 0;
}

static int end_list(struct probe_env *env, const struct attach_point *pattern,
		    void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
		    struct err *e)
{
	emit(arg, "end", &(struct probe_target){ .name = "end" });
	return 0;
}

const struct provider provider_begin = {
	.name = "begin",
	.alias = { "BEGIN" },
	.doc = "once, before the other probes are attached",
	.forms = "begin",
	.flags = PF_SPECIAL,
	.expand = special_expand,
	.kind = special_kind,
	.attach = special_attach,
	.list = begin_list,
};

const struct provider provider_end = {
	.name = "end",
	.alias = { "END" },
	.doc = "once, after the other probes are detached",
	.forms = "end",
	.flags = PF_SPECIAL,
	.expand = special_expand,
	.kind = special_kind,
	.attach = special_attach,
	.list = end_list,
};
