/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of a portable script that only the machine knows that it is run on: parameters, getopt(), kaddr(). */
#include "fn/internal.h"

static bool check_late(struct check *ck, struct node *n)
{
	const struct late *l = n->fn_data;

	n->type = l->type;
	return true;
}

static struct ir_val *lower_value(struct lower *lw, struct node *n)
{
	return lower_late_value(lw, n->fn_data);
}

const struct fn_ops fn_late = {
	.name = "parameter", .doc = "a value that is known when the script is run", .flags = FN_VAR | FN_CALL,
	.check = check_late, .lower = lower_value,
};
