/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verifier's log read for its user: what it objected to, and where in the script that is. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/fdutil.h"
#include "run/internal.h"

/* Start of the line before p (which is a line's start), NULL at the top. */
static const char *line_before(const char *log, const char *p)
{
	if (p == log)
		return NULL;
	for (p--; p > log && p[-1] != '\n'; p--)
		;
	return p;
}

/* Lines of the summary after the refusal. */
static bool is_summary(const char *line, size_t n)
{
	static const char *const starts[] = { "processed ", "verification time", "stack depth",
					      "; ", "--" };

	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		if (n >= strlen(starts[i]) && !memcmp(line, starts[i], strlen(starts[i])))
			return true;
	return !n;
}

/* "12: (85) call ...", "12: R1=... ; text": the number of the instruction; -1 for other lines. */
static long line_insn(const char *line)
{
	const char *p = line;
	long n;

	if (!isdigit((unsigned char)*p))
		return -1;
	n = strtol(line, (char **)&p, 10);
	return p[0] == ':' && p[1] == ' ' && (p[2] == '(' || p[2] == 'R') ? n : -1;
}

void verifier_read(const char *log, struct verdict *ret)
{
	bool found = false;

	ret->insn = -1;
	ret->reason[0] = ret->call[0] = 0;
	for (const char *p = log + strlen(log); (p = line_before(log, p));) {
		size_t n = strcspn(p, "\n");

		if (!found && !is_summary(p, n) && line_insn(p) < 0) {
			found = true;
			if (n >= sizeof(ret->reason))
				n = sizeof(ret->reason) - 1;
			memcpy(ret->reason, p, n);
			ret->reason[n] = 0;
		}
		ret->insn = line_insn(p);
		if (ret->insn >= 0) {
			snprintf(ret->call, sizeof(ret->call), "%.*s", (int)n, p);
			break;
		}
	}
}

void verifier_tail(const char *log, unsigned n, struct strbuf *out)
{
	const char *p = log + strlen(log), *before;

	while (n && (before = line_before(log, p))) {
		p = before;
		n--;
	}
	while (*p) {
		size_t len = strcspn(p, "\n");

		sb_adds(out, "    ");
		escape_terminal(out, p, len);
		sb_addc(out, '\n');
		p += len + (p[len] == '\n');
	}
}

bool verifier_span(const struct bpf_prog *p, long insn, struct span *ret)
{
	bool found = false;

	vec_each(p->lines, i) {
		if ((long)p->lines.v[i].insn <= insn && p->lines.v[i].span.end) {
			*ret = p->lines.v[i].span;
			found = true;
		}
	}
	return found && insn >= 0;
}

/* What an errno means when there is no log that says more. */
static const char *load_reason(int code)
{
	switch (code) {
	case -E2BIG: return "the program is too large or too complex for the verifier";
	case -ENOSPC: return "the verifier's log does not fit";
	case -EPERM: return "no permission to load BPF programs of this kind";
	case -EACCES: return "the verifier refused it";
	case -EINVAL: return "this kernel does not know such programs or an instruction in it";
	case -ENOMEM: return "not enough memory";
	default: return errname(code);
	}
}

static void add_advice(struct strbuf *hint, int code, const struct verdict *v, const char *advice, const char *lacking)
{
	if (v->reason[0])
		sb_addf(hint, "The verifier: %s.", v->reason);
	if (lacking || advice)
		sb_addf(hint, "%s%s", v->reason[0] ? " " : "", lacking ? lacking : advice);
	else if (code == -E2BIG)
		sb_addf(hint, "%sShorten loops and unrolled blocks, or split the probe.", v->reason[0] ? " " : "");
	else if (v->reason[0])
		sb_adds(hint, " If the script casts no pointers, this is a bug of sonde: please report it with the "
			      "output of -d verifier.");
}

/* With the line of the script; nothing is left for e to say. */
static void tell_at(struct runtime *rt, struct span span, const char *text, const char *hint, struct err *e)
{
	struct diags d = { .sources = rt->opt->sources };
	struct diag message = { .severity = SEV_ERROR, .span = span, .text = text, .hint = *hint ? hint : NULL };
	struct strbuf out = { 0 };

	diags_print_one(&d, &message, &out, rt->opt->colour);
	run_note(rt, sb_str(&out));
	sb_done(&out);
	e->what[0] = e->hint[0] = 0;
}

static void describe(const struct probe *p, int code, const struct verdict *v, struct strbuf *what,
		     const char **ret_advice)
{
	if (verifier_cause(v, what, ret_advice))
		return;
	sb_addf(what, "Error loading BPF program for %s: %s (error %d, %s)", p->name,
		v->reason[0] ? v->reason : load_reason(code), -code, errname(code));
}

/*
 * The refused instruction is one of n or more: of an imported object's function. It becomes the script's instruction that called
 * it; the line of C is named, which the log has above the refusal.
 */
static void leave_linked(const char *log, uint32_t n, struct verdict *v, struct strbuf *hint)
{
	const char *source = NULL;

	for (const char *p = log + strlen(log); v->insn >= (long)n && (p = line_before(log, p));) {
		long insn = line_insn(p);

		if (!source && p[0] == ';' && p[1] == ' ')
			source = p + 2;
		if (insn >= 0 && insn < (long)n)
			v->insn = insn;
	}
	if (source)
		sb_addf(hint, "In the imported object: %.*s. ", (int)strcspn(source, "\n"), source);
}

int verifier_explain(struct runtime *rt, const struct probe *p, int code, const char *lacking, struct err *e)
{
	_cleanup_sb_ struct strbuf what = { 0 }, hint = { 0 };
	const char *advice;
	struct verdict v;
	struct span span = { 0 };

	verifier_read(sb_str(&rt->log), &v);
	if (p->prog && v.insn >= (long)p->prog->n)
		leave_linked(sb_str(&rt->log), p->prog->n, &v, &hint);
	describe(p, code, &v, &what, &advice);
	add_advice(&hint, code, &v, advice, lacking);
	err_set(e, code, "%s", sb_str(&what));
	if (hint.n)
		err_hint(e, "%s", sb_str(&hint));
	if (code == -EPERM && !v.reason[0] && !lacking)
		run_rights_hint(e, code);
	else if (rt->opt->sources && p->prog && verifier_span(p->prog, v.insn, &span))
		tell_at(rt, span, sb_str(&what), sb_str(&hint), e);
	return code;
}
