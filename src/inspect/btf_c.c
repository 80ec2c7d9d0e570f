/* SPDX-License-Identifier: GPL-2.0-or-later */
/* btf dump format c: a header of all types for BPF programs, printed by libbpf. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inspect/btf_dump.h"

/* Programs are written against these lines: the guard, and macros that headers of libbpf share. */
static const char head[] =
	"#ifndef __VMLINUX_H__\n"
	"#define __VMLINUX_H__\n"
	"\n"
	"#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
	"#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)\n"
	"#endif\n"
	"\n"
	"#ifndef __ksym\n"
	"#define __ksym __attribute__((section(\".ksyms\")))\n"
	"#endif\n"
	"\n"
	"#ifndef __weak\n"
	"#define __weak __attribute__((weak))\n"
	"#endif\n"
	"\n"
	"#ifndef __bpf_fastcall\n"
	"#if __has_attribute(bpf_fastcall)\n"
	"#define __bpf_fastcall __attribute__((bpf_fastcall))\n"
	"#else\n"
	"#define __bpf_fastcall\n"
	"#endif\n"
	"#endif\n"
	"\n";

static const char tail[] = "#ifndef BPF_NO_PRESERVE_ACCESS_INDEX\n"
			   "#pragma clang attribute pop\n"
			   "#endif\n"
			   "\n"
			   "#endif /* __VMLINUX_H__ */\n";

/* An empty list of parameters is (void): libbpf before 1.2 leaves it at (), which C takes for any list. */
static void add_text(void *arg, const char *fmt, va_list ap)
{
	struct strbuf *out = &((struct inspect *)arg)->out;
	size_t before = out->n;

	sb_addv(out, fmt, ap);
	if (before && out->n > before && out->p[before - 1] == '(' && out->p[before] == ')') {
		sb_adds(out, "void");
		memmove(out->p + before + 4, out->p + before, out->n - before - 4);
		memcpy(out->p + before, "void", 4);
	}
}

struct kfunc {
	const char *name;
	uint32_t proto;
	bool fastcall;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct kfunc *)a)->name, ((const struct kfunc *)b)->name);
}

typedef VEC(struct kfunc) kfuncs; /* arena */

/* The function of a declaration tag of this name on the whole of it, NULL if it is something else. */
static const struct btf_type *tagged(const struct btf *btf, const struct btf_type *t, const char *tag)
{
	const struct btf_type *f;

	if (!btf_is_decl_tag(t) || btf_decl_tag(t)->component_idx != -1 ||
	    strcmp(btf__name_by_offset(btf, t->name_off), tag))
		return NULL;
	f = btf__type_by_id(btf, t->type);
	return btf_is_func(f) ? f : NULL;
}

static void mark_fastcall(kfuncs *list, const char *name)
{
	vec_each(*list, i)
		if (!strcmp(list->v[i].name, name))
			list->v[i].fastcall = true;
}

/* Functions of the kernel that programs may call; kernels say so by tags from 6.9 on. */
static int dump_kfuncs(struct inspect *in, struct btf_dump *d, const struct btf *btf)
{
	kfuncs list = { 0 };
	const struct btf_type *f;
	int r = 0;

	for (uint32_t id = 1; id < btf__type_cnt(btf); id++)
		if ((f = tagged(btf, btf__type_by_id(btf, id), "bpf_kfunc")))
			avec_push(&in->arena, &list,
				  ((struct kfunc){ btf__name_by_offset(btf, f->name_off), f->type }));
	for (uint32_t id = 1; list.n && id < btf__type_cnt(btf); id++)
		if ((f = tagged(btf, btf__type_by_id(btf, id), "bpf_fastcall")))
			mark_fastcall(&list, btf__name_by_offset(btf, f->name_off));
	if (list.n)
		qsort(list.v, list.n, sizeof(*list.v), by_name);
	sb_adds(&in->out, "\n/* BPF kfuncs */\n#ifndef BPF_NO_KFUNC_PROTOTYPES\n");
	for (size_t i = 0; !r && i < list.n; i++) {
		LIBBPF_OPTS(btf_dump_emit_type_decl_opts, opts, .field_name = list.v[i].name);

		sb_addf(&in->out, "extern %s", list.v[i].fastcall ? "__bpf_fastcall " : "");
		r = btf_dump__emit_type_decl(d, list.v[i].proto, &opts);
		sb_adds(&in->out, " __weak __ksym;\n");
	}
	sb_adds(&in->out, "#endif\n\n");
	return r;
}

static int dump_types(struct inspect *in, struct btf_dump *d, const struct btf_source *s, bool sorted)
{
	const uint32_t *order = sorted && !s->nroots ? btf_sorted(in, s->btf) : NULL;
	uint32_t n = btf__type_cnt(s->btf);
	int r = 0;

	for (unsigned i = 0; !r && i < s->nroots; i++)
		r = btf_dump__dump_type(d, s->roots[i]);
	if (s->nroots)
		return r;
	for (uint32_t i = 1; !r && i < n && inspect_more(in); i++)
		r = btf_dump__dump_type(d, order ? order[i] : i);
	return r ? r : dump_kfuncs(in, d, s->btf);
}

int btf_dump_c(struct inspect *in, const struct btf_source *s, bool sorted)
{
	struct btf_dump *d;
	int r;

	if (in->json)
		return inspect_fail(in, -ENOTSUP, "JSON output for C-syntax dump is not supported");
	d = btf_dump__new(s->btf, add_text, in, NULL);
	if (!d)
		return inspect_fail(in, -errno, "cannot print types: %s", errname(errno));
	sb_adds(&in->out, head);
	r = dump_types(in, d, s, sorted);
	btf_dump__free(d);
	if (r)
		return inspect_fail(in, r, "cannot print a type: %s", errname(r));
	sb_adds(&in->out, tail);
	return 0;
}
