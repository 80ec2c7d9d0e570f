/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iter pin: an iterator as a file; each read of it runs the program over what it iterates. */
#include <errno.h>
#include <bpf/libbpf.h>

#include "base/fdutil.h"
#include "inspect/load.h"
#include "inspect/nouns.h"
#include "inspect/terms.h"

static int pin_iter(struct inspect *in, struct bpf_program *prog, int map, const char *path)
{
	union bpf_iter_link_info info = { .map.map_fd = (uint32_t)map };
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = map >= 0 ? &info : NULL,
		    .link_info_len = map >= 0 ? sizeof(info) : 0);
	struct bpf_link *link = bpf_program__attach_iter(prog, &opts);
	int r = link ? 0 : inspect_pass(in, -errno);

	if (r)
		return inspect_fail(in, r, "attach_iter failed for program %s: %s", bpf_program__name(prog),
				    errname(r));
	r = object_pin(in, bpf_link__fd(link), path);
	bpf_link__destroy(link);
	return r;
}

static int load_and_pin(struct inspect *in, const char *object, int map, const char *path)
{
	struct load_options o = { 0 };
	struct loaded l = { 0 };
	struct objfile file = { 0 };
	int r = objfile_read(in, object, &file);

	if (!r)
		r = load_object(in, &file, &o, &l);
	inspect_pass(in, r);
	if (!r && (!l.progs.n || !l.progs.v[0].prog))
		r = inspect_fail(in, -ENOENT, "can't find bpf program in objfile %s", object);
	if (!r)
		r = pin_iter(in, l.progs.v[0].prog, map, path);
	loaded_done(&l);
	objfile_done(&file);
	return r;
}

static int iter_pin(struct inspect *in, struct words *w)
{
	_cleanup_fd_ int map = -1;
	const char *object, *path;

	if (w->n < 2)
		return INSPECT_USAGE;
	object = word_next(w);
	path = word_next(w);
	if (word_take(w, "map")) {
		if (words_need(in, w, "'map'", 2))
			return in->err.code;
		map = map_named(in, w);
		if (map < 0)
			return map;
	}
	words_ignore(in, w);
	return load_and_pin(in, object, map, path);
}

/* There is nothing to show. */
static const struct verb verbs[] = { { "help", inspect_help }, { "pin", iter_pin }, { 0 } };

const struct noun noun_iter = {
	.name = "iter",
	.verbs = verbs,
	.synopsis = "pin OBJ PATH [map MAP]\nhelp\n",
	.terms = TERM_MAP,
};
