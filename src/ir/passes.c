/* SPDX-License-Identifier: GPL-2.0-or-later */
/* THE list of passes, in order. Start reading here; each pass states its contract in its file. */
#include <errno.h>

#include "ir/pass.h"
#include "ir/slots.h"

static const struct pass {
	const char *name;
	void (*run)(struct ir_fn *fn);
} passes[] = {
	/* level H: what the script means */
	{ "cfg", ir_pass_cfg },         /* branches that are known, jumps to jumps */
	{ "fold", ir_pass_fold },       /* constants, algebra */
	{ "promote", ir_pass_promote }, /* slots of numbers become values */
	{ "cfg", ir_pass_cfg },
	{ "gvn", ir_pass_gvn },         /* equal helper calls, keys, look-ups become one */
	{ "fold", ir_pass_fold },
	{ "range", ir_pass_range },     /* branches that an earlier branch decided */
	{ "cfg", ir_pass_cfg },
	{ "dce", ir_pass_dce },
	{ "sink", ir_pass_sink },       /* filters first */

	/* level L: what the machine does */
	{ "expand", ir_pass_expand },
	{ "cfg", ir_pass_cfg },         /* threads the branches on looked-up values */
	{ "fold", ir_pass_fold },
	{ "gvn", ir_pass_gvn },
	{ "range", ir_pass_range },
	{ "cfg", ir_pass_cfg },
	{ "sink", ir_pass_sink },
	{ "untrust", ir_pass_untrust }, /* pointers that are walked from */
	{ "dse", ir_pass_dse },         /* stores that nobody sees */
	{ "dce", ir_pass_dce },
	{ "number", ir_pass_number },   /* addresses that are computed with */
	{ "blur", ir_pass_blur },       /* what would keep the verifier in loops */
	{ "slots", ir_pass_slots },     /* stack places, the rest to per-CPU scratch */
	{ "pcpu", ir_pass_pcpu },       /* one look-up of the per-CPU data */
	{ "cfg", ir_pass_cfg },
	{ "dce", ir_pass_dce },
};

bool ir_run_pass(struct ir_fn *fn, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(passes); i++)
		if (!strcmp(passes[i].name, name)) {
			passes[i].run(fn);
			return true;
		}
	return false;
}

static int broken(struct ir_fn *fn, const char *pass, const char *msg, const char **ret_error)
{
	*ret_error = arena_printf(fn->module->arena, "after %s: %s", pass, msg);
	return -EINVAL;
}

int ir_run_passes(struct ir_fn *fn, bool check, ir_dump_fn *dump, void *arg, const char **ret_error)
{
	const char *msg = check ? ir_check(fn) : NULL;

	if (dump)
		dump(arg, "lower", fn);
	if (msg)
		return broken(fn, "lower", msg, ret_error);
	for (size_t i = 0; i < ARRAY_SIZE(passes); i++) {
		passes[i].run(fn);
		if (dump)
			dump(arg, passes[i].name, fn);
		msg = check ? ir_check(fn) : NULL;
		if (msg)
			return broken(fn, passes[i].name, msg, ret_error);
	}
	if (fn->frame > ir_frame_limit(fn) + IR_KEYS_RESERVE) {
		*ret_error =
			arena_printf(fn->module->arena, "%s needs %u bytes of stack, %u are there",
				     fn->name, fn->frame, ir_frame_limit(fn));
		return -E2BIG;
	}
	return 0;
}
