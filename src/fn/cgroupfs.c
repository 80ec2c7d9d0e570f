/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See cgroupfs.h. */
#include "fn/cgroupfs.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fdutil.h"
#include "base/vec.h"

/* One line of mountinfo: id parent dev root mount-point options ... - type source super-options (proc(5)). */
struct mount_line {
	char *root, *mount, *options; /* options: of the super block */
	bool v2;
};

static bool parse_line(char *line, struct mount_line *ret)
{
	char *dash = strstr(line, " - "), *save = NULL, *word;

	if (!dash || strncmp(dash + 3, "cgroup", 6))
		return false;
	*dash = 0;
	ret->v2 = dash[9] == '2';
	ret->options = strrchr(dash + 3, ' ');
	word = strtok_r(line, " ", &save);
	for (int i = 0; word && i < 4; i++) {
		word = strtok_r(NULL, " ", &save);
		if (i == 2)
			ret->root = word;
	}
	ret->mount = word;
	return word && ret->options;
}

static bool each_line(bool (*fn)(void *arg, const struct mount_line *m), void *arg)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	struct mount_line m;
	char *line, *save = NULL;

	if (file_read("/proc/self/mountinfo", 1 << 20, &text) < 0 || !text.n)
		return false;
	for (line = strtok_r(text.p, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (parse_line(line, &m) && fn(arg, &m))
			return true;
	return false;
}

struct visitor {
	bool (*fn)(void *arg, const char *name, const char *mount, bool v2);
	void *arg;
};

static bool visit_line(void *arg, const struct mount_line *m)
{
	const struct visitor *v = arg;

	return v->fn(v->arg, m->v2 ? "unified" : strrchr(m->mount, '/') + 1, m->mount, m->v2);
}

bool cgroup_each_mount(bool (*fn)(void *arg, const char *name, const char *mount, bool v2), void *arg)
{
	struct visitor v = { fn, arg };

	return each_line(visit_line, &v);
}

/* nftw() has no argument of the caller's: the search under way. */
static struct {
	uint64_t id;
	const char *mount;
	struct strbuf *out;
} search;

static int visit(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	const char *rest = path + strlen(search.mount);

	if (kind != FTW_D || st->st_ino != search.id)
		return 0;
	sb_adds(search.out, *rest ? rest : "/");
	return 1;
}

bool cgroup_path_below(const char *mount, uint64_t id, struct strbuf *out)
{
	search.id = id;
	search.mount = mount;
	search.out = out;
	return nftw(mount, visit, 16, FTW_PHYS | FTW_MOUNT) == 1;
}

static unsigned depth(const char *path)
{
	unsigned n = 0;

	for (; *path; path++)
		n += *path == '/' && path[1] && path[1] != '/';
	return n;
}

/* The mount that a folder is on: the longest that its path begins with. */
struct home {
	const char *path;
	size_t len;
	struct cgroup_place *place;
};

static void take_controllers(struct cgroup_place *place, const char *options)
{
	const char *skip = options + 1; /* behind the blank */

	if (!strncmp(skip, "rw,", 3) || !strncmp(skip, "ro,", 3))
		skip += 3;
	snprintf(place->controllers, sizeof(place->controllers), "%s", skip);
}

static bool match_home(void *arg, const struct mount_line *m)
{
	struct home *h = arg;
	size_t n = strlen(m->mount);

	if (strncmp(h->path, m->mount, n) || (h->path[n] && h->path[n] != '/') || n < h->len)
		return false;
	h->len = n;
	h->place->v2 = m->v2;
	h->place->level = depth(m->root) + depth(h->path + n);
	take_controllers(h->place, m->options);
	return false;
}

int cgroup_of_folder(const char *path, struct cgroup_place *ret)
{
	char real[PATH_MAX];
	struct home h = { .path = real, .place = ret };
	struct stat st;

	if (!realpath(path, real) || stat(real, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	each_line(match_home, &h);
	ret->id = st.st_ino;
	return h.len ? 0 : -EXDEV;
}

struct best {
	struct cgroup_place *place;
	struct strbuf *mount;
	int rank;
};

static bool rank_mount(void *arg, const struct mount_line *m)
{
	static const char *const used[] = { "memory", "pids", "cpu" };
	struct best *best = arg;
	int rank = m->v2;

	for (size_t i = 0; !m->v2 && i < ARRAY_SIZE(used) && !rank; i++)
		if (strstr(m->options, used[i]))
			rank = 1 + (int)(ARRAY_SIZE(used) - i);
	if (rank <= best->rank)
		return false;
	best->rank = rank;
	*best->place = (struct cgroup_place){ .v2 = m->v2, .level = depth(m->root) };
	take_controllers(best->place, m->options);
	sb_reset(best->mount);
	sb_adds(best->mount, m->mount);
	return false;
}

int cgroup_of_containers(struct cgroup_place *ret, struct strbuf *ret_mount)
{
	struct best best = { ret, ret_mount, 0 };

	each_line(rank_mount, &best);
	return best.rank ? 0 : -ENOENT;
}

struct by_id {
	uint64_t id;
	bool v2;
	struct cgroup_place *place;
	struct strbuf path;
};

static bool find_id(void *arg, const char *name, const char *mount, bool v2)
{
	struct by_id *s = arg;

	if (v2 != s->v2)
		return false;
	sb_reset(&s->path);
	sb_adds(&s->path, mount);
	return cgroup_path_below(mount, s->id, &s->path);
}

int cgroup_of_id(uint64_t id, struct cgroup_place *ret)
{
	struct by_id s = { .id = id, .v2 = true };
	bool found = cgroup_each_mount(find_id, &s);
	int rc;

	if (!found) {
		s.v2 = false;
		found = cgroup_each_mount(find_id, &s);
	}
	rc = found ? cgroup_of_folder(sb_str(&s.path), ret) : -ENOENT;
	sb_done(&s.path);
	return rc;
}
