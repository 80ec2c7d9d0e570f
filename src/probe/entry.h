/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PROBE_ENTRY_H
#define PROBE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/probe.h"

/* The offset in the file fd that a target's breakpoint goes to; ret: a uretprobe's, which needs the return address alone. */
uint64_t entry_place(const struct probe *p, const struct probe_target *t, int fd, bool ret);
/* How many of the first bytes of a function (24 of them) a probe may move over; for tests. */
size_t entry_skip(const uint8_t *code, bool nonnull, bool stacks);
/*
 * How many of an instruction's first bytes decide whether the kernel takes a breakpoint there, of the kinds that it often
 * refuses: "lock", and VEX and EVEX, whose opcodes it looks up as if they were old ones. 0: of no such kind. For code of
 * ENTRY_SUSPECT bytes.
 */
#define ENTRY_SUSPECT 5
size_t entry_suspect(const uint8_t *code);
/* Would the kernel take a breakpoint at this instruction, and then run it wrong? For tests, as entry_suspect(). */
bool entry_breaks(const uint8_t *code);
/* The same of a place in the file fd; what cannot be read is not harmful. */
bool entry_is_harmful(int fd, uint64_t place);

#endif
