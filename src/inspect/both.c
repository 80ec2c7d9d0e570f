/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/both.h"

void both_text(struct inspect *in, const char *text)
{
	if (!in->json)
		sb_adds(&in->out, text);
}

void both_string(struct inspect *in, const char *name, const char *before, const char *value,
		 const char *after)
{
	if (in->json) {
		jsonw_string_at(&in->w, name, value);
		return;
	}
	sb_adds(&in->out, before);
	inspect_text(in, value);
	sb_adds(&in->out, after);
}

void both_u64(struct inspect *in, const char *name, const char *before, uint64_t value,
	      const char *after)
{
	if (in->json) {
		jsonw_u64_at(&in->w, name, value);
		return;
	}
	sb_adds(&in->out, before);
	sb_addu(&in->out, value);
	sb_adds(&in->out, after);
}

void both_object(struct inspect *in)
{
	if (in->json)
		jsonw_object(&in->w);
}

void both_end_object(struct inspect *in, const char *text)
{
	if (in->json)
		jsonw_end_object(&in->w);
	both_text(in, text);
}

void both_array(struct inspect *in, const char *name, const char *text)
{
	if (in->json)
		jsonw_array_at(&in->w, name);
	both_text(in, text);
}

void both_end_array(struct inspect *in, const char *text)
{
	if (in->json)
		jsonw_end_array(&in->w);
	both_text(in, text);
}

void object_header_text(struct inspect *in, uint32_t id, const char *type, uint32_t number)
{
	sb_addu(&in->out, id);
	sb_adds(&in->out, type ? ": " : ": type ");
	if (type)
		sb_adds(&in->out, type);
	else
		sb_addu(&in->out, number);
	sb_adds(&in->out, "  ");
}
