/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Shared by the tests of ir/: text in, passes by name, text out. */
#ifndef IR_TEST_H
#define IR_TEST_H

#include <stdbool.h>

#define IR_TEST_NEW true  /* a kernel that has every feature */
#define IR_TEST_OLD false /* one that has none */

/*
 * Parses, runs the passes (names with blanks between; none: the whole list), checks the rules,
 * compares.
 */
void ir_test_passes(bool features, const char *passes, const char *in, const char *out);
/* The message of the checker for the first function. */
void ir_test_check(const char *in, const char *message);
/* The message of the parser. */
void ir_test_parse(const char *in, const char *message);
/* Number of times that word is in the text after all passes. */
unsigned ir_test_count(const char *in, const char *word);

#include "tests/unit.h"

#endif
