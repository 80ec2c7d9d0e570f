/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Macros that are defined without a #define: what a C compiler for this machine has. */
#ifndef LANG_PP_NAMES_H
#define LANG_PP_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* The macro's text; NULL if there is none of this name. */
const char *pp_predefined(const char *name, size_t len);
/* May there be one? Quick, for most names. */
static inline bool pp_is_predefined(const char *name, size_t len)
{
	return len > 2 && ((name[0] == '_' && name[1] == '_') || name[0] == 'B' || name[1] == 'G');
}

#endif
