/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of sema's passes. */
#include "sema/internal.h"

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
	return sema_spans(&ck) && sema_probes(&ck) && sema_resolve(&ck) && sema_infer(&ck) && sema_finish(&ck);
}
