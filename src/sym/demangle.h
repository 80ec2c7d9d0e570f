/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of C++ (Itanium ABI) and Rust as their sources have them, by libiberty. */
#ifndef SYM_DEMANGLE_H
#define SYM_DEMANGLE_H

#include <stdbool.h>

struct demangler;

struct demangler *demangler_new(void);
void demangler_free(struct demangler *d);
/* The name itself if it is not mangled. Lives as long as d; each name is worked on once. */
const char *demangled(struct demangler *d, const char *name);
/* Is it a mangled name? Costs nothing. */
bool is_mangled(const char *name);
/* Function of a demangled name without its parameters: "a::b(int) const" is "a::b"; length. */
int demangled_name_len(const char *text);

#endif
