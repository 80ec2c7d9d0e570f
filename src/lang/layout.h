/* SPDX-License-Identifier: GPL-2.0-or-later */
/* --fmt: the text of a script as it is usually written. */
#ifndef LANG_LAYOUT_H
#define LANG_LAYOUT_H

#include "base/strbuf.h"

/*
 * Lines are indented by their blocks, a tab each, statements have lines of their own, and blanks stand where they help. What the
 * author decides stays: comments, lines inside of statements, one empty line of several, and blocks that were written on one line
 * and fit there. What the parser sees does not change, and what was laid out once stays as it is. Any text is taken.
 */
void layout_format(const char *text, size_t n, struct strbuf *out);

#endif
