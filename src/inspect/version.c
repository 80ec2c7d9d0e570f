/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <bpf/libbpf.h>

#include "inspect/inspect.h"

/* The release of bpftool whose commands and output these are. */
#define BPFTOOL_LEVEL "7.8.0"

static int do_version(struct inspect *in, struct words *w)
{
	uint32_t major = libbpf_major_version(), minor = libbpf_minor_version();

	words_ignore(in, w);
	if (!in->json) {
		sb_addf(&in->out, "bpftool v%s (sonde %s)\nusing libbpf v%u.%u\nfeatures:\n", BPFTOOL_LEVEL,
			SONDE_VERSION, major, minor);
		return 0;
	}
	jsonw_object(&in->w);
	jsonw_string_at(&in->w, "version", BPFTOOL_LEVEL);
	jsonw_string_at(&in->w, "sonde_version", SONDE_VERSION);
	jsonw_name(&in->w, "libbpf_version");
	jsonw_stringf(&in->w, "%u.%u", major, minor);
	/* Libraries and helpers that bpftool may be built without: their work is done by other means here. */
	jsonw_object_at(&in->w, "features");
	jsonw_bool_at(&in->w, "libbfd", false);
	jsonw_bool_at(&in->w, "llvm", false);
	jsonw_bool_at(&in->w, "skeletons", false);
	jsonw_bool_at(&in->w, "bootstrap", false);
	jsonw_end_object(&in->w);
	jsonw_end_object(&in->w);
	return 0;
}

const struct noun noun_version = { .name = "version", .run = do_version };
