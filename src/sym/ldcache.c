/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Format of /etc/ld.so.cache: glibc, sysdeps/generic/dl-cache.h. Strings are given by their offset
 * from the header. The old format may stand before the new one.
 */
#include "sym/ldcache.h"

#include <stdint.h>
#include <string.h>

#include "base/fdutil.h"

#define MAGIC "glibc-ld.so.cache1.1"
#define CACHE_MAX (64 << 20)

struct header {
	char magic[20];
	uint32_t nlibs, len_strings;
	uint8_t flags, padding[3];
	uint32_t extension_offset, unused[3];
};

struct entry {
	int32_t flags;
	uint32_t key, value; /* file name, path */
	uint32_t osversion;
	uint64_t hwcap;
};

/* A string that ends within the data, NULL if it does not. */
static const char *string_at(const char *data, size_t n, uint32_t at)
{
	return at < n && memchr(data + at, '\0', n - at) ? data + at : NULL;
}

void ldcache_each_of(const char *data, size_t n,
		     void (*f)(void *arg, const char *file, const char *path), void *arg)
{
	const char *start = n ? memmem(data, n, MAGIC, sizeof(MAGIC) - 1) : NULL;
	struct header h;

	if (!start || (n -= (size_t)(start - data)) < sizeof(h))
		return;
	memcpy(&h, start, sizeof(h));
	for (size_t i = 0; i < h.nlibs && sizeof(h) + (i + 1) * sizeof(struct entry) <= n; i++) {
		const char *file, *path;
		struct entry e;

		memcpy(&e, start + sizeof(h) + i * sizeof(e), sizeof(e));
		file = string_at(start, n, e.key);
		path = string_at(start, n, e.value);
		if (file && path)
			f(arg, file, path);
	}
}

void ldcache_each(const char *path, void (*f)(void *arg, const char *file, const char *path),
		  void *arg)
{
	_cleanup_sb_ struct strbuf data = { 0 };

	if (!file_read(path, CACHE_MAX, &data))
		ldcache_each_of(data.p, data.n, f, arg);
}
