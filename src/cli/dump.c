/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/dump.h"

#include <string.h>

#include "base/fdutil.h"
#include "cli/report.h"

static void heading(struct strbuf *out, const char *what)
{
	sb_addf(out, "\n%s\n-------------------\n", what);
}

void dump_tree(const struct session *s)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	heading(&out, "Tree after parsing");
	ast_print(s->script, &out);
	report_text(&out);
}

void dump_types(const struct session *s)
{
	_cleanup_sb_ struct strbuf out = { 0 };
	struct arena a = { 0 };
	struct script typed = { .source = s->script->source };

	vec_each(s->tables.probes, i)
		avec_push(&a, &typed.probes, s->tables.probes.v[i]->block);
	heading(&out, "Tree with types");
	ast_print(&typed, &out);
	report_text(&out);
	arena_done(&a);
}

void dump_ir(void *arg, const char *pass, const struct ir_fn *fn)
{
	struct dump_ir *d = arg;
	_cleanup_sb_ struct strbuf out = { 0 };
	struct strbuf swap;

	sb_reset(&d->now);
	ir_print_fn(fn, &d->now);
	if (strcmp(sb_str(&d->now), sb_str(&d->before))) {
		sb_addf(&out, "\n; %s: after %s\n%s", fn->name, pass, sb_str(&d->now));
		report_text(&out);
	}
	swap = d->before;
	d->before = d->now;
	d->now = swap;
}

void dump_ir_done(struct dump_ir *d)
{
	sb_done(&d->before);
	sb_done(&d->now);
}

void dump_bpf(const struct session *s, const struct bpf_prog *p)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	sb_addf(&out, "\n; %s: %u instructions, %u calls, %u bytes of stack\n", p->name,
		p->stats.insns, p->stats.helpers, p->stats.stack);
	bpf_disasm(&s->object, p, true, &out);
	report_text(&out);
}
