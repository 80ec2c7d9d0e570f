/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Imported objects become a part of a script's own, by libbpf's linker, which wants files. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "image/image.h"

#define LINKED_MAX (256u << 20)

/* The first thing that libbpf had to say: its callback has no argument for it. */
static char said[256];

static int listen(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	if (level == LIBBPF_WARN && !*said)
		vsnprintf(said, sizeof(said), fmt, ap);
	return 0;
}

static const char *reason(int rc)
{
	static const char prefix[] = "libbpf: ";
	size_t n = sizeof(prefix) - 1;
	char *place;

	if (!*said)
		return errname(rc);
	place = strstr(said, " in '/proc/self/fd/"); /* means nothing to the user */
	*(place ? place : said + strcspn(said, "\n")) = '\0';
	return strncmp(said, prefix, n) ? said : said + n;
}

/* A file in memory, and a path to it. */
static int memory_file(const void *bytes, size_t n, char path[static 64])
{
	int fd = memfd_create("object", MFD_CLOEXEC);

	snprintf(path, 64, "/proc/self/fd/%d", fd);
	if (fd >= 0 && n && write(fd, bytes, n) != (ssize_t)n) {
		close(fd);
		return -EIO;
	}
	return fd < 0 ? -errno : fd;
}

static int add_object(struct bpf_linker *linker, const void *bytes, size_t n)
{
	char path[64];
	_cleanup_fd_ int fd = memory_file(bytes, n, path);

	return fd < 0 ? fd : bpf_linker__add_file(linker, path, NULL);
}

static int add_all(struct bpf_linker *linker, const struct image *im, const struct strbuf *own, struct err *e)
{
	int rc = add_object(linker, own->p, own->n);

	for (size_t i = 0; !rc && i < im->script->objects.n; i++) {
		const struct import_object *o = &im->script->objects.v[i];

		rc = add_object(linker, o->bytes, o->n);
		if (rc)
			return err_set(e, rc, "cannot link '%s': %s", o->path, reason(rc));
	}
	if (!rc)
		rc = bpf_linker__finalize(linker);
	return rc ? err_set(e, rc, "cannot link the imported objects: %s", reason(rc)) : 0;
}

int image_link(const struct image *im, struct strbuf *object, struct err *e)
{
	char path[64];
	_cleanup_fd_ int fd = memory_file(NULL, 0, path);
	struct bpf_linker *linker;
	int rc;

	*said = '\0';
	libbpf_set_print(listen);
	linker = fd < 0 ? NULL : bpf_linker__new(path, NULL);
	if (!linker)
		return err_set(e, -errno, "cannot make a file in memory: %s", errname(errno));
	rc = add_all(linker, im, object, e);
	bpf_linker__free(linker);
	if (rc)
		return rc;
	sb_reset(object);
	lseek(fd, 0, SEEK_SET);
	rc = fd_read_all(fd, LINKED_MAX, object);
	return rc ? err_set(e, rc, "cannot read a file in memory: %s", errname(rc)) : 0;
}
