/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All providers. */
#include <string.h>

#include "probe/providers.h"

static const struct provider *const providers[] = {
	&provider_begin,
	&provider_end,
	&provider_tracepoint,
	&provider_rawtracepoint,
	&provider_kprobe,
	&provider_kretprobe,
	&provider_fentry,
	&provider_fexit,
	&provider_uprobe,
	&provider_uretprobe,
	&provider_usdt,
	&provider_profile,
	&provider_interval,
	&provider_software,
	&provider_hardware,
	&provider_watchpoint,
	&provider_iter,
	&provider_self,
	&provider_test,
	&provider_bench,
};

const struct provider *const *provider_all(size_t *ret_n)
{
	*ret_n = ARRAY_SIZE(providers);
	return providers;
}

static bool is_called(const struct provider *p, const char *name)
{
	if (!strcmp(p->name, name))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(p->alias) && p->alias[i]; i++)
		if (!strcmp(p->alias[i], name))
			return true;
	return false;
}

const struct provider *provider_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(providers); i++)
		if (is_called(providers[i], name))
			return providers[i];
	return NULL;
}
