/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * import "x.bpf.o": an object as clang makes them for BPF. Here it is only read and looked into: its type information says
 * what functions it has (sema/linked.c), image/link.c puts the code together.
 */
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>

#include "base/elfsec.h"
#include "base/err.h"
#include "base/fdutil.h"
#include "lang/parse.h"
#include "type/btf.h"

static bool is_for_bpf(Elf *elf)
{
	GElf_Ehdr h;

	return elf && elf_kind(elf) == ELF_K_ELF && gelf_getehdr(elf, &h) && h.e_type == ET_REL && h.e_machine == EM_BPF;
}

/* Fills o from its bytes; NULL, or what is wrong with them. */
static const char *look_into(struct arena *a, Elf *elf, struct import_object *o)
{
	Elf_Data *types, *license;

	if (!is_for_bpf(elf))
		return "it is no object for BPF";
	types = elfsec_data(elf, ".BTF");
	if (!types || btf_file_from_memory(types->d_buf, types->d_size, NULL, &o->btf, NULL))
		return "it has no type information: compile it with clang -g";
	license = elfsec_data(elf, "license");
	if (license && license->d_size)
		o->license = arena_strndup(a, license->d_buf, strnlen(license->d_buf, license->d_size));
	return NULL;
}

static const char *read_object(struct parser *p, const char *path, bool is_c, struct strbuf *ret)
{
	int rc;

	if (is_c)
		return import_compile(p, path, ret);
	rc = file_read(path, IMPORT_OBJECT_MAX, ret);
	return rc ? errname(rc) : NULL;
}

const char *import_object(struct parser *p, struct span at, const char *path, bool is_c)
{
	_cleanup_sb_ struct strbuf bytes = { 0 };
	struct import_object o = { .span = at, .path = path };
	const char *why = read_object(p, path, is_c, &bytes);
	Elf *elf;

	if (why)
		return why;
	o.n = bytes.n;
	o.bytes = arena_dup(p->arena, sb_str(&bytes), bytes.n + 1);
	elf_version(EV_CURRENT);
	elf = elf_memory((char *)o.bytes, o.n);
	why = look_into(p->arena, elf, &o);
	elf_end(elf);
	if (!why)
		avec_push(p->arena, &p->script->objects, o);
	return why;
}

void import_objects_free(struct script *s)
{
	vec_each(s->objects, i)
		btf_file_free(s->objects.v[i].btf);
	s->objects.n = 0;
}
