/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See containers.h. */
#include "fn/containers.h"

#include <ctype.h>
#include <dirent.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#include "base/fdutil.h"
#include "base/vec.h"

#define ID_LENGTH 64
#define LEAST_ID 4            /* digits of an id that may stand for it */
#define FILE_MAX_BYTES (4 << 20)

static size_t hex_digits(const char *s)
{
	size_t n = 0;

	while (isdigit((unsigned char)s[n]) || (s[n] >= 'a' && s[n] <= 'f'))
		n++;
	return n;
}

/* A part of the path from p to end: the id of docker's, containerd's and others' containers. */
static bool hex_id(const char *p, const char *end, struct strbuf *out)
{
	for (; p + ID_LENGTH <= end; p++)
		if (hex_digits(p) >= ID_LENGTH && (p + ID_LENGTH == end || !isalnum((unsigned char)p[ID_LENGTH]))) {
			sb_add(out, p, ID_LENGTH);
			return true;
		}
	return false;
}

/* Runtimes whose groups have the container's name: what stands before and behind it. */
static const struct {
	const char *before, *behind;
} named[] = {
	{ "lxc.payload.", "" }, { "machine-", ".scope" }, { "systemd-nspawn@", ".service" },
};

static bool named_id(const char *p, const char *end, struct strbuf *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
		size_t a = strlen(named[i].before), b = strlen(named[i].behind), n = (size_t)(end - p);

		if (n <= a + b || strncmp(p, named[i].before, a) || strncmp(end - b, named[i].behind, b))
			continue;
		sb_add(out, p + a, n - a - b);
		return true;
	}
	return false;
}

bool container_id_of(const char *path, struct strbuf *ret_id)
{
	const char *end = path + strlen(path), *p;

	for (; end > path; end = p) {
		for (p = end; p > path && p[-1] != '/'; p--)
			;
		if (hex_id(p, end, ret_id) || named_id(p, end, ret_id))
			return true;
		if (p > path)
			p--;
	}
	return false;
}

/* kubelet's groups: ".../pod1234-..." or "...-pod1234_....slice", where systemd makes them. */
bool container_pod_of(const char *path, struct strbuf *ret_id)
{
	const char *p = path;

	while ((p = strstr(p, "pod"))) {
		size_t n = 0;

		p += strlen("pod");
		while (isxdigit((unsigned char)p[n]) || p[n] == '-' || p[n] == '_')
			n++;
		if (n < 8 || hex_digits(p) < 8)
			continue;
		for (size_t i = 0; i < n; i++)
			sb_addc(ret_id, p[i] == '_' ? '-' : p[i]);
		return true;
	}
	return false;
}

/* The string that has this name in a JSON text, behind `from`. */
static bool json_string(const char *from, const char *name, struct strbuf *out)
{
	const char *p = from, *end;
	size_t n = strlen(name);

	for (; (p = strstr(p, name)); p += n) {
		if (p == from || p[-1] != '"' || p[n] != '"')
			continue;
		end = p + n + 1;
		end += strspn(end, " \t\n:[");
		if (*end++ != '"')
			continue;
		sb_add(out, end, strcspn(end, "\""));
		return true;
	}
	return false;
}

static bool read_file(const char *path, struct strbuf *ret)
{
	sb_reset(ret);
	return !file_read(path, FILE_MAX_BYTES, ret) && ret->n;
}

