/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The noun prog. */
#include "inspect/prog.h"

#include "inspect/nouns.h"
#include "inspect/terms.h"

static const struct verb verbs[] = {
	{ "show", prog_show },
	{ "list", prog_show },
	{ "help", inspect_help },
	{ 0 },
};

const struct noun noun_prog = {
	.name = "prog",
	.verbs = verbs,
	.synopsis = "{ show | list } [PROG]\n"
		    "help",
	.terms = TERM_PROG,
};
