/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values of numbers and strings as scripts write them. */
#ifndef LANG_LITERAL_H
#define LANG_LITERAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/diag.h"

/*
 * A whole number: decimal, octal (0777), hexadecimal (0x1f), 1e6, 1_000_000; C's suffixes
 * are ignored, a duration's (ns us ms s m h d) gives nanoseconds. False: *ret_tag and *ret_why
 * tell what is wrong with it.
 */
bool literal_number(const char *text, uint32_t len, uint64_t *ret, enum diag_tag *ret_tag,
		    const char **ret_why);

/*
 * Resolves the escapes of a string's text (without its quotes) into a copy in the arena,
 * NUL-terminated. at: the text's place, for messages about wrong escapes.
 */
char *literal_string(struct arena *a, struct diags *d, const char *text, uint32_t len, uint32_t at,
		     uint32_t *ret_len);

#endif
