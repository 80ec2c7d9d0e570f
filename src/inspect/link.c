/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The noun link. */
#include "inspect/link.h"

#include <errno.h>

#include "base/fdutil.h"
#include "inspect/both.h"
#include "inspect/names.h"
#include "inspect/nouns.h"
#include "inspect/owners.h"
#include "inspect/pins.h"
#include "inspect/terms.h"
#include "run/sys.h"

static void header(struct inspect *in, const struct link_info *info)
{
	const char *type = name_link_type(info->type);
	bool of_map = info->type == BPF_LINK_TYPE_STRUCT_OPS;

	both_u64(in, "id", "", info->id, ": ");
	if (type)
		both_string(in, "type", "", type, "  ");
	else
		both_u64(in, "type", "type ", info->type, "  ");
	if (in->json)
		jsonw_u64_at(&in->w, "prog_id", info->prog_id);
	else
		sb_addf(&in->out, "%s %u  ", of_map ? "map" : "prog", of_map ? info->map.map_id : info->prog_id);
}

static int show_fd(struct inspect *in, int fd)
{
	struct link_info info;
	int r = link_info_read(in, fd, &info);

	if (r)
		return inspect_fail(in, r, "can't get link info: %s", errname(r));
	both_object(in);
	header(in, &info);
	link_details(in, &info);
	if (in->json) {
		pins_json(in, OBJECT_LINK, info.id);
		owners_json(in, OBJECT_LINK, info.id);
	} else {
		pins_text(in, OBJECT_LINK, info.id, "\n\tpinned ");
		owners_text(in, OBJECT_LINK, info.id, "\n\tpids ");
	}
	both_end_object(in, "\n");
	return 0;
}

static int link_show(struct inspect *in, struct words *w)
{
	static const struct object_show_ops ops = { .kind = OBJECT_LINK, .show = show_fd };

	return object_show(in, &ops, w);
}

static int link_pin(struct inspect *in, struct words *w)
{
	_cleanup_fd_ int fd = -1;
	int r = inspect_pass(in, words_need(in, w, "'pin'", 3));

	if (r)
		return r;
	fd = link_named(in, w);
	if (fd < 0)
		return fd;
	r = words_need(in, w, "'pin LINK'", 1);
	return r ? r : object_pin(in, fd, word_next(w));
}

static int detach(struct inspect *in, struct words *w)
{
	_cleanup_fd_ int fd = -1;
	union bpf_attr attr = { 0 };
	int r;

	if (w->n != 2)
		return inspect_fail(in, -EINVAL, "link specifier is invalid or missing");
	fd = link_named(in, w);
	if (fd < 0)
		return fd;
	attr.link_detach.link_fd = (uint32_t)fd;
	r = sys_bpf(BPF_LINK_DETACH, &attr, sizeof(attr));
	return r ? inspect_fail(in, r, "failed link detach: %s", errname(r)) : 0;
}

static int link_detach(struct inspect *in, struct words *w)
{
	return inspect_status(in, 1, detach(in, w));
}

static const struct verb verbs[] = {
	{ "show", link_show },
	{ "list", link_show },
	{ "pin", link_pin },
	{ "detach", link_detach },
	{ 0 },
};

const struct noun noun_link = {
	.name = "link",
	.verbs = verbs,
	.synopsis = "{ show | list }   [LINK]\n"
		    "pin        LINK  FILE\n"
		    "detach     LINK\n"
		    "help",
	.terms = TERM_LINK,
};
