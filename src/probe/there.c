/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions whether this kernel has a probe, and lets it be attached to. */
#include <string.h>

#include "ir/target.h"
#include "lang/ast.h"
#include "probe/probe.h"

bool probe_try(struct probe_env *env, const struct attach_point *ap, struct probe *out, struct diags *said)
{
	const char *policy = env->missing_probes;
	struct diags *diags = env->diags;
	bool ok;

	env->diags = said;
	env->trying = true;
	env->missing_probes = NULL;
	ok = out->provider->expand(env, ap, out) && out->targets.n;
	env->diags = diags;
	env->trying = false;
	env->missing_probes = policy;
	return ok;
}

bool probe_usable(struct probe_env *env, const struct probe *p)
{
	return !p->provider->usable || p->provider->usable(env, p);
}

/* Kinds that a kernel has or lacks as a whole: asked first, for names of functions take tens of milliseconds to read. */
static bool kind_is_there(struct target *t, const char *provider)
{
	if (!strcmp(provider, "kprobe") || !strcmp(provider, "kretprobe"))
		return target_has(t, TF_KPROBE);
	if (!strcmp(provider, "fentry") || !strcmp(provider, "fexit"))
		return target_has(t, TF_FENTRY);
	return true;
}

bool probe_there(struct probe_env *env, const char *provider, const char *target)
{
	struct diags said = { .arena = env->arena, .sources = env->diags->sources, .quiet_warnings = true };
	struct attach_point ap = { .text = arena_printf(env->arena, "%s:%s", provider, target) };
	struct probe_block empty = { 0 };
	struct probe p = { .provider = provider_find(provider), .block = &empty, .point = &ap, .name = ap.text, .prog_fd = -1 };
	const char *parts[] = { provider, target };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		avec_push(env->arena, &ap.parts, parts[i]);
		avec_push(env->arena, &ap.part_spans, (struct span){ 0 });
		avec_push(env->arena, &ap.quoted, 0);
	}
	return p.provider && kind_is_there(env->target, provider) && probe_try(env, &ap, &p, &said) && probe_usable(env, &p);
}
