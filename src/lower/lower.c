/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One probe becomes one IR function: filter by process, predicate, body. */
#include <ctype.h>

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

/* -p where the kernel cannot limit the attachment: other processes leave at once. */
static void filter_pid(struct lower *lw)
{
	const struct config *c = &lw->tables->config;
	const struct provider *p = lw->probe->provider;
	struct ir_val *pid;

	/* The child of -c limits only where it is attached to, as in bpftrace: its own children count too. */
	if (c->target_pid <= 0 || c->has_child || !(p->flags & PF_TASK) || (p->flags & (PF_PID | PF_SPECIAL)))
		return;
	pid = ir_bin(&lw->b, IR_shr, ir_call(&lw->b, IRH_get_current_pid_tgid, 0), ir_iconst(&lw->b, 32));
	go_on_if(lw, ir_bin(&lw->b, IR_eq, pid, ir_iconst(&lw->b, c->target_pid)));
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

bool lower_probe_fn(struct ir_module *m, struct tables *t, struct types *ts, struct diags *d, struct probe *p)
{
	struct lower lw = {
		.b = { .module = m, .span = p->block->span },
		.arena = m->arena, .types = ts, .tables = t, .diags = d, .probe = p,
	};
	unsigned errors = d->nerrors;

	lw.b.fn = ir_fn_new(m, fn_name(&lw));
	lw.b.fn->span = p->block->span;
	lw.b.fn->user = p;
	p->fn = lw.b.fn;
	block_enter(&lw, block_open(&lw));
	frame_plan(&lw, p->block);
	frame_make(&lw);
	if (p->provider->lower_filter)
		go_on_if(&lw, p->provider->lower_filter(&lw));
	filter_pid(&lw);
	predicate(&lw, p->block->pred);
	lower_block(&lw, p->block->body);
	ir_ret(&lw.b, ir_iconst(&lw.b, 0));
	return d->nerrors == errors;
}
