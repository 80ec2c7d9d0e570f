/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the noun "top" share: programs, what they cost, where they are attached. */
#ifndef INSPECT_TOP_H
#define INSPECT_TOP_H

#include "inspect/objects.h"

/* A program with its costs since the sample before. */
struct top_prog {
	uint32_t id, type;
	const char *name;        /* arena */
	uint64_t ns, runs;       /* so far, as the kernel counts */
	uint64_t delta_ns, delta_runs;
	bool known;              /* was there in the sample before */
};
typedef VEC(struct top_prog) top_list; /* arena */

/* All programs of now, by falling delta_ns; before: the last sample, may be empty. */
top_list top_sample(struct inspect *in, const top_list *before);
/*
 * Adds where a program is attached, as far as links and its own BTF say: "sys_enter_read",
 * "eth0 tcx_ingress"; several with commas, the first few of many.
 */
void top_attached(struct inspect *in, const struct top_prog *p, struct strbuf *out);

#endif
