/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prog attach, detach: programs of socket maps, and the flow dissector. */
#include <errno.h>
#include <string.h>

#include "base/fdutil.h"
#include "inspect/names.h"
#include "inspect/prog.h"
#include "run/sys.h"

/* Types by their own words; the others are older ones. */
static const struct {
	uint32_t type;
	const char *old;
} types[] = {
	{ BPF_SK_SKB_STREAM_PARSER, "stream_parser" },
	{ BPF_SK_SKB_STREAM_VERDICT, "stream_verdict" },
	{ BPF_SK_SKB_VERDICT, "skb_verdict" },
	{ BPF_SK_MSG_VERDICT, "msg_verdict" },
	{ BPF_FLOW_DISSECTOR, "flow_dissector" },
};

static int parse_type(struct inspect *in, struct words *w)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(w->v[0], name_attach_type(types[i].type)) || word_is(w, types[i].old)) {
			word_next(w);
			return (int)types[i].type;
		}
	return inspect_pass(in, inspect_fail(in, -EINVAL, "invalid attach/detach type"));
}

/* PROG TYPE [MAP]: into attr; the caller closes both fds. */
static int parse(struct inspect *in, struct words *w, union bpf_attr *a, int *ret_prog, int *ret_map)
{
	int type, r = inspect_pass(in, words_need(in, w, "'attach' and 'detach'", 3));

	if (r)
		return r;
	*ret_prog = prog_named(in, w);
	if (*ret_prog < 0)
		return *ret_prog;
	r = words_need(in, w, "'attach' and 'detach' of a program", 1);
	type = r ? r : parse_type(in, w);
	if (type < 0)
		return type;
	a->attach_type = (uint32_t)type;
	a->attach_bpf_fd = (uint32_t)*ret_prog;
	if (type == BPF_FLOW_DISSECTOR)
		return words_end(in, w);
	r = inspect_pass(in, words_need(in, w, "the type", 2));
	if (r)
		return r;
	*ret_map = map_named(in, w);
	a->target_fd = (uint32_t)*ret_map;
	return *ret_map < 0 ? *ret_map : words_end(in, w);
}

static int run(struct inspect *in, struct words *w, int cmd, const char *what)
{
	_cleanup_fd_ int prog = -1, map = -1;
	union bpf_attr attr = { 0 };
	int r = parse(in, w, &attr, &prog, &map);

	if (r)
		return r;
	r = inspect_pass(in, sys_bpf(cmd, &attr, sizeof(attr)));
	return r ? inspect_fail(in, r, "failed prog %s: %s", what, errname(r)) : 0;
}

int prog_attach(struct inspect *in, struct words *w)
{
	return run(in, w, BPF_PROG_ATTACH, "attach to map");
}

int prog_detach(struct inspect *in, struct words *w)
{
	return run(in, w, BPF_PROG_DETACH, "detach from map");
}
