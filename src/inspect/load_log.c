/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verifier's log of a program that it refused: the part that led there, and what it means. */
#include <ctype.h>
#include <string.h>

#include "base/fdutil.h"
#include "inspect/load.h"

#define STEPS 8 /* instructions shown */

/* Commonest causes by words of the verifier's last sentence (kernel/bpf/verifier.c). */
static const struct {
	const char *words, *hint;
} causes[] = {
	{ "_or_null'", "what a lookup or an allocation returned may be NULL: test it before it is used" },
	{ "invalid access to packet", "compare the pointer's end with data_end before the packet is read" },
	{ "R0 !read_ok", "a path ends without a return value" },
	{ "!read_ok", "a variable is read that was not set on every path" },
	{ "invalid indirect read from stack", "set all bytes of what is given to the helper, also the padding" },
	{ "invalid read from stack", "a variable is read that was not set on every path" },
	{ "GPL-restricted", "the helper is for programs under the GPL: char LICENSE[] SEC(\"license\") = \"GPL\"" },
	{ "cannot use helper", "this type of program may not call that helper ('feature probe' lists those it may)" },
	{ "unknown func", "this kernel, or this type of program, does not have that helper" },
	{ "infinite loop detected", "a loop has no bound that the verifier can see" },
	{ "back-edge", "this kernel takes no loops: unroll it" },
	{ "too large", "too many steps to walk: bound loops more tightly, or use bpf_loop()" },
	{ "unbounded m", "an index or size can be anything here: bound it, from below and above, first" },
	{ "min value is negative", "an index or size may be negative: make it unsigned, or test it" },
	{ "invalid access to map value", "the index may lie outside of the map's value: bound it first" },
	{ "invalid mem access", "this is no pointer that may be followed: read it with bpf_probe_read_kernel()" },
	{ "Permission denied", "loading needs CAP_BPF, and for most types CAP_PERFMON or CAP_NET_ADMIN" },
};

static const char *cause_of(const char *reason)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		if (strstr(reason, causes[i].words))
			return causes[i].hint;
	return NULL;
}

static const char *line_before(const char *log, const char *p)
{
	if (p == log)
		return NULL;
	for (p--; p > log && p[-1] != '\n'; p--)
		;
	return p;
}

static bool is_insn(const char *line)
{
	return isdigit((unsigned char)*line) && strspn(line, "0123456789") == strcspn(line, ":");
}

/* Lines that the verifier ends with. */
static bool is_summary(const char *line)
{
	return !strncmp(line, "processed ", 10) || !strncmp(line, "verification time", 17) ||
	       !strncmp(line, "stack depth", 11) || *line == '\n' || !*line;
}

/* The last sentence, and where the steps that led to it begin. */
static const char *find_reason(const char *log, const char **ret_from)
{
	const char *reason = NULL, *p = log + strlen(log);
	unsigned steps = 0;

	*ret_from = log;
	while ((p = line_before(log, p))) {
		if (!reason && !is_summary(p) && *p != ';')
			reason = p;
		if (!is_insn(p) || ++steps < STEPS)
			continue;
		/* From the source line on that the first one belongs to. */
		while (p > log && *p != ';')
			p = line_before(log, p);
		*ret_from = p;
		break;
	}
	return reason ? reason : log;
}

int load_refused(struct inspect *in, int code, const char *prog, const char *log)
{
	const char *from, *reason = find_reason(log, &from), *hint;
	int n = (int)strcspn(reason, "\n");
	char *sentence = arena_strndup(&in->arena, reason, (size_t)n);

	if (!in->debug && reason >= from && *log)
		inspect_note(in, "The verifier's last steps in program '%s':\n%.*s", prog, (int)(reason - from) + n,
			     from);
	inspect_fail(in, code, "failed to load program '%s': %s", prog, *sentence ? sentence : errname(code));
	hint = cause_of(sentence);
	if (!*sentence)
		hint = cause_of(errname(code));
	if (hint)
		err_hint(&in->err, "%s%s", hint, in->debug ? "" : " (-d shows the whole log)");
	return code;
}
