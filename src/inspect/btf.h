/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BTF that programs and maps were loaded with, read from the kernel by libbpf. */
#ifndef INSPECT_BTF_H
#define INSPECT_BTF_H

#include <bpf/btf.h>

#include "inspect/inspect.h"

/* BTF of an id, kept by the session, which owns it; NULL if it cannot be had (id 0: there is none). */
struct btf *inspect_btf(struct inspect *in, uint32_t id);
/* In place of an id: the kernel's own. */
#define BTF_OF_KERNEL UINT32_MAX
void inspect_btf_done(struct inspect *in);

#endif
