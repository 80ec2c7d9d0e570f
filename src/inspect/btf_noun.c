/* SPDX-License-Identifier: GPL-2.0-or-later */
/* btf: the noun and the words behind "btf dump". */
#include <errno.h>
#include <string.h>

#include "inspect/btf_dump.h"
#include "inspect/nouns.h"
#include "inspect/terms.h"

struct form {
	bool c, unsorted;
};

static int take_format(struct inspect *in, struct words *w, struct form *f)
{
	const char *format;

	if (!w->n)
		return inspect_fail(in, -EINVAL, "expecting value for 'format' option");
	format = word_next(w);
	f->c = !strcmp(format, "c");
	if (f->c || !strcmp(format, "raw"))
		return 0;
	return inspect_fail(in, -EINVAL, "unrecognized format specifier: '%s', possible values: raw, c", format);
}

static int take_root(struct inspect *in, struct words *w, struct btf_source *s)
{
	uint64_t id;
	int r = 0;

	if (s->filtered)
		return inspect_fail(in, -EINVAL, "cannot use root_id with other type filtering");
	if (s->nroots == BTF_ROOTS_MAX)
		return inspect_fail(in, -E2BIG, "only %d root_id are supported", BTF_ROOTS_MAX);
	if (word_number(in, w, "root ID", UINT32_MAX, &id))
		return -EPERM; /* bpftool's 255: of the words behind the source, only this is not passed on as EINVAL */
	for (unsigned i = 0; !r && i < s->nroots; i++)
		if (s->roots[i] == id)
			r = inspect_fail(in, -EINVAL, "duplicate root_id %u supplied", (uint32_t)id);
	if (!r)
		s->roots[s->nroots++] = (uint32_t)id;
	return r;
}

static int take_form(struct inspect *in, struct words *w, struct btf_source *s, struct form *f)
{
	int r = 0;

	while (!r && w->n) {
		if (word_take(w, "format"))
			r = take_format(in, w, f);
		else if (word_take(w, "root_id"))
			r = take_root(in, w, s);
		else if (word_take(w, "unsorted"))
			f->unsorted = true;
		else
			r = inspect_fail(in, -EINVAL, "unrecognized option: '%s'", w->v[0]);
	}
	for (unsigned i = 0; !r && i < s->nroots; i++)
		if (s->roots[i] >= btf__type_cnt(s->btf) || (!s->filtered && !s->roots[i]))
			r = inspect_fail(in, -EINVAL, "invalid root ID: %u", s->roots[i]);
	return r;
}

int btf_dump(struct inspect *in, struct words *w)
{
	struct btf_source s = { 0 };
	struct form f = { 0 };
	int r = btf_source_take(in, w, &s);

	if (!r)
		r = inspect_pass(in, take_form(in, w, &s, &f));
	if (!r && f.c)
		r = inspect_pass(in, btf_dump_c(in, &s, !f.unsorted));
	else if (!r)
		btf_dump_raw(in, &s);
	btf_source_done(&s);
	return r;
}

static const struct verb verbs[] = {
	{ "show", btf_show }, { "list", btf_show }, { "dump", btf_dump }, { 0 },
};

const struct noun noun_btf = {
	.name = "btf",
	.verbs = verbs,
	.synopsis = "{ show | list } [id BTF_ID]\n"
		    "dump BTF_SRC [format FORMAT] [root_id ROOT_ID]\n"
		    "help\n",
	.terms = "BTF_SRC := { id BTF_ID | prog PROG | map MAP [{key | value | kv | all}] | file FILE [file FILE]... }\n"
		 "FORMAT  := { raw | c [unsorted] }\n"
		 TERM_MAP
		 TERM_PROG,
};
