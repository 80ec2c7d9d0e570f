/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values and declarations as BTF describes them, in bpftool's spelling. */
#ifndef INSPECT_BTF_VALUE_H
#define INSPECT_BTF_VALUE_H

#include <bpf/btf.h>
#include <stddef.h>

#include "inspect/inspect.h"

/* How values are written. */
struct btf_value {
	const struct btf *btf;
	struct jsonw *w;
	/* For people: pointers "0x..", odd numbers and characters 0x.. without quotes, which is no JSON. */
	bool plain;
	/* Small pointers to functions are ids of programs (struct_ops): "int (*)(..) NAME/prog_id:N". */
	struct inspect *prog_ids; /* NULL: they are not */
};

/* Writes one value of n bytes, which need no alignment. 0, or -EINVAL for a type that cannot be. */
int btf_value_write(const struct btf_value *v, uint32_t type_id, const void *data, size_t n);
/* Adds a type as it is declared: "int count(struct xdp_md * ctx)" for a function. */
void btf_declaration(const struct btf *btf, uint32_t type_id, struct strbuf *out);

#endif
