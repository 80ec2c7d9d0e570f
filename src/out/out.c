/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where output goes, and when. */
#include "out/out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fdutil.h"
#include "out/out_int.h"

#define FLUSH_AFTER 1000000000ll

static const struct out_ops *const writers[] = { &out_text_ops, &out_json_ops };

const char *const *out_formats(void)
{
	static const char *names[ARRAY_SIZE(writers) + 1];

	for (size_t i = 0; i < ARRAY_SIZE(writers); i++)
		names[i] = writers[i]->name;
	return names;
}

static const struct out_ops *find_writer(const char *format)
{
	for (size_t i = 0; i < ARRAY_SIZE(writers); i++) {
		if (!strcmp(writers[i]->name, format))
			return writers[i];
	}
	return NULL;
}

int out_open(struct out *o, const char *format, const char *path, enum out_buffering buffering,
	     struct render *render, struct err *e)
{
	const struct out_ops *ops = find_writer(format);
	int fd = STDOUT_FILENO;

	if (!ops) {
		err_set(e, -EINVAL, "Invalid output format \"%s\"", format);
		err_hint(e, "Valid formats are text and json");
		return -EINVAL;
	}
	if (path)
		fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0) {
		int rc = -errno;

		return err_set(e, rc, "Failed to open output file: '%s': %s", path, errname(rc));
	}
	*o = (struct out){ .ops = ops, .render = render, .fd = fd, .own_fd = path != NULL,
			   .tty = isatty(fd), .buffering = buffering };
	if (ops == &out_json_ops && render)
		render->raw = true;
	return 0;
}

static void out_break(struct out *o, int error)
{
	o->broken = true;
	o->error = error;
}

/* Returns what was left unwritten; the reason is in *ret_error, 0 if nothing is left. */
static size_t write_all(int fd, const char *p, size_t n, int *ret_error)
{
	*ret_error = 0;
	while (n) {
		ssize_t done = write(fd, p, n);

		if (done > 0) {
			p += done;
			n -= (size_t)done;
		} else if (done < 0 && errno == EAGAIN) {
			/* Someone who shares the terminal or pipe has made it non-blocking. */
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, 1000);
		} else if (!done || errno != EINTR) {
			*ret_error = done ? errno : EIO;
			return n;
		}
	}
	return 0;
}

/*
 * A reader that left must not kill us, and children must not inherit an ignored SIGPIPE: the
 * signal is blocked around the write, and eaten if it came.
 */
static int write_without_sigpipe(int fd, const char *p, size_t n)
{
	sigset_t pipe_set, old, pending;
	int error;

	sigemptyset(&pipe_set);
	sigaddset(&pipe_set, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe_set, &old);
	write_all(fd, p, n, &error);
	if (error == EPIPE && !sigismember(&pending, SIGPIPE))
		sigtimedwait(&pipe_set, NULL, &(struct timespec){ 0 });
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return error;
}

void out_flush(struct out *o)
{
	int error;

	if (o->held)
		return;
	if (o->buf.n && !o->broken) {
		if (o->tty)
			write_all(o->fd, o->buf.p, o->buf.n, &error);
		else
			error = write_without_sigpipe(o->fd, o->buf.p, o->buf.n);
		if (error)
			out_break(o, error);
	}
	sb_reset(&o->buf);
}

void out_hold(struct out *o)
{
	out_flush(o);
	o->held = true;
}

const char *out_release(struct out *o)
{
	sb_addc(&o->buf, '\0');
	o->held = false;
	o->buf.n = 0;
	return o->buf.p;
}

void out_tick(struct out *o, int64_t now)
{
	if (now - o->last_flush < FLUSH_AFTER)
		return;
	o->last_flush = now;
	out_flush(o);
}

static bool wants_write(const struct out *o)
{
	enum out_buffering how = o->buffering;

	if (o->buf.n >= OUT_BLOCK)
		return true;
	if (how == OB_AUTO)
		how = o->tty ? OB_LINE : OB_FULL;
	return how == OB_NONE || (how == OB_LINE && memrchr(o->buf.p, '\n', o->buf.n));
}

void out_event_end(struct out *o)
{
	if (o->buf.n && wants_write(o))
		out_flush(o);
}

void out_message(struct out *o, const char *text, size_t n)
{
	int error;

	if (o->held) {
		sb_add(&o->buf, text, n);
		return;
	}
	if (o->tty)
		out_flush(o);
	write_all(STDERR_FILENO, text, n, &error);
}

void out_close(struct out *o)
{
	out_flush(o);
	if (o->own_fd && close(o->fd) && !o->broken)
		out_break(o, errno);
	o->fd = -1;
	o->own_fd = false;
	sb_done(&o->buf);
	sb_done(&o->scratch);
}

bool map_dump_int(struct out *o, const struct map_dump *m, const void *bytes)
{
	int64_t v;

	if (m->value->kind != TY_INT || !render_number(m->value, bytes, &v))
		return false;
	if (!m->value->is_signed)
		sb_addu(&o->buf, (uint64_t)v / (m->div > 1 ? (uint64_t)m->div : 1));
	else
		sb_addi(&o->buf, m->div > 1 ? v / m->div : v);
	return true;
}
