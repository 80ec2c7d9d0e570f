/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "bpf/object.h"

void bpf_object_init(struct bpf_object *obj, struct arena *arena, struct ir_module *m, const struct sources *s)
{
	*obj = (struct bpf_object){ .arena = arena, .module = m, .sources = s };
}
