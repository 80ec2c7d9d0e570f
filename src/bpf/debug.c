/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BTF, func_info and line_info of one program: what makes the kernel's log quote the script.
 *
 * Types: int, u64, pointer to void, and for each function a prototype and a name. As kernel/bpf/verifier.c
 * (check_btf_func, check_btf_line) and kernel/bpf/btf.c want it: names are C identifiers, arguments have
 * names, functions are static, the first line entry of a function is at its start.
 */
#include <ctype.h>
#include <linux/btf.h>

#include "base/strmap.h"
#include "bpf/object.h"

#define LINE_TEXT_MAX 512
#define NAME_MAX_LEN 127 /* KSYM_NAME_LEN of old kernels less one */
#define COLUMN_MAX 1023  /* 10 bits of line_col */

enum { TYPE_INT = 1, TYPE_U64, TYPE_VOID_PTR, TYPE_FIRST_FUNC };

struct debug {
	struct arena *arena;
	struct strbuf types, strings;
	struct strmap offsets; /* string to offset, as a pointer */
};

static uint32_t add_string(struct debug *d, const char *s, size_t n)
{
	void *known = strmap_getn(&d->offsets, s, n);
	uint32_t at = (uint32_t)d->strings.n;

	if (known)
		return (uint32_t)(uintptr_t)known;
	if (!n)
		return 0;
	sb_add(&d->strings, s, n);
	sb_addc(&d->strings, '\0');
	strmap_putn(&d->offsets, s, n, (void *)(uintptr_t)at);
	return at;
}

static uint32_t add_name(struct debug *d, const char *name)
{
	char id[NAME_MAX_LEN + 1];
	size_t n = 0;

	if (!*name || isdigit((unsigned char)*name))
		id[n++] = '_';
	for (; *name && n < NAME_MAX_LEN; name++)
		id[n++] = isalnum((unsigned char)*name) ? *name : '_';
	return add_string(d, id, n);
}

static void add_word(struct debug *d, uint32_t w)
{
	sb_add(&d->types, &w, sizeof(w));
}

static void add_type(struct debug *d, uint32_t name, uint32_t kind, uint32_t vlen, uint32_t size_or_type)
{
	add_word(d, name);
	add_word(d, kind << 24 | vlen);
	add_word(d, size_or_type);
}

static void add_base_types(struct debug *d)
{
	add_type(d, add_string(d, "int", 3), BTF_KIND_INT, 0, 4);
	add_word(d, BTF_INT_SIGNED << 24 | 32);
	add_type(d, add_string(d, "u64", 3), BTF_KIND_INT, 0, 8);
	add_word(d, 64);
	add_type(d, 0, BTF_KIND_PTR, 0, 0);
}

/* Prototype and function: two types, of which the second is the one that func_info names. */
static void add_func(struct debug *d, const struct bpf_func *f, bool is_main, uint32_t proto_id)
{
	static const char *const args[] = { "a", "b", "c", "d", "e" };

	add_type(d, 0, BTF_KIND_FUNC_PROTO, f->nparams, TYPE_INT);
	for (uint32_t i = 0; i < f->nparams; i++) {
		add_word(d, is_main ? add_string(d, "ctx", 3) : add_string(d, args[i], 1));
		add_word(d, is_main ? TYPE_VOID_PTR : TYPE_U64);
	}
	add_type(d, add_name(d, f->name), BTF_KIND_FUNC, BTF_FUNC_STATIC, proto_id);
}

static struct bpf_func_info *add_funcs(struct debug *d, const struct bpf_prog *p)
{
	struct bpf_func_info *info = arena_array(d->arena, struct bpf_func_info, p->funcs.n);

	for (size_t i = 0; i < p->funcs.n; i++) {
		uint32_t proto = TYPE_FIRST_FUNC + 2 * (uint32_t)i;

		add_func(d, &p->funcs.v[i], i == 0, proto);
		info[i].insn_off = p->funcs.v[i].insn;
		info[i].type_id = proto + 1;
	}
	return info;
}

static void fill_line(struct debug *d, const struct sources *s, struct span at, struct bpf_line_info *ret)
{
	struct position pos;
	const char *text;
	size_t n;

	if (!s || !at.end || !sources_find(s, at.start, &pos))
		return;
	ret->file_name_off = add_string(d, pos.source->name, strlen(pos.source->name));
	ret->line_col = pos.line << 10 | (pos.col < COLUMN_MAX ? pos.col : COLUMN_MAX);
	if (!source_line(pos.source, pos.line, &text, &n))
		return;
	n = strnlen(text, n < LINE_TEXT_MAX ? n : LINE_TEXT_MAX);
	ret->line_off = add_string(d, text, n);
}

static struct bpf_line_info *add_lines(struct debug *d, const struct bpf_object *obj, const struct bpf_prog *p)
{
	struct bpf_line_info *info = arena_array(d->arena, struct bpf_line_info, p->lines.n);

	for (size_t i = 0; i < p->lines.n; i++) {
		info[i].insn_off = p->lines.v[i].insn;
		fill_line(d, obj->sources, p->lines.v[i].span, &info[i]);
	}
	return info;
}

static void finish(struct debug *d, struct bpf_debug *ret)
{
	struct btf_header h = { .magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(h) };
	char *p;

	h.type_len = (uint32_t)d->types.n;
	h.str_off = h.type_len;
	h.str_len = (uint32_t)d->strings.n;
	ret->btf_size = (uint32_t)sizeof(h) + h.type_len + h.str_len;
	ret->btf = p = arena_alloc(d->arena, ret->btf_size);
	memcpy(p, &h, sizeof(h));
	memcpy(p + sizeof(h), d->types.p, d->types.n);
	memcpy(p + sizeof(h) + d->types.n, d->strings.p, d->strings.n);
	sb_done(&d->types);
	sb_done(&d->strings);
}

void bpf_debug_info(struct bpf_object *obj, const struct bpf_prog *p, struct bpf_debug *ret)
{
	struct debug d = { .arena = obj->arena };

	strmap_init(&d.offsets, obj->arena);
	sb_addc(&d.strings, '\0');
	add_base_types(&d);
	ret->funcs = add_funcs(&d, p);
	ret->nfuncs = (uint32_t)p->funcs.n;
	ret->lines = add_lines(&d, obj, p);
	ret->nlines = (uint32_t)p->lines.n;
	finish(&d, ret);
}
