/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel lets this user load, found by trying: types of programs and maps, and the helpers
 * of each type of program.
 *
 * The answers mean what libbpf's libbpf_probe_bpf_*() mean by "supported", so that they are those
 * of other tools: tracing and LSM programs, for example, count when the kernel gets as far as
 * looking at the function they name. Nothing stays loaded.
 */
#ifndef INSPECT_SCAN_H
#define INSPECT_SCAN_H

#include <stdbool.h>
#include <stdint.h>

enum { SCAN_PROG_TYPES = 33, SCAN_HELPERS = 212 }; /* numbers below these are known */

/*
 * Before Linux 5.11 maps and programs count against the limit of locked memory, and go some time after
 * they were closed: raises it as far as it goes. To be called before the others.
 */
void scan_start(void);
/* ifindex: 0, or of the device that the program or map is to be offloaded to. */
bool scan_prog_type(uint32_t type, uint32_t ifindex);
bool scan_map_type(uint32_t type, uint32_t ifindex);

/* The helpers of one type of program, by number. */
struct scan_helpers {
	uint32_t prog_type;
	bool wanted; /* in: to be asked? */
	bool has[SCAN_HELPERS];
};
/*
 * Fills n of them, on all processors at once. full: also asks for helpers that make the kernel log
 * a warning when they are so much as mentioned.
 */
void scan_helpers(struct scan_helpers *all, unsigned n, uint32_t ifindex, bool full);

/* Of the verifier and the instruction set, by programs that use them. */
enum scan_misc { SM_LARGE, SM_LOOPS, SM_V2, SM_V3, SM_V4, SM_COUNT };
bool scan_misc(enum scan_misc what, uint32_t ifindex);
/* Is a helper asked for at all? See full of scan_helpers(). */
bool scan_helper_asked(uint32_t number, bool full);
/* Can the helpers of a type be asked for without naming a function to attach to? */
bool scan_helpers_possible(uint32_t prog_type);
/* The name of a helper, "bpf_map_lookup_elem"; NULL if the number has none. */
const char *scan_helper_name(uint32_t number);
/* False only where the system call is missing altogether. */
bool scan_syscall(void);

#endif
