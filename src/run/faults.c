/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Faults of running programs, each with its place in the script: divisions by zero, indexes outside of arrays and, with
 * -k, helpers that failed. Programs only count; what is told here is what was counted since the last time.
 */
#include <errno.h>
#include <string.h>

#include "base/fdutil.h"
#include "run/internal.h"

static const char *helper_text(const struct ir_site *s, int64_t code)
{
	switch (s->what) {
	case BPF_FUNC_map_lookup_elem:
		return "Can't lookup map element because it does not exist.";
	case BPF_FUNC_map_delete_elem:
		if (code == -ENOENT)
			return "Can't delete map element because it does not exist.";
		break;
	case BPF_FUNC_map_update_elem:
		if (code == -E2BIG)
			return "Map full; can't update element. Try increasing max_map_keys config or manually setting "
			       "the max entries in a map declaration e.g. `let @a = hash(5000)`";
		break;
	}
	return errname((int)code);
}

static const char *fault_text(const struct ir_site *s, int64_t code)
{
	switch (s->kind) {
	case IF_DIV:
		return "Divide or modulo by 0 detected. This can lead to unexpected results. 1 is being used as the result.";
	case IF_INDEX:
		return "Array access out of bounds. This can lead to unexpected results. The last element is being used.";
	default:
		return helper_text(s, code);
	}
}

/* The message, what there is to know about the helper, and the line of the script. */
static void whole_text(struct runtime *rt, const struct ir_site *s, const struct fault *f, struct strbuf *out)
{
	struct diags d = { .sources = rt->opt->sources };
	_cleanup_sb_ struct strbuf text = { 0 };
	struct diag message = { .severity = SEV_WARNING, .span = s->span };

	sb_adds(&text, f->what);
	if (f->count > 1)
		sb_addf(&text, " (%llu times)", (unsigned long long)f->count);
	if (f->helper)
		sb_addf(&text, "\nAdditional Info - helper: %s, retcode: %lld", f->helper, (long long)f->code);
	message.text = sb_str(&text);
	diags_print_one(&d, &message, out, rt->opt->colour);
}

static void report(struct runtime *rt, const struct ir_site *s, uint64_t count)
{
	const struct ir_helper_info *helper = s->kind == IF_HELPER ? ir_helper_info(s->what) : NULL;
	_cleanup_sb_ struct strbuf text = { 0 };
	struct fault f = { .helper = helper ? helper->name : NULL, .count = count };
	struct position pos = { 0 };

	/* Results of map operations have 32 bits where the verifier calls them directly, with nothing above. */
	f.code = (int32_t)run_counter(rt, s->counter + 1);
	f.what = fault_text(s, f.code);
	if (rt->opt->sources && sources_find(rt->opt->sources, s->span.start, &pos)) {
		f.file = pos.source->name;
		f.line = pos.line;
		f.col = pos.col;
	} else {
		f.file = "";
	}
	whole_text(rt, s, &f, &text);
	f.text = sb_str(&text);
	rt->out->ops->fault(rt->out, &f);
}

void run_report_faults(struct runtime *rt)
{
	struct ir_module *m = rt->module;

	if (!m->sites.n)
		return;
	if (!rt->faults)
		rt->faults = xcalloc(m->sites.n, sizeof(*rt->faults));
	vec_each(m->sites, i) {
		uint64_t n = m->sites.v[i].kind == IF_LOSS ? 0 : run_counter(rt, m->sites.v[i].counter);

		if (n > rt->faults[i])
			report(rt, &m->sites.v[i], n - rt->faults[i]);
		rt->faults[i] = n;
	}
}
