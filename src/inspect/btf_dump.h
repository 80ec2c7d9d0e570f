/* SPDX-License-Identifier: GPL-2.0-or-later */
/* btf dump: where the BTF comes from and the forms that it is shown in. */
#ifndef INSPECT_BTF_DUMP_H
#define INSPECT_BTF_DUMP_H

#include <bpf/btf.h>

#include "base/vec.h"
#include "inspect/inspect.h"

enum { BTF_ROOTS_MAX = 16 };

struct btf_source {
	struct btf *btf;
	struct btf *base;        /* loaded for it; NULL: it has none, or it is a file's own */
	uint32_t roots[BTF_ROOTS_MAX];
	unsigned nroots;         /* 0: all types but the base's */
	bool filtered;           /* roots are a map's */
};

verb_fn btf_show, btf_dump;

/*
 * Takes "id N", "prog PROG", "map MAP [key|value|kv|all]" or "file FILE [file FILE]..." off the
 * words and loads it, checked. 0, or -errno and the error set, or INSPECT_USAGE.
 */
int btf_source_take(struct inspect *in, struct words *w, struct btf_source *ret);
void btf_source_done(struct btf_source *s);
/* BTF of a file, checked; base may be NULL. NULL and the error set. */
struct btf *btf_of_file(struct inspect *in, const char *path, struct btf *base);

/* Each type as a line and its members, or as JSON. */
void btf_dump_raw(struct inspect *in, const struct btf_source *s);
/* A C header. 0, or -errno and the error set. */
int btf_dump_c(struct inspect *in, const struct btf_source *s, bool sorted);
/* The ids of all types in an order that does not depend on where they came from; count entries, arena. */
const uint32_t *btf_sorted(struct inspect *in, const struct btf *btf);

/*
 * Are all ids and names in range, and does no type contain itself? libbpf takes that for granted
 * when it prints or lays out types. 0, or -EINVAL and the error set; what: whose BTF.
 */
int btf_verify(const struct btf *btf, const char *what, struct err *e);

#endif
