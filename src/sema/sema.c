/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of sema's passes. */
#include "sema/internal.h"

static bool check_imports(struct check *ck)
{
	bool ok = true;

	ck->report = true;
	vec_each(ck->in->script->block_imports, i)
		ok &= check_unstable(ck, ck->in->script->block_imports.v[i], "an import in a block",
				     ck->tables->config.unstable_import_statement, "unstable_import_statement");
	ck->report = false;
	return ok;
}

bool sema_run(const struct sema_input *in)
{
	struct check ck = {
		.in = in,
		.arena = in->env->arena,
		.diags = in->env->diags,
		.types = in->env->types,
		.tables = in->tables,
	};

	strmap_init(&ck.map_names, ck.arena);
	return sema_spans(&ck) && sema_probes(&ck) && check_imports(&ck) && sema_resolve(&ck) && sema_infer(&ck) && sema_finish(&ck);
}
