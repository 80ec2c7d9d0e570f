/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tool/sources.h"

#include <string.h>
#include <zlib.h>

const struct tool_source *tool_source_find(const char *name)
{
	for (size_t i = 0; i < tool_sources_n; i++)
		if (!strcmp(tool_sources[i].name, name))
			return &tool_sources[i];
	return NULL;
}

/* n bytes of the stream, which the build made: what it cannot be is left as zeros. */
static void unpack(const struct tool_source *src, const char *dictionary, size_t dictionary_len, char *ret, size_t n)
{
	z_stream z = {
		.next_in = (unsigned char *)src->packed, .avail_in = (unsigned)src->packed_len,
		.next_out = (unsigned char *)ret, .avail_out = (unsigned)n,
	};

	if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
		return;
	if (dictionary_len)
		inflateSetDictionary(&z, (const unsigned char *)dictionary, (unsigned)dictionary_len);
	inflate(&z, Z_FINISH);
	inflateEnd(&z);
}

const char *tool_source_text(const struct tool_source *src, struct arena *a)
{
	size_t n = src->len + src->example_len + 2;
	char *common = arena_array(a, char, tool_dictionary.len + 1), *text = arena_array(a, char, n);

	unpack(&tool_dictionary, NULL, 0, common, tool_dictionary.len);
	unpack(src, common, tool_dictionary.len, text, n);
	return text;
}
