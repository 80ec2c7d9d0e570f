/* SPDX-License-Identifier: GPL-2.0-or-later */
/* token show: BPF file systems that hand rights on, by their mount options. */
#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>

#include "base/vec.h"
#include "inspect/nouns.h"

static const struct {
	const char *title, *option;
} sets[] = {
	{ "allowed_cmds", "delegate_cmds=" },
	{ "allowed_maps", "delegate_maps=" },
	{ "allowed_progs", "delegate_progs=" },
	{ "allowed_attachs", "delegate_attachs=" },
};

/* The value of an option, up to a comma or the end; NULL if it is not there. */
static const char *value_of(const char *options, const char *key)
{
	size_t n = strlen(key);

	for (const char *s = options; *s; s += strcspn(s, ","), s += *s == ',')
		if (!strncmp(s, key, n))
			return s + n;
	return NULL;
}

/* The words of "a:b:c", four a line. */
static void show_words(struct inspect *in, const char *value)
{
	size_t n, column = 0;

	for (; value && *value && *value != ','; value += n + (value[n] == ':')) {
		n = strcspn(value, ":,");
		if (in->json)
			jsonw_stringn(&in->w, value, n);
		else
			sb_addf(&in->out, "%s%-20.*s", column++ % 4 ? "" : "\n\t  ", (int)n, value);
	}
}

static void show_mount(struct inspect *in, const struct mntent *m)
{
	if (in->json) {
		jsonw_object(&in->w);
		jsonw_string_at(&in->w, "token_info", m->mnt_dir);
	} else {
		sb_adds(&in->out, "token_info  ");
		inspect_text(in, m->mnt_dir);
	}
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++) {
		if (in->json)
			jsonw_array_at(&in->w, sets[i].title);
		else
			sb_addf(&in->out, "\n\t%s:", sets[i].title);
		show_words(in, value_of(m->mnt_opts, sets[i].option));
		if (in->json)
			jsonw_end_array(&in->w);
	}
	if (in->json)
		jsonw_end_object(&in->w);
	else
		sb_addc(&in->out, '\n');
}

static int token_show(struct inspect *in, struct words *w)
{
	FILE *f;

	if (words_end(in, w))
		return in->err.code;
	f = setmntent("/proc/mounts", "re");
	if (!f)
		return inspect_fail(in, -errno, "Failed to open: /proc/mounts");
	if (in->json)
		jsonw_array(&in->w);
	for (struct mntent *m; (m = getmntent(f));)
		if (!strcmp(m->mnt_type, "bpf") && strstr(m->mnt_opts, "delegate_"))
			show_mount(in, m);
	if (in->json)
		jsonw_end_array(&in->w);
	endmntent(f);
	return 0;
}

static const struct verb verbs[] = { { "show", token_show }, { "list", token_show }, { 0 } };

const struct noun noun_token = {
	.name = "token",
	.verbs = verbs,
	.synopsis = "{ show | list }\nhelp\n",
};
