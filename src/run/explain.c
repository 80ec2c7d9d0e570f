/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commonest reasons for which the verifier refuses programs, in the script's terms. The texts that are looked for are
 * those of kernel/bpf/verifier.c, of 5.10 to 7.2.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "run/internal.h"

static const struct {
	const char *parts[2]; /* both are in the verifier's sentence; NULL: none */
	const char *what, *advice;
} causes[] = {
	{ { "too large. Processed" }, "the verifier gave up: the program has too many paths",
	  "Shorten loops and unrolled blocks, or split the probe." },
	{ { "jumps is too complex" }, "the verifier gave up: the program has too many branches",
	  "Shorten loops and unrolled blocks, or split the probe." },
	{ { "infinite loop detected" }, "the verifier cannot see that this loop ends",
	  "Let it run over a range: for ($i : 0..N)." },
	{ { "back-edge" }, "this kernel has no loops in BPF programs", "unroll(N) repeats a block without a loop." },
	{ { "invalid mem access", "_or_null" }, "a pointer that may be NULL is followed",
	  "Test it first: if ($p) { ... }" },
	{ { "invalid mem access" }, "a value is followed that is no pointer into this memory",
	  "Cast it to a pointer, and say whose memory it is: kptr(...) or uptr(...)." },
	{ { "pointer arithmetic" }, "this pointer cannot be calculated with",
	  "Cast it to an integer first: (uint64)$p." },
	{ { "unbounded" }, "the verifier sees no bound for an index or a length", "Bound it: if ($i < N) { ... }" },
	{ { "invalid access to map value" }, "a read or write goes beyond a map's value", NULL },
	{ { "combined stack size" }, "the program needs more than the 512 bytes of stack that BPF has",
	  "Use fewer large variables, or lower on_stack_limit." },
	{ { "invalid bpf_context access" }, "this kernel does not offer this argument of the probe",
	  "-lv lists the arguments of a probe." },
	{ { "doesn't have", "argument" }, "this kernel does not offer this argument of the probe",
	  "-lv lists the arguments of a probe." },
	{ { "calling kernel function" }, "this function of the kernel may not be called from such a probe",
	  "exists(function:NAME) and probetype tell where it is." },
	{ { "number of funcs in func_info" }, "this kernel cannot call functions of a program back",
	  "An imported object's bpf_loop() and bpf_for_each_map_elem() need Linux 5.13 or later." },
	{ { "might sleep" }, "what sleeps may not be called from such a probe", NULL },
	{ { "access beyond struct" }, "a read goes beyond the structure", NULL },
	{ { "BTF" , "attach" }, "the probed function's type is not what this kernel has", NULL },
};

/* "bpf_d_path" of "call bpf_d_path#147" or "cannot use helper bpf_d_path#147". */
static bool helper_name(const char *text, char *ret, size_t size)
{
	const char *p = strstr(text, "bpf_");
	size_t n = p ? strcspn(p, "#") : 0;

	if (!p || p[n] != '#' || n >= size)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isalnum((unsigned char)p[i]) && p[i] != '_')
			return false;
	memcpy(ret, p, n);
	ret[n] = 0;
	return true;
}

static bool is_helper_refusal(const char *reason)
{
	return strstr(reason, "cannot use helper") || strstr(reason, "unknown func") ||
	       strstr(reason, "helper call is not allowed");
}

bool verifier_cause(const struct verdict *v, struct strbuf *what, const char **ret_advice)
{
	char name[64];

	*ret_advice = NULL;
	if (is_helper_refusal(v->reason) &&
	    (helper_name(v->reason, name, sizeof(name)) || helper_name(v->call, name, sizeof(name)))) {
		sb_addf(what, "helper %s not allowed in probe", name);
		*ret_advice = "Another kind of probe may offer it; exists(helper:NAME) tells whether the kernel has it.";
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		const char *second = causes[i].parts[1];

		if (!strstr(v->reason, causes[i].parts[0]) || (second && !strstr(v->reason, second)))
			continue;
		sb_adds(what, causes[i].what);
		*ret_advice = causes[i].advice;
		return true;
	}
	return false;
}
