/* SPDX-License-Identifier: GPL-2.0-or-later */
/* May this process trace at all? */
#ifndef CLI_RIGHTS_H
#define CLI_RIGHTS_H

#include "base/err.h"

/*
 * 0, or -EPERM and which capabilities are missing (capabilities(7): CAP_BPF and CAP_PERFMON since
 * Linux 5.8, or CAP_SYS_ADMIN).
 */
int rights_check(struct err *e);

#endif
