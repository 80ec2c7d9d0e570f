/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/fdutil.h"
#include "out/jsonw.h"
#include "tests/unit.h"

static void write_sample(struct jsonw *w)
{
	jsonw_array(w);
	jsonw_object(w);
	jsonw_u64_at(w, "id", 7);
	jsonw_string_at(w, "name", "a\"b\n");
	jsonw_name(w, "tag");
	jsonw_hex(w, "\x01\xff", 2);
	jsonw_array_at(w, "none");
	jsonw_end_array(w);
	jsonw_end_object(w);
	jsonw_object(w);
	jsonw_bool_at(w, "yes", true);
	jsonw_i64_at(w, "less", -1);
	jsonw_name(w, "null");
	jsonw_null(w);
	jsonw_end_object(w);
	jsonw_end_array(w);
}

TEST(on_one_line)
{
	_cleanup_sb_ struct strbuf out = { 0 };
	struct jsonw w = { .out = &out };

	write_sample(&w);
	CHECK_STR(sb_str(&out), "[{\"id\":7,\"name\":\"a\\\"b\\n\",\"tag\":[\"0x01\",\"0xff\"],\"none\":[]},"
				"{\"yes\":true,\"less\":-1,\"null\":null}]");
}

TEST(indented_as_bpftool_does)
{
	_cleanup_sb_ struct strbuf out = { 0 };
	struct jsonw w = { .out = &out, .pretty = true };

	write_sample(&w);
	CHECK_STR(sb_str(&out), "[{\n"
				"        \"id\": 7,\n"
				"        \"name\": \"a\\\"b\\n\",\n"
				"        \"tag\": [\"0x01\",\"0xff\"\n"
				"        ],\n"
				"        \"none\": []\n"
				"    },{\n"
				"        \"yes\": true,\n"
				"        \"less\": -1,\n"
				"        \"null\": null\n"
				"    }\n"
				"]");
}
