/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Output that is the same sequence of items in text and JSON: each call writes the form in use. */
#ifndef INSPECT_BOTH_H
#define INSPECT_BOTH_H

#include "inspect/inspect.h"

/* Member NAME, or the value between the two texts. Text values are escaped for a terminal. */
void both_string(struct inspect *in, const char *name, const char *before, const char *value,
		 const char *after);
void both_u64(struct inspect *in, const char *name, const char *before, uint64_t value,
	      const char *after);
/* Containers; text is what stands there in text mode, "" for nothing. */
void both_object(struct inspect *in);
void both_end_object(struct inspect *in, const char *text);
void both_array(struct inspect *in, const char *name, const char *text);
void both_end_array(struct inspect *in, const char *text);
/* Text that JSON has no use for. */
void both_text(struct inspect *in, const char *text);

/* "7: hash  ", the head of an object's text: type NULL if only its number is known. */
void object_header_text(struct inspect *in, uint32_t id, const char *type, uint32_t number);

#endif
