/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All nouns. Their order decides what a prefix stands for: it is bpftool's, others come behind. */
#include <stddef.h>

#include "inspect/inspect.h"
#include "inspect/nouns.h"

const struct noun *const inspect_nouns[] = {
	&noun_help,
	&noun_batch,
	&noun_prog,
	&noun_map,
	&noun_link,
	&noun_cgroup,
	&noun_perf,
	&noun_net,
	&noun_feature,
	&noun_btf,
	&noun_gen,
	&noun_struct_ops,
	&noun_iter,
	&noun_token,
	&noun_version,
	&noun_top,
	&noun_doctor,
	NULL,
};
