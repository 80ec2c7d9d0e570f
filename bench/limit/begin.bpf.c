/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "limit.bpf.h"

/* Run once by the loader. */
SEC("raw_tp")
int begin(void *ctx)
{
	return 0;
}
