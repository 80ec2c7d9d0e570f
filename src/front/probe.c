/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where to trace: "p:c:open(char *path)", "t:sched:sched_switch", "c:malloc", "kprobe:vfs_read". */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "front/front.h"
#include "probe/probe.h"

#define MAX_PARTS 8

int front_wrong(struct err *e, const struct front_probe *p, const char *fmt, ...)
{
	char what[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return err_set(e, -EINVAL, "'%s': %s", p->text, what);
}

const char *front_skip_quotes(const char *p, const char *end)
{
	char quote = *p++;

	while (p < end && *p != quote)
		p += *p == '\\' && p + 1 < end ? 2 : 1;
	return p < end ? p + 1 : end;
}

const char *front_find(const char *p, const char *end, const char *stops)
{
	unsigned depth = 0;

	while (p < end) {
		if (!depth && strchr(stops, *p))
			return p;
		if (*p == '"' || *p == '\'') {
			p = front_skip_quotes(p, end);
			continue;
		}
		depth += strchr("([", *p) != NULL;
		if (depth && strchr(")]", *p))
			depth--;
		p++;
	}
	return end;
}

void front_trim(const char **p, const char **end)
{
	while (*p < *end && isspace((unsigned char)**p))
		(*p)++;
	while (*end > *p && isspace((unsigned char)(*end)[-1]))
		(*end)--;
}

static bool is_word(const char *p, const char *end, const char *word)
{
	return (size_t)(end - p) == strlen(word) && !memcmp(p, word, (size_t)(end - p));
}

/* "const char *path": the name is the last word, if there is one before it or a star. */
static struct front_param take_param(struct front *f, const char *p, const char *end)
{
	struct front_param ret = { "", "" };
	const char *name;

	front_trim(&p, &end);
	if (is_word(p, end, "void"))
		return ret;
	for (name = end; name > p && (isalnum((unsigned char)name[-1]) || name[-1] == '_');)
		name--;
	if (name == p) {
		ret.type = arena_strndup(f->arena, p, (size_t)(end - p));
		return ret;
	}
	ret.name = arena_strndup(f->arena, name, (size_t)(end - name));
	while (name > p && isspace((unsigned char)name[-1]))
		name--;
	ret.type = arena_strndup(f->arena, p, (size_t)(name - p));
	return ret;
}

/* What stands between the parentheses at p; *ret_rest: behind them. */
static int take_params(struct front *f, struct front_probe *ret, const char *p, const char **ret_rest, struct err *e)
{
	const char *end = p + strlen(p), *close = front_find(p + 1, end, ")");

	if (close == end)
		return front_wrong(e, ret, "the parenthesis of the parameters is not closed");
	*ret_rest = close + 1;
	ret->has_params = true;
	for (p++; p < close; p++) {
		const char *comma = front_find(p, close, ",");
		struct front_param param = take_param(f, p, comma);

		if (*param.type || *param.name)
			avec_push(f->arena, &ret->params, param);
		p = comma;
	}
	if (ret->params.n && ret->kind != FK_ENTRY && ret->kind != FK_RETURN)
		return front_wrong(e, ret, "only functions have parameters; tracepoints have args->FIELD, USDT probes arg1, arg2 ...");
	return 0;
}

/* Parts between colons. */
struct parts {
	const char *p[MAX_PARTS], *end[MAX_PARTS];
	unsigned n;
};

static void split(const char *p, const char *end, struct parts *ret)
{
	ret->n = 0;
	while (ret->n < MAX_PARTS) {
		const char *colon = memchr(p, ':', (size_t)(end - p));

		if (ret->n + 1 == MAX_PARTS || !colon)
			colon = end;
		ret->p[ret->n] = p;
		ret->end[ret->n++] = colon;
		if (colon == end)
			return;
		p = colon + 1;
	}
}

/* Does the first part name a kind of probe of the script language? BCC's letters come first. */
static bool is_own(const struct parts *parts)
{
	size_t n = (size_t)(parts->end[0] - parts->p[0]);
	char name[32];

	if (parts->n < 2 || !n || n >= sizeof(name) || (n == 1 && strchr("prtu", *parts->p[0])))
		return false;
	memcpy(name, parts->p[0], n);
	name[n] = '\0';
	return provider_find(name) || !strcmp(name, "span");
}

/* FUNCTION, LIBRARY:FUNCTION or KIND:LIBRARY:NAME; end: of the last part. */
static int take_parts(struct front *f, struct front_probe *ret, struct parts *parts, const char *end, struct err *e)
{
	static const enum front_kind kinds[] = { ['p'] = FK_ENTRY, ['r'] = FK_RETURN, ['t'] = FK_TRACEPOINT, ['u'] = FK_USDT };
	unsigned first = parts->n > 2 ? 1 : 0;

	ret->kind = FK_ENTRY;
	if (first && parts->end[0] != parts->p[0]) {
		if (parts->end[0] - parts->p[0] != 1 || !strchr("prtu", *parts->p[0]))
			return front_wrong(e, ret, "the kind of probe must be p, r, t, u or one of the script language, not '%.*s'",
					   (int)(parts->end[0] - parts->p[0]), parts->p[0]);
		ret->kind = kinds[(unsigned char)*parts->p[0]];
	}
	ret->library = "";
	if (parts->n > 1)
		ret->library = arena_strndup(f->arena, parts->p[first], (size_t)(parts->end[first] - parts->p[first]));
	if (parts->n > 1)
		first++;
	ret->name = arena_strndup(f->arena, parts->p[first], (size_t)(end - parts->p[first]));
	return 0;
}

static int check_parts(const struct front_probe *p, struct err *e)
{
	if (!*p->name)
		return front_wrong(e, p, "the name of what is to be probed is missing");
	if (p->kind == FK_TRACEPOINT && !*p->library)
		return front_wrong(e, p, "a tracepoint is written as t:CATEGORY:EVENT");
	return 0;
}

/* Attach points and regular expressions go on to a blank; BCC's probes to a parenthesis too. */
static const char *probe_end(const char *text, bool blank)
{
	return text + strcspn(text, blank ? " \t\n" : " \t\n(");
}

int front_parse(struct front *f, const char *text, struct front_probe *ret, const char **ret_rest, struct err *e)
{
	const char *end = probe_end(text, f->regex);
	struct parts parts;
	int r;

	*ret = (struct front_probe){ .text = arena_strdup(f->arena, text) };
	split(text, end, &parts);
	if (is_own(&parts)) {
		ret->kind = FK_OWN;
		ret->library = "";
		*ret_rest = probe_end(text, true);
		ret->name = arena_strndup(f->arena, text, (size_t)(*ret_rest - text));
		return 0;
	}
	r = take_parts(f, ret, &parts, end, e);
	*ret_rest = end;
	if (!r)
		r = check_parts(ret, e);
	if (!r && *end == '(')
		r = take_params(f, ret, end, ret_rest, e);
	if (!r && !*ret->library)
		front_find_syscall(f, ret);
	return r;
}

const char *front_name(struct front *f, const struct front_probe *p)
{
	const char *colon = p->kind == FK_OWN ? strrchr(p->name, ':') : NULL;

	return colon ? colon + 1 : p->name;
}
