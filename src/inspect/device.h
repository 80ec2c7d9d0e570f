/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network devices that programs and maps are bound to. */
#ifndef INSPECT_DEVICE_H
#define INSPECT_DEVICE_H

#include "inspect/inspect.h"

/* "  offloaded_to NAME", or the member "dev"; nothing for ifindex 0. */
void device_text(struct inspect *in, uint32_t ifindex, uint64_t ns_dev, uint64_t ns_inode);
void device_json(struct inspect *in, uint32_t ifindex, uint64_t ns_dev, uint64_t ns_inode);

#endif
