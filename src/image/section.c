/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of programs' sections as libbpf understands them (its docs/libbpf/program_types.rst): type of the
 * program, attach type, and, where one name can say it, what it is attached to. A name without a place loads, but is
 * attached by Sonde alone.
 */
#include <ctype.h>
#include <linux/bpf.h>
#include <string.h>

#include "image/write.h"

#define TRACE_RAW_TP 23 /* BPF_TRACE_RAW_TP */
#define TRACE_ITER 28   /* BPF_TRACE_ITER */

static bool is_word(const char *s)
{
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && *s != '_' && *s != '.')
			return false;
	return true;
}

/* A place of a user program: by the name of the function, which its file must have. */
static const char *user_section(struct arena *a, const struct probe *p, const struct probe_target *t)
{
	bool named = p->targets.n == 1 && t->func && !t->usdt_args && is_word(t->func) && t->path && t->path[0] == '/' &&
		     !strchr(t->path, ':') && !strchr(p->point->text, '+');

	return named ? arena_printf(a, "%s/%s:%s", p->provider->name, t->path, t->func) : "kprobe";
}

static const char *kprobe_section(struct arena *a, const struct probe *p, const struct probe_target *t)
{
	const char *kind = p->provider->name;

	if (t->path)
		return user_section(a, p, t);
	if (p->targets.n != 1 || !t->func || !is_word(t->func))
		return "kprobe";
	if (t->offset)
		return arena_printf(a, "%s/%s+%llu", kind, t->func, (unsigned long long)t->offset);
	return arena_printf(a, "%s/%s", kind, t->func);
}

static const char *tracing_section(struct arena *a, const struct probe *p, const struct prog_kind *k)
{
	const struct probe_target *t = p->targets.v[0];

	if (k->attach_type == TRACE_RAW_TP)
		return arena_printf(a, "tp_btf/%s", t->event);
	if (k->attach_type == TRACE_ITER)
		return arena_printf(a, "iter%s/%s", k->sleepable ? ".s" : "", p->point->parts.n > 1 ? p->point->parts.v[1] : "");
	return arena_printf(a, "%s%s/%s", p->provider->name, k->sleepable ? ".s" : "", t->func ? t->func : "");
}

const char *image_section(struct arena *a, const struct probe *p, const struct prog_kind *k)
{
	const struct probe_target *t = p->targets.v[0];
	bool alone = p->targets.n == 1;

	switch (k->type) {
	case BPF_PROG_TYPE_KPROBE:
		return kprobe_section(a, p, t);
	case BPF_PROG_TYPE_TRACEPOINT:
		return alone ? arena_printf(a, "tracepoint/%s/%s", t->category, t->event) : "tracepoint";
	case BPF_PROG_TYPE_PERF_EVENT:
		return "perf_event";
	case BPF_PROG_TYPE_TRACING:
		return tracing_section(a, p, k);
	default:
		return alone && t->event ? arena_printf(a, "raw_tracepoint/%s", t->event) : "raw_tracepoint";
	}
}
