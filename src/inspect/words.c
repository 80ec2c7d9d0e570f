/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of a command line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "inspect/inspect.h"

bool word_is(const struct words *w, const char *keyword)
{
	return w->n && w->v[0][0] && !strncmp(keyword, w->v[0], strlen(w->v[0]));
}

char *word_next(struct words *w)
{
	if (!w->n)
		return NULL;
	w->n--;
	return *w->v++;
}

bool word_take(struct words *w, const char *keyword)
{
	if (!word_is(w, keyword))
		return false;
	word_next(w);
	return true;
}

int words_need(struct inspect *in, const struct words *w, const char *what, int n)
{
	if (w->n >= n)
		return 0;
	return inspect_fail(in, -EINVAL, "%s needs at least %d argument%s, %d found", what, n,
			    n == 1 ? "" : "s", w->n);
}

int words_end(struct inspect *in, const struct words *w)
{
	if (!w->n)
		return 0;
	return inspect_fail(in, -EINVAL, "unexpected argument: '%s'", w->v[0]);
}

void words_ignore(struct inspect *in, const struct words *w)
{
	if (w->n)
		inspect_note(in, "Warning: ignored: '%s'", w->v[0]);
}

int word_number(struct inspect *in, struct words *w, const char *what, uint64_t max, uint64_t *ret)
{
	const char *text = word_next(w);
	unsigned long long v;
	char *end;

	if (!text)
		return inspect_fail(in, -EINVAL, "%s is missing", what);
	errno = 0;
	v = strtoull(text, &end, 0);
	if (errno == ERANGE || (!*end && v > max && *text != '-'))
		return inspect_fail(in, -ERANGE, "%s is out of range: '%s'", what, text);
	if (*end || !*text || strchr("-+ \t\n", *text))
		return inspect_fail(in, -EINVAL, "can't parse '%s' as %s", text, what);
	*ret = v;
	return 0;
}
