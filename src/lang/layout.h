/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --fmt: the text of a script with its lines indented by its blocks. */
#ifndef LANG_LAYOUT_H
#define LANG_LAYOUT_H

#include "base/strbuf.h"

/*
 * Lines stay lines, and their text stays what it is: what they are indented by changes (a tab a block, one more for a line
 * that goes on with the one before), blanks at their ends go, and of several empty lines one is left.
 */
void layout_format(const char *text, size_t n, struct strbuf *out);

#endif
