/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verifier's log read for its user: what it objected to, and where in the script that is. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
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
	ret->reason[0] = 0;
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
		if (ret->insn >= 0)
			break;
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

/* " at stdin:1:23: `source line`", "" if that is not known. */
static void describe_place(struct runtime *rt, const struct bpf_prog *p, long insn,
			   struct strbuf *out)
{
	const struct sources *sources = rt->opt->sources;
	struct position pos;
	struct span span = { 0 };
	const char *text;
	size_t n;

	if (!sources || !verifier_span(p, insn, &span) || !sources_find(sources, span.start, &pos))
		return;
	sb_addf(out, ", at %s:%u:%u", pos.source->name, pos.line, pos.col);
	if (!source_line(pos.source, pos.line, &text, &n))
		return;
	while (n && isspace((unsigned char)*text)) {
		text++;
		n--;
	}
	sb_adds(out, ": ");
	escape_terminal(out, text, n < 120 ? n : 120);
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

static void add_hint(struct err *e, int code, const struct verdict *v)
{
	if (code == -EPERM && !v->reason[0])
		run_rights_hint(e, code);
	else if (code == -E2BIG)
		err_hint(e, "Shorten loops and unrolled blocks, or split the probe.");
	else if (v->reason[0])
		err_hint(e, "If the script casts no pointers, this is a bug of sonde: please "
			    "report it with the output of -v.");
}

int verifier_explain(struct runtime *rt, const struct probe *p, int code, struct err *e)
{
	const char *log = sb_str(&rt->log);
	struct strbuf place = { 0 };
	struct verdict v;

	verifier_read(log, &v);
	if (p->prog)
		describe_place(rt, p->prog, v.insn, &place);
	err_set(e, code, "Error loading BPF program for %s: %s%s (error %d, %s)", p->name,
		v.reason[0] ? v.reason : load_reason(code), sb_str(&place), -code, errname(code));
	add_hint(e, code, &v);
	sb_done(&place);
	return code;
}
