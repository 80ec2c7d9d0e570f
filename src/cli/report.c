/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/fdutil.h"

bool report_colour(void)
{
	const char *when = getenv("SONDE_COLOR"), *none = getenv("NO_COLOR");

	if (!when)
		when = getenv("BPFTRACE_COLOR");
	if (when && !strcmp(when, "always"))
		return true;
	if ((when && !strcmp(when, "never")) || (none && *none))
		return false;
	return isatty(STDERR_FILENO);
}

static int write_text(int fd, const struct strbuf *text)
{
	size_t at = 0;

	while (at < text->n) {
		ssize_t n = write(fd, text->p + at, text->n - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		at += (size_t)n;
	}
	return 0;
}

static void add_label(struct strbuf *out, const char *label, const char *sgr)
{
	if (report_colour())
		sb_addf(out, "\033[%sm%s\033[0m: ", sgr, label);
	else
		sb_addf(out, "%s: ", label);
}

static void add_line(struct strbuf *out, const char *label, const char *sgr, const char *text)
{
	add_label(out, label, sgr);
	escape_terminal(out, text, strlen(text));
	sb_addc(out, '\n');
}

int report_err(const struct err *e)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	add_line(&out, "ERROR", "1;31", e->what);
	if (e->hint[0])
		add_line(&out, "HINT", "1;36", e->hint);
	write_text(STDERR_FILENO, &out);
	return 1;
}

static void report_va(const char *label, const char *sgr, const char *fmt, va_list ap)
{
	_cleanup_sb_ struct strbuf out = { 0 }, text = { 0 };

	sb_addv(&text, fmt, ap);
	add_line(&out, label, sgr, sb_str(&text));
	write_text(STDERR_FILENO, &out);
}

int report_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report_va("ERROR", "1;31", fmt, ap);
	va_end(ap);
	return 1;
}

void report_warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	report_va("WARNING", "1;33", fmt, ap);
	va_end(ap);
}

int report_plain(const char *text)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	sb_addf(&out, "%s\n", text);
	write_text(STDERR_FILENO, &out);
	return 1;
}

void report_usage(const char *self)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	sb_addf(&out, "USAGE:\n  %s [OPTIONS] FILE [PARAMETER...]\n  %s [OPTIONS] -e PROGRAM [PARAMETER...]\n", self,
		self);
	write_text(STDERR_FILENO, &out);
}

void report_diags(struct diags *d)
{
	_cleanup_sb_ struct strbuf out = { 0 };

	diags_print(d, &out, report_colour());
	write_text(STDERR_FILENO, &out);
	d->list.n = 0;
}

int report_text(const struct strbuf *text)
{
	if (!write_text(STDOUT_FILENO, text))
		return 0;
	return errno == EPIPE ? 1 : report_error("cannot write the output: %s", errname(-errno));
}
