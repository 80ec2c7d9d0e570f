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
	{ "variable-offset", "an index into a variable of the function can be anything here: bound it first" },
	{ "stack access", "an index into a variable of the function can be anything here: bound it first" }, /* before 5.12 */
	{ "invalid bpf_context access", "the context of this type of program has no such member, or not for writing" },
	{ "At program exit the register R0", "what is attached there may return these numbers only" },
	{ "Unreleased reference", "what was acquired (a socket, a record, a task) has to be given back on every path" },
	{ "combined stack size", "functions that call each other share 512 bytes of stack: put large variables into a map" },
	{ "too complex", "too many branches to walk: split the program, or loop by bpf_loop()" },
	{ "invalid zero-sized", "the size may be 0 here: test it first" },
	{ "cannot pass map_type", "that helper is not for maps of this type" },
	{ " expected=", "the helper takes another kind of argument there" },
	{ "failed to find kernel BTF type ID", "the kernel has no such function, or it is inlined: see sonde -l 'fentry:NAME*'" },
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

/* Not a sentence: what is behind it, states of registers, where a path comes from. */
static bool says_nothing(const char *line)
{
	return is_summary(line) || *line == ';' || !strncmp(line, "cur state:", 10) ||
	       !strncmp(line, "old state:", 10) || !strncmp(line, "from ", 5);
}

static const char *first_line(struct arena *a, const char *text)
{
	return arena_strndup(a, text, strcspn(text, "\n"));
}

/*
 * The sentence behind the last instruction that says what is wrong: of several the first one of a known cause, else
 * the last. NULL: there is none.
 */
static const char *find_reason(struct arena *a, const char *log)
{
	const char *last = NULL, *known = NULL, *p = log + strlen(log);

	while ((p = line_before(log, p)) && !is_insn(p)) {
		if (says_nothing(p))
			continue;
		last = last ? last : p;
		if (cause_of(first_line(a, p)))
			known = p;
	}
	return known ? known : last;
}

/* Where the steps that led to a sentence begin. */
static const char *find_steps(const char *log, const char *reason)
{
	const char *p = reason;

	for (unsigned steps = 0; steps < STEPS;) {
		p = line_before(log, p);
		if (!p)
			return log;
		steps += is_insn(p);
	}
	/* From the source line on that the first one belongs to. */
	while (p > log && *p != ';')
		p = line_before(log, p);
	return p;
}

const char *load_hint(struct inspect *in, const char *sentence)
{
	const char *hint = cause_of(sentence);

	if (hint)
		err_hint(&in->err, "%s%s", hint, in->debug ? "" : " (-d shows the whole log)");
	return hint;
}

int load_refused(struct inspect *in, int code, const char *prog, const char *log)
{
	const char *reason = find_reason(&in->arena, log), *from, *sentence = errname(code);

	if (reason) {
		from = find_steps(log, reason);
		sentence = first_line(&in->arena, reason);
		if (!in->debug)
			inspect_note(in, "The verifier's last steps in program '%s':\n%.*s%s", prog, (int)(reason - from),
				     from, sentence);
	}
	inspect_fail(in, code, "failed to load program '%s': %s", prog, sentence);
	load_hint(in, sentence);
	return code;
}
