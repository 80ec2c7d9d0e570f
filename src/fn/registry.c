/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All built-ins. */
#include "fn/internal.h"
#include "type/float.h"

#define FN(x) &x,
static const struct fn_ops *const all[] = { FN_LIST };
#undef FN

const struct fn_ops *const *fn_all(size_t *ret_n)
{
	*ret_n = ARRAY_SIZE(all);
	return all;
}

static bool is_alias(const struct fn_ops *fn, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(fn->alias); i++)
		if (fn->alias[i] && !strcmp(fn->alias[i], name))
			return true;
	return false;
}

const struct value_ops *fn_value_ops(const char *name)
{
	if (!strcmp(name, float_value.name))
		return &float_value;
	if (!strcmp(name, double_value.name))
		return &double_value;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i]->value && !strcmp(all[i]->value->name, name))
			return all[i]->value;
	return NULL;
}

const struct agg_ops *fn_agg_ops(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i]->agg && !strcmp(all[i]->agg->name, name))
			return all[i]->agg;
	return NULL;
}

const struct fn_ops *fn_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (!strcmp(all[i]->name, name) || is_alias(all[i], name))
			return all[i];
	return NULL;
}
