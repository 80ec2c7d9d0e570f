/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What usages say of words that several nouns take. */
#ifndef INSPECT_TERMS_H
#define INSPECT_TERMS_H

#define TERM_PROG "PROG := { id PROG_ID | pinned FILE | tag PROG_TAG | name PROG_NAME }\n"
#define TERM_MAP "MAP := { id MAP_ID | pinned FILE | name MAP_NAME }\n"
#define TERM_LINK "LINK := { id LINK_ID | pinned FILE }\n"

#endif
