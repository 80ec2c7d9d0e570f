/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What there is: probes and kernel types (-l), built-ins, features of the kernel (--info). */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include "cli/options.h"

/* All give an exit status. */
int list_probes(const struct cli_options *opt);
int list_functions(void);
int list_providers(void);
int list_info(const struct cli_options *opt);

#endif
