/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links of many probes, of sections that the packaged libbpf does not attach. */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "base/fdutil.h"
#include "inspect/load.h"
#include "run/sys.h"
#include "sym/elfsym.h"

typedef VEC(uint64_t) offset_list;

/* Where the functions are that a pattern of the shell stands for; aliases count once. */
static int find_functions(struct inspect *in, const char *path, const char *pattern, offset_list *ret)
{
	const struct elf_sym *syms;
	struct elf_file *f;
	int r = elf_file_open(path, &f, &in->err);
	size_t n;

	if (r)
		return r;
	n = elf_file_syms(f, &syms);
	for (size_t i = 0; i < n; i++)
		if (syms[i].is_func && !fnmatch(pattern, syms[i].name, 0) &&
		    (!ret->n || ret->v[ret->n - 1] != syms[i].offset))
			vec_push(ret, syms[i].offset);
	elf_file_free(f);
	return ret->n ? 0 : inspect_fail(in, -ENOENT, "no function of %s is like '%s'", path, pattern);
}

/* target: "PROGRAM:FUNCTIONS". */
static int attach_uprobes(struct inspect *in, int prog, const char *target, enum sys_uprobes kind)
{
	const char *colon = strrchr(target, ':');
	_cleanup_sb_ struct strbuf path = { 0 };
	offset_list offsets = { 0 };
	int r;

	if (!colon)
		return inspect_fail(in, -EINVAL, "'%s' should be PROGRAM:FUNCTION", target);
	target = arena_strndup(&in->arena, target, (size_t)(colon - target));
	if (elf_resolve_path(target, 0, &path))
		return inspect_fail(in, -ENOENT, "no program or library '%s'", target);
	r = find_functions(in, sb_str(&path), colon + 1, &offsets);
	if (!r) {
		r = sys_link_create_uprobe_multi(prog, sb_str(&path), offsets.v, NULL, (uint32_t)offsets.n, kind, 0, NULL);
		if (r < 0)
			inspect_fail(in, r, "cannot attach to %zu functions of %s: %s", offsets.n, sb_str(&path), errname(r));
	}
	vec_done(&offsets);
	return r;
}

int load_attach_multi(struct inspect *in, const struct loaded_prog *p)
{
	static const struct {
		const char *section;
		enum sys_uprobes kind;
	} kinds[] = {
		{ "uprobe.multi/", SYS_UPROBES_ENTRY },	    { "uprobe.multi.s/", SYS_UPROBES_ENTRY },
		{ "uretprobe.multi/", SYS_UPROBES_RETURN }, { "uretprobe.multi.s/", SYS_UPROBES_RETURN },
		{ "uprobe.session/", SYS_UPROBES_SESSION }, { "uprobe.session.s/", SYS_UPROBES_SESSION },
	};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		size_t n = strlen(kinds[i].section);

		if (!strncmp(p->section, kinds[i].section, n))
			return attach_uprobes(in, p->fd, p->section + n, kinds[i].kind);
	}
	return -EOPNOTSUPP;
}
