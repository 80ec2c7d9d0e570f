/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Formats aside first: the arguments may be the old text itself, when a caller adds to it. */
static void err_format(char *to, size_t size, const char *fmt, va_list ap)
{
	char text[sizeof(((struct err *)0)->what)];

	vsnprintf(text, sizeof(text), fmt, ap);
	snprintf(to, size, "%.*s", (int)size - 1, text);
}

int err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return code;
	va_start(ap, fmt);
	err_format(e->what, sizeof(e->what), fmt, ap);
	va_end(ap);
	e->code = code;
	e->hint[0] = '\0';
	return code;
}

int err_prefix(struct err *e, int code, const char *fmt, ...)
{
	char text[sizeof(e->what)];
	va_list ap;

	if (!e)
		return code;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	strncat(text, e->what, sizeof(text) - strlen(text) - 1);
	memcpy(e->what, text, sizeof(text));
	e->code = code;
	return code;
}

void err_hint(struct err *e, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return;
	va_start(ap, fmt);
	err_format(e->hint, sizeof(e->hint), fmt, ap);
	va_end(ap);
}

const char *errname(int code)
{
	const char *text = strerrordesc_np(code < 0 ? -code : code);

	/* The kernel's own ENOTSUPP, which reaches programs by oversight. */
	if (code == 524 || code == -524)
		text = strerrordesc_np(EOPNOTSUPP);
	return text ? text : "unknown error";
}
