/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exit_status: how a process ended, from its wait status or the kernel's exit_code. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "fn/internal.h"

static int status_of(const void *bytes)
{
	int32_t status;

	memcpy(&status, bytes, sizeof(status));
	return status;
}

static void exit_status_text(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	int status = status_of(bytes), sig = WTERMSIG(status);
	const char *name = sigabbrev_np(sig);

	if (!sig && !WEXITSTATUS(status))
		sb_addc(out, '0');
	else if (!sig)
		sb_addf(out, "code %d", WEXITSTATUS(status));
	else
		sb_addf(out, "signal %d (%s)%s", sig, name ? name : "RT", WCOREDUMP(status) ? ", core dumped" : "");
}

static void exit_status_json(struct render *r, struct strbuf *out, const struct type *t, const void *bytes)
{
	int status = status_of(bytes), sig = WTERMSIG(status);
	const char *name = sigabbrev_np(sig);

	if (!sig) {
		sb_addf(out, "{\"code\": %d}", WEXITSTATUS(status));
		return;
	}
	sb_addf(out, "{\"signal\": %d, \"name\": \"SIG%s\", \"core\": %s}", sig, name ? name : "RT",
		WCOREDUMP(status) ? "true" : "false");
}

static const struct value_ops exit_status_value = {
	.name = "exit_status_t", .text = exit_status_text, .json = exit_status_json,
};

static const struct type *exit_status_type(struct check *ck)
{
	return type_opaque(check_types(ck), &exit_status_value, 4, 4);
}

static struct ir_val *lower_exit_status(struct lower *lw, struct node *n)
{
	struct ir_val *status = lower_expr(lw, n->list.v[0]);

	return lower_pack(lw, 4, 1, (uint32_t[]){ 0 }, (uint32_t[]){ 4 }, &status);
}

const struct fn_ops fn_exit_status = {
	.name = "exit_status", .proto = "exit_status(int status): exit_status_t", .doc = "how a process ended: code or signal",
	.flags = FN_CALL, .min_args = 1, .max_args = 1, .arg = { FA_INT }, .type_of = exit_status_type,
	.lower = lower_exit_status, .value = &exit_status_value,
};
