/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the noun "feature" share. */
#ifndef INSPECT_FEATURE_H
#define INSPECT_FEATURE_H

#include "inspect/inspect.h"
#include "inspect/scan.h"

struct feature_probe {
	struct inspect *in;
	uint32_t ifindex;   /* of a device to offload to; 0: the kernel itself */
	bool full, unprivileged;
	const char *macros; /* C macros with this prefix; NULL: text, or JSON */
	bool has_prog[SCAN_PROG_TYPES];
};

/* Probes and shows section by section. */
void feature_probe_show(struct feature_probe *p);

#endif
