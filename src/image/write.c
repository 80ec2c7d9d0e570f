/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An object from a compiled script: the order in which its parts are made. */
#include "image/write.h"

#include <bpf/btf.h>
#include <errno.h>

#include "image/meta.h"

static bool begin(struct maker *m)
{
	elf_init(&m->elf);
	m->btf = btf__new_empty();
	if (!m->btf)
		return false;
	m->int_id = btf__add_int(m->btf, "int", 4, BTF_INT_SIGNED);
	m->long_id = btf__add_int(m->btf, "u64", 8, 0);
	m->char_id = btf__add_int(m->btf, "char", 1, BTF_INT_CHAR);
	m->pointer_id = btf__add_ptr(m->btf, 0);
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
	btf__free(m->btf);
	elf_done(&m->elf);
}

int image_write(const struct image *im, struct strbuf *out, struct err *e)
{
	struct maker m = { .im = im };
	uint32_t sec;
	int rc = begin(&m) ? 0 : err_set(e, -ENOMEM, "cannot make type information");

	if (!rc) {
		make_maps(&m);
		rc = make_programs(&m, e);
	}
	if (!rc) {
		make_core_types(&m);
		make_debug_sections(&m);
		sec = elf_add(&m.elf, META_SECTION, META_TYPE, 0, 8);
		rc = meta_write(im, &m.elf.sections.v[sec]->data, e);
	}
	if (!rc)
		rc = elf_write(&m.elf, out, e);
	end(&m);
	return rc;
}
