/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "run/record.h"

#include <string.h>

/* A string that fills its type to the last byte was longer: the kernel ends what it cuts with a NUL. */
static void note_cut(const struct action *a, uint32_t i, struct value_ref *v)
{
	uint32_t size = a->layout->part[i].size;

	if (i < 64 && (a->may_cut >> i & 1) && size && strnlen(v->bytes, v->len) == size - 1)
		v->len = size + 1;
}

bool record_decode(const struct action *a, const void *rec, uint32_t len, struct value_ref *ret)
{
	const struct ir_layout *l = a->layout;
	const uint8_t *bytes = rec;
	uint32_t rest, n;

	if (len < l->size)
		return false;
	rest = l->size;
	for (uint32_t i = 0; i < l->nparts; i++) {
		const struct ir_part *p = &l->part[i];

		ret[i].type = i < a->nargs ? a->arg_types[i] : NULL;
		ret[i].bytes = bytes + p->off;
		ret[i].len = p->size;
		if (p->kind != IP_VSTR) {
			note_cut(a, i, &ret[i]);
			continue;
		}
		memcpy(&n, bytes + p->off, sizeof(n));
		if (n > len - rest || (n && bytes[rest + n - 1]))
			return false;
		/* A string whose read failed has no bytes, not even a NUL. */
		ret[i].bytes = n ? (const void *)(bytes + rest) : "";
		ret[i].len = !n ? 1 : n > p->size && p->size ? p->size : n; /* of a full one the NUL is beyond */
		note_cut(a, i, &ret[i]);
		rest += n;
	}
	ret[l->nparts] = (struct value_ref){ .bytes = bytes + rest, .len = len - rest };
	return true;
}
