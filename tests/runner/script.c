/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the directives of a test script. */
#include <ctype.h>

#include "base/fdutil.h"
#include "tests/runner/runner.h"

static const struct {
	const char *name;
	size_t field; /* of struct script */
} settings[] = {
#define SETTING(name, field) { name, offsetof(struct script, field) }
	SETTING("ARCH", arch),	   SETTING("ARGS", args),	SETTING("BEFORE", before),
	SETTING("CHILD", child),   SETTING("COMMAND", command), SETTING("ENV", env),
	SETTING("NEEDS", needs),   SETTING("PARAMS", params),	SETTING("RUN", run),
	SETTING("SIGNAL", signal), SETTING("STATUS", status),	SETTING("TIMEOUT", timeout),
#undef SETTING
};

static const struct {
	const char *name;
	bool err; /* of standard error */
	enum expect_kind kind;
} expectations[] = {
	{ "EXPECT", false, EX_LINE }, { "EXPECT_RE", false, EX_RE }, { "EXPECT_NOT", false, EX_NOT },
	{ "STDERR", true, EX_LINE },  { "STDERR_RE", true, EX_RE },  { "STDERR_NOT", true, EX_NOT },
};

/* A setting given twice is one of two lines: commands of RUN, needs, environment. */
static bool take_setting(struct arena *a, struct script *s, const char *key, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		const char **field = (const char **)((char *)s + settings[i].field);

		if (strcmp(settings[i].name, key))
			continue;
		*field = *field ? arena_printf(a, "%s\n%s", *field, value) : value;
		return true;
	}
	return false;
}

static bool take_expectation(struct arena *a, struct script *s, const char *key, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(expectations); i++) {
		struct expect e = { expectations[i].kind, value };

		if (strcmp(expectations[i].name, key))
			continue;
		if (expectations[i].err)
			avec_push(a, &s->err, e);
		else
			avec_push(a, &s->out, e);
		return true;
	}
	return false;
}

/* "// KEY: value" where KEY is all upper case; anything else is a comment or code. */
static void take_line(struct arena *a, struct script *s, const char *line, size_t len)
{
	const char *end = line + len, *key, *p;
	char *name, *value;

	while (line < end && isspace((unsigned char)*line))
		line++;
	if (end - line < 3 || memcmp(line, "// ", 3))
		return;
	key = p = line + 3;
	while (p < end && (isupper((unsigned char)*p) || *p == '_'))
		p++;
	if (p == key || p == end || *p != ':')
		return;
	name = arena_strndup(a, key, (size_t)(p++ - key));
	if (p < end && *p == ' ')
		p++;
	while (end > p && isspace((unsigned char)end[-1]))
		end--;
	value = arena_strndup(a, p, (size_t)(end - p));
	if (!take_setting(a, s, name, value) && !take_expectation(a, s, name, value))
		s->wrong = arena_printf(a, "unknown directive %s", name);
}

void script_read(struct arena *a, const char *path, const char *name, struct script *ret_script)
{
	_cleanup_sb_ struct strbuf text = { 0 };
	const char *slash = strrchr(path, '/');
	struct script s = { .path = path, .name = name, .file = slash ? slash + 1 : path };

	if (file_read(path, 64 << 20, &text))
		s.wrong = "cannot be read";
	for (size_t at = 0; at < text.n;) {
		const char *nl = memchr(text.p + at, '\n', text.n - at);
		size_t len = nl ? (size_t)(nl - text.p) - at : text.n - at;

		take_line(a, &s, text.p + at, len);
		at += len + 1;
	}
	*ret_script = s;
}
