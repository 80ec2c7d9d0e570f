/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One probe becomes one IR function: filter by process, predicate, body. */
#include <ctype.h>

#include "fn/internal.h"
#include "lower/internal.h"

/* The probe's name as an identifier: what lists of loaded programs and profiles show. */
static const char *fn_name(struct lower *lw)
{
	char *s = arena_printf(lw->arena, "%.100s_%u", lw->probe->name, lw->probe->index);

	for (char *c = s; *c; c++)
		if (!isalnum((unsigned char)*c))
			*c = '_';
	return s;
}

static void go_on_if(struct lower *lw, struct ir_val *cond)
{
	struct ir_block *yes = block_open(lw), *no = block_open(lw);

	ir_br(&lw->b, cond, yes, no);
	block_enter(lw, no);
	ir_ret(&lw->b, ir_iconst(&lw->b, 0));
	block_enter(lw, yes);
}

static void filter_provider(struct lower *lw)
{
	struct ir_val *(*filter)(struct lower *lw) = lw->probe->provider->lower_filter;
	struct ir_val *cond = filter ? filter(lw) : NULL;

	if (cond)
		go_on_if(lw, cond);
}

/* Whether there is a -p is known where the script is run. */
static void filter_late_pid(struct lower *lw)
{
	struct ir_val *wanted = lower_late(lw, LATE_PID, "", 0), *none = ir_bin(&lw->b, IR_eq, wanted, ir_iconst(&lw->b, 0));
	struct ir_block *ask = block_open(lw), *out = block_open(lw), *go = block_open(lw);

	ir_br(&lw->b, none, go, ask);
	block_enter(lw, ask);
	ir_br(&lw->b, ir_bin(&lw->b, IR_eq, fn_lower_pid(lw), wanted), go, out);
	block_enter(lw, out);
	ir_ret(&lw->b, ir_iconst(&lw->b, 0));
	block_enter(lw, go);
}

/* -p where the kernel cannot limit the attachment: other processes leave at once. */
static void filter_pid(struct lower *lw)
{
	const struct config *c = &lw->tables->config;
	const struct provider *p = lw->probe->provider;

	if (!(p->flags & PF_TASK) || (p->flags & (PF_PID | PF_SPECIAL)))
		return;
	if (lower_target(lw)->is_portable) {
		filter_late_pid(lw);
		return;
	}
	/* The child of -c limits only where it is attached to, as in bpftrace: its own children count too. */
	if (c->target_pid <= 0 || c->has_child)
		return;
	go_on_if(lw, ir_bin(&lw->b, IR_eq, fn_lower_pid(lw), ir_iconst(&lw->b, c->target_pid)));
}

static void predicate(struct lower *lw, struct node *pred)
{
	struct ir_block *yes, *no;

	if (!pred)
		return;
	yes = block_open(lw);
	no = block_open(lw);
	lower_cond(lw, pred, yes, no);
	block_enter(lw, no);
	ir_ret(&lw->b, ir_iconst(&lw->b, 0));
	block_enter(lw, yes);
}

static void lower_part(struct lower *lw, struct probe *p)
{
	lw->probe = p;
	p->fn = lw->b.fn;
	filter_provider(lw);
	filter_pid(lw);
	predicate(lw, p->block->pred);
	lower_block(lw, p->block->body);
	ir_ret(&lw->b, ir_iconst(&lw->b, 0));
}

/* (Kernels before 7.0 know it without an argument and do not look at any.) */
static void lower_session(struct lower *lw, struct probe *p)
{
	struct ir_val *is_return = ir_ext(&lw->b, ir_kcall(&lw->b, "bpf_session_is_return", 1, ir_ctx(&lw->b)), 1, false);
	struct ir_block *at_return = block_open(lw), *at_entry = block_open(lw);

	ir_br(&lw->b, is_return, at_return, at_entry);
	block_enter(lw, at_return);
	lower_part(lw, p->returns);
	block_enter(lw, at_entry);
}

bool lower_probe_fn(struct ir_module *m, struct tables *t, struct types *ts, struct diags *d, struct probe *p)
{
	struct lower lw = {
		.b = { .module = m, .span = p->block->span },
		.arena = m->arena, .types = ts, .tables = t, .diags = d, .probe = p,
	};
	unsigned errors = d->nerrors;

	if (p->joined)
		return true;
	lw.b.fn = ir_fn_new(m, fn_name(&lw));
	lw.b.fn->span = p->block->span;
	lw.b.fn->user = p;
	lw.b.fn->preemptible = (p->provider->flags & PF_PREEMPT) != 0;
	block_enter(&lw, block_open(&lw));
	if (p->returns)
		lower_session(&lw, p);
	frame_plan(&lw, p->block);
	frame_make(&lw);
	lower_part(&lw, p);
	return d->nerrors == errors;
}
