/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An object from a compiled script: the order in which its parts are made. */
#include "image/write.h"

#include <bpf/btf.h>
#include <errno.h>

#include "image/meta.h"

void make_basic_types(struct maker *m)
{
	m->int_id = btf__add_int(m->btf, "int", 4, BTF_INT_SIGNED);
	m->long_id = btf__add_int(m->btf, "u64", 8, 0);
	m->char_id = btf__add_int(m->btf, "char", 1, BTF_INT_CHAR);
	m->pointer_id = btf__add_ptr(m->btf, 0);
}

static bool begin(struct maker *m)
{
	elf_init(&m->elf);
	m->btf = btf__new_empty();
	if (!m->btf)
		return false;
	make_basic_types(m);
	return true;
}

static void end(struct maker *m)
{
	vec_each(m->code, i) {
		sb_done(&m->code.v[i].funcs);
		sb_done(&m->code.v[i].lines);
		sb_done(&m->code.v[i].cores);
	}
	vec_done(&m->code);
	vec_done(&m->cores);
	vec_done(&m->externs);
	btf__free(m->btf);
	elf_done(&m->elf);
}

/* The linker passes on what has an ordinary type. */
static int add_meta(struct maker *m, struct err *e)
{
	uint32_t sec = elf_add(&m->elf, META_SECTION, m->im->script->objects.n ? SHT_PROGBITS : META_TYPE, 0, 8);

	return meta_write(m->im, &m->elf.sections.v[sec]->data, e);
}

int image_write(const struct image *im, struct strbuf *out, struct err *e)
{
	struct maker m = { .im = im };
	int rc = begin(&m) ? 0 : err_set(e, -ENOMEM, "cannot make type information");

	if (!rc) {
		make_maps(&m);
		rc = make_programs(&m, e);
	}
	if (!rc) {
		make_core_types(&m);
		make_extern_section(&m);
		make_debug_sections(&m);
		rc = im->code_only ? 0 : add_meta(&m, e);
	}
	if (!rc)
		rc = elf_write(&m.elf, out, e);
	end(&m);
	return rc || !im->script->objects.n ? rc : image_link(im, out, e);
}