/* The file behind any folder of the one that ends at star (glob() would bring the C library's user data base along). */
static bool read_any(const char *path, const char *star, struct strbuf *ret)
{
	_cleanup_sb_ struct strbuf one = { 0 };
	struct dirent *e;
	bool ok = false;
	DIR *dir;

	sb_add(&one, path, (size_t)(star - path));
	dir = opendir(sb_str(&one));
	while (dir && !ok && (e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		sb_reset(&one);
		sb_addf(&one, "%.*s%s%s", (int)(star - path), path, e->d_name, star + 1);
		ok = read_file(sb_str(&one), ret);
	}
	if (dir)
		closedir(dir);
	return ok;
}

/* The first file of this path, with %s for the id and a star for any folder; below SONDE_CONTAINER_ROOT. */
static bool read_state(const char *pattern, const char *id, struct strbuf *ret)
{
	_cleanup_sb_ struct strbuf path = { 0 };
	const char *root = getenv("SONDE_CONTAINER_ROOT"), *star;

	sb_adds(&path, root ? root : "");
	sb_addf(&path, pattern, id);
	star = strchr(sb_str(&path), '*');
	return star ? read_any(sb_str(&path), star, ret) : read_file(sb_str(&path), ret);
}

/* Where runtimes keep what they know of a container, and what they call its name there. */
static const struct {
	const char *pattern, *name;
} states[] = {
	{ "/var/lib/docker/containers/%s/config.v2.json", "Name" },
	{ "/run/containerd/io.containerd.runtime.v2.task/*/%s/config.json", "io.kubernetes.cri.container-name" },
	{ "/run/containerd/io.containerd.runtime.v2.task/*/%s/config.json", "nerdctl/name" },
	{ "/var/lib/containers/storage/overlay-containers/%s/userdata/config.json", "io.kubernetes.container.name" },
};

/* podman has all its containers in one list: "id": ..., "names": [...]. */
static bool podman_name(const char *id, struct strbuf *out)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	const char *at;

	if (!read_state("/var/lib/containers/storage/overlay-containers/containers.json", id, &text))
		return false;
	at = strstr(sb_str(&text), id);
	return at && json_string(at, "names", out);
}

bool container_name(const char *id, struct strbuf *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		_cleanup_sb_ struct strbuf text = { 0 }, name = { 0 };

		if (!read_state(states[i].pattern, id, &text) || !json_string(sb_str(&text), states[i].name, &name))
			continue;
		sb_adds(out, sb_str(&name) + (*sb_str(&name) == '/')); /* docker's begin with a slash */
		return true;
	}
	return podman_name(id, out);
}

bool container_pod_name(const char *id, struct strbuf *out)
{
	static const struct {
		const char *pattern, *space, *name;
	} pods[] = {
		{ "/run/containerd/io.containerd.runtime.v2.task/*/%s/config.json", "io.kubernetes.cri.sandbox-namespace", "io.kubernetes.cri.sandbox-name" },
		{ "/var/lib/containers/storage/overlay-containers/%s/userdata/config.json", "io.kubernetes.pod.namespace", "io.kubernetes.pod.name" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(pods); i++) {
		_cleanup_sb_ struct strbuf text = { 0 }, space = { 0 }, name = { 0 };

		if (!read_state(pods[i].pattern, id, &text) || !json_string(sb_str(&text), pods[i].name, &name))
			continue;
		if (json_string(sb_str(&text), pods[i].space, &space))
			sb_addf(out, "%s/", sb_str(&space));
		sb_adds(out, sb_str(&name));
		return true;
	}
	return false;
}

/* nftw() has no argument of the caller's: the search under way. */
static struct {
	const char *name;
	struct strbuf *out;
} search;

static bool is_wanted(const char *id)
{
	_cleanup_sb_ struct strbuf name = { 0 };

	if (strlen(search.name) >= LEAST_ID && !strncmp(id, search.name, strlen(search.name)))
		return true;
	return container_name(id, &name) && !strcmp(sb_str(&name), search.name);
}

/* A folder whose own name has the id: those below it are the container's affair. */
static int visit(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	_cleanup_sb_ struct strbuf id = { 0 };

	if (kind != FTW_D || !container_id_of(path + ftw->base, &id) || !is_wanted(sb_str(&id)))
		return 0;
	sb_adds(search.out, path);
	return 1;
}

bool container_find(const char *mount, const char *name, struct strbuf *ret_folder)
{
	search.name = name;
	search.out = ret_folder;
	return nftw(mount, visit, 16, FTW_PHYS | FTW_MOUNT) == 1;
}
