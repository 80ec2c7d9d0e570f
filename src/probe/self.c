/* SPDX-License-Identifier: GPL-2.0-or-later */
/* self: things that happen to the tool itself: a signal that is sent to it. */
#include <linux/bpf.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "probe/common.h"
#include "probe/providers.h"

/* SIGINT and SIGTERM end the run, the others that are missing cannot be handled or mean a fault. */
static const struct {
	const char *name;
	int number;
} signals[] = {
	{ "SIGALRM", SIGALRM }, { "SIGCONT", SIGCONT }, { "SIGHUP", SIGHUP },   { "SIGQUIT", SIGQUIT },
	{ "SIGTSTP", SIGTSTP }, { "SIGUSR1", SIGUSR1 }, { "SIGUSR2", SIGUSR2 }, { "SIGWINCH", SIGWINCH },
};

static bool self_expand(struct probe_env *env, const struct attach_point *ap, struct probe *out)
{
	struct part kind = part_get(ap, 1), name = part_get(ap, 2);
	struct near near;

	if (part_count(ap) != 2 || strcmp(kind.text, "signal"))
		return bad_form(env, out->provider, ap->span, "needs 'signal' and its name");
	near_start(&near, name.text);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (!strcmp(name.text, signals[i].name)) {
			target_add(env, out, "self:signal:%s", name.text)->config = (uint32_t)signals[i].number;
			return true;
		}
		near_try(&near, signals[i].name);
	}
	return no_match(env, out->provider, ap, "self:signal:", &near);
}

static void self_kind(struct target *t, const struct probe *p, struct prog_kind *ret)
{
	ret->type = BPF_PROG_TYPE_RAW_TRACEPOINT;
}

/* The event loop catches the signal and runs the program. */
static int self_attach(const struct attach_env *env, const struct probe *p, int prog_fd, struct links *links,
		       struct err *e)
{
	links->nprobes++;
	return 0;
}

static int self_list(struct probe_env *env, const struct attach_point *pattern,
		     void (*emit)(void *arg, const char *name, const struct probe_target *t), void *arg,
		     struct err *e)
{
	struct part kind = part_get(pattern, 1), part = part_get(pattern, 2);
	char name[64];

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (!part_match(&kind, "signal") || !part_match(&part, signals[i].name))
			continue;
		snprintf(name, sizeof(name), "self:signal:%s", signals[i].name);
		emit(arg, name, &(struct probe_target){ .name = name });
	}
	return 0;
}

const struct provider provider_self = {
	.name = "self",
	.doc = "a signal that is sent to the tool itself",
	.forms = "self:signal:SIGUSR1",
	.flags = PF_SIGNAL,
	.expand = self_expand,
	.kind = self_kind,
	.attach = self_attach,
	.list = self_list,
};
