/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prog tracelog: what programs print, to the trace pipe or to streams of their own. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "inspect/prog.h"
#include "inspect/stop.h"
#include "run/sys.h"

#define TRACEFS "/sys/kernel/tracing"

/* Linux 6.17; packaged headers are older (include/uapi/linux/bpf.h). */
#define PROG_STREAM_READ_BY_FD 37

struct stream_read {
	uint64_t buf;
	uint32_t len, stream_id, prog_fd, zero; /* the last: nothing may lie behind */
};

static int open_pipe(struct inspect *in)
{
	_cleanup_sb_ struct strbuf path = { 0 };
	const char *dir = sys_tracefs();
	int fd;

	if (!dir && !in->nomount) {
		inspect_note(in, "could not find tracefs, attempting to mount it now");
		if (mount("tracefs", TRACEFS, "tracefs", 0, NULL))
			return inspect_fail(in, -errno, "mount -t tracefs tracefs %s failed: %s", TRACEFS,
					    errname(errno));
		dir = TRACEFS;
	}
	if (!dir)
		return inspect_fail(in, -ENOENT, "tracefs is not mounted");
	sb_addf(&path, "%s/trace_pipe", dir);
	fd = open(sb_str(&path), O_RDONLY | O_CLOEXEC);
	return fd < 0 ? inspect_fail(in, -errno, "could not open trace pipe: %s", errname(errno)) : fd;
}

/* Whole lines of what is there; the rest waits for its end. */
static void put_lines(struct inspect *in, struct strbuf *text)
{
	char *nl;
	size_t done = 0;

	while (text->n > done && (nl = memchr(text->p + done, '\n', text->n - done))) {
		size_t n = (size_t)(nl - text->p) + 1 - done;

		if (in->json)
			jsonw_stringn(&in->w, text->p + done, n);
		else
			sb_add(&in->out, text->p + done, n);
		done += n;
	}
	if (done)
		memmove(text->p, text->p + done, text->n - done);
	text->n -= done;
	inspect_flush(in);
}

static int follow_pipe(struct inspect *in, int fd)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	char part[8192];
	int r = 0;

	if (in->json)
		jsonw_array(&in->w);
	while (!stop_asked() && !in->broken && !r) {
		ssize_t n = read(fd, part, sizeof(part));

		if (n > 0)
			sb_add(&text, part, (size_t)n);
		else if (n < 0 && errno != EINTR)
			r = -errno;
		put_lines(in, &text);
	}
	if (in->json)
		jsonw_end_array(&in->w);
	return r ? inspect_fail(in, r, "failed to read content from trace pipe: %s", errname(r)) : 0;
}

/* What a program wrote to its standard output (1) or error (2). */
static int read_stream(struct inspect *in, int prog, uint32_t id)
{
	_cleanup_sb_ struct strbuf all = { 0 };
	char part[4096];
	int r;

	do {
		struct stream_read attr = { (uint64_t)(uintptr_t)part, sizeof(part), id, (uint32_t)prog, 0 };

		r = sys_bpf(PROG_STREAM_READ_BY_FD, &attr, sizeof(attr));
		if (r > 0)
			sb_add(&all, part, (size_t)r);
	} while (r > 0);
	if (in->json)
		jsonw_stringn(&in->w, sb_str(&all), all.n);
	else
		sb_add(&in->out, sb_str(&all), all.n);
	return r < 0 ? inspect_fail(in, r, "failed to read the program's stream: %s%s", errname(r),
				    r == -EINVAL ? " (streams need Linux 6.17)" : "")
		     : 0;
}

int prog_tracelog(struct inspect *in, struct words *w)
{
	bool out = word_is(w, "stdout");
	_cleanup_fd_ int fd = -1;
	int r;

	if (!w->n) {
		stop_catch();
		fd = open_pipe(in);
		return fd < 0 ? fd : follow_pipe(in, fd);
	}
	if (!out && !word_is(w, "stderr"))
		return INSPECT_USAGE;
	word_next(w);
	r = words_need(in, w, "'tracelog'", 2);
	if (r)
		return r;
	fd = prog_named(in, w);
	return fd < 0 ? fd : read_stream(in, fd, out ? 1 : 2);
}
