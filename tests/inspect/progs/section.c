// SPDX-License-Identifier: GPL-2.0-or-later
// A program whose section, SECTION, says all of it.
#ifndef SECTION
#define SECTION "xdp"
#endif
__attribute__((section(SECTION), used)) int f(void *ctx) { return 1; }

char LICENSE[] __attribute__((section("license"), used)) = "GPL";
