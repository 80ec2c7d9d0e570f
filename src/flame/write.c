/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "flame/flame.h"

static int write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return done ? -errno : -EIO;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}

int flame_write(const struct flame *f, const struct flame_look *look, const char *path, struct err *e)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	int rc;

	flame_svg(f, look, &text);
	if (!strcmp(path, "-")) {
		rc = write_all(STDOUT_FILENO, text.p, text.n);
		return rc == -EPIPE || !rc ? 0 : err_set(e, rc, "cannot write the flame graph: %s", errname(rc));
	}
	rc = file_write(path, text.p, text.n, 0666);
	return rc ? err_set(e, rc, "cannot write %s: %s", path, errname(rc)) : 0;
}
