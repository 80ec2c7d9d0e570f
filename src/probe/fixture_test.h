/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the unit tests of providers: an environment that knows nothing of this machine. */
#ifndef PROBE_FIXTURE_TEST_H
#define PROBE_FIXTURE_TEST_H

#include "ir/target.h"
#include "probe/common.h"

struct fixture {
	struct arena arena;
	struct sources sources;
	struct diags diags;
	struct types types;
	struct target target;
	struct probe_env env;
	struct probe out;
};

void fixture_init(struct fixture *f); /* no tracefs, no BTF, no symbols, the kernel lacks everything */
void fixture_done(struct fixture *f);
/* Splits at colons; a part that begins with ' is taken literally up to the next '. */
struct attach_point *fixture_point(struct fixture *f, const char *text);
/* Expands into f->out, whose targets and diagnostics are forgotten first. */
bool expand(struct fixture *f, const char *text);
/* The names of the targets, a blank between; or "ERROR: text (hint)" of the first diagnostic ("WARNING: "). */
const char *expanded(struct fixture *f, const char *text);

#endif
