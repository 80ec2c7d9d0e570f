/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <zlib.h>

#include "base/strbuf.h"
#include "base/vec.h"
#include "inspect/kconfig.h"

/* Options that are not set stand as "# CONFIG_X is not set". */
static void take_line(struct arena *a, struct kconfig_option *all, char *line)
{
	char *equal = strchr(line, '=');

	if (strncmp(line, "CONFIG_", 7) || !equal)
		return;
	*equal = '\0';
	for (; all->name; all++)
		if (!all->value && !strcmp(all->name, line))
			all->value = arena_strndup(a, equal + 1, strcspn(equal + 1, "\n"));
}

static gzFile open_config(void)
{
	char path[sizeof("/boot/config-") + sizeof(((struct utsname *)0)->release)];
	struct utsname u;
	gzFile f = NULL;

	if (!uname(&u)) {
		snprintf(path, sizeof(path), "/boot/config-%s", u.release);
		f = gzopen(path, "r"); /* takes plain text as well */
	}
	return f ? f : gzopen("/proc/config.gz", "r");
}

int kconfig_read(struct arena *a, struct kconfig_option *all, struct err *e)
{
	char line[4096];
	gzFile f = open_config();
	bool right;

	if (!f)
		return err_set(e, errno ? -errno : -ENOENT, "can't open file: %s", errname(errno));
	gzbuffer(f, 64 << 10);
	/* The second line tells the kernel's file from another one of that name. */
	right = gzgets(f, line, sizeof(line)) && gzgets(f, line, sizeof(line)) &&
		!strcmp(line, "# Automatically generated file; DO NOT EDIT.\n");
	while (right && gzgets(f, line, sizeof(line)))
		take_line(a, all, line);
	gzclose(f);
	return right ? 0 : err_set(e, -EINVAL, "can't find correct file");
}
