/* SPDX-License-Identifier: GPL-2.0-or-later */
/* BTF of the kernel's modules, /sys/kernel/btf/MODULE (5.11 and later): split BTF upon that of vmlinux. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "probe/common.h"
#include "probe/debuginfo.h"
#include "type/btf.h"

#define BTF_DIR "/sys/kernel/btf"

static void module_open(struct probe_env *env, const char *name)
{
	struct probe_modules *all = &env->modules;
	struct probe_module m = { .name = arena_strdup(&all->arena, name) };
	char path[PATH_MAX];

	snprintf(path, sizeof(path), BTF_DIR "/%s", name);
	if (!btf_file_open(path, env->btf, &m.btf, NULL))
		avec_push(&all->arena, &all->list, m);
}

void modules_read(struct probe_env *env)
{
	struct dirent *ent;
	DIR *dir;

	if (env->modules.read || !env->btf)
		return;
	env->modules.read = true;
	dir = opendir(BTF_DIR);
	if (!dir)
		return;
	while ((ent = readdir(dir)))
		if (*ent->d_name != '.' && strcmp(ent->d_name, "vmlinux"))
			module_open(env, ent->d_name);
	closedir(dir);
}

void probe_modules_free(struct probe_modules *m)
{
	vec_each(m->list, i)
		btf_file_free(m->list.v[i].btf);
	arena_done(&m->arena);
	*m = (struct probe_modules){ 0 };
}

void probe_env_done(struct probe_env *env)
{
	probe_modules_free(&env->modules);
	binaries_close(env);
	programs_free(env);
}
