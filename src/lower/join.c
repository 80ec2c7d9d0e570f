/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Entry and return of the same functions in one program, where the kernel runs one at both (session links): half as many
 * programs and links, and the kernel looks for what waits at a function once.
 */
#include "lower/internal.h"

/* Bodies of map loops are callbacks with a frame of their program's; they keep programs of their own. */
static bool loops_over_map(const struct node *n)
{
	bool found;

	if (!n)
		return false;
	found = n->kind == S_FOR_MAP || loops_over_map(n->a) || loops_over_map(n->b) || loops_over_map(n->c) ||
		loops_over_map(n->decl);
	for (size_t i = 0; i < n->list.n && !found; i++)
		found = loops_over_map(n->list.v[i]);
	return found;
}

/* What tells the script which place it is at is the entry's, if the entry has none of its own. */
static bool share_cookies(struct probe *entry, const struct probe *ret)
{
	vec_each(entry->targets, i) {
		uint64_t a = entry->targets.v[i]->cookie, b = ret->targets.v[i]->cookie;

		if (a && b && a != b)
			return false;
	}
	vec_each(entry->targets, i)
		if (!entry->targets.v[i]->cookie)
			entry->targets.v[i]->cookie = ret->targets.v[i]->cookie;
	return true;
}

static bool same_functions(const struct probe *entry, const struct probe *ret)
{
	if (entry->targets.n != ret->targets.n)
		return false;
	vec_each(entry->targets, i) {
		const struct probe_target *a = entry->targets.v[i], *b = ret->targets.v[i];

		if (!a->func || !b->func || strcmp(a->func, b->func) || a->addr != b->addr || a->offset || b->offset)
			return false;
	}
	return true;
}

static bool may_join(const struct probe *p)
{
	return !p->returns && !p->joined && !loops_over_map(p->block->body);
}

static struct probe *find_return(struct tables *t, struct target *target, struct probe *entry)
{
	vec_each(t->probes, i) {
		struct probe *ret = t->probes.v[i];

		if (ret->provider == entry->provider->session->returns && may_join(ret) && same_functions(entry, ret) &&
		    entry->provider->session->possible(target, entry) && share_cookies(entry, ret))
			return ret;
	}
	return NULL;
}

void lower_join_probes(struct tables *t, struct target *target)
{
	if (target->is_portable)
		return;
	vec_each(t->probes, i) {
		struct probe *entry = t->probes.v[i];

		if (!entry->provider->session || !may_join(entry))
			continue;
		entry->returns = find_return(t, target, entry);
		if (entry->returns)
			entry->returns->joined = true;
	}
}
