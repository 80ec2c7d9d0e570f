/* SPDX-License-Identifier: GPL-2.0-or-later */
/* feature: the command line of probe; the lists of what this program knows by name. */
#include <errno.h>
#include <linux/capability.h>
#include <net/if.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "base/vec.h"
#include "inspect/feature.h"
#include "inspect/names.h"
#include "inspect/nouns.h"

enum { CAP_PERFMON_ = 38, CAP_BPF_ = 39 };

static const struct {
	int nr;
	const char *name;
} caps[] = {
	{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN" },
	{ CAP_BPF_, "CAP_BPF" },
	{ CAP_NET_ADMIN, "CAP_NET_ADMIN" },
	{ CAP_PERFMON_, "CAP_PERFMON" },
};

typedef struct __user_cap_data_struct cap_sets[_LINUX_CAPABILITY_U32S_3];

static int caps_call(long call, cap_sets sets)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };

	return syscall(call, &header, sets) ? -errno : 0;
}

/* Drops all rights that BPF asks for, from now on and for threads to come. */
static int drop_rights(struct inspect *in, cap_sets sets)
{
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(caps); i++)
		sets[caps[i].nr / 32].effective &= ~(1u << caps[i].nr % 32);
	r = caps_call(SYS_capset, sets);
	return r ? inspect_fail(in, r, "failed to drop capabilities: %s", errname(r)) : 0;
}

/* All rights, or none if that is what is asked about: half of them give half an answer. */
static int check_rights(struct inspect *in, bool unprivileged)
{
	_cleanup_sb_ struct strbuf missing = { 0 };
	cap_sets sets;
	int r = caps_call(SYS_capget, sets);

	if (r)
		return inspect_fail(in, r, "failed to get capabilities for process: %s", errname(r));
	if (unprivileged)
		return drop_rights(in, sets);
	for (size_t i = 0; i < ARRAY_SIZE(caps); i++)
		if (!(sets[caps[i].nr / 32].effective & 1u << caps[i].nr % 32))
			sb_addf(&missing, "%s, ", caps[i].name);
	if (!missing.n)
		return 0;
	return inspect_fail(in, -EPERM, "missing %srequired for full feature probing; run as root or use 'unprivileged'",
			    sb_str(&missing));
}

static int take_device(struct inspect *in, struct words *w, struct feature_probe *p)
{
	const char *name;
	int r = words_need(in, w, "'dev'", 1);

	if (r)
		return r;
	name = word_next(w);
	p->ifindex = if_nametoindex(name);
	if (p->ifindex)
		return 0;
	return inspect_fail(in, -errno, "unrecognized netdevice '%s': %s", name, errname(errno));
}

static int take_prefix(struct inspect *in, struct words *w, struct feature_probe *p)
{
	if (!p->macros)
		return inspect_fail(in, -EINVAL, "'prefix' argument can only be use after 'macros'");
	if (*p->macros)
		return inspect_fail(in, -EINVAL, "'prefix' already defined");
	if (words_need(in, w, "'prefix'", 1))
		return in->err.code;
	p->macros = word_next(w);
	return 0;
}

/* One keyword with what belongs to it. */
static int take_keyword(struct inspect *in, struct words *w, struct feature_probe *p,
			bool *component)
{
	bool kernel = word_is(w, "kernel"), dev = !kernel && word_is(w, "dev");

	if ((kernel || dev) && *component)
		return inspect_fail(in, -EINVAL, "component to probe already specified");
	*component |= kernel || dev;
	if (word_take(w, "kernel"))
		return 0;
	if (word_take(w, "dev"))
		return take_device(in, w, p);
	if (word_take(w, "full"))
		p->full = true;
	else if (!p->macros && word_take(w, "macros"))
		p->macros = "";
	else if (word_take(w, "prefix"))
		return take_prefix(in, w, p);
	else if (word_take(w, "unprivileged"))
		p->unprivileged = true;
	else
		return inspect_fail(in, -EINVAL, "expected no more arguments, 'kernel', 'dev', 'macros' or 'prefix', got: '%s'?",
				    w->v[0]);
	return 0;
}

static int do_probe(struct inspect *in, struct words *w)
{
	struct feature_probe p = { .in = in };
	bool component = false;
	int r = 0;

	while (!r && w->n)
		r = take_keyword(in, w, &p, &component);
	if (!r)
		r = check_rights(in, p.unprivileged);
	if (r)
		return r;
	if (in->json)
		p.macros = NULL;
	scan_start();
	feature_probe_show(&p);
	return 0;
}

static const struct {
	const char *word;
	const char *(*name)(uint32_t number);
} groups[] = {
	{ "prog_types", name_prog_type },     { "map_types", name_map_type },
	{ "attach_types", name_attach_type }, { "link_types", name_link_type },
	{ "helpers", scan_helper_name },
};

static int do_list_builtins(struct inspect *in, struct words *w)
{
	const char *(*name)(uint32_t) = NULL, *text;

	if (!w->n)
		return INSPECT_USAGE;
	for (size_t i = 0; !name && i < ARRAY_SIZE(groups); i++)
		if (word_take(w, groups[i].word))
			name = groups[i].name;
	if (!name)
		return inspect_fail(in, -EINVAL, "expected 'prog_types', 'map_types', 'attach_types', 'link_types' or 'helpers', got: %s",
				    w->v[0]);
	if (in->json)
		jsonw_array(&in->w);
	for (uint32_t i = 0; (text = name(i)); i++) {
		if (in->json)
			jsonw_string(&in->w, text);
		else
			sb_addf(&in->out, "%s\n", text);
	}
	if (in->json)
		jsonw_end_array(&in->w);
	return 0;
}

static const struct verb verbs[] = {
	{ "probe", do_probe }, { "list_builtins", do_list_builtins }, { 0 },
};

const struct noun noun_feature = {
	.name = "feature",
	.verbs = verbs,
	.synopsis = "probe [COMPONENT] [full] [unprivileged] [macros [prefix PREFIX]]\n"
		    "list_builtins GROUP\n"
		    "help\n",
	.terms = "COMPONENT := { kernel | dev NAME }\n"
		 "GROUP := { prog_types | map_types | attach_types | link_types | helpers }\n",
};
